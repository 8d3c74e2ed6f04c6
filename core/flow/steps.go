package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"riskroom/core"
)

// itemTarget is what flows call the risk's live group.
const itemTarget = "item"

// cardRisk is the only card that there is.
const cardRisk = "risk"

var stepID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// stepCompiler compiles the steps of one flow.
type stepCompiler struct {
	*compiler
	counts  map[string]int    // steps so far by action
	created map[string]string // the workspaces of the groups so far, by step ID
	items   int               // item groups so far
}

// steps compiles every step.
func (c *compiler) steps(defs []StepDef) []Step {
	switch n := len(defs); {
	case n == 0:
		c.report("/steps", -1, RuleStep, "a flow needs at least one step")
	case n > core.MaxSteps:
		c.report("/steps", -1, RuleLimit, "the flow has %d steps; at most %d are taken", n, core.MaxSteps)
	}
	sc := &stepCompiler{compiler: c, counts: map[string]int{}, created: map[string]string{}}
	var out []Step
	for i, d := range defs {
		out = append(out, sc.step(at("/steps", i), d))
	}
	return out
}

// step compiles one step.
func (c *stepCompiler) step(path string, d StepDef) Step {
	s := Step{If: c.condition(path+"/if", d.If), Workspace: d.Workspace}
	if d.Workspace != "" {
		c.terms = append(c.terms, Term{Path: path + "/workspace", Kind: WorkspaceTerm, Text: d.Workspace, Workspace: d.Workspace})
	}
	actions := 0
	if d.SendMessage != nil {
		actions++
		s.SendMessage = c.sendMessage(path+"/send_message", d.SendMessage)
	}
	if d.CreateGroup != nil {
		actions++
		s.ID = d.CreateGroup.ID
		s.CreateGroup = c.createGroup(path+"/create_group", d.CreateGroup, d.Workspace)
	}
	if d.SendGroupMessage != nil {
		actions++
		s.SendGroupMessage = c.sendGroupMessage(path+"/send_group_message", d.SendGroupMessage, &s)
	}
	if d.SetGroup != nil {
		actions++
		s.SetGroup = c.setGroup(path+"/set_group", d.SetGroup, &s)
	}
	if actions != 1 {
		c.report(path, -1, RuleStep, "a step has exactly one of send_message, create_group, send_group_message, set_group, not %d", actions)
		return s
	}
	s.key = s.ID
	if c.counts[s.Action()]++; s.key == "" {
		s.key = fmt.Sprintf("%s#%d", s.Action(), c.counts[s.Action()])
	}
	return s
}

func (c *stepCompiler) sendMessage(path string, d *SendMessageDef) *SendMessage {
	s := &SendMessage{
		To:    c.neededPeople(path+"/to", d.To),
		Title: c.line(path+"/title", d.Title),
		Text:  c.text(path+"/text", d.Text),
		Card:  c.card(path+"/card", d.Card),
	}
	if d.Title == "" && d.Text == "" && d.Card == "" {
		c.report(path, -1, RuleStep, "the message is empty: give it a title, a text or card: risk")
	}
	return s
}

func (c *stepCompiler) createGroup(path string, d *CreateGroupDef, workspace string) *CreateGroup {
	c.newID(path+"/id", d.ID, workspace)
	s := &CreateGroup{
		Type:    d.Type,
		Name:    c.line(path+"/name", d.Name),
		Owner:   c.people(path+"/owner", d.Owner),
		Members: c.neededPeople(path+"/members", d.Members),
		Topic:   c.line(path+"/topic", d.Topic),
		Purpose: c.line(path+"/purpose", d.Purpose),
		Public:  d.Public,
	}
	if d.Name == "" {
		c.report(path, -1, RuleStep, "a group needs a name")
	}
	switch d.Type {
	case core.Ordinary, core.Topic:
	case core.Item:
		if c.items++; c.items == 2 {
			c.problems = append(c.problems, Problem{
				Path: path, Offset: -1, Rule: RuleStep, Warning: true,
				Message: "the flow creates a second item group: a risk has one at a time, so this step fails unless an if keeps the first from running",
			})
		}
	default:
		c.report(path+"/type", 0, RuleStep, "there is no type of group %q; types are %s, %s, %s", d.Type, core.Ordinary, core.Topic, core.Item)
	}
	return s
}

