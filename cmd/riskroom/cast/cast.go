// Package cast determines who and what the emulated workspaces of a config file contain.
package cast

import (
	"maps"
	"slices"
	"strings"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// Casting is what the emulator of a workspace must contain: an account for everybody in the
// config file, the members of each user group, two of them invented unless Also says who they
// are, and the channels in the file, with everybody and the bot as members.
type Casting struct {
	platform.Cast
	// StandIns are accounts that stand for all members of a user group or role, with its name.
	StandIns map[string]string

	workspace string
	platform  platform.Platform
	members   func(workspace, group string) ([]string, bool)
	taken     map[string]bool // user IDs
}

// Reporter is the name of the person who files the risks, who isn't in the file.
const Reporter = "mei"

// Also are people whom the config file doesn't name.
type Also struct {
	Actors []core.Actor // with the names that they have
	Refs   []core.Ref
	Names  []string // of people who have an account in every workspace
	// Members returns the names of the members of a user group or role, if they are known. A
	// group whose members aren't known has one, who stands for all. Nil: groups have two
	// invented members.
	Members func(workspace, group string) (names []string, known bool)
	Groups  []engine.Group // channels, with everybody as members
}

// Risk adds the people whom a risk names.
func (a *Also) Risk(r core.Risk) {
	a.Actors = append(a.Actors, r.Submitter, r.StatusBy)
	a.Refs = append(a.Refs, r.Handlers...)
	for _, n := range r.Notes {
		a.Actors = append(a.Actors, n.By)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Fields)) {
		a.Refs = append(a.Refs, r.Fields[key].People...)
	}
}

// New casts a workspace. It adds accounts that it makes up to the config's people.
func New(cfg *config.Config, workspace, lang string, on platform.Platform, also Also) *Casting {
	c := &Casting{
		Cast: platform.Cast{Lang: lang, Zone: cfg.Organisation.Zone.String()}, StandIns: map[string]string{},
		workspace: workspace, platform: on, members: also.Members, taken: map[string]bool{},
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
	for _, name := range append(slices.Clone(also.Names), Reporter) {
		c.named(name)
	}
	refs, groups := mentions(cfg)
	for _, r := range append(refs, also.Refs...) {
		c.ref(r)
	}
	c.Managers = c.people(cfg.Organisation.Permissions.Administrators)
	for _, g := range groups {
		if g.Workspace == workspace && !slices.Contains(c.Channels, channel(g.ID)) {
			c.Channels = append(c.Channels, channel(g.ID))
		}
	}
	for _, g := range also.Groups {
		if g.Life == engine.LiveGroup && g.Ref.Workspace == workspace {
			c.Channels = append(c.Channels, platform.Channel{ID: g.Ref.ID, Name: g.Name})
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
	c.Groups = append(c.Groups, platform.Group{Name: name, Members: c.membersOf(name)})
}

// membersOf returns the user IDs of the members of a user group or role.
func (c *Casting) membersOf(group string) []string {
	if c.members == nil {
		return []string{c.person(group+"-1", "", ""), c.person(group+"-2", "", "")}
	}
	names, known := c.members(c.workspace, group)
	if !known {
		id := c.person(group+"-members", "", "")
		c.StandIns[id] = group
		return []string{id}
	}
	var ids []string
	for _, name := range names {
		ids = append(ids, c.named(name))
	}
	return ids
}

// named returns the user ID of a person, who is added if there is nobody of that name.
func (c *Casting) named(name string) string {
	if id, ok := c.IDs()[name]; ok {
		return id
	}
	return c.person(name, "", name+"@example.com")
}

// channel returns a channel that flows post to, named after its ID, as the file contains
// no name.
func channel(id string) platform.Channel { return platform.Channel{ID: id, Name: strings.ToLower(id)} }

// mentions returns every user group and account, and every channel, that a config
// file names anywhere.
func mentions(cfg *config.Config) (refs []core.Ref, groups []core.GroupRef) {
	org := cfg.Organisation
	for _, m := range org.Modules {
		refs = append(append(refs, m.Handlers...), m.Lead)
	}
	for _, n := range org.Process {
		for _, name := range n.Operators {
			refs = append(refs, core.Ref(name)) // an expression is nobody
		}
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
			people, channels := mentioned(form)
			for _, name := range people {
				refs = append(refs, core.Ref(name))
			}
			for _, name := range channels {
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
