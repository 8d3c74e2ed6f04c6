package emulator

import (
	"encoding/base64"
	"fmt"
	"maps"
	"time"
)

// Types of interactions, see
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type.
const (
	kindPing         = 1
	kindCommand      = 2
	kindComponent    = 3
	kindAutocomplete = 4
	kindModal        = 5
)

// Types of answers, see
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type.
const (
	answerPong         = 1
	answerMessage      = 4
	answerDeferred     = 5
	answerDeferredEdit = 6
	answerEdit         = 7
	answerChoices      = 8
	answerModal        = 9
)

// Discord's numbers for answers, see
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages.
const (
	tokenLife        = 15 * time.Minute // of wall time
	maxAnswerChoices = 25
	answerFlags      = suppressEmbeds | ephemeralFlag | suppressNotifications
)

// interaction is something that a person did and that the app may answer.
type interaction struct {
	id, token string
	kind      int
	user      string
	channel   *channel
	source    *message // of a component, or of the modal that it opened
	payload   object
	made      time.Time // on the wall clock
	dead      bool      // not answered in time
	to        string    // where it is sent; "" is the gateway

	answer    int           // the type of the first answer, 0 before it
	answered  chan struct{} // closed with it
	raw       []byte        // that answer
	original  *message      // the message that it made or concerns
	choices   []Choice
	followUps []*message
}

// Choice is what autocomplete offers.
type Choice struct {
	Name  string
	Value string // of a number, its digits
}

// newInteraction makes what the app gets to know of something that user did in
// ch. See https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object.
func (w *Workspace) newInteraction(kind int, user *member, ch *channel, data object) *interaction {
	id := w.newID()
	i := &interaction{
		id: id, token: base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "interaction:%s:%064d", id, len(w.tokens))),
		kind: kind, user: user.ID, channel: ch, made: time.Now(), to: w.opts.InteractionsURL, answered: make(chan struct{}),
	}
	i.payload = object{
		"id": id, "application_id": w.opts.ApplicationID, "type": kind, "data": data, "channel_id": ch.ID,
		"channel": w.channelObject(ch), "token": i.token, "version": 1, "locale": user.Locale, "entitlements": []object{},
		"app_permissions": w.permissionsIn(w.bot(), ch), "attachment_size_limit": 10 << 20,
		"authorizing_integration_owners": object{"0": w.opts.GuildID},
	}
	if ch.isDirect() {
		maps.Copy(i.payload, object{"user": userObject(user), "context": 1})
	} else {
		m := w.memberObject(user, false)
		m["permissions"] = w.permissionsIn(user, ch)
		maps.Copy(i.payload, object{
			"guild_id": w.opts.GuildID, "guild_locale": "en-US", "member": m, "context": 0,
			"guild": object{"id": w.opts.GuildID, "locale": "en-US", "features": []string{}},
		})
	}
	w.interactions[id], w.tokens[i.token] = i, i
	return i
}

