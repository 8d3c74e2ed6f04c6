package emulator

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/adapters/stage"
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
	answerPong     = 1
	answerMessage  = 4
	answerDeferred = 5
	answerUpdate   = 7
	answerChoices  = 8
	answerModal    = 9
)

// Discord's limits for answers, see
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages.
const (
	tokenLife        = 15 * time.Minute // of wall time
	maxAnswerChoices = 25
)

// interactions are the actions of people that the app may answer.
type interactions struct {
	*guild
	misfits *misfits
	byID    map[string]*interaction
	byToken map[string]*interaction
	last    *signed // the last interaction sent over HTTP
}

// interaction is an action of a person that the app may answer.
type interaction struct {
	id, token string
	kind      int
	user      string
	channel   *channel
	source    *message // of a component, or of the modal that it opened
	payload   object
	made      time.Time // on the wall clock
	dead      bool      // not answered in time
	to        string    // the URL that it is sent to; "" is the gateway

	answer   int           // the type of the first answer, 0 before it
	answered chan struct{} // closed with it
	raw      []byte        // that answer
	original *message      // the message that it created
	choices  []Choice
}

// Choice is what autocomplete offers.
type Choice struct{ Name, Value string }

// newInteraction makes the interaction for something that user did in ch. See https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object.
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
	if err := a.interactions.respond(i, c.fields); err != nil {
		return nil, err
	}
	c.changed = true
	return nil, nil
}

// updateOriginal: https://docs.discord.com/developers/interactions/receiving-and-responding#edit-original-interaction-response
func updateOriginal(a *api, c *call) (any, error) {
	i := a.interactions.byToken[c.path["token"]]
	switch {
	case c.path["application"] != a.opts.ApplicationID || i == nil || i.answer == 0:
		return nil, refuse(unknownWebhook)
	case time.Since(i.made) > tokenLife:
		return nil, refuse(invalidToken)
	case i.original == nil || i.original.Removed:
		return nil, refuse(unknownMessage)
	}
	f := &form{}
	in := a.readContent(f, c.fields, 0)
	if err := f.err(); err != nil {
		return nil, err
	}
	if in.onto(i.original.Body).empty() {
		return nil, refuse(emptyMessage)
	}
	c.changed = true
	a.edit(i.original, in)
	return a.messageObject(i.original), nil
}

// answerWith stores a message that answers an interaction. It needs none of the
// bot's permissions.
func (ix *interactions) answerWith(i *interaction, in draft) *message {
	m := &message{Author: ix.opts.BotUserID, Body: in.onto(content{interaction: i})}
	m.Body.flags = in.flags
	if in.flags&ephemeralFlag != 0 {
		m.Only = i.user
	}
	return ix.write(i.channel, m)
}

// respond carries out the first answer to an interaction. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object.
func (ix *interactions) respond(i *interaction, body object) error {
	switch {
	case i.answer != 0:
		return refuse(alreadyAnswered)
	case i.dead || time.Since(i.made) > ix.opts.Deadline:
		return refuse(unknownInteraction)
	}
	f := &form{}
	n, ok := f.number("type", body["type"], 1, 12)
	kind := int(n)
	if !ok || !slices.Contains(i.answers(), kind) {
		f.fail("type", "BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v here.", i.answers()))
	}
	data := f.object("data", body["data"])
	if err := f.err(); err != nil {
		return err
	}
	if err := ix.carryAnswer(i, kind, data); err != nil {
		return err
	}
	i.answer, i.raw = kind, stage.JSON(body)
	close(i.answered)
	return nil
}

// answers returns the types of answers to an interaction that riskroom uses. A modal
// cannot answer another modal.
func (i *interaction) answers() []int {
	switch i.kind {
	case kindAutocomplete:
		return []int{answerChoices}
	case kindModal:
		return []int{answerMessage, answerDeferred}
	case kindComponent:
		return []int{answerMessage, answerDeferred, answerUpdate, answerModal}
	}
	return []int{answerMessage, answerDeferred, answerModal}
}

func (ix *interactions) carryAnswer(i *interaction, kind int, data object) error {
	switch kind {
	case answerChoices:
		return i.takeChoices(data)
	case answerModal:
		return ix.openModal(i, data)
	}
	f := &form{}
	in := ix.readContent(f, data, ephemeralFlag)
	if err := f.err(); err != nil {
		return nestedData(err)
	}
	switch {
	case kind == answerDeferred:
		// In a deferred answer only EPHEMERAL counts.
		i.original = ix.answerWith(i, draft{content: content{flags: in.flags&ephemeralFlag | loadingFlag}})
	case kind == answerUpdate && !in.onto(i.source.Body).empty():
		ix.edit(i.source, in)
		i.original = i.source
	case in.empty():
		return refuse(emptyMessage)
	default:
		i.original = ix.answerWith(i, in)
	}
	return nil
}

// nestedData moves problems below "data", as in the body of an answer.
func nestedData(err error) error {
	r := asRefusal(err)
	r.errors = object{"data": r.errors}
	return r
}

// takeChoices reads the answer to autocomplete.
func (i *interaction) takeChoices(data object) error {
	f := &form{}
	list := f.list("choices", data["choices"], maxAnswerChoices)
	if _, ok := data["choices"].([]any); !ok {
		f.required("choices")
	}
	for n, c := range list {
		at := fmt.Sprintf("choices.%d", n)
		name := f.text(at+".name", c["name"], 1, 100)
		i.choices = append(i.choices, Choice{Name: name, Value: f.text(at+".value", c["value"], 1, 100)})
	}
	if err := f.err(); err != nil {
		i.choices = nil
		return nestedData(err)
	}
	return nil
}
