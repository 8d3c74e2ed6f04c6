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

// interactions are what people did that the app may answer.
type interactions struct {
	*guild
	misfits *misfits
	byID    map[string]*interaction
	byToken map[string]*interaction
	last    *signed // the last interaction sent over HTTP
}

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
func (ix *interactions) newInteraction(kind int, user *member, ch *channel, data object) *interaction {
	id := ix.newID()
	i := &interaction{
		id: id, token: base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "interaction:%s:%064d", id, len(ix.byToken))),
		kind: kind, user: user.ID, channel: ch, made: time.Now(), to: ix.opts.InteractionsURL, answered: make(chan struct{}),
	}
	i.payload = object{
		"id": id, "application_id": ix.opts.ApplicationID, "type": kind, "data": data, "channel_id": ch.ID,
		"channel": ix.channelObject(ch), "token": i.token, "version": 1, "locale": user.Locale, "entitlements": []object{},
		"app_permissions": ix.permissionsIn(ix.bot(), ch), "attachment_size_limit": 10 << 20,
		"authorizing_integration_owners": object{"0": ix.opts.GuildID},
	}
	if ch.IsDirect() {
		maps.Copy(i.payload, object{"user": userObject(user), "context": 1})
	} else {
		m := ix.memberObject(user, false)
		m["permissions"] = ix.permissionsIn(user, ch)
		maps.Copy(i.payload, object{
			"guild_id": ix.opts.GuildID, "guild_locale": "en-US", "member": m, "context": 0,
			"guild": object{"id": ix.opts.GuildID, "locale": "en-US", "features": []string{}},
		})
	}
	ix.byID[id], ix.byToken[i.token] = i, i
	return i
}

// createResponse: https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response
func createResponse(a *api, c *call) (any, error) {
	i := a.interactions.byID[c.path["interaction"]]
	if i == nil || i.token != c.path["token"] {
		return nil, refuse(unknownInteraction)
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	if err := a.interactions.respond(i, body); err != nil {
		return nil, err
	}
	c.changed = true
	if c.query.Get("with_response") != "true" {
		return nil, nil
	}
	out := object{"interaction": object{"id": i.id, "type": i.kind}, "resource": object{"type": i.answer}}
	if i.original != nil && i.answer != answerDeferredEdit {
		out["resource"] = object{"type": i.answer, "message": a.messageObject(i.original)}
	}
	return out, nil
}

// webhookOf finds the interaction whose token a call holds, once it has been
// answered.
func (a *api) webhookOf(c *call) (*interaction, error) {
	i := a.interactions.byToken[c.path["token"]]
	switch {
	case c.path["application"] != a.opts.ApplicationID || i == nil || i.answer == 0:
		return nil, refuse(unknownWebhook)
	case time.Since(i.made) > tokenLife:
		return nil, refuse(invalidToken)
	}
	return i, nil
}

// createFollowUp: https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message
// The first one after a deferred answer takes its place.
func createFollowUp(a *api, c *call) (any, error) {
	i, err := a.webhookOf(c)
	if err != nil {
		return nil, err
	}
	in, err := a.readAnswer(c, answerFlags)
	if err != nil {
		return nil, err
	}
	if in.empty() {
		return nil, refuse(emptyMessage)
	}
	c.changed = true
	if i.answer == answerDeferred && i.original != nil && i.original.Body.flags&loadingFlag != 0 {
		in.flags &^= ephemeralFlag // settled by the deferred answer
		a.edit(i.original, in)
		return a.messageObject(i.original), nil
	}
	m := a.interactions.answerWith(i, in)
	i.followUps = append(i.followUps, m)
	return a.messageObject(m), nil
}

// readAnswer reads the message in the body of a call.
func (a *api) readAnswer(c *call, flags int64) (draft, error) {
	body, err := c.fields()
	if err != nil {
		return draft{}, err
	}
	f := &form{}
	in := a.readContent(f, body, flags)
	return in, f.err()
}

// answerWith stores a message that answers an interaction. It needs none of
// the bot's permissions.
func (ix *interactions) answerWith(i *interaction, in draft) *message {
	m := &message{Author: ix.opts.BotUserID, Body: in.onto(content{interaction: i})}
	m.Body.flags = in.flags
	if in.flags&ephemeralFlag != 0 {
		m.Only = i.user
	}
	return ix.write(i.channel, m)
}

func (a *api) originalOf(c *call) (*message, error) {
	i, err := a.webhookOf(c)
	if err != nil {
		return nil, err
	}
	if i.original == nil || i.original.Removed {
		return nil, refuse(unknownMessage)
	}
	return i.original, nil
}

func (a *api) followUpOf(c *call) (*message, error) {
	i, err := a.webhookOf(c)
	if err != nil {
		return nil, err
	}
	for _, m := range append([]*message{i.original}, i.followUps...) {
		if m != nil && m.ID == c.path["message"] && !m.Removed {
			return m, nil
		}
	}
	return nil, refuse(unknownMessage)
}

// getOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#get-original-interaction-response
func getOriginal(a *api, c *call) (any, error) { return a.readWebhook(c, a.originalOf) }

func getFollowUp(a *api, c *call) (any, error) { return a.readWebhook(c, a.followUpOf) }

func (a *api) readWebhook(c *call, find func(*call) (*message, error)) (any, error) {
	m, err := find(c)
	if err != nil {
		return nil, err
	}
	return a.messageObject(m), nil
}

// updateOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#edit-original-interaction-response
func updateOriginal(a *api, c *call) (any, error) { return a.updateWebhook(c, a.originalOf) }

func updateFollowUp(a *api, c *call) (any, error) { return a.updateWebhook(c, a.followUpOf) }

func (a *api) updateWebhook(c *call, find func(*call) (*message, error)) (any, error) {
	m, err := find(c)
	if err != nil {
		return nil, err
	}
	in, err := a.readAnswer(c, suppressEmbeds)
	if err != nil {
		return nil, err
	}
	if in.onto(m.Body).empty() {
		return nil, refuse(emptyMessage)
	}
	c.changed = true
	a.edit(m, in)
	return a.messageObject(m), nil
}

// deleteOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#delete-original-interaction-response
func deleteOriginal(a *api, c *call) (any, error) { return a.deleteWebhook(c, a.originalOf) }

func deleteFollowUp(a *api, c *call) (any, error) { return a.deleteWebhook(c, a.followUpOf) }

func (a *api) deleteWebhook(c *call, find func(*call) (*message, error)) (any, error) {
	m, err := find(c)
	if err != nil {
		return nil, err
	}
	c.changed = true
	a.removeMessage(m, a.opts.BotUserID)
	return nil, nil
}
