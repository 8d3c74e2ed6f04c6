package emulator

import (
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// pinnable finds the message that a call about a pin names and checks whether
// the bot may do that: PIN_MESSAGES since 2026-02-23, no longer MANAGE_MESSAGES.
func (w *Workspace) pinnable(c *call) (*channel, *message, error) {
	ch, m, err := w.messageOf(c)
	if err == nil {
		err = w.need(ch, ReadMessageHistory|PinMessages)
	}
	if err == nil && m.kind == pinNotice {
		err = refuse(systemMessage)
	}
	return ch, m, err
}

// createPin: https://docs.discord.com/developers/resources/message#pin-message
func createPin(w *Workspace, c *call) (any, error) {
	ch, m, err := w.pinnable(c)
	switch {
	case err != nil:
		return nil, err
	case ch.pinned(m.id):
		return nil, nil
	case len(ch.pins) >= maxPins:
		return nil, refuse(tooManyPins)
	}
	c.changed = true
	w.pin(ch, m, w.opts.BotUserID, c.reason)
	return nil, nil
}

// pin pins a message; Discord says so in the channel.
func (w *Workspace) pin(ch *channel, m *message, by, reason string) {
	ch.pins = append(ch.pins, pin{id: m.id, by: by, at: w.opts.Now()})
	w.publish(stage.PostPinned, by, ch, m, "")
	w.newMessage(ch, &message{author: by, kind: pinNotice})
	w.pinsChanged(ch)
	if !ch.isDirect() {
		w.note(auditMessagePin, by, m.author, reason)
	}
}

// deletePin: https://docs.discord.com/developers/resources/message#unpin-message
// What Discord answers for a message that is not pinned is not documented: 204.
func deletePin(w *Workspace, c *call) (any, error) {
	ch, m, err := w.pinnable(c)
	if err != nil || !ch.pinned(m.id) {
		return nil, err
	}
	c.changed = true
	w.unpin(ch, m, w.opts.BotUserID, c.reason)
	return nil, nil
}

func (w *Workspace) unpin(ch *channel, m *message, by, reason string) {
	ch.pins = slices.DeleteFunc(ch.pins, func(p pin) bool { return p.id == m.id })
	w.publish(stage.PostUnpinned, by, ch, m, "")
	w.pinsChanged(ch)
	if !ch.isDirect() {
		w.note(auditMessageUnpin, by, m.author, reason)
	}
}

func (w *Workspace) pinsChanged(ch *channel) {
	body := object{"channel_id": ch.ID, "last_pin_timestamp": nil}
	if n := len(ch.pins); n > 0 {
		body["last_pin_timestamp"] = stamp(ch.pins[n-1].at)
	}
	intent := intentGuilds
	if ch.isDirect() {
		intent = intentDirectMessages
	}
	w.dispatch(event{kind: "CHANNEL_PINS_UPDATE", intent: intent, hidden: !w.views(w.bot(), ch), body: w.placed(ch, body)})
}

// newestPins are the pins that a call may read, newest first.
func (w *Workspace) newestPins(c *call) ([]pin, error) {
	ch, err := w.channelOf(c)
	switch {
	case err != nil:
		return nil, err
	case ch.Category:
		return nil, refuse(wrongChannelType)
	case !w.permissionsIn(w.bot(), ch).Has(ReadMessageHistory):
		return nil, nil
	}
	list := slices.Clone(ch.pins)
	slices.Reverse(list)
	return list, nil
}

// listPins: https://docs.discord.com/developers/resources/message#get-channel-pins
func listPins(w *Workspace, c *call) (any, error) {
	list, err := w.newestPins(c)
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
		list = slices.DeleteFunc(list, func(p pin) bool { return !p.at.Before(before) })
	}
	items := []object{}
	for _, p := range list[:min(limit, len(list))] {
		m := w.channels[c.path["channel"]].message(p.id)
		items = append(items, object{"pinned_at": stamp(p.at), "message": w.seenMessage(c, m)})
	}
	return object{"items": items, "has_more": len(list) > limit}, nil
}

// oldListPins: https://docs.discord.com/developers/resources/message#get-pinned-messages-deprecated
func oldListPins(w *Workspace, c *call) (any, error) {
	list, err := w.newestPins(c)
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, p := range list[:min(50, len(list))] {
		out = append(out, w.seenMessage(c, w.channels[c.path["channel"]].message(p.id)))
	}
	return out, nil
}
