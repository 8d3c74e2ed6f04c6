package config

import "riskroom/core"

// Uses returns what riskroom does in one workspace according to the file. A step without
// a workspace acts where the risk was filed, which may be any.
func (c *Config) Uses(workspace string) core.Uses {
	u := core.Uses{Files: c.Organisation.Attachments, Channels: c.Organisation.AdminChannel.Workspace == workspace}
	for _, p := range c.Organisation.People {
		u.Addresses = u.Addresses || p.Email != "" && p.Accounts[workspace] == ""
	}
	for _, f := range c.Flows {
		for _, s := range f.Steps {
			if s.Workspace == "" || s.Workspace == workspace {
				u = u.And(s.Action.Uses())
			}
		}
	}
	return u
}
