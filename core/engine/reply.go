package engine

import (
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/flow"
)

// Why a message that should be a reply is sent as any other.
const (
	notSent      = "not_sent"      // the message to which it replies wasn't sent
	anotherGroup = "another_group" // that message is in another group: the risk has got a new one
	messageGone  = "message_gone"  // that message has been deleted
)

// repliedTo reports whether a later step replies to the message of the current one.
func (t *turn) repliedTo() bool { return t.flow != nil && t.flow.RepliedTo(t.run.Step) }

// earlier returns the outcome of the step with an ID.
func (t *turn) earlier(id string) outcome {
	return t.outcome(slices.IndexFunc(t.flow.Steps, func(s flow.Step) bool { return s.ID == id }))
}

// replyInGroup returns the message to which a message to a group replies, or why it replies
// to none. id is of the step that sent it; "" means none.
func (t *turn) replyInGroup(id string, to core.GroupRef) (ref core.MessageRef, apart string) {
	if id == "" {
		return core.MessageRef{}, ""
	}
	switch ref = t.earlier(id).Sent; {
	case ref.IsZero():
		return ref, notSent
	case ref.Workspace != to.Workspace || ref.Channel != to.ID:
		return core.MessageRef{}, anotherGroup
	}
	return ref, ""
}

// resolveReplies sets the direct messages to which those of in reply.
func (t *turn) resolveReplies(id string, in *input) {
	if id == "" {
		return
	}
	got := t.earlier(id).SentTo
	in.Replies = map[string]core.MessageRef{}
	for _, to := range in.To {
		in.Replies[to.String()] = got[to.String()]
	}
}

// sentTo records a direct message: where it is if a later step replies to it, and why it isn't
// a reply if it should be one.
func (t *turn) sentTo(p *performed, in *input, to core.Account, ref core.MessageRef) {
	who := to.String()
	if t.repliedTo() {
		if p.out.SentTo == nil {
			p.out.SentTo = map[string]core.MessageRef{}
		}
		p.out.SentTo[who] = ref
	}
	parent, reply := in.Replies[who]
	if !reply || ref.Thread != "" {
		return
	}
	if p.out.ApartFrom == nil {
		p.out.ApartFrom = map[string]string{}
	}
	p.out.ApartFrom[who] = messageGone
	if parent.IsZero() {
		p.out.ApartFrom[who] = notSent
	}
}

// ApartPrefix begins the keys of the people whose direct messages aren't replies, by the
// reason, in the data of EventStep.
const ApartPrefix = "apart."

// apartData adds to the data of an event why messages are no replies.
func (o *outcome) apartData(data map[string]string) {
	if o.Apart != "" {
		data["apart"] = o.Apart
	}
	who := map[string][]string{}
	for _, account := range slices.Sorted(maps.Keys(o.ApartFrom)) {
		why := o.ApartFrom[account]
		who[why] = append(who[why], account)
	}
	for why, accounts := range who {
		data[ApartPrefix+why] = strings.Join(accounts, ", ")
	}
}
