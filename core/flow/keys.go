package flow

import (
	"riskroom/core"
	"riskroom/core/text"
)

// Endings of help texts.
const (
	anyoneHelp   = " One or a list of: submitter, handlers, lead, administrators, operators (with a process), new_handlers (with on: assigned), names, \"@group\", accounts (workspace/ID), =expressions."
	templateHelp = " A template: text with values such as {{ .key }}, {{ .title }}, {{ .module }}, {{ date .due_at }} and {{ .fields.amount }}."
)

// delayHint describes how to write a delay.
func delayHint() text.Phrase {
	return text.Plain("write days, hours, minutes and seconds like 1d, 36h, 1d12h, 90m or 2s, or working days like 2wd")
}

// ClockPattern matches a time of day such as "09:00".
const ClockPattern = `^([01][0-9]|2[0-3]):[0-5][0-9]$`

// ClockHint describes how to write a time of day.
func ClockHint() text.Phrase { return text.Plain(`a time of day like "09:00"`) }

// idPattern matches the ID of a step.
const idPattern = `^[A-Za-z][A-Za-z0-9_-]{0,39}$`

// idHint describes the ID of a step.
func idHint() text.Phrase {
	return text.Plain(`letters, digits, "-" and "_", beginning with a letter`)
}

// cardRisk is the only kind of card.
const cardRisk = "risk"

// textKey is a key with a plain text.
func textKey(name, help string, value *string) Key {
	return Key{Name: name, Kind: TextKey, Help: help, Text: value}
}

// templateKey is a key with a template for one line.
func templateKey(name, help string, value *string) Key {
	return Key{Name: name, Kind: TemplateKey, Help: help + templateHelp, Max: maxLine, Text: value}
}

// peopleKey is a key with a list of people.
func peopleKey(name, help string, value *[]string) Key {
	return Key{Name: name, Kind: PeopleKey, Help: help + anyoneHelp, Max: core.MaxMembers, List: value}
}

// muteKey is a key with the people who may not post, or a word for all of them or none.
func muteKey(name, help string, value *[]string) Key {
	k := peopleKey(name, help, value)
	k.Kind = MuteKey
	return k
}

// groupKey is the key with the group that a step acts on.
func groupKey(value *string) Key {
	return Key{Name: "group", Kind: GroupKey, Required: true, Text: value,
		Help: "The group: the id of an earlier create_group, item (the risk's item group), or a channel as workspace/ID."}
}

// fallbackKey is the key with where a direct message goes that can't be delivered.
func fallbackKey(value *[]string) Key {
	return Key{Name: "fallback", Kind: FallbackKey, Max: core.MaxMembers, List: value,
		Help: "Where the message goes for recipients who can't be reached: they have no account, or don't accept direct messages. The entries are tried in this order until one takes it. " +
			"One or a list of: item (the risk's item group), channels (workspace/ID), submitter, handlers, lead, administrators, operators (with a process), new_handlers (with on: assigned), names, \"@group\", =expressions."}
}

// messageIDKey is the key with the ID of the message that a step sends.
func messageIDKey(value *string) Key {
	return Key{Name: "id", Kind: MessageIDKey, Text: value, Pattern: idPattern, Hint: idHint(),
		Help: "An ID for the message, for later steps of this flow that reply to it."}
}

// messageKeys are the keys for the content of a message.
func messageKeys(title, body, card *string) []Key {
	limit := func(l core.Limits) int { return l.MessageText }
	below := templateKey("text", "The text below the title.", body).limited(limit)
	below.Max = maxText
	return []Key{
		templateKey("title", "The first line.", title).limited(limit),
		below,
		{Name: "card", Kind: TextKey, Help: "risk adds the risk's card, with its buttons.", Choices: []string{cardRisk}, Text: card},
	}
}

// required returns k as a required key.
func (k Key) required() Key {
	k.Required = true
	return k
}

// limited returns k with a platform's limit.
func (k Key) limited(limit func(core.Limits) int) Key {
	k.Limit = limit
	return k
}

// cut returns k as a key whose value is cut where it is too long.
func (k Key) cut() Key {
	k.Cut = true
	return k
}

// skipped returns k as a key that requires a platform to change a part of a group. Where
// only some workspaces can, the others skip this key.
func (k Key) skipped(part core.Part, what text.Phrase) Key {
	k.Need = &Need{Ability: func(c core.Capabilities) core.Ability { return c.Set[part] }, What: what, Skips: true}
	return k
}

// clearable returns k as a key whose text may be empty; it is nil if the key is left out.
func (k Key) clearable(value **string) Key {
	k.Text, k.Maybe = nil, value
	return k
}

// oneOf returns k as a key with one of these values.
func (k Key) oneOf(states ...core.TopicState) Key {
	k.Choices = wordsOf(states)
	return k
}
