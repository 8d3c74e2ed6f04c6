package flow

import (
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// CreateGroupDef creates a group.
type CreateGroupDef struct {
	ID      string         `json:"id,omitempty"` // what later steps call it
	Type    core.GroupType `json:"type"`
	Name    string         `json:"name"` // a template
	Owner   []string       `json:"owner,omitempty"`
	Members []string       `json:"members"`
	Topic   string         `json:"topic,omitempty"`   // a template
	Purpose string         `json:"purpose,omitempty"` // a template
	Public  bool           `json:"public,omitempty"`

	OnExists string `json:"on_exists,omitempty"` // of an item group: error (the default) or reuse
}

// What create_group does if the risk has an item group.
const (
	existsError = "error"
	existsReuse = "reuse"
)

func groupTypes() []string { return wordsOf([]core.GroupType{core.Ordinary, core.Topic, core.Item}) }

// CreateGroup creates a group.
type CreateGroup struct {
	Type    core.GroupType
	Name    *Template
	Owner   *People // the first of them with an account; nil: nobody
	Members *People
	Topic   *Template // nil: none
	Purpose *Template // nil: none
	Public  bool
	Reuse   bool // of an item group: if the risk has one, add the members to that one instead
}

// Kind implements ActionDef.
func (*CreateGroupDef) Kind() string { return "create_group" }

// Form implements ActionDef.
func (d *CreateGroupDef) Form() Form {
	ofType := func(c core.Capabilities) core.Ability { return c.Groups[d.Type] }
	return Form{
		Help: "Creates a group. An item group is bound to the risk and shows a badge, a small pinned card about it. A risk can have only one item group at a time: see on_exists.",
		Keys: []Key{
			{Name: "id", Kind: IDKey, Help: "An ID for the group, for later steps of this flow.", Text: &d.ID,
				Pattern: idPattern, Hint: idHint()},
			{Name: "type", Kind: TextKey, Help: "ordinary, item (bound to the risk) or topic (for a discussion: people end it, and then nobody can post).", Required: true,
				Choices: groupTypes(), Text: (*string)(&d.Type),
				Need: &Need{Ability: ofType, What: text.Phrasef("create %s groups", d.Type)}},
			templateKey("name", "The group's name. riskroom removes characters that the platform doesn't allow in names, and adds a suffix that makes the name unique, such as the risk's key.", &d.Name).
				required().limited(func(l core.Limits) int { return l.GroupName }).cut(),
			peopleKey("owner", "The group's owner: the first of these people who has an account in the workspace.", &d.Owner),
			peopleKey("members", "The people to invite.", &d.Members).required().limited(func(l core.Limits) int { return l.GroupMembers }),
			templateKey("topic", "The group's topic.", &d.Topic).limited(func(l core.Limits) int { return l.Topic }),
			templateKey("purpose", "The group's purpose.", &d.Purpose).limited(func(l core.Limits) int { return l.Purpose }),
			{Name: "public", Kind: FlagKey, Help: "true if everyone in the workspace can find and join the group. Default: false, a private group.", Flag: &d.Public},
			{Name: "on_exists", Kind: TextKey, Choices: []string{existsError, existsReuse}, Text: &d.OnExists,
				Help: "What happens if the risk already has an item group. error (the default): the step fails. reuse: the members are added to that group, and later steps act on it."},
		},
	}
}

func (d *CreateGroupDef) compile(c *stepCompiler, path string, _ *Step) Action {
	if slices.Contains(groupTypes(), string(d.Type)) {
		c.types[d.ID] = d.Type
	}
	reuse := d.OnExists == existsReuse
	switch {
	case d.Type == core.Item:
		c.itemGroup(path, reuse)
	case d.OnExists != "" && slices.Contains(groupTypes(), string(d.Type)):
		c.report(path+"/on_exists", -1, RuleStep, "on_exists is only for item groups: a risk can have several groups of the type %s", d.Type)
	}
	return &CreateGroup{
		Type:    d.Type,
		Name:    c.line(path+"/name", d.Name),
		Owner:   c.people(path+"/owner", d.Owner),
		Members: c.people(path+"/members", d.Members),
		Topic:   c.line(path+"/topic", d.Topic),
		Purpose: c.line(path+"/purpose", d.Purpose),
		Public:  d.Public,
		Reuse:   reuse,
	}
}

// itemGroup warns of a second item group that isn't reused.
func (c *stepCompiler) itemGroup(path string, reuse bool) {
	delete(c.over, itemTarget)
	if c.items++; c.items == 2 && !reuse {
		c.warn(path, RuleStep, "the flow creates a second item group, but a risk can have only one: this step fails unless an if skips the first, or it has on_exists: reuse")
	}
}

// Kind implements Action.
func (*CreateGroup) Kind() string { return (*CreateGroupDef)(nil).Kind() }

// Uses implements Action.
func (*CreateGroup) Uses() core.Uses { return core.Uses{Groups: true} }

func (*CreateGroup) action() {}