// createResponse: https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response
func createResponse(w *Workspace, c *call) (any, error) {
	i := w.interactions[c.path["interaction"]]
	if i == nil || i.token != c.path["token"] {
		return nil, refuse(unknownInteraction)
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	if err := w.respond(i, body); err != nil {
		return nil, err
	}
	c.changed = true
	if c.query.Get("with_response") != "true" {
		return nil, nil
	}
	out := object{"interaction": object{"id": i.id, "type": i.kind}, "resource": object{"type": i.answer}}
	if i.original != nil && i.answer != answerDeferredEdit {
		out["resource"] = object{"type": i.answer, "message": w.messageObject(i.original)}
	}
	return out, nil
}

// webhookOf finds the interaction whose token a call holds, once it has been
// answered.
func (w *Workspace) webhookOf(c *call) (*interaction, error) {
	i := w.tokens[c.path["token"]]
	switch {
	case c.path["application"] != w.opts.ApplicationID || i == nil || i.answer == 0:
		return nil, refuse(unknownWebhook)
	case time.Since(i.made) > tokenLife:
		return nil, refuse(invalidToken)
	}
	return i, nil
}

// createFollowUp: https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message
// The first one after a deferred answer takes its place.
func createFollowUp(w *Workspace, c *call) (any, error) {
	i, err := w.webhookOf(c)
	if err != nil {
		return nil, err
	}
	in, err := w.readAnswer(c, answerFlags)
	if err != nil {
		return nil, err
	}
	if in.empty() {
		return nil, refuse(emptyMessage)
	}
	c.changed = true
	if i.answer == answerDeferred && i.original != nil && i.original.flags&loadingFlag != 0 {
		in.flags &^= ephemeralFlag // settled by the deferred answer
		w.edit(i.original, in)
		return w.messageObject(i.original), nil
	}
	m := w.answerWith(i, in)
	i.followUps = append(i.followUps, m)
	return w.messageObject(m), nil
}

// readAnswer reads the message in the body of a call.
func (w *Workspace) readAnswer(c *call, flags int64) (content, error) {
	body, err := c.fields()
	if err != nil {
		return content{}, err
	}
	f := &form{}
	in := w.readContent(f, body, flags)
	return in, f.err()
}

// answerWith stores a message that answers an interaction. It needs none of
// the bot's permissions.
func (w *Workspace) answerWith(i *interaction, in content) *message {
	m := &message{author: w.opts.BotUserID, interaction: i}
	if i.kind == kindCommand {
		m.kind = commandMessage
	}
	in.apply(m)
	m.flags = in.flags
	if in.flags&ephemeralFlag != 0 {
		m.only = i.user
	}
	return w.newMessage(i.channel, m)
}

func (w *Workspace) originalOf(c *call) (*message, error) {
	i, err := w.webhookOf(c)
	if err != nil {
		return nil, err
	}
	if i.original == nil || i.original.removed {
		return nil, refuse(unknownMessage)
	}
	return i.original, nil
}

func (w *Workspace) followUpOf(c *call) (*message, error) {
	i, err := w.webhookOf(c)
	if err != nil {
		return nil, err
	}
	for _, m := range append([]*message{i.original}, i.followUps...) {
		if m != nil && m.id == c.path["message"] && !m.removed {
			return m, nil
		}
	}
	return nil, refuse(unknownMessage)
}

// getOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#get-original-interaction-response
func getOriginal(w *Workspace, c *call) (any, error) { return w.readWebhook(c, w.originalOf) }

func getFollowUp(w *Workspace, c *call) (any, error) { return w.readWebhook(c, w.followUpOf) }

func (w *Workspace) readWebhook(c *call, find func(*call) (*message, error)) (any, error) {
	m, err := find(c)
	if err != nil {
		return nil, err
	}
	return w.messageObject(m), nil
}

// updateOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#edit-original-interaction-response
func updateOriginal(w *Workspace, c *call) (any, error) { return w.updateWebhook(c, w.originalOf) }

func updateFollowUp(w *Workspace, c *call) (any, error) { return w.updateWebhook(c, w.followUpOf) }

func (w *Workspace) updateWebhook(c *call, find func(*call) (*message, error)) (any, error) {
	m, err := find(c)
	if err != nil {
		return nil, err
	}
	in, err := w.readAnswer(c, suppressEmbeds)
	if err != nil {
		return nil, err
	}
	next := *m
	if in.apply(&next); next.content == "" && len(next.embeds) == 0 && len(next.components) == 0 {
		return nil, refuse(emptyMessage)
	}
	c.changed = true
	w.edit(m, in)
	return w.messageObject(m), nil
}

// deleteOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#delete-original-interaction-response
func deleteOriginal(w *Workspace, c *call) (any, error) { return w.deleteWebhook(c, w.originalOf) }

func deleteFollowUp(w *Workspace, c *call) (any, error) { return w.deleteWebhook(c, w.followUpOf) }

func (w *Workspace) deleteWebhook(c *call, find func(*call) (*message, error)) (any, error) {
	m, err := find(c)
	if err != nil {
		return nil, err
	}
	c.changed = true
	w.removeMessage(m, w.opts.BotUserID)
	return nil, nil
}
