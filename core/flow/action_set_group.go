package flow

import (
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// SetGroupDef changes a group on behalf of Operator.
type SetGroupDef struct {
	Group        string   `json:"group"`
	Operator     string   `json:"operator"` // a person with group_settings who owns or administers the group
	Name         string   `json:"name,omitempty"`
	Topic        *string  `json:"topic,omitempty"` // "" clears it
	Purpose      *string  `json:"purpose,omitempty"`
	Announcement *string  `json:"announcement,omitempty"`
	Add          []string `json:"add,omitempty"`
	Remove       []string `json:"remove,omitempty"`
	Admins       []string `json:"admins,omitempty"` // added
	RemoveAdmins []string `json:"remove_admins,omitempty"`
	Mute         []string `json:"mute,omitempty"` // people, or only one of the words muteAll and muteNone
	State        string   `json:"state,omitempty"`
	Owner        []string `json:"owner,omitempty"`
	Dissolve     bool     `json:"dissolve,omitempty"`
}

// SetGroup changes Group on behalf of Operator. What is nil or empty is left alone.
type SetGroup struct {
	Group        Target
	Operator     core.Ref // a person or an account
	Name         *Template
	Topic        *Template // one that gives "" clears the text
	Purpose      *Template
	Announcement *Template
	Add          *People
	Remove       *People
	Admins       *People // added
	RemoveAdmins *People
	Mute         *Mute
	State        core.TopicState
	Owner        *People // the first of them with an account
	Dissolve     bool
}

// Mute says who may not post: everybody, or People. If it has neither, nobody is muted.
type Mute struct {
	All    bool
	People *People
}

// The words that replace the people of mute.
const (
	muteAll  = "all"
	muteNone = "none"
)

// Kind implements ActionDef.
func (*SetGroupDef) Kind() string { return "set_group" }

// Form implements ActionDef.
func (d *SetGroupDef) Form() Form {
	announcement := templateKey("announcement", "The text to pin in place of the last announcement. \"\" removes that.", nil).
		clearable(&d.Announcement).skipped(core.PartAnnouncement, text.Plain("pin announcements")).
		limited(func(l core.Limits) int { return l.MessageText })
	announcement.Max = maxText
	mute := muteKey("mute", "Who can't post: all (everybody but the bot), none, or these people only.", &d.Mute).
		skipped(core.PartMute, text.Plain("mute a group"))
	if len(mute.People()) > 0 {
		mute.Need.Ability, mute.Need.What = func(c core.Capabilities) core.Ability { return c.Mute }, text.Plain("mute single people in a group")
	}
	return Form{
		Help: "Changes a group on behalf of a person, the operator. Keys that are left out stay as they are. The order is: name, texts, members, admins, mute, state, owner, dissolve.",
		Keys: []Key{
			groupKey(&d.Group),
			{Name: "operator", Kind: PersonKey, Required: true, Text: &d.Operator,
				Help: "The person on whose behalf the group is changed. They must have group_settings, and own or administer the group when the step runs."},
			templateKey("name", "The new name.", &d.Name).skipped(core.PartName, text.Plain("change a group's name")).
				limited(func(l core.Limits) int { return l.GroupName }).cut(),
			templateKey("topic", "The new topic. \"\" clears it.", nil).clearable(&d.Topic).skipped(core.PartTopic, text.Plain("change a group's topic")).
				limited(func(l core.Limits) int { return l.Topic }),
			templateKey("purpose", "The new purpose. \"\" clears it.", nil).clearable(&d.Purpose).skipped(core.PartPurpose, text.Plain("change a group's purpose")).
				limited(func(l core.Limits) int { return l.Purpose }),
			announcement,
			peopleKey("add", "The people to invite.", &d.Add).skipped(core.PartMember, text.Plain("add people to a group")),
			peopleKey("remove", "The people to remove.", &d.Remove).skipped(core.PartRemoved, text.Plain("remove people from a group")),
			peopleKey("admins", "People to make admins of the group. They are invited too.", &d.Admins),
			peopleKey("remove_admins", "Admins who become ordinary members.", &d.RemoveAdmins),
			mute,
			textKey("state", "Of a topic group: ended, and nobody can post, or discussing again.", &d.State).
				oneOf(core.Discussing, core.Ended).skipped(core.PartState, text.Plain("end and reopen topic groups")),
			peopleKey("owner", "The new owner: the first of these people who has an account in the workspace. They are invited too.", &d.Owner),
			Key{Name: "dissolve", Kind: FlagKey, Flag: &d.Dissolve, Help: "true dissolves the group for good, as far as the platform can."}.
				skipped(core.PartDissolve, text.Plain("dissolve groups")),
		},
		AnyOf: setKeys(), Without: text.Phrasef("set_group needs something to change: %s", text.Or(setKeys()...)),
	}
}

// setKeys returns the keys that change something.
func setKeys() []string {
	return []string{"name", "topic", "purpose", "announcement", "add", "remove", "admins", "remove_admins", "mute", "state", "owner", "dissolve"}
}

func (d *SetGroupDef) compile(c *stepCompiler, path string, s *Step) Action {
	a := &SetGroup{
		Group:        c.target(path+"/group", d.Group, s),
		Operator:     c.operator(path+"/operator", d.Operator),
		Name:         c.line(path+"/name", d.Name),
		Topic:        clearable(c.line, path+"/topic", d.Topic),
		Purpose:      clearable(c.line, path+"/purpose", d.Purpose),
		Announcement: clearable(c.text, path+"/announcement", d.Announcement),
		Add:          c.people(path+"/add", d.Add),
		Remove:       c.people(path+"/remove", d.Remove),
		Admins:       c.people(path+"/admins", d.Admins),
		RemoveAdmins: c.people(path+"/remove_admins", d.RemoveAdmins),
		Mute:         c.mute(path+"/mute", d.Mute),
		State:        core.TopicState(d.State),
		Owner:        c.people(path+"/owner", d.Owner),
		Dissolve:     d.Dissolve,
	}
	c.contradictions(path, d, a.Group)
	c.ends(path, a, s)
	return a
}

// ends notes that the group ends or is reopened, if that is certain.
func (c *stepCompiler) ends(path string, a *SetGroup, s *Step) {
	c.afterEnd(path, a.Group, false, a.State == core.Discussing || !a.changes())
	switch group := c.group(a.Group); {
	case a.Group == Target{}: // reported
	case a.State == core.Discussing:
		if e, over := c.over[group]; over && !e.dissolved {
			delete(c.over, group)
		}
	case s.If == nil && (a.Dissolve || a.State == core.Ended):
		if _, over := c.over[group]; !over || a.Dissolve {
			c.over[group] = ending{c.number, a.Dissolve}
		}
	}
}

// changes reports whether the step changes something else than the state of the group, and
// whether it exists.
func (a *SetGroup) changes() bool {
	texts := a.Name != nil || a.Topic != nil || a.Purpose != nil || a.Announcement != nil
	people := a.Add != nil || a.Remove != nil || a.Admins != nil || a.RemoveAdmins != nil || a.Owner != nil
	return texts || people || a.Mute != nil
}

// contradictions reports keys that can't all be meant.
func (c *stepCompiler) contradictions(path string, d *SetGroupDef, g Target) {
	typ, known := c.types[g.Step]
	if g.Item {
		typ, known = core.Item, true
	}
	if d.State != "" && known && typ != core.Topic {
		c.report(path+"/state", 0, RuleStep, "only topic groups have a state, but this group has the type %s", typ)
	}
	if d.Dissolve && d.State == string(core.Discussing) {
		c.report(path+"/state", 0, RuleStep, "a group can't be discussed in and dissolved at once")
	}
	for _, both := range both(d.Add, d.Remove) {
		c.warn(path+"/remove", RulePeople, "%s is added and removed in the same step: neither is done", both)
	}
	for _, both := range both(d.Admins, d.RemoveAdmins) {
		c.report(path+"/remove_admins", -1, RulePeople, "%s becomes an admin and stops being one in the same step", both)
	}
}

// both returns the entries that are in two lists of people.
func both(a, b []string) []string {
	var out []string
	for _, s := range a {
		if slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// mute compiles who may not post, nil if that stays as it is.
func (c *stepCompiler) mute(path string, list []string) *Mute {
	switch {
	case len(list) == 0:
		return nil
	case len(list) == 1 && list[0] == muteAll:
		return &Mute{All: true}
	case len(list) == 1 && list[0] == muteNone:
		return &Mute{}
	}
	for i, s := range list {
		if s == muteAll || s == muteNone {
			c.report(at(path, i), 0, RulePeople, "%s can't be in a list with people: write mute: %s", s, s)
			return nil
		}
	}
	return &Mute{People: c.people(path, list)}
}

// operator compiles the person on whose behalf a group is changed. It must be possible to
// look up their permission in the config file.
func (c *stepCompiler) operator(path, s string) core.Ref {
	if s == "" {
		return ""
	}
	t, ok := c.term(path, s)
	if !ok {
		return ""
	}
	if t.Kind != PersonTerm && t.Kind != AccountTerm {
		c.report(path, 0, RulePeople, "the operator must be one person, by name or as workspace/user, and %q isn't: write a person from people who has group_settings", s)
		return ""
	}
	t.Operator = true
	c.terms = append(c.terms, t)
	return t.Ref
}

// Kind implements Action.
func (*SetGroup) Kind() string { return (*SetGroupDef)(nil).Kind() }

// Uses implements Action.
func (*SetGroup) Uses() core.Uses { return core.Uses{Groups: true} }

func (*SetGroup) action() {}