// newID checks the ID of a group that is created, and remembers it.
func (c *stepCompiler) newID(path, id, workspace string) {
	if id == "" {
		return
	}
	switch _, taken := c.created[id]; {
	case !stepID.MatchString(id):
		c.report(path, 0, RuleStep, "%q cannot be an id: use letters, digits, - and _, beginning with a letter", id)
	case id == itemTarget:
		c.report(path, 0, RuleStep, "%q means the risk's live group; choose another id", id)
	case taken:
		c.report(path, 0, RuleStep, "the id %q is taken by an earlier step", id)
	}
	if id != itemTarget {
		c.created[id] = workspace
	}
}

func (c *stepCompiler) sendGroupMessage(path string, d *SendGroupMessageDef, s *Step) *SendGroupMessage {
	m := &SendGroupMessage{
		Group:   c.target(path+"/group", d.Group, s),
		Mention: c.people(path+"/mention", d.Mention),
		Title:   c.line(path+"/title", d.Title),
		Text:    c.text(path+"/text", d.Text),
		Card:    c.card(path+"/card", d.Card),
	}
	if len(d.Mention) == 0 && d.Title == "" && d.Text == "" && d.Card == "" {
		c.report(path, -1, RuleStep, "the message is empty: give it a title, a text or card: risk")
	}
	return m
}

func (c *stepCompiler) setGroup(path string, d *SetGroupDef, s *Step) *SetGroup {
	g := &SetGroup{
		Group:    c.target(path+"/group", d.Group, s),
		Operator: c.operator(path+"/operator", d.Operator),
		Name:     c.line(path+"/name", d.Name),
		Topic:    c.line(path+"/topic", d.Topic),
		Add:      c.people(path+"/add", d.Add),
		Remove:   c.people(path+"/remove", d.Remove),
	}
	if d.Name == "" && d.Topic == "" && len(d.Add) == 0 && len(d.Remove) == 0 {
		c.report(path, -1, RuleStep, "the step changes nothing: give it a name, a topic, or people to add or remove")
	}
	return g
}

// operator compiles the person on whose behalf a group is changed: one whose
// permission can be looked up in the config file.
func (c *stepCompiler) operator(path, s string) core.Ref {
	if s == "" {
		c.report(path, -1, RulePeople, "set_group needs an operator: somebody who holds group_settings")
		return ""
	}
	t, ok := c.term(path, s)
	if !ok {
		return ""
	}
	if t.Kind != PersonTerm && t.Kind != AccountTerm {
		c.report(path, 0, RulePeople, "the operator is one person, named or as workspace/user, not the %s %q: whether they hold group_settings is checked beforehand", t.Kind, s)
		return ""
	}
	t.Operator = true
	c.terms = append(c.terms, t)
	return t.Ref
}

// target compiles which group s acts on, and with it the workspace of s.
func (c *stepCompiler) target(path, group string, s *Step) Target {
	if group == itemTarget {
		if s.Workspace != "" {
			c.report(path, 0, RuleStep, "the risk's live group is where it is: leave out workspace")
		}
		return Target{Item: true}
	}
	workspace, known := c.created[group]
	if known {
		c.agree(path, s, workspace)
		return Target{Step: group}
	}
	if ref, err := core.ParseGroupRef(group); err == nil && strings.TrimSpace(group) == group {
		c.terms = append(c.terms, Term{Path: path, Kind: ChannelTerm, Text: group, Workspace: ref.Workspace})
		c.agree(path, s, ref.Workspace)
		return Target{Ref: ref}
	}
	ids := []string{itemTarget}
	for id := range c.created {
		ids = append(ids, id)
	}
	slices.Sort(ids[1:])
	c.report(path, 0, RuleStep, "there is no group %q; groups are %s, or <workspace>/<channel id>", group, oneOf(ids))
	return Target{}
}

// agree makes s act in the workspace of its group, and refuses another one.
func (c *stepCompiler) agree(path string, s *Step, workspace string) {
	if s.Workspace != "" && s.Workspace != workspace {
		where := "at the risk's home"
		if workspace != "" {
			where = "in " + workspace
		}
		c.report(path, 0, RuleStep, "the group is %s, and the step says workspace: %s", where, s.Workspace)
	}
	s.Workspace = workspace
}

// card tells whether a message has the risk's card.
func (c *stepCompiler) card(path, card string) bool {
	if card != "" && card != cardRisk {
		c.report(path, 0, RuleStep, "there is no card %q; the only one is %s", card, cardRisk)
	}
	return card == cardRisk
}

// neededPeople compiles a list that must not be empty.
func (c *stepCompiler) neededPeople(path string, list []string) *People {
	if len(list) == 0 {
		c.report(path, -1, RulePeople, "nobody is named; write people such as handlers or submitter")
	}
	return c.people(path, list)
}
