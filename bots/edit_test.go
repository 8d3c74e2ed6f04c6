package bots

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
)

// handled is a risk that its reader may change.
func handled() engine.View {
	return engine.View{
		Risk: core.Risk{
			Key: "R-17", Version: 3, Home: "acme", Title: "Ledger", Module: "Payments", Severity: core.High, Status: core.Pending,
			DiscoveredAt: now.Add(-time.Hour), DueAt: now.AddDate(0, 0, 1), Description: "One cent",
			Handlers: []core.Ref{"lin", "acme:@oncall"}, Fields: map[string]core.Value{"cause": {Text: "rounding"}, "witness": {People: []core.Ref{"lin"}}},
		},
		MayChange: true, MayReport: true, MayHandle: true, MayTake: true,
	}
}

// edited returns the only Edit.
func edited(t *testing.T, f *fakeEngine) engine.Edit {
	t.Helper()
	if len(f.ops) != 1 {
		t.Fatalf("%d operations: %+v", len(f.ops), f.ops)
	}
	return f.ops[0].(engine.Edit)
}

func TestEditOnALine(t *testing.T) {
	t.Parallel()
	due, fields := now.AddDate(0, 0, 1), map[string]core.Value{}
	due = organisation().DayOf(due)
	for line, want := range map[string]engine.Edit{
		"edit R-17 due:tomorrow severity:high": {Patch: engine.Patch{DueAt: &due, Severity: new(core.High), Fields: fields}},
		`edit title:"Ledger: off" R-17`:        {Patch: engine.Patch{Title: new("Ledger: off"), Fields: fields}},
		"edit 17 description:two words module:core banking": {Patch: engine.Patch{
			Description: new("two words"), Module: new("Core Banking"), Fields: fields}},
		"edit R-17 handlers:me, wei": {Patch: engine.Patch{Handlers: &[]core.Ref{core.RefOf(lin.Account), "wei"}, Fields: fields}},
		"编辑 R-17 截止：无 处理人：lin，wei":   {Patch: engine.Patch{DueAt: new(time.Time), Handlers: &[]core.Ref{"lin", "wei"}, Fields: fields}},
		"edit r-17 handlers:- description:none cause:rounding": {Patch: engine.Patch{
			Description: new(""), Handlers: new([]core.Ref(nil)), Fields: map[string]core.Value{"cause": {Text: "rounding"}}}},
		"edit R-17 amount:5万 kind:none cause:none witness:none": {Patch: engine.Patch{
			Fields: map[string]core.Value{"amount": {Number: new(5e4)}, "kind": {}, "cause": {}, "witness": {}}}},
	} {
		f := &fakeEngine{outcome: engine.Outcome{Risk: handled().Risk}}
		wants(t, words(ask(t, newBot(t, f), typed(line))), "R-17 Ledger is changed")
		want.Risk = "R-17"
		if diff := cmp.Diff(want, edited(t, f)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

func TestEditIsRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"edit R-17 due:someday":         `Due: "someday" is not a date`,
		"edit R-17 Ledger is off":       `This text belongs to no field: "Ledger is off"`,
		"edit R-17 module:Paymnts":      `there is no "Paymnts"`,
		"edit R-17 title:a title:b":     `"title:" is given twice`,
		"edit due:tomorrow":             "Which risk?",
		"edit nothing due:tomorrow":     `There is no risk "nothing"`,
		"edit R-17 severity:none":       `there is no "none"`,
		"edit R-17 duee:tomorrow x":     `There is no field "duee"`,
		"edit R-17 due: severity:high":  `"due:" has no value`,
		"edit R-17 amount:many cause:x": `"many" is not a number`,
	} {
		f := &fakeEngine{view: handled()}
		wants(t, words(ask(t, newBot(t, f), typed(line))), want)
		if len(f.ops) > 0 {
			t.Errorf("%q does %+v", line, f.ops)
		}
	}
}

const editForm = `Edit R-17 [Save] [Cancel]
title text "Title" required max=200 initial=["Ledger"]
module select "Module" required refreshes Payments="Payments" Core Banking="Core Banking" Nobody's="Nobody's" initial=["Payments"]
handlers people "Handlers" many wei="wei" acme:@oncall="@oncall" initial=["acme/U0LIN" "acme:@oncall"]
severity select "Severity" required low="Low" medium="Medium" high="High" critical="Critical" initial=["high"]
discovered_at moment "Discovered" initial=["2026-11-20T14:30:00+08:00"]
due_at moment "Due" initial=["2026-11-21T15:30:00+08:00"]
description long_text "Description" max=4000 initial=["One cent"]
fields.amount number "Amount"
fields.kind select "Kind of loss" money="Money" trust="Loss of trust"
fields.seen date "Seen"
fields.witness people "Witness" initial=["acme/U0LIN"]
 static "Handling"
fields.cause text "Cause" initial=["rounding"]
`

func TestEditForm(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: handled()}
	b := newBot(t, f)
	press := typed("")
	press.Typed, press.Pressed = nil, &Pressed{Press: core.PressEdit, Risk: "R-17", Seen: 2}
	for _, c := range []Command{typed("edit R-17"), press} {
		r := ask(t, b, c)
		if r.Form == nil {
			t.Fatal(words(r))
		}
		if diff := cmp.Diff(editForm, formText(*r.Form)); diff != "" {
			t.Errorf("the form (-want +got):\n%s", diff)
		}
		wants(t, words(r), "/risk edit R-17 due:tomorrow")
	}
	// The submitter may change what they reported.
	f.view.MayHandle = false
	if r := ask(t, b, press); strings.Contains(formText(*r.Form), "Cause") {
		t.Error("the handling part can be changed")
	}
	f.view.MayReport = false
	if r := ask(t, b, press); r.Form != nil {
		t.Error("a form is opened that nobody can submit")
	} else {
		wants(t, words(r), "You can't edit R-17")
	}
}

