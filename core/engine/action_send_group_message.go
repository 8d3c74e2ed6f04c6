package engine

import (
	"context"

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
	m.ReplyTo, in.Apart = t.replyInGroup(a.ReplyTo, in.Group)
	in.Message = &m
	return nil
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
	if t.repliedTo() {
		p.out.Sent = ref
	}
	t.show(p, Shown{ID: t.shownID("post"), Ref: ref.Name(), Group: in.Group, Title: in.Message.Text}, *in.Message)
	return nil
}
