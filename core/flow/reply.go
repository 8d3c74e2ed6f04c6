package flow

import (
	"cmp"
	"maps"
	"slices"

	"riskroom/core/text"
)

// ReplyTo returns the ID of the step to whose message the message of s replies, "" if it
// replies to none.
func (s Step) ReplyTo() string {
	switch a := s.Action.(type) {
	case *SendMessage:
		return a.ReplyTo
	case *SendGroupMessage:
		return a.ReplyTo
	}
	return ""
}

// RepliedTo reports whether a later step replies to the message of the step at index i.
func (f *Flow) RepliedTo(i int) bool {
	id := f.Steps[i].ID
	return id != "" && slices.ContainsFunc(f.Steps[i+1:], func(s Step) bool { return s.ReplyTo() == id })
}

// sent is what a step sends: a message to a group, or one to each of several people.
type sent struct {
	step      int    // its number
	kind      string // of its action
	group     Target
	to        *People
	workspace string // of to, "" is the risk's home
}

// sends records the message of the present step.
func (c *stepCompiler) sends(id string, m sent) {
	if _, taken := c.sent[id]; id != "" && !taken {
		c.sent[id] = m
	}
}

// replyTo checks the message to which the message of the present step replies.
func (c *stepCompiler) replyTo(path, id string, reply sent) {
	if id == "" {
		return
	}
	m, known := c.sent[id]
	_, isGroup := c.created[id]
	later, comes := c.replies[id]
	switch {
	case known:
		c.replyFits(path, m, reply)
	case comes && later == c.number:
		c.report(path, 0, RuleStep, "a message can't reply to itself")
	case comes:
		c.report(path, 0, RuleStep, "step %d sends the message %q after this one: move that step before this one", later, id)
	case isGroup || IsItem(id):
		c.report(path, 0, RuleStep, "%q is a group: write the id of a message", id)
	case len(c.sent) == 0:
		c.report(path, 0, RuleStep, "there is no message %q: give an earlier %s this id", id, reply.kind)
	default:
		ids := slices.Sorted(maps.Keys(c.sent))
		c.report(path, 0, RuleStep, "there is no message %q; %s", id, orMeant(id, ids, text.Phrasef("messages before this one are %s", oneOf(ids))))
	}
}

// replyFits checks that a message can be in the thread of an earlier one.
func (c *stepCompiler) replyFits(path string, m, reply sent) {
	switch {
	case m.kind != reply.kind && m.to != nil:
		c.report(path, 0, RuleStep, "step %d sends this message to people: only a send_message can reply to it", m.step)
	case m.kind != reply.kind:
		c.report(path, 0, RuleStep, "step %d sends this message to a group: only a send_group_message can reply to it", m.step)
	case m.group != Target{} && reply.group != Target{} && c.group(m.group) != c.group(reply.group):
		c.report(path, 0, RuleStep, "step %d sends this message to %s: a reply goes to the same group", m.step, m.group.String())
	case m.workspace != reply.workspace && m.workspace == "":
		c.report(path, 0, RuleStep, "step %d sends this message in the workspace where the risk was filed: a reply goes to the same workspace", m.step)
	case m.workspace != reply.workspace:
		c.report(path, 0, RuleStep, "step %d sends this message in %s: a reply goes to the same workspace", m.step, m.workspace)
	case apart(m.to, reply.to):
		c.report(path, 0, RuleStep, "step %d sends this message to %s: nobody here gets it", m.step, m.to.String())
	}
}

// apart reports whether two lists certainly have nobody in common: they name people, or
// accounts of one workspace, and no name is in both.
func apart(a, b *People) bool {
	if a == nil || b == nil || len(a.terms) == 0 || len(b.terms) == 0 {
		return false
	}
	first := a.terms[0]
	for _, t := range slices.Concat(a.terms, b.terms) {
		if t.Kind != first.Kind || t.Workspace != first.Workspace || t.Kind != PersonTerm && t.Kind != AccountTerm {
			return false
		}
	}
	return !slices.ContainsFunc(a.terms, func(t Term) bool {
		return slices.ContainsFunc(b.terms, func(o Term) bool { return o.Ref == t.Ref })
	})
}

// neverReplies warns if a message can't be a reply, because the step to whose message it
// replies certainly doesn't run when its own does.
func (c *compiler) neverReplies(f *Flow, k cases) {
	for i, s := range f.Steps {
		j := slices.IndexFunc(f.Steps[:i], func(o Step) bool { return o.ID != "" && o.ID == s.ReplyTo() })
		if j < 0 || s.If == nil || f.Steps[j].If == nil {
			continue
		}
		if !k.possible(f.Steps[j].If.tree, s.If.tree) {
			c.warn(at("/steps", i)+"/"+s.Action.Kind()+"/reply_to", RuleNever, "this is never a reply: when this step runs, the if of step %d is false", j+1)
		}
	}
}

// messageIDs returns the number of the first step that sends a message, by its ID.
func messageIDs(defs []StepDef) map[string]int {
	out := map[string]int{}
	for i, d := range defs {
		if id := d.id(MessageIDKey); id != "" {
			out[id] = cmp.Or(out[id], i+1)
		}
	}
	return out
}
