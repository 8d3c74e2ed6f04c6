package engine

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// topicEnded is why a message to a topic group that has ended is skipped.
const topicEnded = "topic_ended"

// resolveSendGroupMessage finds the group and renders the message.
func (t *turn) resolveSendGroupMessage(ctx context.Context, a *flow.SendGroupMessage, env flow.Env, in *input) error {
	var err error
	if in.Group, err = t.group(ctx, a.Group); err != nil {
		return err
	}
	if !a.Group.Item {
		g, err := t.groupOf(ctx, in.Group)
		switch {
		case err != nil:
			return err
		case g.Life == GoneGroup:
			return &core.Error{Op: "send_group_message", Kind: core.Conflict, Detail: "group_gone"}
		case g.State == core.Ended:
			return stepSkipped{topicEnded}
		}
	}
	head, err := renderHead(a.Title, a.Text, env)
	if err != nil {
		return err
	}
	accounts, missing, err := t.resolvePeople(ctx, a.Mention, env)
	if err != nil {
		return err
	}
	var mentions []core.Span
	for _, a := range accounts {
		if a.Workspace != in.Group.Workspace {
			missing = append(missing, people.Unresolved{Ref: core.RefOf(a), Code: otherWorkspace})
			continue
		}
		mentions = append(mentions, core.Mention(a), core.Plain(" "))
	}
	in.Missing = missing
	m := t.message(ctx, append(mentions, head...), a.Card, in.Group.Workspace)
	m.ReplyTo, in.Apart = t.replyTo(a, in.Group)
	in.Message = &m
	return nil
}

// Why a message that should be a reply is sent as any other.
const (
	notSent      = "not_sent"      // the message to which it replies wasn't sent
	anotherGroup = "another_group" // that message is in another group: the risk has got a new one
	messageGone  = "message_gone"  // that message has been deleted
)

// replyTo returns the message to which a message to a group replies, or why it replies to
// none.
func (t *turn) replyTo(a *flow.SendGroupMessage, to core.GroupRef) (ref core.MessageRef, apart string) {
	if a.ReplyTo == "" {
		return core.MessageRef{}, ""
	}
	i := slices.IndexFunc(t.flow.Steps, func(s flow.Step) bool { return s.ID == a.ReplyTo })
	switch ref = t.outcome(i).Sent; {
	case ref.IsZero():
		return ref, notSent
	case ref.Workspace != to.Workspace || ref.Channel != to.ID:
		return core.MessageRef{}, anotherGroup
	}
	return ref, ""
}

// performSendGroupMessage posts the message.
func (t *turn) performSendGroupMessage(ctx context.Context, in *input, p *performed) error {
	if err := t.hold(ctx, p, "", core.Account{}, in.Group); err != nil {
		return err
	}
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	ref, err := pl.SendGroupMessage(ctx, once{t: t}, in.Group, t.about(*in.Message, in.Group.Workspace))
	if err != nil {
		return err
	}
	p.out.did(in.Group.String())
	p.out.Apart = in.Apart
	if !in.Message.ReplyTo.IsZero() && ref.Thread == "" {
		p.out.Apart = messageGone
	}
	if t.flow != nil && t.flow.RepliedTo(t.run.Step) {
		p.out.Sent = ref
	}
	t.show(p, Shown{ID: t.shownID("post"), Ref: ref.Name(), Group: in.Group, Title: in.Message.Text}, *in.Message)
	return nil
}
