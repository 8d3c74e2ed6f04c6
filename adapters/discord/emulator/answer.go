package emulator

import (
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
