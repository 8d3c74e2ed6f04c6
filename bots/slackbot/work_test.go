package slackbot

import (
	"slices"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
)

// fromMenu presses a button in the menu of R-17's card.
func fromMenu(t *testing.T, b *bundle, m emulator.Message, what core.Press) emulator.Reply {
	t.Helper()
	return press(t, b, m, "riskroom.more/riskroom."+string(what)+":R-17@3")
}

// did returns the operations that the engine has received.
func (b *bundle) did() []engine.Operation {
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	return slices.Clone(b.engine.ops)
}

// TestEditInAModal opens the form from the menu of a card, chooses another module, and
// meets somebody else's change.
func TestEditInAModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.risk.Handlers = []core.Ref{"lin", "acme:@oncall", "acme/" + wei}
	b.engine.risk.Severity = core.High
	v := fromMenu(t, b, card(t, b), core.PressEdit).View
	if v == nil || v.Title != "Edit R-17" {
		t.Fatalf("no modal\n%s", b.log())
	}
	if e, block, _ := v.Action("handlers"); block != blockID(bots.Field{Key: "handlers", Variant: "Payments"}) || len(e["initial_users"].([]any)) != 2 {
		t.Errorf("the handlers in %s: %v", block, e)
	}
	r, err := b.ChooseInView(t.Context(), lin, v.ID, "module", "Ledger")
	if err != nil || r.View == nil {
		t.Fatal(err)
	}
	e, _, _ := r.View.Action("handlers")
	if users, _ := e["initial_users"].([]any); len(users) != 1 || users[0] != lin {
		t.Errorf("the other module's handlers are not offered: %v", e)
	}
	now := b.engine.risk
	now.Version, now.Title = 5, "Theirs"
	b.engine.set(func() {
		b.engine.refusal = core.Refuse(core.Conflict, "field_moved", "title", "Field", "Title", "Mine", "Mine", "Theirs", "Theirs")
		b.engine.refusal.Risk = &now
	})
	r, err = b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"title": {"Mine"}, "due_at": {"2099-12-01"}})
	if err != nil || r.View == nil {
		t.Fatalf("the conflict closes the modal: %v %+v", err, r)
	}
	wantContains(t, r.View.Plain, "It is now: Theirs. You entered: Mine.")
	if r.View.Values["title"]["title"]["value"] != "Mine" {
		t.Errorf("the typed title is gone: %v", r.View.Values)
	}
	b.engine.set(func() { b.engine.refusal = nil })
	if r, err = b.SubmitView(t.Context(), lin, v.ID, nil); err != nil || r.View == nil {
		t.Fatal(err)
	}
	wantContains(t, r.View.Plain, "is changed:")
	ops := b.did()
	first, second := ops[0].(engine.Edit), ops[1].(engine.Edit)
	if first.Seen != 3 || second.Seen != 5 || *second.Patch.Title != "Mine" || *second.Patch.Module != "Ledger" || second.Patch.DueAt.IsZero() ||
		!slices.Equal(*first.Patch.Handlers, []core.Ref{"lin"}) {
		t.Errorf("first %+v, then %+v", first, second)
	}
}

// TestAssignInAModal picks people next to names and groups.
func TestAssignInAModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.risk(t, lin, "assign 17").View
	if v == nil {
		t.Fatal("no modal")
	}
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"handlers": {wei, lin}, "handlers+": {"acme:@oncall"}})
	if err != nil || r.View == nil {
		t.Fatalf("%v %+v", err, r)
	}
	wantContains(t, r.View.Plain, "is now handled by")
	want := []core.Ref{"acme/" + wei, "acme/" + lin, "acme:@oncall"}
	if a := b.did()[0].(engine.Assign); !slices.Equal(a.To, want) || a.Seen != 3 {
		t.Errorf("%+v", a)
	}
}

// TestAddHandlers adds a handler, with and without a blank after the sign.
func TestAddHandlers(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]core.Ref{
		"assign 17 + @wei":      {"acme/" + wei},
		"assign 17 +@wei":       {"acme/" + wei},
		"assign 17 ＋@wei":       {"acme/" + wei},
		"assign 17 +@wei+@lin":  {"acme/" + wei, "acme/" + lin},
		"assign 17 +@oncall":    {"@oncall"},
		"assign 17 +lin + @wei": {"lin", "acme/" + wei},
	} {
		b := setup(t)
		r := b.risk(t, lin, line)
		if all := b.did(); len(all) != 1 {
			t.Errorf("%s: %s", line, r.Body)
		} else if a := all[0].(engine.Assign); !a.Add || !slices.Equal(a.To, want) {
			t.Errorf("%s: %+v", line, a)
		}
	}
}

// TestTakeFromAMenu is asked about if somebody else has taken the risk.
func TestTakeFromAMenu(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := card(t, b)
	fromMenu(t, b, m, core.PressTake)
	now := b.engine.risk
	now.Version, now.Changed = 4, map[string]int64{"handlers": 4}
	b.engine.set(func() {
		b.engine.refusal = core.Refuse(core.Conflict, "handlers_moved", "handlers", "Key", "R-17", "Handlers", "wei")
		b.engine.refusal.Risk = &now
	})
	v := fromMenu(t, b, m, core.PressTake).View
	if v == nil || v.Submit != "Take anyway" {
		t.Fatalf("it isn't asked: %+v", v)
	}
	wantContains(t, v.Plain, "It is now handled by: wei")
	b.engine.set(func() { b.engine.refusal = nil })
	if _, err := b.SubmitView(t.Context(), lin, v.ID, nil); err != nil {
		t.Fatal(err)
	}
	ops := b.did()
	for i, seen := range []int64{3, 3, 4} {
		if a := ops[i].(engine.Assign); !a.Take || a.Seen != seen {
			t.Errorf("%d: %+v", i, a)
		}
	}
}

func TestNoteInAModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := fromMenu(t, b, card(t, b), core.PressNote).View
	if v == nil || v.Title != "Note on R-17" {
		t.Fatal("no modal")
	}
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"note": {"the *bank* called"}})
	if err != nil || r.View != nil {
		t.Fatalf("%v %+v", err, r)
	}
	if got := b.did()[0]; got != engine.Operation(engine.AddNote{Risk: "R-17", Text: "the *bank* called"}) {
		t.Errorf("%+v", got)
	}
}
