package emulator

import (
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// pinnable finds the message that a call about a pin names and checks whether
// the bot may do that: PIN_MESSAGES since 2026-02-23, no longer MANAGE_MESSAGES.
func (a *api) pinnable(c *call) (*channel, *message, error) {
	ch, m, err := a.messageOf(c)
	if err == nil {
		err = a.need(ch, ReadMessageHistory|PinMessages)
	}
	if err == nil && m.Notice {
		err = refuse(systemMessage)
	}
	return ch, m, err
}

// createPin: https://docs.discord.com/developers/resources/message#pin-message
func createPin(a *api, c *call) (any, error) {
	ch, m, err := a.pinnable(c)
	switch {
	case err != nil:
		return nil, err
	case m.Pinned():
		return nil, nil
	case len(ch.Pins()) >= maxPins:
		return nil, refuse(tooManyPins)
	}
	c.changed = true
	a.pin(ch, m, a.opts.BotUserID, c.reason)
	return nil, nil
}

// pin pins a message; Discord says so in the channel.
func (g *guild) pin(ch *channel, m *message, by, reason string) {
	g.Pin(m, by)
	g.write(ch, &message{Author: by, Notice: true})
	g.pinsChanged(ch)
	if !ch.IsDirect() {
		g.note(auditMessagePin, by, m.Author, reason)
	}
}

// deletePin: https://docs.discord.com/developers/resources/message#unpin-message
// What Discord answers for a message that is not pinned is not documented: 204.
func deletePin(a *api, c *call) (any, error) {
	ch, m, err := a.pinnable(c)
	if err != nil || !m.Pinned() {
		return nil, err
	}
	c.changed = true
	a.unpin(ch, m, a.opts.BotUserID, c.reason)
	return nil, nil
}

func (g *guild) unpin(ch *channel, m *message, by, reason string) {
	g.Unpin(m, by)
	g.pinsChanged(ch)
	if !ch.IsDirect() {
		g.note(auditMessageUnpin, by, m.Author, reason)
	}
}

// lastPin is when a channel's last pin was made.
func lastPin(c *channel) any {
	if n := len(c.Pins()); n > 0 {
		return stamp(c.Pins()[n-1].At)
	}
	return nil
}

func (g *guild) pinsChanged(ch *channel) {
	body := object{"channel_id": ch.ID, "last_pin_timestamp": lastPin(ch)}
	intent := intentGuilds
	if ch.IsDirect() {
		intent = intentDirectMessages
	}
	g.gateway.dispatch(event{kind: "CHANNEL_PINS_UPDATE", intent: intent, hidden: !g.views(g.bot(), ch), body: g.placed(ch, body)})
}

// newestPins are the pins that a call may read, newest first.
func (a *api) newestPins(c *call) ([]stage.Pin, error) {
	ch, err := a.channelOf(c)
	switch {
	case err != nil:
		return nil, err
	case ch.Extra.category:
		return nil, refuse(wrongChannelType)
	case !a.permissionsIn(a.bot(), ch).Has(ReadMessageHistory):
		return nil, nil
	}
	list := slices.Clone(ch.Pins())
	slices.Reverse(list)
	return list, nil
}

// listPins: https://docs.discord.com/developers/resources/message#get-channel-pins
func listPins(a *api, c *call) (any, error) {
	list, err := a.newestPins(c)
	if err != nil {
		return nil, err
	}
	limit, err := c.page(50, 50)
	if err != nil {
		return nil, err
	}
	if raw := c.query.Get("before"); raw != "" {
		before, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			f := &form{}
			f.fail("before", "DATE_TIME_TYPE_PARSE", "Could not parse "+raw+". Should be ISO8601.")
			return nil, f.err()
		}
		list = slices.DeleteFunc(list, func(p stage.Pin) bool { return !p.At.Before(before) })
	}
	items := []object{}
	for _, p := range list[:min(limit, len(list))] {
		m := a.Channels.ByID(c.path["channel"]).Message(p.Message)
		items = append(items, object{"pinned_at": stamp(p.At), "message": a.seenMessage(c, m)})
	}
	return object{"items": items, "has_more": len(list) > limit}, nil
}

// oldListPins: https://docs.discord.com/developers/resources/message#get-pinned-messages-deprecated
func oldListPins(a *api, c *call) (any, error) {
	list, err := a.newestPins(c)
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, p := range list[:min(50, len(list))] {
		out = append(out, a.seenMessage(c, a.Channels.ByID(c.path["channel"]).Message(p.Message)))
	}
	return out, nil
}
