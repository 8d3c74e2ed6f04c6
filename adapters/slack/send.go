package slack

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// SendMessage implements core.Adapter.
func (a *Adapter) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	if err := a.sendable("send message", to.Workspace, m); err != nil {
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
	if err := a.sendable("send group message", g.Workspace, m); err != nil {
		return core.MessageRef{}, err
	}
	return a.post(ctx, once, g.ID, m)
}

// EditMessage implements core.Adapter.
func (a *Adapter) EditMessage(ctx context.Context, once core.Once, ref core.MessageRef, m core.Message) error {
	if err := a.sendable("edit message", ref.Workspace, m); err != nil {
		return err
	}
	_, err := once.Do(ctx, core.Call{
		Key:  "edit:" + ref.Channel + ":" + ref.ID,
		Cost: a.client.Cost("chat.update"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.chatUpdate(ctx, in, ref.Channel, ref.ID, m)
		},
	})
	return err
}

func (a *Adapter) sendable(action, workspace string, m core.Message) error {
	if err := a.own(action, workspace); err != nil {
		return err
	}
	if len(m.Text) == 0 && m.Card == nil {
		return &core.Error{Op: "slack: " + action, Kind: core.Invalid, Detail: "no_text"}
	}
	return nil
}

// openCall opens the direct conversation with a person, or returns the existing
// one.
func (a *Adapter) openCall(user string) core.Call {
	return core.Call{
		Key:  "open",
		Cost: a.client.Cost("conversations.open"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return a.conversationsOpen(ctx, in, user)
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

func (a *Adapter) messageRef(channel, ts string) core.MessageRef {
	return core.MessageRef{Workspace: a.workspace, Channel: channel, ID: ts}
}

// postCall posts m. The ID in its PostedValue is the message's timestamp.
func (a *Adapter) postCall(key, channel string, m core.Message) core.Call {
	return core.Call{
		Key:       key,
		Cost:      a.client.PostCost(channel),
		ProbeCost: a.client.Cost("conversations.history"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, in core.Intent) (string, core.Found, error) {
			return a.findMessage(ctx, channel, m.ReplyTo, in)
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			value, err := a.chatPostMessage(ctx, in, channel, m)
			return value, direct(channel, err)
		},
	}
}

// direct turns channel_not_found for a direct conversation into Unreachable:
// Slack answers so if the person has blocked the app.
func direct(channel string, err error) error {
	if strings.HasPrefix(channel, "D") && core.DetailOf(err) == "channel_not_found" {
		return &core.Error{Op: "slack: chat.postMessage", Kind: core.Unreachable, Detail: core.DetailOf(err)}
	}
	return err
}

const (
	skew         = 5 * time.Minute // the most that Slack's clock and ours may differ
	historyPage  = 200             // Slack recommends no more
	historyPages = 10              // after that a probe gives up
)

// marker adds the op to a message as metadata. Members and other apps can see
// it. See https://docs.slack.dev/messaging/message-metadata.
func marker(op string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType: "riskroom_effect", EventPayload: map[string]any{"op": op},
	})
}

// findMessage looks for the message with the op of in, in its metadata or as
// the ID of its first block. The channel's history doesn't have replies: they are in
// their thread.
func (a *Adapter) findMessage(ctx context.Context, channel string, replyTo core.MessageRef, in core.Intent) (string, core.Found, error) {
	value := ""
	visit := func(m posted) bool {
		if m.Metadata.Payload["op"] == in.Op || len(m.Blocks) > 0 && m.Blocks[0].ID == in.Op {
			value = effect.PostedValue(m.TS, m.Thread)
		}
		return value == ""
	}
	since := in.First.Add(-skew)
	whole, err := pages(ctx, a, "conversations.history", true, historyPages, func(ctx context.Context, cursor string) (rest.Page[posted], error) {
		return a.conversationsHistory(ctx, channel, since, cursor)
	}, visit)
	if err == nil && value == "" && !replyTo.IsZero() {
		var all bool
		all, err = a.eachReply(ctx, channel, replyTo.Root(), since, visit)
		whole = whole && all
	}
	found, err := effect.Look(value != "", whole, err)
	return value, found, err
}

// eachReply visits the messages of a thread, as pages does. A thread that is gone has none.
func (a *Adapter) eachReply(ctx context.Context, channel, thread string, since time.Time, visit func(posted) bool) (whole bool, err error) {
	whole, err = pages(ctx, a, "conversations.replies", false, historyPages, func(ctx context.Context, cursor string) (rest.Page[posted], error) {
		return a.conversationsReplies(ctx, channel, thread, since, cursor)
	}, visit)
	if core.DetailOf(err) == "thread_not_found" {
		return true, nil
	}
	return whole, err
}

// content returns a message's text and blocks. The first block's ID is the op.
func (a *Adapter) content(m core.Message, op string) []slack.MsgOption {
	r := a.render
	a.mu.Lock()
	r.Site = a.self.URL
	a.mu.Unlock()
	return []slack.MsgOption{
		slack.MsgOptionText(r.Fallback(m), false),
		slack.MsgOptionBlocks(r.Blocks(m, op)...),
	}
}
