package slackbot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"riskroom/bots"
	"riskroom/core"
)

// Slack's limits for modals, in characters, from
// https://docs.slack.dev/reference/views/modal-views and
// https://docs.slack.dev/reference/block-kit.
const (
	maxViewTitle   = 24
	maxHeader      = 150
	maxLabel       = 2000
	maxInput       = 3000
	maxOptions     = 100 // of a select menu, or of one of its option groups
	maxOptionText  = 75
	maxOptionValue = 150
	maxMetadata    = 3000
	maxBlocks      = 100
)

// maxView is the limit of a whole modal in bytes, see
// https://docs.slack.dev/reference/methods/views.open.
const maxView = 250_000

// modal renders a form as a modal. It returns an error if something doesn't fit,
// because nothing that a person typed may be cut. Texts that are too long for an input
// are left out, the longest ones first, if their fields allow it.
func (b *Bot) modal(f bots.Form) (slack.ModalViewRequest, error) {
	f.Fields = slices.Clone(f.Fields)
	for {
		m, err := b.wholeModal(f)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		raw, err := json.Marshal(m)
		i, most := longest(f.Fields)
		switch {
		case err != nil:
			return slack.ModalViewRequest{}, fmt.Errorf("the modal: %w", err)
		case most <= maxInput && len(raw) <= maxView:
			return m, nil
		case i < 0:
			return slack.ModalViewRequest{}, fmt.Errorf("a modal of %d bytes is too large", len(raw))
		case f.Fields[i].TooLong == nil:
			return slack.ModalViewRequest{}, &bots.TooLongError{Label: f.Fields[i].Label}
		}
		f.Fields[i] = bots.Field{Kind: bots.StaticKind, Label: f.Fields[i].Label, Content: f.Fields[i].TooLong}
	}
}

// longest returns the text input with the longest content, -1 if there is none.
func longest(fields []bots.Field) (at, characters int) {
	at = -1
	for i, f := range fields {
		n := utf8.RuneCountInString(bots.Values{"": f.Initial}.Get(""))
		if (f.Kind == bots.TextKind || f.Kind == bots.LongTextKind) && n > characters {
			at, characters = i, n
		}
	}
	return at, characters
}

func (b *Bot) wholeModal(f bots.Form) (slack.ModalViewRequest, error) {
	var state []byte
	if kept := withFiles(f); len(kept) > 0 {
		var err error
		if state, err = json.Marshal(kept); err != nil {
			return slack.ModalViewRequest{}, fmt.Errorf("the form's state: %w", err)
		}
	}
	if len(state) > maxMetadata {
		return slack.ModalViewRequest{}, fmt.Errorf("the form's state has %d bytes", len(state))
	}
	m := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: f.ID, PrivateMetadata: string(state),
		Title: plain(f.Title, maxViewTitle), Close: plain(f.Cancel, maxViewTitle),
	}
	if f.Submit != "" {
		m.Submit = plain(f.Submit, maxViewTitle)
	}
	if len(f.Notice) > 0 {
		m.Blocks.BlockSet = append(m.Blocks.BlockSet, b.render.Blocks(core.Message{Text: f.Notice}, "")...)
	}
	if f.Card != nil {
		card := *f.Card
		card.Buttons = nil
		m.Blocks.BlockSet = append(m.Blocks.BlockSet, b.render.Card(card)...)
	}
	for _, field := range f.Fields {
		blocks, err := b.blocks(field)
		if err != nil {
			return slack.ModalViewRequest{}, fmt.Errorf("field %s: %w", field.Key, err)
		}
		m.Blocks.BlockSet = append(m.Blocks.BlockSet, blocks...)
	}
	if n := len(m.Blocks.BlockSet); n > maxBlocks {
		return slack.ModalViewRequest{}, fmt.Errorf("%d blocks are too many", n)
	}
	return m, nil
}

// withFiles returns the form's state with the files that were uploaded in an earlier modal:
// an input can't show them.
func withFiles(f bots.Form) map[string]string {
	for _, field := range f.Fields {
		if field.Kind == bots.FileKind && len(field.Initial) > 0 {
			state := maps.Clone(f.State)
			if state == nil {
				state = map[string]string{}
			}
			state[field.Key] = strings.Join(field.Initial, betweenFiles)
			return state
		}
	}
	return f.State
}

// betweenFiles separates the files in a form's state.
const betweenFiles = "\n"

