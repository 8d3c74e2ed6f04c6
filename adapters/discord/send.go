package discord

import (
	"context"
	"slices"
	"time"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// SendMessage implements core.Adapter.
func (a *Adapter) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	if err := a.sendable("send message", to.Workspace, m, to.ID); err != nil {
		return core.MessageRef{}, err
	}
	channel, err := once.Do(ctx, a.openCall(to.ID))
	if err != nil {
		return core.MessageRef{}, err
	}
	return a.post(ctx, once, channel, m)
}

// SendGroupMessage implements core.Adapter.
func (a *Adapter) SendGroupMessage(ctx context.Context, once core.Once, g core.GroupRef, m core.Message) (core.MessageRef, error) {
	if err := a.sendable("send group message", g.Workspace, m, g.ID); err != nil {
		return core.MessageRef{}, err
	}
	return a.post(ctx, once, g.ID, m)
}

// EditMessage implements core.Adapter.
func (a *Adapter) EditMessage(ctx context.Context, once core.Once, ref core.MessageRef, m core.Message) error {
	if err := a.sendable("edit message", ref.Workspace, m, ref.Channel, ref.ID); err != nil {
		return err
	}
	_, err := once.Do(ctx, core.Call{
		Key:  "edit:" + ref.Channel + ":" + ref.ID,
		Cost: a.client.Cost(ref.Channel, "update_message"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.updateMessage(ctx, in, ref.Channel, ref.ID, m)
		},
	})
	return err
}

func (a *Adapter) sendable(action, workspace string, m core.Message, ids ...string) error {
	if err := a.own(action, workspace, ids...); err != nil {
		return err
	}
	if len(m.Text) == 0 && m.Card == nil {
		return &core.Error{Op: "discord: " + action, Kind: core.Invalid, Detail: "no_text"}
	}
	return nil
}

// openCall opens the direct conversation with a person, or returns the existing
// one.
func (a *Adapter) openCall(user string) core.Call {
	return core.Call{
		Key:  "open",
		Cost: a.client.Cost("", "create_dm"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return a.createDM(ctx, in, user)
		},
	}
}

func (a *Adapter) post(ctx context.Context, once core.Once, channel string, m core.Message) (core.MessageRef, error) {
	value, err := once.Do(ctx, a.postCall("post", channel, m))
	if err != nil {
		return core.MessageRef{}, err
	}
	return effect.Posted(a.workspace, channel, value), nil
}

func (a *Adapter) messageRef(channel, id string) core.MessageRef {
	return core.MessageRef{Workspace: a.workspace, Channel: channel, ID: id}
}

// postCall posts m. Its value is a PostedValue.
func (a *Adapter) postCall(key, channel string, m core.Message) core.Call {
	return core.Call{
		Key:       key,
		Cost:      a.client.Cost(channel, "create_message"),
		ProbeCost: a.client.Cost(channel, "list_messages"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, in core.Intent) (string, core.Found, error) {
			return a.findMessage(ctx, channel, in)
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return a.createMessage(ctx, in, channel, m)
		},
	}
}

// skew is the most that Discord's clock and ours may differ.
const skew = 5 * time.Minute

// findMessage looks for the message with the op of in. It does not check the
// nonce, because it is not documented whether later reads return it.
func (a *Adapter) findMessage(ctx context.Context, channel string, in core.Intent) (string, core.Found, error) {
	value := ""
	page := func(ctx context.Context, cursor string) (rest.Page[posted], error) {
		if cursor == "" {
			cursor = firstID(in.First.Add(-skew))
		}
		return a.listMessages(ctx, channel, cursor)
	}
	whole, err := pages(ctx, a, channel, "list_messages", true, historyPages, page, func(m posted) bool {
		if m.marked(in.Op) {
			value = effect.PostedValue(m.ID, m.Reference.Message)
		}
		return value == ""
	})
	found, err := effect.Look(value != "", whole, err)
	return value, found, err
}

// marked reports whether a bot's message carries the op in one of the places
// where this or an earlier version puts it.
func (m posted) marked(op string) bool {
	if !m.Author.Bot {
		return false
	}
	for _, e := range m.Embeds {
		if underlined(e.Footer.Text, op) {
			return true
		}
	}
	return underlined(m.Content, op) || slices.ContainsFunc(m.Components, func(c shown) bool { return c.marked(op) })
}

// marked reports whether a component, or one in it, carries the op.
func (c shown) marked(op string) bool {
	return c.Type == textDisplay && c.ID == displayID(op) || carries(c.CustomID, op) ||
		c.Accessory != nil && c.Accessory.marked(op) ||
		slices.ContainsFunc(c.Parts, func(p shown) bool { return p.marked(op) })
}
