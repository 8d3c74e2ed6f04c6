package flow

import "riskroom/core"

// SetGroupDef changes a group on behalf of Operator.
type SetGroupDef struct {
	Group    string   `json:"group"`
	Operator string   `json:"operator"` // a person with group_settings who owns or administers the group
	Name     string   `json:"name,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Add      []string `json:"add,omitempty"`
	Remove   []string `json:"remove,omitempty"`
}

// SetGroup changes Group on behalf of Operator.
type SetGroup struct {
	Group    Target
	Operator core.Ref  // a person or an account
	Name     *Template // nil: left alone
	Topic    *Template // nil: left alone
	Add      *People   // nil: nobody
	Remove   *People   // nil: nobody
}

// Kind implements ActionDef.
func (*SetGroupDef) Kind() string { return "set_group" }

// Form implements ActionDef.
func (d *SetGroupDef) Form() Form {
	return Form{
		Help: "Changes a group on behalf of a person, the operator.",
		Keys: []Key{
			groupKey(&d.Group),
			{Name: "operator", Kind: PersonKey, Required: true, Text: &d.Operator,
				Help: "The person on whose behalf the group is changed. They must have group_settings, and own or administer the group when the step runs."},
			templateKey("name", "The new name.", &d.Name).needing(core.PartName, "change a group's name").
				limited(func(l core.Limits) int { return l.GroupName }).cut(),
			templateKey("topic", "The new topic.", &d.Topic).needing(core.PartTopic, "change a group's topic").
				limited(func(l core.Limits) int { return l.Topic }),
			peopleKey("add", "The people to invite.", &d.Add).needing(core.PartMember, "add people to a group"),
			peopleKey("remove", "The people to remove.", &d.Remove).needing(core.PartRemoved, "remove people from a group"),
		},
		AnyOf: []string{"name", "topic", "add", "remove"}, Without: "set_group needs something to change: name, topic, add or remove",
	}
}

func (d *SetGroupDef) compile(c *stepCompiler, path string, s *Step) Action {
	return &SetGroup{
		Group:    c.target(path+"/group", d.Group, s),
		Operator: c.operator(path+"/operator", d.Operator),
		Name:     c.line(path+"/name", d.Name),
		Topic:    c.line(path+"/topic", d.Topic),
		Add:      c.people(path+"/add", d.Add),
		Remove:   c.people(path+"/remove", d.Remove),
	}
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
		c.report(path, 0, RulePeople, "the operator must be one person, by name or as workspace/user, not the %s %q: group_settings is checked when the file is read", t.Kind, s)
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
