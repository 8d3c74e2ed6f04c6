package engine

import (
	"context"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// resolveSendMessage resolves the recipients, and renders the message for each
// workspace.
func (t *turn) resolveSendMessage(ctx context.Context, a *flow.SendMessage, env flow.Env, in *input) error {
	accounts, missing, err := t.resolvePeople(ctx, a.To, env)
	if err != nil {
		return err
	}
	in.To, in.Missing, in.Messages = accounts, missing, map[string]core.Message{}
	t.resolveReplies(a.ReplyTo, in)
	head, err := renderHead(a.Title, a.Text, env)
	if err != nil {
		return err
	}
	for _, to := range accounts {
		if _, ok := in.Messages[to.Workspace]; !ok {
			in.Messages[to.Workspace] = t.directMessage(ctx, head, a.Card, to.Workspace)
		}
	}
	if len(a.Fallback) == 0 {
		return nil
	}
	in.Head, in.Card = head, a.Card
	in.Fallback, err = resolveFallback(a.Fallback, env)
	return err
}

// directMessage returns a direct message for a workspace.
func (t *turn) directMessage(ctx context.Context, head []core.Span, card bool, workspace string) core.Message {
	m := t.message(ctx, head, card, workspace)
	if t.reminds() && m.Card != nil {
		m.Card.Body = nil
	}
	return m
}

// performSendMessage sends to each person, even if others can't be reached.
func (t *turn) performSendMessage(ctx context.Context, in *input, p *performed) error {
	home := t.workspace
	left := t.sendToEach(ctx, in, p)
	if core.IsStop(left) {
		return left
	}
	t.noteReach(ctx, home, p)
	return t.fallBack(ctx, home, in, p, left)
}

// sendToEach sends the message to each person. It fails if somebody may still get it, or
// at once if the calls must stop.
func (t *turn) sendToEach(ctx context.Context, in *input, p *performed) error {
	var left error
	for _, to := range in.To {
		if p.out.failed(to.String()) {
			continue
		}
		m := in.Messages[to.Workspace]
		m.ReplyTo = in.Replies[to.String()]
		ref, err := t.sendTo(ctx, p, to, m)
		switch {
		case err == nil:
			p.out.did(to.String())
			t.sentTo(p, in, to, ref)
			t.show(p, Shown{ID: t.shownID(to.String()), Ref: ref.Name(), To: to, Title: m.Text, Brief: t.reminds()}, m)
		case core.IsStop(err):
			return err
		case final(err):
			p.out.fail(to.String(), err)
		default:
			left = leftOver(left, err)
		}
	}
	return left
}

// reminds reports whether the run's direct messages are reminders, which leave out the
// description: its flow counts from a date, or has a schedule.
func (t *turn) reminds() bool {
	if t.flow == nil {
		return false // a notice
	}
	switch t.flow.Trigger.(type) {
	case flow.DateTrigger, flow.ScheduleTrigger:
		return true
	}
	return false
}

// about returns a message as it is sent: one without a card says which risk or topic it
// is about.
func (t *turn) about(m core.Message, workspace string) core.Message {
	if key := t.run.ID.Risk; m.Card == nil && key != t.e.noticesRisk() {
		m.About = &core.Card{Risk: key, Buttons: []core.Button{
			{Press: core.PressDetails, Label: t.e.printerIn(workspace).S("card.button.details")},
		}}
	}
	return m
}

// aboutIn returns a change whose messages are as about returns them.
func (t *turn) aboutIn(c core.GroupChange, workspace string) core.GroupChange {
	if a := c.Announcement; a != nil && a.Message != nil {
		c.Announcement = &core.Announcement{Message: new(t.about(*a.Message, workspace)), Old: a.Old}
	}
	if c.Closing != nil {
		c.Closing = new(t.about(*c.Closing, workspace))
	}
	return c
}

func (t *turn) sendTo(ctx context.Context, p *performed, to core.Account, m core.Message) (core.MessageRef, error) {
	scope := "to:" + to.String() + "/"
	if err := t.hold(ctx, p, scope, to, core.GroupRef{}); err != nil {
		return core.MessageRef{}, err
	}
	pl, err := t.platform(to.Workspace)
	if err != nil {
		return core.MessageRef{}, err
	}
	ref, err := pl.SendMessage(ctx, once{t: t, scope: scope}, to, t.about(m, to.Workspace))
	return ref, people.FailedIn(to.Workspace, err)
}
