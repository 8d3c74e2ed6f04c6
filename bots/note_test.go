package bots

import (
	"context"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

func TestNote(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]engine.AddNote{
		"note R-17 the bank called back": {Risk: "R-17", Text: "the bank called back"},
		"备注 R-17：银行回电":                   {Risk: "R-17", Text: "银行回电"},
		"note 3 customers called":        {Risk: "R-9", Text: "3 customers called"}, // in a risk's own channel
	} {
		f := &fakeEngine{outcome: engine.Outcome{Risk: core.Risk{Key: want.Risk, Title: "Ledger"}}, rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}}
		c := typed(line)
		c.Channel = room
		wants(t, words(ask(t, newBot(t, f), c)), "Noted on "+string(want.Risk)+" Ledger.")
		if len(f.ops) != 1 || f.ops[0] != engine.Operation(want) {
			t.Errorf("%q does %+v", line, f.ops)
		}
	}
}

func TestNoteForm(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: handled(), outcome: engine.Outcome{Risk: handled().Risk}}
	b := newBot(t, f)
	press := typed("")
	press.Typed, press.Pressed = nil, &Pressed{Press: core.PressNote, Risk: "R-17", Seen: 2}
	for _, c := range []Command{typed("note R-17"), press} {
		f.ops = nil
		r := ask(t, b, c)
		if r.Form == nil {
			t.Fatal(words(r))
		}
		wants(t, core.Text(r.Form.Notice), "R-17 Ledger")
		if r = ask(t, b, filled(*r.Form, Values{"note": {"seen it"}})); !r.Close {
			t.Errorf("the form stays: %+v", r)
		}
		if want := (engine.AddNote{Risk: "R-17", Text: "seen it"}); len(f.ops) != 1 || f.ops[0] != engine.Operation(want) {
			t.Errorf("it does %+v", f.ops)
		}
	}
	f.view.MayChange = false
	wants(t, words(ask(t, b, press)), "R-17")
	if r := ask(t, b, press); r.Form != nil {
		t.Error("a form is opened that nobody can submit")
	}
}

// TestOutdatedResolution: the resolution that somebody typed isn't lost if the risk has
// changed meanwhile.
func TestOutdatedResolution(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: handled()}
	b := newBot(t, f)
	press := typed("")
	press.Typed, press.Pressed = nil, &Pressed{Press: core.PressResolve, Risk: "R-17", Seen: 3}
	form := *ask(t, b, press).Form
	for status, want := range map[core.Status]string{core.Resolved: formNote, core.InProgress: formResolve} {
		now := handled().Risk
		now.Status, now.Version = status, 4
		f.before = refusing(core.Refuse(core.Conflict, "status_moved", "status", "Key", "R-17"), &now)
		r := ask(t, b, filled(form, Values{"note": {"fixed it"}}))
		if r.Form == nil || r.Form.ID != want || r.Form.Fields[0].Initial[0] != "fixed it" {
			t.Fatalf("%s: %+v", status, r)
		}
		if want == formResolve && r.Form.State[seenState] != "4" {
			t.Errorf("%s: the state is %v", status, r.Form.State)
		}
		wants(t, core.Text(r.Form.Notice), "R-17 Ledger: ")
	}
}

// refusing returns what makes changes of a status fail.
func refusing(r *core.Refusal, now *core.Risk) func(ctx context.Context, call string) error {
	r.Risk = now
	return func(_ context.Context, call string) error {
		if call == "ChangeStatus" {
			return r
		}
		return nil
	}
}
