package emulator

import (
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// createPin: https://docs.discord.com/developers/resources/message#pin-message
// It needs PIN_MESSAGES since 2026-02-23, and no longer MANAGE_MESSAGES.
func createPin(a *api, c *call) (any, error) {
	if err := a.need(c.ch, ReadMessageHistory|PinMessages); err != nil {
		return nil, err
	}
	switch {
	case c.message.Notice:
		return nil, refuse(systemMessage)
	case c.message.Pinned():
		return nil, nil
	case len(c.ch.Pins()) >= maxPins:
		return nil, refuse(tooManyPins)
	}
	c.changed = true
	a.Pin(c.message, a.opts.BotUserID)
	a.write(c.ch, &message{Author: a.opts.BotUserID, Notice: true})
	a.pinsChanged(c.ch)
	if !c.ch.IsDirect() {
		a.note(auditMessagePin, a.opts.BotUserID, c.message.Author, c.reason)
	}
	return nil, nil
}

// lastPin returns when a channel's last pin was made.
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

// listPins: https://docs.discord.com/developers/resources/message#get-channel-pins
// Without READ_MESSAGE_HISTORY the list is empty.
func listPins(a *api, c *call) (any, error) {
	limit, err := c.page(50, 50)
	switch {
	case err != nil:
		return nil, err
	case c.ch.Extra.category:
		return nil, refuse(wrongChannelType)
	}
	var list []stage.Pin
	if a.permissionsIn(a.bot(), c.ch).Has(ReadMessageHistory) {
		list = slices.Clone(c.ch.Pins())
		slices.Reverse(list) // newest first
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
		items = append(items, object{"pinned_at": stamp(p.At), "message": a.seenMessage(c, c.ch.Message(p.Message))})
	}
	return object{"items": items, "has_more": len(list) > limit}, nil
}