// filled is a form as it was opened, with other values.
func filled(form Form, values Values) Command {
	c := typed("filled " + form.ID)
	c.Typed, c.Filled = nil, &Filled{Form: form.ID, State: form.State, Values: Values{}}
	for _, f := range form.Fields {
		if f.Kind != StaticKind {
			c.Filled.Values[f.Key] = f.Initial
		}
	}
	for k, v := range values {
		c.Filled.Values[k] = v
	}
	return c
}

func TestEditFormIsSubmitted(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: handled(), outcome: engine.Outcome{Risk: handled().Risk, Changes: []engine.FieldChange{
		{Field: "due_at", From: core.Value{Date: now}, To: core.Value{}}, {Field: "fields.cause", To: core.Value{Text: "luck"}},
	}, Moved: []engine.MovedTimer{
		{Flow: "remind", From: now, To: now.Add(time.Hour)}, {Flow: "escalate", From: now}, {Flow: "late", To: now, Now: true},
		{Flow: "missed", To: now, Missed: true}, {Flow: "armed", To: now}, {Flow: "hardly", From: now, To: now.Add(time.Second)},
	}, Gained: []core.Ref{"wei"}}}
	b := newBot(t, f)
	form := *ask(t, b, typed("edit R-17")).Form
	r := ask(t, b, filled(form, Values{"due_at": nil, "fields.cause": {"luck"}}))
	wants(t, core.Text(r.Form.Notice), "R-17 Ledger is changed", "Due: ", " → none", "Cause: none → luck",
		"remind is due on 20 Nov 2026, 16:30 instead of 20 Nov 2026, 15:30", "escalate is no longer due", "late is already due and starts now",
		"missed is already due, so it is skipped", "armed is due on", "Can read R-17 from now on: wei")
	if s := core.Text(r.Form.Notice); strings.Contains(s, "hardly") {
		t.Errorf("a timer that is due in the same minute as before is told of: %s", s)
	}
	e := edited(t, f)
	if e.Seen != 3 || e.Patch.DueAt == nil || !e.Patch.DueAt.IsZero() || e.Patch.Fields["cause"].Text != "luck" || *e.Patch.Title != "Ledger" {
		t.Errorf("%+v", e)
	}
	// A picker knows accounts only: people who are named stay named.
	if diff := cmp.Diff([]core.Ref{"lin", "acme:@oncall"}, *e.Patch.Handlers); diff != "" || e.Patch.Fields["witness"].People[0] != "lin" {
		t.Errorf("people: %v, %v", *e.Patch.Handlers, e.Patch.Fields["witness"])
	}
}

// TestChoosingAModuleOffersItsHandlers: until then, the chosen handlers stay.
func TestChoosingAModuleOffersItsHandlers(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{view: handled()})
	c := filled(*ask(t, b, typed("edit R-17")).Form, Values{"module": {"Core Banking"}, "title": {"Changed"}})
	c.Filled.Refresh = true
	r := ask(t, b, c)
	wants(t, formText(*r.Form), `title text "Title" required max=200 initial=["Changed"]`, `acme:@oncall="@oncall"`)
	handlers := r.Form.Fields[2]
	if diff := cmp.Diff([]string{"wei"}, handlers.Initial); diff != "" || handlers.Variant != "Core Banking" || r.Form.State[seenState] != "3" {
		t.Errorf("handlers %+v, state %v", handlers, r.Form.State)
	}
}

// TestTwoPeopleEditAField: the second person sees both values and keeps what they typed.
func TestTwoPeopleEditAField(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: handled()}
	b := newBot(t, f)
	form := *ask(t, b, typed("edit R-17")).Form
	moved := handled().Risk
	moved.Version, moved.Severity, moved.Description = 5, core.Low, "Written meanwhile"
	f.refusal = core.Refuse(core.Conflict, "field_moved", "severity", "Field", "Severity", "Mine", "Critical", "Theirs", "Low")
	f.refusal.Also = []*core.Refusal{core.Refuse(core.Conflict, "field_moved", "title", "Field", "Title", "Mine", "Mine", "Theirs", "Ledger")}
	f.refusal.Risk, f.refusal.Left = &moved, []string{"description"}
	r := ask(t, b, filled(form, Values{"severity": {"critical"}, "title": {"Mine"}, "due_at": nil}))
	if r.Form == nil || r.Form.ID != formEdit || r.Form.State[seenState] != "5" || !r.Form.Warn {
		t.Fatalf("no form: %+v", r)
	}
	wants(t, core.Text(r.Form.Notice), "Critical", "Low", "Mine")
	wants(t, formText(*r.Form), `initial=["critical"]`, `initial=["Mine"]`, "due_at date \"Due\"\n", "Written meanwhile")
	if r.Errors != nil || r.Close {
		t.Error("the form doesn't stay")
	}
}
