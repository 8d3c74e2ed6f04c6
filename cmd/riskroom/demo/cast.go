package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/flow"
)

// castIn is who and what has to be in the stand-in of one workspace of a config
// file: everybody whom the file names has an account in it, user groups have two
// members each who are made up, and channels that the file names are there, with
// everybody and the bot in them.
type castIn struct {
	workspace string
	lang      string
	zone      string
	people    []member
	groups    []group
	channels  []string // IDs

	manner manner
	taken  map[string]bool // user IDs
}

// member is somebody with an account.
type member struct{ id, name, email string }

// group is a user group, or a role.
type group struct {
	name    string
	members []string // user IDs
}

// reporter is who files the risks: nobody whom the file names.
const reporter = "mei"

func cast(cfg *config.Config, workspace, lang string, m manner) *castIn {
	c := &castIn{
		workspace: workspace, lang: lang, zone: cfg.Organisation.Zone.String(), manner: m, taken: map[string]bool{},
	}
	people := cfg.Organisation.People
	for _, p := range people {
		c.taken[p.Accounts[workspace]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		p := people[name]
		id := c.person(name, p.Accounts[workspace], p.Email)
		if p.Accounts[workspace] == "" && (p.Email == "" || !m.byEmail) {
			// Nothing in the file leads to this person: the demo knows better.
			if p.Accounts == nil {
				p.Accounts = map[string]string{}
			}
			p.Accounts[workspace] = id
			people[name] = p
		}
	}
	if _, ok := c.ids()[reporter]; !ok {
		c.person(reporter, "", reporter+"@example.com")
	}
	refs, groups := named(cfg)
	for _, r := range refs {
		c.ref(r)
	}
	for _, g := range groups {
		if g.Workspace == workspace && !slices.Contains(c.channels, g.ID) {
			c.channels = append(c.channels, g.ID)
		}
	}
	return c
}

// ids returns everybody's user ID by their name.
func (c *castIn) ids() map[string]string {
	out := map[string]string{}
	for _, p := range c.people {
		out[p.name] = p.id
	}
	return out
}

// person adds somebody, under an ID of our own if none is given.
func (c *castIn) person(name, id, email string) string {
	if id == "" {
		for n := len(c.people) + 1; id == "" || c.taken[id]; n++ {
			id = c.manner.userID(n)
		}
	}
	c.taken[id] = true
	c.people = append(c.people, member{id, name, email})
	return id
}

// ref adds whom a config file means without naming a person: a user group or an
// account.
func (c *castIn) ref(r core.Ref) {
	if a, ok := r.Account(); ok && a.Workspace == c.workspace && !c.taken[a.ID] {
		c.person(strings.ToLower(a.ID), a.ID, "")
		return
	}
	ws, name, ok := r.Group()
	if !ok || ws != "" && ws != c.workspace {
		return
	}
	if slices.ContainsFunc(c.groups, func(g group) bool { return g.name == name }) {
		return
	}
	g := group{name: name}
	for n := 1; n <= 2; n++ {
		g.members = append(g.members, c.person(fmt.Sprintf("%s-%d", name, n), "", ""))
	}
	c.groups = append(c.groups, g)
}

// channelName names a channel that flows post into after its ID: that is all
// that the file says of it.
func channelName(id string) string { return strings.ToLower(id) }

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
		for _, s := range f.Def().Steps {
			people, group := mentioned(s)
			for _, name := range people {
				refs = append(refs, core.Ref(name))
			}
			if g, err := core.ParseGroupRef(group); err == nil {
				groups = append(groups, g)
			}
		}
	}
	return refs, groups
}

// mentioned returns the people and the group that a step names.
func mentioned(s flow.StepDef) (people []string, group string) {
	for _, k := range s.Action.Form().Keys {
		switch k.Kind {
		case flow.PeopleKey:
			people = append(people, *k.List...)
		case flow.PersonKey:
			people = append(people, *k.Text)
		case flow.GroupKey:
			group = *k.Text
		default: // names nobody
		}
	}
	return people, group
}
