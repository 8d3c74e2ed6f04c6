package flow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// itemTarget is the name of the risk's item group in flows.
const itemTarget = "item"

// IsItem reports whether a group in a flow is the risk's item group.
func IsItem(group string) bool { return group == itemTarget }

// Step is one step of a Flow.
type Step struct {
	ID        string     // the ID of the group that it creates or the message that it sends, "" if it has none
	If        *Condition // nil: always
	Workspace string     // "" is the risk's home; if the action's group is a channel, its workspace
	OnError   OnError
	Loud      bool // its messages don't wait for the end of quiet hours
	Action    Action

	key string
}

// Key identifies the step within its flow: its ID, or its action and a count
// ("send_message#2"). It is part of ops and audit events, and doesn't change unless the flow
// does.
func (s Step) Key() string { return s.key }

// Target is the group that a step acts on. Exactly one field is set.
type Target struct {
	Step string // the ID of the step that created it
	Item bool   // the risk's live group
	Ref  core.GroupRef
}

// String returns the target as flows write it.
func (t Target) String() string {
	switch {
	case t.Step != "":
		return t.Step
	case t.Item:
		return itemTarget
	}
	return t.Ref.String()
}

// CreatesItemGroup reports whether the step at index i, or a later one, creates
// the risk's item group, and no step before it needs that group or waits.
func (f *Flow) CreatesItemGroup(i int) bool {
	for ; i < len(f.Steps); i++ {
		switch a := f.Steps[i].Action.(type) {
		case *Wait:
			return false // it may take days
		case *CreateGroup:
			if a.Type == core.Item {
				return true
			}
		case *SendGroupMessage:
			if a.Group.Item {
				return false
			}
		case *SetGroup:
			if a.Group.Item {
				return false
			}
		case *SendMessage:
			if a.needsItem() {
				return false
			}
		}
	}
	return false
}

// stepCompiler compiles the steps of one flow.
type stepCompiler struct {
	*compiler
	counts  map[string]int    // steps so far by action
	created map[string]string // the workspaces of the groups so far, by step ID
	later   map[string]int    // the first step that creates a group, by its ID
	types   map[string]core.GroupType
	sent    map[string]sent // the messages so far, by step ID
	replies map[string]int  // the number of the first step that sends a message, by its ID
	items   int             // item groups so far
	number  int             // of the present step, from 1
	count   int             // of all steps
	over    map[string]ending
}

// ending is the step that certainly ended a group.
type ending struct {
	step      int // its number
	dissolved bool
}

// steps compiles every step.
func (c *compiler) steps(defs []StepDef) []Step {
	switch n := len(defs); {
	case n == 0:
		c.report("/steps", -1, RuleStep, "a flow needs at least one step")
	case n > core.MaxSteps:
		c.report("/steps", -1, RuleLimit, "the flow has %d steps; at most %d are allowed", n, core.MaxSteps)
	}
	sc := &stepCompiler{
		compiler: c, counts: map[string]int{}, created: map[string]string{}, types: map[string]core.GroupType{}, later: map[string]int{}, over: map[string]ending{}, count: len(defs),
		sent: map[string]sent{}, replies: messageIDs(defs),
	}
	for i, d := range defs {
		if _, known := sc.later[d.ID()]; !known {
			sc.later[d.ID()] = i
		}
	}
	var out []Step
	for i, d := range defs {
		sc.number = i + 1
		out = append(out, sc.step(at("/steps", i), d))
	}
	return out
}

// step compiles one step.
func (c *stepCompiler) step(path string, d StepDef) Step {
	s := Step{ID: cmp.Or(d.ID(), d.id(MessageIDKey)), If: c.condition(path+"/if", d.If), Workspace: d.Workspace, OnError: d.OnError, Loud: d.QuietHours == ignoreQuiet}
	for _, k := range d.Keys() {
		c.key(path, "step", RuleStep, k)
	}
	if s.Loud && d.Action != nil && !sendsMessage(d.Action) {
		c.warn(path+"/quiet_hours", RuleStep, "only messages wait for the end of quiet hours, so this has no effect")
	}
	if d.Workspace != "" {
		c.terms = append(c.terms, Term{Path: path + "/workspace", Kind: WorkspaceTerm, Text: d.Workspace, Workspace: d.Workspace})
	}
	if d.Action == nil {
		c.report(path, -1, RuleStep, "%s", stepForm().Without)
		return s
	}
	kind, step := d.Action.Kind(), path
	path += "/" + kind
	if form := d.Action.Form(); form.Bare {
		c.form(step, kind, RuleStep, form)
	} else {
		c.form(path, kind, RuleStep, form)
	}
	switch {
	case c.texts != nil:
		c.digestStep(path, d.Action)
	case c.digests:
		c.missedStep(path, d.Action)
	}
	c.newID(path+"/id", s.ID)
	if id := d.ID(); id != "" && id != itemTarget {
		c.created[id] = d.Workspace
	}
	s.Action = d.Action.compile(c, path, &s)
	s.key = s.ID
	if c.counts[kind]++; s.key == "" {
		s.key = fmt.Sprintf("%s#%d", kind, c.counts[kind])
	}
	return s
}

// newID checks the ID of a group that is created, or of a message.
func (c *stepCompiler) newID(path, id string) {
	_, group := c.created[id]
	_, message := c.sent[id]
	switch {
	case id == "":
	case id == itemTarget:
		c.report(path, 0, RuleStep, "%q means the risk's live group; choose another id", id)
	case group, message:
		c.report(path, 0, RuleStep, "the id %q is taken by an earlier step", id)
	}
}

// target compiles the group that s acts on, and sets the workspace of s.
func (c *stepCompiler) target(path, group string, s *Step) Target {
	if group == "" {
		return Target{}
	}
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
	if i, ok := c.later[group]; ok {
		c.report(path, 0, RuleStep, "the group %q doesn't exist yet: step %d creates it; move that step before this one", group, i+1)
		return Target{}
	}
	c.report(path, 0, RuleStep, "there is no group %q; %s", group,
		orMeant(group, ids, text.Phrasef("groups are %s, or <workspace>/<channel id>", oneOf(ids))))
	return Target{}
}

// agree sets the workspace of s to that of its group. It reports a problem if s names
// another one.
func (c *stepCompiler) agree(path string, s *Step, workspace string) {
	if s.Workspace != "" && s.Workspace != workspace {
		if workspace == "" {
			c.report(path, 0, RuleStep, "the group is in the workspace where the risk was filed, but the step has workspace: %s", s.Workspace)
		} else {
			c.report(path, 0, RuleStep, "the group is in %s, but the step has workspace: %s", workspace, s.Workspace)
		}
	}
	s.Workspace = workspace
}

// group names the group that a target means in over.
func (c *stepCompiler) group(t Target) string {
	if t.Step != "" && c.types[t.Step] == core.Item {
		return itemTarget
	}
	return t.String()
}

// afterEnd warns if an earlier step has certainly ended the group that a step acts on. In a
// topic group that has ended, messages are skipped, and anyway says whether a change can be
// made.
func (c *stepCompiler) afterEnd(path string, t Target, message, anyway bool) {
	switch e, over := c.over[c.group(t)]; {
	case !over || t == Target{}:
	case e.dissolved:
		c.warn(path+"/group", RuleStep, "step %d dissolves this group, so this step fails: move it before that one", e.step)
	case message:
		c.warn(path+"/group", RuleStep, "step %d ends this group's topic, so this message is skipped: move it before that step", e.step)
	case !anyway:
		c.warn(path+"/group", RuleStep, "step %d ends this group's topic, so this step fails: move it before that one", e.step)
	}
}
