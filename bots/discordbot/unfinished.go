package discordbot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"riskroom/bots"
	"riskroom/core"
)

// unfinished is a form that a person is filling in, with what was entered so far as the
// initial values. It is kept between two modals, because a modal has room for five fields,
// can't change while it is open and can't open another.
type unfinished struct {
	Form bots.Form
	// Shown holds the fields that the person has submitted, with their variants.
	Shown map[string]string
	// Mentions maps each mention in the values to its ref.
	Mentions bots.Mentions
}

// How long forms are kept, and how long to wait for the store.
const (
	formsFor = time.Hour
	keepFor  = 500 * time.Millisecond
)

// keep keeps a form under the op of the interaction that first opened it.
func (b *Bot) keep(ctx context.Context, c bots.Command, op string, u unfinished) error {
	u.Form.Card = nil // not shown again
	raw, err := json.Marshal(u)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepFor)
		defer cancel()
		err = b.forms.KeepForm(ctx, c.Actor.Account, op, raw, formsFor)
	}
	if err != nil {
		b.log.WarnContext(ctx, "discordbot: a form could not be kept", "form", u.Form.ID, "error", err)
	}
	return err
}

// kept returns a form that keep kept for the same person.
func (b *Bot) kept(ctx context.Context, c bots.Command, op string) (u unfinished, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepFor)
	defer cancel()
	raw, err := b.forms.KeptForm(ctx, c.Actor.Account, op)
	if err == nil {
		err = json.Unmarshal(raw, &u)
	}
	if err != nil && core.KindOf(err) != core.NotFound {
		b.log.WarnContext(ctx, "discordbot: a form could not be read", "error", err)
	}
	return u, err
}

// left returns the fields that have not been submitted. If they don't fit into one modal,
// the most important ones come first.
func (u unfinished) left() []bots.Field {
	var left []bots.Field
	for _, f := range u.Form.Fields {
		if variant, shown := u.Shown[f.Key]; size(f) > 0 && (!shown || variant != f.Variant) {
			left = append(left, f)
		}
	}
	if sizes(left) > maxParts {
		slices.SortStableFunc(left, func(a, b bots.Field) int { return cmp.Compare(rank(a), rank(b)) })
	}
	return left
}

// rank orders fields by how likely people fill them in.
func rank(f bots.Field) int {
	switch {
	case needed(f), f.Required && f.Kind == bots.TextKind:
		return 0
	case f.Required:
		return 1
	case f.Kind == bots.LongTextKind, f.Kind == bots.TextKind:
		return 2
	}
	return 3
}

// needed reports whether a person must still fill in a field.
func needed(f bots.Field) bool { return f.Required && len(f.Initial) == 0 }

// whole reports whether one modal is enough for a form. A choice that changes the form may
// need another.
func whole(f bots.Form) bool {
	return sizes(f.Fields) <= maxParts && !slices.ContainsFunc(f.Fields, func(f bots.Field) bool { return f.Refresh })
}

// sizes returns how many parts some fields have.
func sizes(fields []bots.Field) int {
	n := 0
	for _, f := range fields {
		n += size(f)
	}
	return n
}

// modal renders the next fields of a form. It returns an error if any part of the form
// doesn't fit, because nothing that a person typed may be cut.
func (b *Bot) modal(lang, op string, u unfinished) (modal, error) {
	id, err := formID(op, u.Form)
	if err != nil {
		return modal{}, err
	}
	m := modal{CustomID: id, Title: core.Shorten(u.Form.Title, maxLabel)}
	left := u.left()
	if len(u.Form.Notice) > 0 && (sizes(left) < maxParts || u.Form.Warn && u.Shown == nil) {
		m.Components = append(m.Components, part{Type: typeText, Content: b.render.Message(core.Message{Text: u.Form.Notice}, "").Text})
	}
	full := false
	for _, f := range left {
		parts, err := b.parts(lang, f)
		if err != nil {
			return modal{}, err
		}
		if full = full || len(m.Components)+len(parts) > maxParts; !full {
			m.Components = append(m.Components, parts...)
		}
	}
	if len(left) == 0 {
		return modal{}, fmt.Errorf("the form has no inputs")
	}
	return m, nil
}

// The prefixes of the custom_id of modals: "<prefix><id>:<op>:<state as JSON>". If one
// modal isn't enough for a form, its state is kept, and only says who handles it.
const (
	formPrefix = "form:"
	partPrefix = "part:"
)

func formID(op string, f bots.Form) (string, error) {
	prefix, state := formPrefix, f.State
	if !whole(f) {
		prefix, state = partPrefix, map[string]string{}
		for _, k := range []string{workspaceState, riskState} {
			if v := f.State[k]; v != "" {
				state[k] = v
			}
		}
	}
	if state == nil {
		state = map[string]string{}
	}
	raw, err := json.Marshal(state)
	if err != nil {
		return "", err
	}
	id := prefix + f.ID + ":" + op + ":" + string(raw)
	if utf8.RuneCountInString(id) > maxCustomID {
		return "", fmt.Errorf("the form's state has %d bytes", len(raw))
	}
	return id, nil
}

