package discordbot

import (
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
	"riskroom/core/engine"
)

// did returns the operations that the engine has received.
func (b *bundle) did() []engine.Operation {
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	return slices.Clone(b.engine.ops)
}

// TestEditInModals edits with several modals and meets somebody else's change.
func TestEditInModals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.risk.Handlers, b.engine.risk.Severity, b.engine.risk.Description = []core.Ref{"lin"}, core.High, "old"
	card := messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"}))
	r := b.press(t, card, "Edit")
	if r.Modal == nil || r.Modal.Title != "Edit R-17" {
		t.Fatalf("no modal: %s", r.Body)
	}
	now := b.engine.risk
	now.Version = 5
	b.engine.set(func() {
		b.engine.refusal = core.Refuse(core.Conflict, "field_moved", "title", "Field", "Title", "Mine", "Mine", "Theirs", "Theirs")
		b.engine.refusal.Risk = &now
	})
	m := b.submit(t, emulator.Values{"title": "Mine", "description": ""})
	for range 4 { // Continue, as long as there are more fields
		if r = b.press(t, m, "Continue"); r.Modal == nil {
			t.Fatal("no modal")
		}
		values := emulator.Values{}
		if strings.Contains(shows(r.Modal), "due_at") {
			values["due_at"] = "2099-12-01"
		}
		if m = b.submit(t, values); !strings.Contains(m.Plain, "Nothing is saved yet") {
			break
		}
	}
	wantContains(t, m.Plain, "It is now: Theirs. You entered: Mine.")
	b.engine.set(func() { b.engine.refusal = nil })
	wantContains(t, messageIn(t, b.press(t, m, "Save")).Plain, "is changed:")
	ops := b.did()
	first, second := ops[0].(engine.Edit), ops[1].(engine.Edit)
	if first.Seen != 3 || second.Seen != 5 || *second.Patch.Title != "Mine" || second.Patch.Description == nil || *second.Patch.Description != "" ||
		second.Patch.DueAt == nil || second.Patch.DueAt.IsZero() || !slices.Equal(*second.Patch.Handlers, []core.Ref{"lin"}) {
		t.Errorf("first %+v, then %+v", first, second)
	}
}

// TestWorkWithOptions edits, assigns, hands over and notes without a form.
func TestWorkWithOptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for sub, c := range map[string]struct {
		options emulator.Values
		want    engine.Operation
	}{
		"edit":   {emulator.Values{"key": "17", "severity": "high"}, engine.Edit{Risk: "R-17", Patch: engine.Patch{Severity: new(core.High)}}},
		"take":   {emulator.Values{"key": "17"}, engine.Assign{Risk: "R-17", Take: true}},
		"assign": {emulator.Values{"key": "R-17", "to": "+<@" + wei + ">"}, engine.Assign{Risk: "R-17", Add: true, To: []core.Ref{"acme/" + wei}}},
		"hand": {emulator.Values{"key": "R-17", "to": "<@" + wei + ">", "reason": "holiday"},
			engine.Assign{Risk: "R-17", Hand: true, To: []core.Ref{"acme/" + wei}, Reason: "holiday"}},
		"note": {emulator.Values{"key": "R-17", "note": "3 calls"}, engine.AddNote{Risk: "R-17", Text: "3 calls"}},
	} {
		b.engine.set(func() { b.engine.ops = nil })
		messageIn(t, b.risk(t, lin, sub, c.options))
		got := b.did()
		if e, ok := c.want.(engine.Edit); ok {
			if patch := got[0].(engine.Edit).Patch; *patch.Severity != *e.Patch.Severity || patch.Title != nil {
				t.Errorf("%s: %+v", sub, patch)
			}
			continue
		}
		if a, ok := c.want.(engine.Assign); ok {
			if d := got[0].(engine.Assign); !slices.Equal(a.To, d.To) || a.Add != d.Add || a.Hand != d.Hand || a.Take != d.Take || a.Reason != d.Reason {
				t.Errorf("%s: %+v", sub, d)
			}
			continue
		}
		if got[0] != c.want {
			t.Errorf("%s: %+v", sub, got[0])
		}
	}
}

// TestTakeAsks: a risk that somebody else has taken meanwhile is taken only on purpose.
func TestTakeAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"}))
	now := b.engine.risk
	now.Version, now.Changed = 4, map[string]int64{"handlers": 4}
	b.engine.set(func() {
		b.engine.refusal = core.Refuse(core.Conflict, "handlers_moved", "handlers", "Key", "R-17", "Handlers", "wei")
		b.engine.refusal.Risk = &now
	})
	m := messageIn(t, b.press(t, card, "Take"))
	wantContains(t, m.Plain, "It is now handled by: wei")
	b.engine.set(func() { b.engine.refusal = nil })
	wantContains(t, messageIn(t, b.press(t, m, "Take anyway")).Plain, "is now handled by")
	if a := b.did()[1].(engine.Assign); a.Seen != 4 {
		t.Errorf("%+v", a)
	}
}

func TestNoteInAModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"}))
	if r := b.press(t, card, "Note"); r.Modal == nil || r.Modal.Title != "Note on R-17" {
		t.Fatalf("no modal: %s", r.Body)
	}
	wantContains(t, b.submit(t, emulator.Values{"note": "the bank called"}).Plain, "Noted on R-17")
	if got := b.did()[0]; got != engine.Operation(engine.AddNote{Risk: "R-17", Text: "the bank called"}) {
		t.Errorf("%+v", got)
	}
}

// TestCommandFits checks that a command with many own fields stays below Discord's limit
// of its size.
func TestCommandFits(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *core.Organisation) {
		o.Fields = nil
		for i := range core.MaxFields {
			name := strings.Repeat(string(rune('a'+i)), 30)
			o.Fields = append(o.Fields, core.Field{
				Key: name, Type: core.TextField, Part: core.Reported, Label: map[string]string{"en": strings.Repeat(name, 3), "zh-CN": name},
			})
		}
	})
	d, _ := b.discordbot.definer().command(maxCommand)
	own := 0
	for _, sub := range d.Options {
		for _, o := range sub.Options {
			if len(o.Name) == 30 {
				own++
			}
		}
	}
	if d.size() > maxCommand || own < 10 {
		t.Errorf("the command has %d characters and %d own fields", d.size(), own)
	}
}
