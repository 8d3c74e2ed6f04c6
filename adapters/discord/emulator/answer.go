package emulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

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
	data, isObject := body["data"].(object)
	if body["data"] != nil && !isObject {
		f.fail("data", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
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

// answers are the types of answers that fit an interaction. A modal must be the
// first answer and cannot answer another modal.
func (i *interaction) answers() []int {
	switch {
	case i.kind == kindPing:
		return []int{answerPong}
	case i.kind == kindAutocomplete:
		return []int{answerChoices}
	case i.kind == kindModal && i.source == nil:
		return []int{answerMessage, answerDeferred}
	case i.kind == kindModal:
		return []int{answerMessage, answerDeferred, answerDeferredEdit, answerEdit}
	case i.kind == kindComponent:
		return []int{answerMessage, answerDeferred, answerDeferredEdit, answerEdit, answerModal}
	}
	return []int{answerMessage, answerDeferred, answerModal}
}

func (ix *interactions) carryAnswer(i *interaction, kind int, data object) error {
	switch kind {
	case answerChoices:
		return i.takeChoices(data)
	case answerModal:
		return ix.openModal(i, data)
	case answerDeferredEdit:
		i.original = i.source
		return nil
	}
	f := &form{}
	in := ix.readContent(f, data, answerFlags)
	if err := f.err(); err != nil {
		return nestedData(err)
	}
	switch {
	case kind == answerDeferred:
		// Of a deferred answer only EPHEMERAL counts.
		i.original = ix.answerWith(i, draft{content: content{flags: in.flags&ephemeralFlag | loadingFlag}})
	case kind == answerEdit:
		i.original = i.source
		in.flags &= suppressEmbeds // who sees it is settled
		if !i.source.Removed {
			ix.edit(i.source, in)
		}
	case in.empty():
		return refuse(emptyMessage)
	default:
		i.original = ix.answerWith(i, in)
	}
	return nil
}

// nestedData puts what is wrong with a message below "data", where it stands in
// the body of an answer.
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
		value := stage.Str(c["value"])
		if number, ok := c["value"].(json.Number); ok {
			value = number.String()
		} else {
			f.text(at+".value", c["value"], 1, 100)
		}
		i.choices = append(i.choices, Choice{Name: name, Value: value})
	}
	if err := f.err(); err != nil {
		i.choices = nil
		return nestedData(err)
	}
	return nil
}
