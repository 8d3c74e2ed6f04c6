// Package cast determines who and what the emulated workspaces of a config file contain.
package cast

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/flow"
)

// Casting is what the emulator of a workspace must contain: an account for everybody in the
// config file, two invented members for each user group, and the channels in the file, with
// everybody and the bot as members.
type Casting struct {
	platform.Cast
	workspace string
	platform  platform.Platform
	taken     map[string]bool // user IDs
}

// Reporter is the name of the person who files the risks, who isn't in the file.
const Reporter = "mei"

// Also are people whom the config file doesn't name.
type Also struct {
	Actors []core.Actor // with the names that they have
	Refs   []core.Ref
}

// New casts a workspace. It adds accounts that it makes up to the config's people.
func New(cfg *config.Config, workspace, lang string, on platform.Platform, also Also) *Casting {
	c := &Casting{
		Cast: platform.Cast{Lang: lang, Zone: cfg.Organisation.Zone.String()}, workspace: workspace, platform: on, taken: map[string]bool{},
	}
	people := cfg.Organisation.People
	for _, p := range people {
		c.taken[p.Accounts[workspace]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		p := people[name]
		id := c.person(name, p.Accounts[workspace], p.Email)
		if p.Accounts[workspace] == "" && (p.Email == "" || !on.Settings.ByEmail) {
			// The file has no account for this person, so the demo adds one.
			if p.Accounts == nil {
				p.Accounts = map[string]string{}
			}
			p.Accounts[workspace] = id
			people[name] = p
		}
	}
	for _, a := range also.Actors {
		c.actor(a)
	}
	if _, ok := c.IDs()[Reporter]; !ok {
		c.person(Reporter, "", Reporter+"@example.com")
	}
	refs, groups := named(cfg)
	for _, r := range append(refs, also.Refs...) {
		c.ref(r)
	}
	c.Managers = c.people(cfg.Organisation.Permissions.Administrators)
	for _, g := range groups {
		if g.Workspace == workspace && !slices.Contains(c.Channels, channel(g.ID)) {
			c.Channels = append(c.Channels, channel(g.ID))
		}
	}
	return c
}

// IDs returns all user IDs by name.
func (c *Casting) IDs() map[string]string {
	out := map[string]string{}
	for _, p := range c.People {
		out[p.Name] = p.ID
	}
	return out
}

// people returns the user IDs of refs that are people here.
func (c *Casting) people(refs []core.Ref) []string {
	var out []string
	ids := c.IDs()
	for _, r := range refs {
		id := ""
		if a, ok := r.Account(); ok && a.Workspace == c.workspace {
			id = a.ID
		} else if name, ok := r.Name(); ok {
			id = ids[name]
		}
		if id != "" {
			out = append(out, id)
		}
	}
	return out
}

// person adds a person. Without an ID, it makes one up.
func (c *Casting) person(name, id, email string) string {
	if id == "" {
		for n := len(c.People) + 1; id == "" || c.taken[id]; n++ {
			id = c.platform.Demo.UserID(n)
		}
	}
	c.taken[id] = true
	c.People = append(c.People, platform.Member{ID: id, Name: name, Email: email})
	return id
}

// actor adds a person of whom the platform's ID and name are known. If somebody else has the
// name, the ID is added to it.
func (c *Casting) actor(a core.Actor) {
	if a.Account.Workspace != c.workspace || a.Name == "" || c.taken[a.Account.ID] {
		return
	}
	name := a.Name
	if _, taken := c.IDs()[name]; taken {
		name += "-" + strings.ToLower(a.Account.ID)
	}
	c.person(name, a.Account.ID, "")
}

// ref adds the people of a ref that is a user group or an account.
func (c *Casting) ref(r core.Ref) {
	if a, ok := r.Account(); ok && a.Workspace == c.workspace && !c.taken[a.ID] {
		c.person(strings.ToLower(a.ID), a.ID, "")
		return
	}
	ws, name, ok := r.Group()
	if !ok || ws != "" && ws != c.workspace {
		return
	}
	if slices.ContainsFunc(c.Groups, func(g platform.Group) bool { return g.Name == name }) {
		return
	}
	g := platform.Group{Name: name}
	for n := 1; n <= 2; n++ {
		g.Members = append(g.Members, c.person(fmt.Sprintf("%s-%d", name, n), "", ""))
	}
	c.Groups = append(c.Groups, g)
}

// channel returns a channel that flows post to, named after its ID, as the file contains
// no name.
func channel(id string) platform.Channel { return platform.Channel{ID: id, Name: strings.ToLower(id)} }

// named returns every user group and account, and every channel, that a config
// file names anywhere.
func named(cfg *config.Config) (refs []core.Ref, groups []core.GroupRef) {
	org := cfg.Organisation
	for _, m := range org.Modules {
		refs = append(append(refs, m.Handlers...), m.Lead)
	}
	p := org.Permissions
	refs = slices.Concat(refs, p.Administrators, p.GroupSettings, p.File.Refs, p.Read.Refs)
	if !org.AdminChannel.IsZero() {
		groups = append(groups, org.AdminChannel)
	}
	for _, f := range cfg.Flows {
		def := f.Def()
		forms := []flow.Form{def.Trigger.Form()}
		for _, s := range def.Steps {
			forms = append(forms, s.Action.Form())
		}
		for _, form := range forms {
			people, named := mentioned(form)
			for _, name := range people {
				refs = append(refs, core.Ref(name))
			}
			for _, name := range named {
				if g, err := core.ParseGroupRef(name); err == nil {
					groups = append(groups, g)
				}
			}
		}
	}
	return refs, groups
}

// mentioned returns the people and the groups that a trigger or a step names.
func mentioned(f flow.Form) (people, groups []string) {
	for _, k := range f.Keys {
		people = append(people, k.People()...)
		switch k.Kind {
		case flow.GroupKey:
			groups = append(groups, *k.Text)
		case flow.FallbackKey:
			for _, name := range *k.List {
				if _, err := core.ParseGroupRef(name); err == nil {
					groups = append(groups, name)
				} else {
					people = append(people, name)
				}
			}
		default: // no people
		}
	}
	return people, groups
}