// open answers an interaction with a form, as a modal.
func (b *Bot) open(ctx context.Context, c bots.Command, op string, u unfinished) (response, error) {
	m, err := b.modal(c.Lang, op, u)
	if err != nil {
		b.log.Error("discordbot: a form could not be shown", "form", u.Form.ID, "error", err)
		return response{}, &core.Error{Op: "discordbot: render a modal", Kind: core.Invalid, Err: err}
	}
	if err := b.keep(ctx, c, op, u); err != nil && !whole(u.Form) {
		first, ok := u.alone()
		if !ok {
			return response{}, errors.Join(bots.ErrNotKept, err)
		}
		first.Form = b.packed(first.Form)
		if m, err = b.modal(c.Lang, op, first); err != nil {
			return response{}, errors.Join(bots.ErrNotKept, err)
		}
	}
	return response{Type: answerModal, Data: m}, nil
}

// alone returns the form with the fields of the next modal only, for when it can't be
// kept. ok is false if another field must be filled in.
func (u unfinished) alone() (first unfinished, ok bool) {
	left := u.left()
	u.Form.Fields, u.Shown = nil, nil
	for n, f := range left {
		if f.Refresh = false; sizes(left[:n+1]) <= maxParts {
			u.Form.Fields = append(u.Form.Fields, f)
		} else if needed(f) {
			return unfinished{}, false
		}
	}
	return u, true
}

// enter takes the values of a submitted modal, and reports whether they may change the
// form. A text that is as it was shown keeps its value, which may be more precise. So do
// files, which an input can't show.
func (b *Bot) enter(c bots.Command, u *unfinished, s submitted) (refresh bool) {
	u.Form.Fields = slices.Clone(u.Form.Fields)
	if u.Shown == nil {
		u.Shown = map[string]string{}
	}
	if u.Mentions == nil {
		u.Mentions = bots.Mentions{}
	}
	maps.Copy(u.Mentions, s.filled.Mentions)
	for i, f := range u.Form.Fields {
		typed, ok := s.sent[f.Key]
		if !ok {
			continue
		}
		values := s.filled.Values[f.Key]
		if typed != "" && typed == b.bot.AsTyped(c.Lang, f) || f.Kind == bots.FileKind && len(values) == 0 {
			values = f.Initial
		}
		refresh = refresh || f.Refresh && !slices.Equal(values, f.Initial)
		u.Form.Fields[i].Initial, u.Shown[f.Key] = values, f.Variant
	}
	return refresh
}

// update replaces the form with a newer one. What was typed and isn't in the newer one is
// kept, and a choice is offered among what resembles it.
func (u *unfinished) update(newer bots.Form) {
	for i, f := range newer.Fields {
		was := slices.IndexFunc(u.Form.Fields, func(o bots.Field) bool {
			return o.Key == f.Key && (o.Variant == f.Variant || o.Kind == bots.PeopleKind && f.Kind == bots.TextKind)
		})
		if was >= 0 && u.Form.Fields[was].Kind == bots.PeopleKind {
			newer.Fields[i] = u.Form.Fields[was] // roles can be picked here, they need not be typed
			continue
		}
		if was < 0 || len(f.Initial) > 0 {
			continue
		}
		typed := u.Form.Fields[was].Initial
		newer.Fields[i].Initial = typed
		if _, shown := u.Shown[f.Key]; shown && f.Kind == bots.SelectKind && !f.Many && len(typed) == 1 {
			if like := f.Resembling(typed[0]); len(like) > 0 && len(like) <= maxItems {
				newer.Fields[i].Options, newer.Fields[i].Initial = like, nil
				delete(u.Shown, f.Key)
			}
		}
	}
	if there := u.Form.State[workspaceState]; there != "" {
		newer.State = maps.Clone(newer.State)
		newer.State[workspaceState] = there
	}
	u.Form = newer
}

// filled returns the form with all its values.
func (u unfinished) filled() bots.Filled {
	f := bots.Filled{Form: u.Form.ID, State: maps.Clone(u.Form.State), Values: bots.Values{}, Mentions: u.Mentions}
	if f.State == nil {
		f.State = map[string]string{}
	}
	for _, field := range u.Form.Fields {
		if size(field) > 0 {
			f.Values[field.Key] = field.Initial
		}
	}
	return f
}

// wrong has the fields with errors shown again, or all if an error concerns none of them.
func (u *unfinished) wrong(errs []bots.FieldError) {
	for _, e := range errs {
		if !slices.ContainsFunc(u.Form.Fields, func(f bots.Field) bool { return f.Key == e.Field }) || whole(u.Form) {
			u.Shown = nil
			return
		}
		delete(u.Shown, e.Field)
	}
}
