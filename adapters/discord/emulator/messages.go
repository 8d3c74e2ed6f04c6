package emulator

import (
	"fmt"
	"slices"
	"time"
)

// nonceWindow is how long a repeated nonce of the same author returns the first
// message, whatever the channel; Discord's page says "the past few minutes":
// https://docs.discord.com/developers/resources/message#create-message.
const nonceWindow = 3 * time.Minute

// sentNonce remembers a message that was sent with enforce_nonce.
type sentNonce struct {
	message *message
	at      time.Time
}

// createMessage: https://docs.discord.com/developers/resources/message#create-message
func createMessage(a *api, c *call) (any, error) {
	ch, err := a.channelOf(c)
	if err != nil {
		return nil, err
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	f := &form{}
	in := a.readContent(f, body, suppressEmbeds|suppressNotifications)
	nonce, enforce := readNonce(f, body)
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.mayPost(ch, in); err != nil {
		return nil, err
	}
	key := fmt.Sprint(nonce)
	if enforce && nonce != nil {
		if sent, ok := a.nonces[key]; ok && !sent.message.Removed && a.opts.Now().Sub(sent.at) < nonceWindow {
			return a.sentObject(sent.message), nil
		}
	}
	m := a.write(ch, &message{Author: a.opts.BotUserID, Body: in.onto(content{nonce: nonce})})
	c.changed = true
	if nonce != nil {
		a.nonces[key] = sentNonce{message: m, at: a.opts.Now()}
	}
	return a.sentObject(m), nil
}

// sentObject is a message as the answer to its sending gives it.
func (a *api) sentObject(m *message) object {
	out := a.messageObject(m)
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

// mayPost checks whether the bot may send that message there.
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
	if err := a.need(ch, wanted); err != nil {
		return err
	}
	if in.empty() {
		return refuse(emptyMessage)
	}
	return nil
}

// messageOf finds the channel and the message that a call names.
func (a *api) messageOf(c *call) (*channel, *message, error) {
	ch, err := a.channelOf(c)
	if err != nil {
		return nil, nil, err
	}
	m := ch.Message(c.path["message"])
	if m == nil {
		return nil, nil, refuse(unknownMessage)
	}
	return ch, m, nil
}

// listMessages: https://docs.discord.com/developers/resources/message#get-channel-messages
// Newest first; after gives those right after it, newest first too.
func listMessages(a *api, c *call) (any, error) {
	ch, err := a.channelOf(c)
	if err != nil {
		return nil, err
	}
	if ch.Extra.category {
		return nil, refuse(wrongChannelType)
	}
	limit, err := c.page(50, 100)
	if err != nil {
		return nil, err
	}
	list, err := c.window(ch.Messages(), limit)
	if err != nil {
		return nil, err
	}
	out := []object{}
	if !a.permissionsIn(a.bot(), ch).Has(ReadMessageHistory) {
		return out, nil // an empty list and no refusal
	}
	for _, m := range slices.Backward(list) {
		out = append(out, a.seenMessage(c, m))
	}
	return out, nil
}

// window cuts what the query asks for out of a channel's messages, oldest first.
func (c *call) window(all []*message, limit int) ([]*message, error) {
	f, given := &form{}, 0
	at := func(name string) (int64, bool) {
		if !c.query.Has(name) {
			return 0, false
		}
		given++
		n, ok := integer(c.query.Get(name))
		if !ok || n < 0 {
			f.fail(name, "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", c.query.Get(name)))
		}
		return n, true
	}
	before, isBefore := at("before")
	after, isAfter := at("after")
	around, isAround := at("around")
	if given > 1 {
		f.fail("after", "MUTUALLY_EXCLUSIVE", "The before, after, and around parameters are mutually exclusive.")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	first := func(id int64) int { // the first message with an ID of at least id
		return len(all) - len(slices.DeleteFunc(slices.Clone(all), func(m *message) bool { n, _ := snowflake(m.ID); return n < id }))
	}
	lo, hi := max(len(all)-limit, 0), len(all)
	switch {
	case isBefore:
		hi = first(before)
		lo = max(hi-limit, 0)
	case isAfter:
		lo = first(after + 1)
		hi = min(lo+limit, len(all))
	case isAround:
		lo = max(first(around)-limit/2, 0)
		hi = min(lo+limit, len(all))
	}
	return all[lo:hi], nil
}

// getMessage: https://docs.discord.com/developers/resources/message#get-channel-message
func getMessage(a *api, c *call) (any, error) {
	ch, m, err := a.messageOf(c)
	if err == nil {
		err = a.need(ch, ReadMessageHistory)
	}
	if err != nil {
		return nil, err
	}
	return a.seenMessage(c, m), nil
}

// updateMessage: https://docs.discord.com/developers/resources/message#edit-message
func updateMessage(a *api, c *call) (any, error) {
	ch, m, err := a.messageOf(c)
	if err != nil {
		return nil, err
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	f := &form{}
	in := a.readContent(f, body, suppressEmbeds)
	switch err := f.err(); {
	case err != nil:
		return nil, err
	case m.Author != a.opts.BotUserID:
		return nil, refuse(notAuthor)
	case m.Notice:
		return nil, refuse(systemMessage)
	}
	if len(in.embeds) > 0 {
		if err := a.need(ch, EmbedLinks); err != nil {
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

// deleteMessage: https://docs.discord.com/developers/resources/message#delete-message
func deleteMessage(a *api, c *call) (any, error) {
	ch, m, err := a.messageOf(c)
	if err != nil {
		return nil, err
	}
	if m.Author != a.opts.BotUserID {
		if ch.IsDirect() {
			return nil, refuse(dmOnly)
		}
		if err := a.need(ch, ManageMessages); err != nil {
			return nil, err
		}
		a.note(auditMessageDelete, a.opts.BotUserID, m.Author, c.reason)
	}
	c.changed = true
	a.removeMessage(m, a.opts.BotUserID)
	return nil, nil
}
