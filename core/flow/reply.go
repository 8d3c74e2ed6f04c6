package flow

import (
	"cmp"
	"maps"
	"slices"

	"riskroom/core/text"
)

// RepliedTo reports whether a later step replies to the message of the step at index i.
func (f *Flow) RepliedTo(i int) bool {
	id := f.Steps[i].ID
	return id != "" && slices.ContainsFunc(f.Steps[i+1:], func(s Step) bool {
		a, ok := s.Action.(*SendGroupMessage)
		return ok && a.ReplyTo == id
	})
}

// sentIn is where a message is sent.
type sentIn struct {
	step  int // its number
	group Target
}

// sends records the message of the present step.
func (c *stepCompiler) sends(id string, group Target) {
	if _, taken := c.sent[id]; id != "" && !taken {
		c.sent[id] = sentIn{c.number, group}
	}
}

// replyTo checks the message to which a message to a group replies.
func (c *stepCompiler) replyTo(path, id string, group Target) {
	if id == "" {
		return
	}
	m, known := c.sent[id]
	_, isGroup := c.created[id]
	later, comes := c.replies[id]
	switch {
	case known && m.group != Target{} && group != Target{} && c.group(m.group) != c.group(group):
		c.report(path, 0, RuleStep, "step %d sends this message to %s: a reply goes to the same group", m.step, m.group.String())
	case known:
	case comes && later == c.number:
		c.report(path, 0, RuleStep, "a message can't reply to itself")
	case comes:
		c.report(path, 0, RuleStep, "step %d sends the message %q after this one: move that step before this one", later, id)
	case isGroup || IsItem(id):
		c.report(path, 0, RuleStep, "%q is a group: write the id of a message", id)
	case len(c.sent) == 0:
		c.report(path, 0, RuleStep, "there is no message %q: give an earlier send_group_message this id", id)
	default:
		ids := slices.Sorted(maps.Keys(c.sent))
		c.report(path, 0, RuleStep, "there is no message %q; %s", id, orMeant(id, ids, text.Phrasef("messages before this one are %s", oneOf(ids))))
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
