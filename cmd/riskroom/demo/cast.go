package demo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/flow"
)

// castIn makes the stand-in of one workspace of a config file: everybody whom
// the file names has an account in it, user groups have two members each who
// are made up, and channels that the file names are there, with the bot in them.
type castIn struct {
	workspace string
	lang      string
	zone      string
	opts      emulator.Options
	taken     map[string]bool   // user IDs
	ids       map[string]string // user ID by name
}

// reporter is who files the risks: nobody whom the file names.
const reporter = "mei"

func cast(cfg *config.Config, workspace, lang string) *castIn {
	c := &castIn{
		workspace: workspace, lang: lang, zone: cfg.Organisation.Zone.String(),
		opts:  emulator.Options{TeamName: workspace, Domain: workspace},
		taken: map[string]bool{}, ids: map[string]string{},
	}
	people := cfg.Organisation.People
	for _, p := range people {
		c.taken[p.Accounts[workspace]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		p := people[name]
		id := c.person(name, p.Accounts[workspace], p.Email)
		if p.Email == "" && p.Accounts[workspace] == "" {
			// Nothing in the file leads to this person: the demo knows better.
			if p.Accounts == nil {
				p.Accounts = map[string]string{}
			}
			p.Accounts[workspace] = id
			people[name] = p
		}
	}
	if _, ok := c.ids[reporter]; !ok {
		c.person(reporter, "", reporter+"@example.com")
	}
	refs, groups := named(cfg)
	for _, r := range refs {
		c.ref(r)
	}
	for _, g := range groups {
		if g.Workspace == workspace {
			c.channel(g)
		}
	}
	return c
}

// person adds somebody, under an ID of our own if none is given.
func (c *castIn) person(name, id, email string) string {
	if id == "" {
		for n := len(c.opts.Users) + 1; id == "" || c.taken[id]; n++ {
			id = fmt.Sprintf("U0DEMO%04d", n)
		}
	}
	c.taken[id] = true
	c.ids[name] = id
	c.opts.Users = append(c.opts.Users, emulator.User{ID: id, Name: name, Email: email, TZ: c.zone, Locale: c.lang})
	return id
}

// ref adds whom a config file means without naming a person: a user group or an
// account.
func (c *castIn) ref(r core.Ref) {
	if a, ok := r.Account(); ok && a.Workspace == c.workspace && !c.taken[a.ID] {
		c.person(strings.ToLower(a.ID), a.ID, "")
		return
	}
	ws, handle, ok := r.Group()
	if !ok || ws != "" && ws != c.workspace {
		return
	}
	if slices.ContainsFunc(c.opts.UserGroups, func(g emulator.UserGroup) bool { return g.Handle == handle }) {
		return
	}
	g := emulator.UserGroup{Handle: handle, Name: handle}
	for n := 1; n <= 2; n++ {
		g.Users = append(g.Users, c.person(fmt.Sprintf("%s-%d", handle, n), "", ""))
	}
	c.opts.UserGroups = append(c.opts.UserGroups, g)
}

// channel adds a channel that flows post into, named by its ID: that is all that
// the file says of it.
func (c *castIn) channel(g core.GroupRef) {
	if slices.ContainsFunc(c.opts.Channels, func(ch emulator.Channel) bool { return ch.ID == g.ID }) {
		return
	}
	members := []string{botID}
	for _, u := range c.opts.Users {
		members = append(members, u.ID)
	}
	c.opts.Channels = append(c.opts.Channels, emulator.Channel{ID: g.ID, Name: strings.ToLower(g.ID), Members: members})
}

// botID is the stand-in's own for the bot's user.
const botID = "U0000000BOT"

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
		var def flow.Def
		if json.Unmarshal(f.Canonical(), &def) != nil {
			continue // another version's; then its people are missing, and the play says so
		}
		for _, s := range def.Steps {
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
	switch {
	case s.SendMessage != nil:
		people = s.SendMessage.To
	case s.CreateGroup != nil:
		people = slices.Concat(s.CreateGroup.Owner, s.CreateGroup.Members)
	case s.SendGroupMessage != nil:
		people, group = s.SendGroupMessage.Mention, s.SendGroupMessage.Group
	case s.SetGroup != nil:
		people = slices.Concat(s.SetGroup.Add, s.SetGroup.Remove, []string{s.SetGroup.Operator})
		group = s.SetGroup.Group
	}
	return people, group
}
