package bots

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
)

func TestAssign(t *testing.T) {
	t.Parallel()
	me := core.RefOf(lin.Account)
	for line, want := range map[string]engine.Assign{
		"assign R-17 me":                  {To: []core.Ref{me}},
		"assign R-17 +@wang":              {To: []core.Ref{"acme/U0WANG"}, Add: true},
		"assign R-17 +@wei":               {To: []core.Ref{"wei"}, Add: true}, // not sent as a mention
		"assign R-17 + me and wei":        {To: []core.Ref{me, "wei"}, Add: true},
		"assign 17 @wang @oncall":         {To: []core.Ref{"acme/U0WANG", "@oncall"}},
		"指派 R-17 我、wei":                   {To: []core.Ref{me, "wei"}},
		"assign R-17 Module":              {Module: true},
		"指派 R-17 模块":                      {Module: true},
		"take 17":                         {Take: true},
		"领取 R-17":                         {Take: true},
		"hand R-17 @wang on holiday":      {To: []core.Ref{"acme/U0WANG"}, Hand: true, Reason: "on holiday"},
		"hand R-17 to lin, wei: holiday":  {To: []core.Ref{"lin", "wei"}, Hand: true, Reason: "holiday"},
		"移交 R-17 给 @wang：我休假到周一":          {To: []core.Ref{"acme/U0WANG"}, Hand: true, Reason: "我休假到周一"},
		"hand R-17 @wang @oncall see R-3": {To: []core.Ref{"acme/U0WANG", "@oncall"}, Hand: true, Reason: "see R-3"},
	} {
		f := &fakeEngine{outcome: engine.Outcome{Risk: handled().Risk, Gained: []core.Ref{"wei"}}}
		c := typed(line)
		c.Typed.Mentions = Mentions{"@wang": "acme/U0WANG"}
		wants(t, words(ask(t, newBot(t, f), c)), "R-17 Ledger is now handled by: lin, @oncall", "Can read R-17 from now on: wei")
		want.Risk = "R-17"
		if len(f.ops) != 1 {
			t.Errorf("%q: %+v", line, f.ops)
		} else if diff := cmp.Diff(want, f.ops[0]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
	for line, want := range map[string]string{
		"assign R-17 stranger":        `no user named "stranger"`,
		"hand R-17 stranger, holiday": `no user named "stranger"`,
		"take R-17 now":               "Remove the text after the key",
		"take":                        "Which risk?",
	} {
		f := &fakeEngine{view: handled()}
		wants(t, words(ask(t, newBot(t, f), typed(line))), want)
		if len(f.ops) > 0 {
			t.Errorf("%q does %+v", line, f.ops)
		}
	}
}

const assignForm = `Assign R-17 [Assign] [Cancel]
handlers people "Handlers" required many wei="wei" acme:@oncall="@oncall" initial=["acme/U0LIN" "acme:@oncall"]
`

const handForm = `Hand over R-17 [Hand over] [Cancel]
handlers people "To" required many wei="wei" acme:@oncall="@oncall" initial=["wei"]
note long_text "Why are you handing it over?" required max=2000
`

func TestAssignForms(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{"assign R-17": assignForm, "hand R-17 wei": handForm} {
		f := &fakeEngine{view: handled(), outcome: engine.Outcome{Risk: handled().Risk}}
		b := newBot(t, f)
		r := ask(t, b, typed(line))
		if r.Form == nil {
			t.Fatalf("%q: %s", line, words(r))
		}
		if diff := cmp.Diff(want, formText(*r.Form)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
		c := filled(*r.Form, Values{"handlers": {"acme/U0WANG", "acme:@oncall"}, "note": {"holiday"}})
		if f.refusal = core.Refuse(core.Conflict, "handlers_moved", "handlers", "Key", "R-17", "Handlers", "wei"); true {
			now := handled().Risk
			now.Version = 4
			f.refusal.Risk = &now
		}
		again := ask(t, b, c)
		if again.Form == nil || again.Form.State[seenState] != "4" {
			t.Fatalf("%q: a conflict is answered with %+v", line, again)
		}
		wants(t, core.Text(again.Form.Notice), "handled by: wei")
		wants(t, formText(*again.Form), `initial=["acme/U0WANG" "acme:@oncall"]`)
		f.refusal, f.ops = nil, nil
		ask(t, b, filled(*again.Form, nil))
		if a := f.ops[0].(engine.Assign); a.Seen != 4 || len(a.To) != 2 || a.Hand && a.Reason != "holiday" {
			t.Errorf("%q does %+v", line, a)
		}
		f.view.MayReport = false
		wants(t, words(ask(t, b, typed(line))), "You can't change the handlers of R-17")
	}
}

// TestTakeAsks: somebody who takes a risk that has been taken meanwhile is asked.
func TestTakeAsks(t *testing.T) {
	t.Parallel()
	taken := handled().Risk
	taken.Version, taken.Changed = 5, map[string]int64{"handlers": 5}
	f := &fakeEngine{refusal: core.Refuse(core.Conflict, "handlers_moved", "handlers", "Key", "R-17", "Handlers", "wei")}
	f.refusal.Risk = &taken
	b := newBot(t, f)
	c := typed("")
	c.Typed, c.Pressed = nil, &Pressed{Press: core.PressTake, Risk: "R-17", Seen: 3}
	r := ask(t, b, c)
	if r.Form == nil || r.Form.Submit != "Take anyway" || len(r.Form.Fields) > 0 {
		t.Fatalf("it isn't asked: %+v", r)
	}
	wants(t, words(r), "It is now handled by: wei")
	f.refusal = nil
	ask(t, b, filled(*r.Form, nil))
	if got, want := f.ops[1], (engine.Assign{Risk: "R-17", Seen: 5, Take: true}); !cmp.Equal(got, engine.Operation(want)) {
		t.Errorf("it does %+v", got)
	}
}
