package discordbot

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"riskroom/bots"
)

// submitted is a modal that somebody has sent.
type submitted struct {
	op     string // of the interaction that first opened the form
	filled bots.Filled
	rest   string // what the person typed into the shared input
}

// typed returns the texts that the modal contained.
func (s submitted) typed() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(s.filled.Values)) {
		parts = append(parts, s.filled.Values.Get(key))
	}
	return strings.TrimSpace(strings.Join(append(parts, s.filled.Rest), "\n"))
}

// parseForm reads the custom_id of a modal that this package rendered.
func parseForm(customID string) (f bots.Filled, op string, ok bool) {
	rest, ok := strings.CutPrefix(customID, formPrefix)
	parts := strings.SplitN(rest, ":", 3)
	if !ok || len(parts) != 3 {
		return bots.Filled{}, "", false
	}
	f = bots.Filled{Form: parts[0], State: map[string]string{}, Values: bots.Values{}}
	if json.Unmarshal([]byte(parts[2]), &f.State) != nil {
		return bots.Filled{}, "", false
	}
	return f, parts[1], true
}

// filled reads a modal that this package rendered.
func (b *Bot) filled(ctx context.Context, req request, in interaction) (s submitted, ok bool) {
	if s.filled, s.op, ok = parseForm(in.Data.CustomID); !ok {
		return submitted{}, false
	}
	b.unpack(s.filled.State)
	read := b.reader(req, in.Locale)
	for _, row := range in.Data.Components {
		for _, c := range row.Components {
			switch {
			case c.CustomID == restInput:
				s.rest = c.Value
				s.filled.Rest, s.filled.Mentions = read.line(ctx, c.Value)
			case c.Value != "":
				s.filled.Values[c.CustomID] = []string{read.prose(ctx, c.Value)}
			}
		}
	}
	return s, true
}

// refilled returns a form with what the person typed into it.
func (s submitted) refilled(form bots.Form) bots.Form {
	form.Fields = slices.Clone(form.Fields)
	for i, f := range form.Fields {
		if f.Kind == bots.TextKind || f.Kind == bots.LongTextKind {
			form.Fields[i].Initial = s.filled.Values[f.Key]
		}
	}
	form.State = maps.Clone(form.State)
	if form.State == nil {
		form.State = map[string]string{}
	}
	form.State[restState] = s.rest
	return form
}

// reopenPrefix is the prefix of the custom_id of a button that opens a form.
const reopenPrefix = "reopen:"

func parseReopen(customID string) (op string, ok bool) {
	return strings.CutPrefix(customID, reopenPrefix)
}

// reopen opens a form that couldn't be opened before. A modal can't answer a modal,
// nor follow a deferred answer.
func (b *Bot) reopen(c bots.Command, in interaction, op string) response {
	form, ok := b.forms.of(op)
	if ok {
		if m, err := b.modal(c.Lang, op, b.addressed(in, form)); err == nil {
			return response{Type: answerModal, Data: m}
		}
	}
	return b.tell(in, "commands.outdated")
}

// Limits on remembered forms. After a restart, or in another replica, they are
// unknown, so the message also shows what was typed.
const (
	formsFor = time.Hour
	maxForms = 1000
)

// forms remembers forms by the op that first opened them. It is safe for concurrent
// use.
type forms struct {
	mu    sync.Mutex
	kept  map[string]keptForm
	order []string // oldest first
}

type keptForm struct {
	form bots.Form
	at   time.Time
}

func newForms() *forms { return &forms{kept: make(map[string]keptForm)} }

func (f *forms) keep(op string, form bots.Form) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.kept[op]; !known {
		f.order = append(f.order, op)
	}
	f.kept[op] = keptForm{form, time.Now()}
	if len(f.order) > maxForms {
		delete(f.kept, f.order[0])
		f.order = f.order[1:]
	}
}

func (f *forms) of(op string) (bots.Form, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, ok := f.kept[op]
	return k.form, ok && time.Since(k.at) < formsFor
}
