package emulator

import (
	"fmt"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// nonceWindow is how long a repeated nonce of the same author returns the first
// message, whatever the channel; Discord's page says "the past few minutes":
// https://docs.discord.com/developers/resources/message#create-message.
const nonceWindow = 3 * time.Minute

// sentNonce remembers a message that was sent with a nonce.
type sentNonce struct {
	message *message
	at      time.Time
}

// createMessage: https://docs.discord.com/developers/resources/message#create-message
func createMessage(a *api, c *call) (any, error) {
	f := &form{}
	in := a.readContent(f, c.fields, layoutFlag)
	nonce, enforce := readNonce(f, c.fields)
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.mayPost(c.ch, in); err != nil {
		return nil, err
	}
	reply, err := a.readReply(c)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(nonce)
	if sent, ok := a.nonces[key]; ok && enforce && nonce != nil && !sent.message.Removed && a.opts.Now().Sub(sent.at) < nonceWindow {
		return a.sentObject(sent.message), nil
	}
	body := in.onto(content{nonce: nonce, reply: reply})
	if reply != nil && in.pings && !slices.Contains(body.mentions.users, reply.Author) {
		body.mentions.users = append(body.mentions.users, reply.Author)
	}
	m := a.write(c.ch, &message{Author: a.opts.BotUserID, Body: body})
	c.changed = true
	if nonce != nil {
		a.nonces[key] = sentNonce{message: m, at: a.opts.Now()}
	}
	return a.sentObject(m), nil
}

// readReply returns the message of the channel that a new one replies to, nil if none.
// riskroom forwards nothing.
func (a *api) readReply(c *call) (*message, error) {
	f := &form{}
	const at = "message_reference"
	ref := f.object(at, c.fields[at])
	if ref == nil {
		return nil, f.err()
	}
	f.number(at+".type", ref["type"], 0, 0)
	id, ch := f.id(at+".message_id", ref["message_id"]), f.id(at+".channel_id", ref["channel_id"])
	mustExist, isSet := ref["fail_if_not_exists"].(bool)
	m := c.ch.Message(id)
	switch {
	case ch != "" && ch != c.ch.ID:
		f.fail(at, "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", "Cannot reply to a message in a different channel")
	case m == nil && (mustExist || !isSet):
		f.fail(at, "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	case m != nil && m.Notice:
		f.fail(at, "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
	case m != nil && !a.permissionsIn(a.bot(), c.ch).Has(ReadMessageHistory):
		return nil, refuse(replyWithoutHistory)
	}
	return m, f.err()
}

// sentObject is a message as the answer to its sending and MESSAGE_CREATE have it.
func (g *guild) sentObject(m *message) object {
	out := g.messageObject(m)
	if m.Body.nonce != nil {
		out["nonce"] = m.Body.nonce
	}
	return out
}

// readNonce reads nonce and enforce_nonce: 25 characters or a number.
func readNonce(f *form, body object) (nonce any, enforce bool) {
	const longest = 25
	if _, isText := body["nonce"].(string); isText {
		f.text("nonce", body["nonce"], 0, longest)
	} else {
		f.number("nonce", body["nonce"], -1<<63, 1<<63-1)
	}
	return body["nonce"], f.flag("enforce_nonce", body["enforce_nonce"])
}

// mayPost checks whether the bot may send a message to a channel.
func (a *api) mayPost(ch *channel, in draft) error {
	if ch.IsDirect() {
		switch u := a.People.ByID(ch.With); {
		case u.Outside:
			return refuse(noMutualGuild)
		case u.DirectMessagesOff:
			return refuse(cannotMessage)
		}
	}
	if ch.Extra.category {
		return refuse(notText)
	}
	wanted := SendMessages
	if len(in.embeds) > 0 {
		wanted |= EmbedLinks
	}
	if len(in.files) > 0 {
		wanted |= AttachFiles
	}
	if err := a.need(ch, wanted); err != nil {
		return err
	}
	if in.empty() {
		return refuse(emptyMessage)
	}
	return nil
}

// listMessages: https://docs.discord.com/developers/resources/message#get-channel-messages
// It returns the newest messages, or those right after the one named by after, the
// newest first. Without READ_MESSAGE_HISTORY the list is empty.
func listMessages(a *api, c *call) (any, error) {
	if c.ch.Extra.category {
		return nil, refuse(wrongChannelType)
	}
	limit, err := c.page(50, 100)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(c.ch.Messages())
	if c.query.Has("after") {
		after, err := c.after()
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(m *message) bool { return compareIDs(m.ID, after) <= 0 })
		list = list[:min(limit, len(list))]
	}
	out := []object{}
	if !a.permissionsIn(a.bot(), c.ch).Has(ReadMessageHistory) {
		return out, nil
	}
	for _, m := range slices.Backward(list[max(len(list)-limit, 0):]) {
		out = append(out, a.seenMessage(c, m))
	}
	return out, nil
}

// updateMessage: https://docs.discord.com/developers/resources/message#edit-message
func updateMessage(a *api, c *call) (any, error) {
	m := c.message
	f := &form{}
	in := a.readContent(f, c.fields, layoutFlag)
	in.keepsLayout(f, m.Body)
	switch err := f.err(); {
	case err != nil:
		return nil, err
	case m.Author != a.opts.BotUserID:
		return nil, refuse(notAuthor)
	case m.Notice:
		return nil, refuse(systemMessage)
	}
	if len(in.embeds) > 0 {
		if err := a.need(c.ch, EmbedLinks); err != nil {
			return nil, err
		}
	}
	if in.onto(m.Body).empty() {
		return nil, refuse(emptyMessage)
	}
	c.changed = true
	a.edit(m, in)
	return a.messageObject(m), nil
}

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
	a.write(c.ch, &message{Author: a.opts.BotUserID, Notice: true, Body: content{reply: c.message}})
	a.pinsChanged(c.ch)
	if !c.ch.IsDirect() {
		a.noteMessage(auditMessagePin, a.opts.BotUserID, c.reason, c.message)
	}
	return nil, nil
}

// deletePin: https://docs.discord.com/developers/resources/message#unpin-message
func deletePin(a *api, c *call) (any, error) {
	if err := a.need(c.ch, PinMessages); err != nil || !c.message.Pinned() {
		return nil, err
	}
	c.changed = true
	a.Unpin(c.message, a.opts.BotUserID)
	a.pinsChanged(c.ch)
	if !c.ch.IsDirect() {
		a.noteMessage(auditMessageUnpin, a.opts.BotUserID, c.reason, c.message)
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