// blocks renders a field. Slack's picker of people holds accounts only, so a field for
// people that has options too has two inputs, and neither can be required.
func (b *Bot) blocks(f bots.Field) ([]slack.Block, error) {
	if f.Kind == bots.StaticKind {
		return []slack.Block{b.static(f)}, nil
	}
	e, err := element(f)
	if err != nil {
		return nil, err
	}
	in := slack.NewInputBlock(blockID(f), plain(f.Label, maxLabel), nil, e)
	if f.Hint != "" {
		in.Hint = plain(f.Hint, maxLabel)
	}
	in.Optional = !f.Required
	in.DispatchAction = f.Refresh
	if f.Kind != bots.PeopleKind || len(f.Options) == 0 {
		return []slack.Block{in}, nil
	}
	f.Many = true
	if e, err = selection(f); err != nil {
		return nil, err
	}
	others := slack.NewInputBlock(blockID(f)+othersBlock, plain(f.Others, maxLabel), nil, e)
	in.Optional, others.Optional = true, true
	return []slack.Block{in, others}, nil
}

// othersBlock ends the ID of the block with the options of a field for people.
const othersBlock = "+"

// static renders a heading, or a label with its content.
func (b *Bot) static(f bots.Field) slack.Block {
	if len(f.Content) == 0 {
		return slack.NewHeaderBlock(plain(f.Label, maxHeader))
	}
	label := slack.NewRichTextSectionTextElement(f.Label+"\n", &slack.RichTextSectionTextStyle{Bold: true})
	content := append([]slack.RichTextSectionElement{label}, b.render.Spans(f.Content)...)
	return slack.NewRichTextBlock("", slack.NewRichTextSection(content...))
}

// blockID returns the ID of a field's block. Slack keeps an input's content while
// the IDs of its block and action stay the same, so each variant has its own.
func blockID(f bots.Field) string {
	if f.Variant == "" {
		return f.Key
	}
	sum := sha256.Sum256([]byte(f.Variant))
	return f.Key + "." + hex.EncodeToString(sum[:4])
}

// element returns the input for a field. Its action_id is the field's key.
func element(f bots.Field) (slack.BlockElement, error) {
	first := bots.Values{"": f.Initial}.Get("")
	switch f.Kind {
	case bots.TextKind, bots.LongTextKind:
		e := slack.NewPlainTextInputBlockElement(nil, f.Key)
		e.InitialValue, e.Multiline = first, f.Kind == bots.LongTextKind
		e.MaxLength = min(f.Max, maxInput)
		return e, nil
	case bots.NumberKind:
		e := slack.NewNumberInputBlockElement(nil, f.Key, true)
		e.InitialValue = first
		return e, nil
	case bots.DateKind:
		e := slack.NewDatePickerBlockElement(f.Key)
		e.InitialDate = first
		return e, nil
	case bots.MomentKind:
		e := slack.NewDateTimePickerBlockElement(f.Key)
		if t, err := time.Parse(time.RFC3339, first); err == nil {
			e.InitialDateTime = t.Unix()
		}
		return e, nil
	case bots.PeopleKind:
		e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, nil, f.Key)
		for _, ref := range f.Initial {
			if a, ok := core.Ref(ref).Account(); ok {
				e.InitialUsers = append(e.InitialUsers, a.ID)
			}
		}
		return e, nil
	case bots.FileKind:
		return slack.NewFileInputBlockElement(f.Key).WithMaxFiles(f.Max), nil
	case bots.SelectKind:
		return selection(f)
	case bots.StaticKind: // has no input
	}
	return nil, fmt.Errorf("no such kind of field: %q", f.Kind)
}

func selection(f bots.Field) (slack.BlockElement, error) {
	var options, initial []*slack.OptionBlockObject
	for _, c := range f.Options {
		if utf8.RuneCountInString(c.Key) > maxOptionValue {
			return nil, fmt.Errorf("an option whose key has more than %d characters", maxOptionValue)
		}
		o := slack.NewOptionBlockObject(c.Key, plain(c.Label, maxOptionText), nil)
		options = append(options, o)
		for _, key := range f.Initial {
			if key == c.Key {
				initial = append(initial, o)
			}
		}
	}
	groups := grouped(&options)
	if f.Many {
		e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, nil, f.Key, options...)
		e.OptionGroups, e.InitialOptions = groups, initial
		return e, nil
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, f.Key, options...)
	e.OptionGroups = groups
	if len(initial) > 0 {
		e.InitialOption = initial[0]
	}
	return e, nil
}

// grouped splits options into groups if there are too many for a plain list.
func grouped(options *[]*slack.OptionBlockObject) []*slack.OptionGroupBlockObject {
	all := *options
	if len(all) <= maxOptions {
		return nil
	}
	*options = nil
	var groups []*slack.OptionGroupBlockObject
	for from := 0; from < len(all); from += maxOptions {
		to := min(from+maxOptions, len(all))
		label := strconv.Itoa(from+1) + "–" + strconv.Itoa(to)
		groups = append(groups, slack.NewOptionGroupBlockElement(plain(label, maxOptionText), all[from:to]...))
	}
	return groups
}

// plain returns plain text, shortened with an ellipsis.
func plain(s string, limit int) *slack.TextBlockObject {
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit-1]) + "…"
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
