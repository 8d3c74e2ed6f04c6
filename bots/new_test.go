package bots

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func TestNewInOneLine(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	c := typed("new Ledger is off by one module:payments discovered:yesterday severity:高 due:2026-12-01 handlers:@lin,@oncall,@Wang amount:5 kind:Loss of trust witness:lin")
	c.Typed.Mentions = map[string]core.Ref{"@Wang": "acme/U0WANG"}
	r := ask(t, newBot(t, f), c)
	wants(t, words(r), "R-17 is filed: Ledger is off by one\nModule: Payments · Severity: High · Discovered: 19 Nov 2026 · Due: 1 Dec 2026 · "+
		"Amount: 5 · Kind of loss: Loss of trust · Witness: @U0LIN\nHandlers: @U0LIN, @oncall", "starting now: remind")
	five := 5.0
	want := engine.Draft{
		Title: "Ledger is off by one", Module: "Payments", Severity: core.High,
		DiscoveredAt: time.Date(2026, 11, 19, 9, 0, 0, 0, shanghai), DueAt: time.Date(2026, 12, 1, 9, 0, 0, 0, shanghai),
		Handlers: []core.Ref{"lin", "@oncall", "acme/U0WANG"},
		Fields: map[string]core.Value{
			"amount": {Number: &five}, "kind": {Text: "trust"}, "witness": {People: []core.Ref{"lin"}},
		},
	}
	if diff := cmp.Diff(want, f.drafts[c.Op], cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("draft (-want +got):\n%s", diff)
	}
}

// TestSeveralPeople: a list from an option, a form or quotes may have anything between.
func TestSeveralPeople(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for _, list := range []string{
		"lin,wei", "lin wei", "@lin @wei", "@lin/@wei", "@lin+@wei", "Lin and Wei", "lin；wei", "lin、wei。", "＠lin 和 ＠wei", "\u200blin,\u00a0wei", "lin & wei", "@lin和@wei",
	} {
		if d, faults := b.draft(Values{"handlers": {list}}, nil, "en"); len(faults) > 0 || len(d.Handlers) != 2 || d.Handlers[0] != "lin" || d.Handlers[1] != "wei" {
			t.Errorf("%q is %q, %v", list, d.Handlers, faults)
		}
	}
	if d, faults := b.draft(Values{"handlers": {"lin bob"}}, nil, "en"); len(faults) != 1 || len(d.Handlers) != 1 {
		t.Errorf("somebody unknown in a list: %q, %v", d.Handlers, faults)
	}
}

func TestTodayIsNotInTheFuture(t *testing.T) {
	t.Parallel()
	early := time.Date(2026, 11, 20, 7, 0, 0, 0, shanghai)
	b := newBot(t, &fakeEngine{}, func(c *Config) { c.Clock = clockAt(early) })
	if d, _ := b.draft(Values{"discovered_at": {"today"}}, nil, "en"); !d.DiscoveredAt.Equal(early) {
		t.Errorf("today at seven, when days start at nine: %s", d.DiscoveredAt)
	}
}

// TestWeekdayOfDiscovery: a risk was discovered on the latest Monday, and is due on the
// coming one.
func TestWeekdayOfDiscovery(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for typed, want := range map[string]string{
		"monday": "2026-11-16 09:00", "2pm on Thursday": "2026-11-19 14:00", "周三 18:00": "2026-11-18 18:00", "friday": "2026-11-20 09:00",
		"friday 18:00": "2026-11-13 18:00", "next monday": "2026-11-23 09:00", "下周一": "2026-11-23 09:00", "tomorrow": "2026-11-21 09:00",
	} {
		d, _ := b.draft(Values{"discovered_at": {typed}}, nil, "en")
		if got := d.DiscoveredAt.Format("2006-01-02 15:04"); got != want {
			t.Errorf("%q is %s, want %s", typed, got, want)
		}
	}
	if d, _ := b.draft(Values{"due_at": {"monday"}}, nil, "en"); d.DueAt.Format(time.DateOnly) != "2026-11-23" {
		t.Errorf("due on a Monday is %s", d.DueAt)
	}
}

func TestNewTellsEverythingWrongAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	line := `Ledger modul:Payments severity:hgih discovered:soon amount:five handlers:nobody kind:mony`
	for lang, want := range map[string][]string{
		"en": {"Nothing was done", `no field "modul". Did you mean module?`, `there is no "hgih"`, "Did you mean High?", `"soon" is not a date`,
			`Amount: "five" is not a number`, `no user named "nobody"`, "Kind of loss:", "Did you mean Money?",
			"/risk new " + line, "title, module, severity, discovered, due, description, handlers, amount, kind, seen, witness"},
		"zh-CN": {"未执行", "没有名为“modul”的字段", "金额：“five”不是数字", "/risk new " + line, "标题、模块、严重程度、发现日期、截止日期、描述、处理人员、金额、类别"},
	} {
		c := typed("new " + line)
		c.Lang = lang
		wants(t, words(ask(t, newBot(t, f), c)), want...)
	}
	if len(f.drafts) != 0 {
		t.Errorf("filed all the same: %v", f.drafts)
	}
}

func TestEngineRefusalsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{before: func(_ context.Context, call string) error {
		if call != "File" {
			return nil
		}
		return &core.Refusal{
			Kind: core.Invalid, Code: "too_long", Field: "title", Args: map[string]any{"Max": 200, "Has": 201},
			Also: []*core.Refusal{{Kind: core.Invalid, Code: "title_empty", Field: "title"}},
		}
	}}
	got := words(ask(t, newBot(t, f), typed("new Ledger module:Payments")))
	wants(t, got, "• Title can have at most 200 characters; yours has 201.", "• A risk needs a title.", "/risk new Ledger module:Payments")
}

// fill answers a form as the person sees it, with some values changed.
func fill(f Form, op string, change Values) Command {
	v := Values{}
	for _, field := range f.Fields {
		if len(field.Initial) > 0 {
			v[field.Key] = field.Initial
		}
	}
	for k, x := range change {
		v[k] = x
	}
	return Command{Op: op, Actor: lin, Filled: &Filled{Form: f.ID, State: f.State, Values: v}}
}

// TestTheFormAsksForWhatIsMissing: it opens with whatever was given, which is kept
// when the module is chosen.
func TestTheFormAsksForWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	r := ask(t, b, typed("new Ledger is off handlers:wei severity:high amount:5 due:2026-12-01"))
	if r.Form == nil || r.Form.Submit == "" || len(f.drafts) > 0 {
		t.Fatalf("no form, or filed at once: %+v, %v", r, f.drafts)
	}
	wants(t, words(r), "/risk new Ledger is off handlers:wei")
	choose := fill(*r.Form, "op-choose", Values{"module": {"Payments"}})
	choose.Filled.Refresh = true
	r = ask(t, b, choose)
	wants(t, formText(*r.Form), `lin="lin" @oncall="@oncall" wei="wei" initial=["wei"]`)
	ask(t, b, fill(*r.Form, "op-file", nil))
	five := 5.0
	want := engine.Draft{
		Title: "Ledger is off", Module: "Payments", Severity: core.High, DueAt: time.Date(2026, 12, 1, 9, 0, 0, 0, shanghai),
		Handlers: []core.Ref{"wei"}, Fields: map[string]core.Value{"amount": {Number: &five}},
	}
	got := f.drafts["op-file"]
	got.DiscoveredAt = time.Time{} // today, as the form has it
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("draft (-want +got):\n%s", diff)
	}

	wants(t, formText(*ask(t, b, typed("new module:Payments")).Form), `title text "Title" required`, `initial=["Payments"]`)
	if r := ask(t, b, typed("new Ledger anyway:yes")); r.Form == nil || r.Form.State[anywayKey] == "" {
		t.Errorf("that it is meant is forgotten: %+v", r.Form)
	}
	if r := ask(t, b, typed("new "+strings.Repeat("x", core.MaxTitle+1))); r.Form != nil {
		t.Error("a form that cannot hold the title is opened")
	}
	b.org.Fields[0].Required = true
	if r := ask(t, b, typed("new Ledger module:Payments")); r.Form == nil {
		t.Error("a required field is not asked for")
	}
}

func TestFileForm(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	r := ask(t, b, typed("new"))
	if r.Form == nil || r.Form.Submit == "" {
		t.Fatalf("no form: %+v", r)
	}
	if got := formText(*r.Form); got != blankForm {
		t.Errorf("the blank form (-want +got):\n%s", cmp.Diff(blankForm, got))
	}

	choose := fill(*r.Form, "op-choose", Values{"module": {"Payments"}, "title": {"Ledger"}})
	choose.Filled.Refresh = true
	r = ask(t, b, choose)
	if got := formText(*r.Form); got != chosenForm {
		t.Errorf("with a module (-want +got):\n%s", cmp.Diff(chosenForm, got))
	}

	c := fill(*r.Form, "op-file", Values{"handlers": {"lin"}, "due_at": {"2026-12-01"}, "fields.witness": {"acme/U0WANG"}})
	r = ask(t, b, c)
	if r.Form == nil || r.Form.Submit != "" {
		t.Fatalf("the answer is no form to be read: %+v", r)
	}
	wants(t, core.Text(r.Form.Notice), "R-17 is filed: Ledger")
	d := f.drafts["op-file"]
	if diff := cmp.Diff([]core.Ref{"lin"}, d.Handlers); diff != "" || d.Module != "Payments" || d.Severity != core.Medium ||
		!d.DiscoveredAt.IsZero() || d.Fields["witness"].People[0] != "acme/U0WANG" {
		t.Errorf("draft: %+v %s", d, diff)
	}

	ask(t, b, Command{Op: "op-monday", Actor: lin, Filled: &Filled{Form: formFile,
		Values: Values{"title": {"Ledger"}, "module": {"Payments"}, "discovered_at": {"2026-11-16"}}}})
	if d := f.drafts["op-monday"]; !d.DiscoveredAt.Equal(time.Date(2026, 11, 16, 9, 0, 0, 0, shanghai)) {
		t.Errorf("on a Monday: %s", d.DiscoveredAt)
	}
}

// TestAnotherModuleShowsItsOwnHandlers narrows, then changes the module.
func TestAnotherModuleShowsItsOwnHandlers(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	choose := func(state map[string]string, v Values) Field {
		r := ask(t, b, Command{Actor: lin, Filled: &Filled{Form: formFile, State: state, Values: v, Refresh: true}})
		for _, f := range r.Form.Fields {
			if f.Key == "handlers" {
				return f
			}
		}
		return Field{}
	}
	same := choose(map[string]string{"module": "Payments"}, Values{"module": {"Payments"}, "handlers": {"@oncall"}})
	if diff := cmp.Diff([]string{"@oncall"}, same.Initial); diff != "" {
		t.Errorf("the same module forgets what was narrowed: %s", diff)
	}
	other := choose(map[string]string{"module": "Core Banking"}, Values{"module": {"Payments"}, "handlers": {"wei"}})
	if diff := cmp.Diff([]string{"lin", "@oncall"}, other.Initial); diff != "" {
		t.Errorf("another module: %s", diff)
	}
	if other.Variant == choose(nil, Values{"module": {"Core Banking"}}).Variant {
		t.Error("two modules' handlers are the same variant of the field")
	}
	if none := choose(nil, Values{"module": {"Nobody's"}}); none.Kind != StaticKind {
		t.Errorf("a module without handlers: %+v", none)
	}
}

func TestSameTitleIsAskedAbout(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{alike: &core.Risk{Key: "R-16", Title: "Ledger", SubmittedAt: now.Add(-3 * time.Minute)}}
	b := newBot(t, f)
	c := typed("new Ledger module:Payments due:2026-12-01 14:30 handlers:wei,lin description:\"a b\"")
	r := ask(t, b, c)
	wants(t, words(r), "You filed R-16 with the same title 3 minutes ago", "/risk new Ledger module:Payments", "anyway:yes")
	if r.Form == nil || r.Form.Submit != "File anyway" || len(f.drafts) != 0 {
		t.Fatalf("not asked: %+v, %v", r, f.drafts)
	}
	if r = ask(t, b, fill(*r.Form, "view", nil)); r.Form == nil || r.Form.Submit != "" {
		t.Fatalf("not filed: %+v", r)
	}
	d := f.drafts["view"]
	if !d.DueAt.Equal(time.Date(2026, 12, 1, 14, 30, 0, 0, shanghai)) || d.Description != "a b" || len(d.Handlers) != 2 || d.Handlers[0] != "wei" {
		t.Errorf("not everything typed was kept: %+v", d)
	}
	if ask(t, b, typed(strings.TrimSpace(c.Typed.Text)+" anyway:yes")); len(f.drafts) != 2 {
		t.Errorf("anyway:yes does not file: %v", f.drafts)
	}
}

// TestFormIsSubmittedAgain whose first answer was lost after the risk was stored.
func TestFormIsSubmittedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeEngine{}
		b := newBot(t, f)
		form := ask(t, b, typed("new")).Form
		c := fill(*form, "view", Values{"title": {"Ledger"}, "module": {"Payments"}})
		f.before = func(ctx context.Context, call string) error {
			if call == "File" {
				f.mu.Lock()
				f.drafts = map[string]engine.Draft{"view": {Title: "Ledger"}}
				f.mu.Unlock()
				<-ctx.Done() // stored, but the answer does not come
				return down
			}
			return nil
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if r := b.Answer(short, c, nil); len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Text, "Press the button again") {
			t.Fatalf("the form does not stay open honestly: %+v", r)
		}
		synctest.Wait()
		f.before = nil
		if r := b.Answer(t.Context(), c, nil); r.Form == nil || r.Form.Submit != "" || len(f.drafts) != 1 {
			t.Errorf("the reply doesn't say that it is filed: %+v", r)
		}
	})
}

func TestFormRefusals(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{before: func(_ context.Context, call string) error {
		if call == "File" {
			return &core.Refusal{Code: "title_empty", Field: "title", Also: []*core.Refusal{{Code: "may_not_file"}}}
		}
		return nil
	}}
	b := newBot(t, f)
	c := fill(*ask(t, b, typed("new")).Form, "v", Values{"title": {"x"}, "module": {"Payments"}})
	wants(t, words(ask(t, b, c)), "[title] A risk needs a title.", "[] You can't file risks here.")
	c = fill(*ask(t, b, typed("new")).Form, "v", Values{"fields.amount": {"many"}})
	wants(t, words(ask(t, b, c)), `[fields.amount] Amount: "many" is not a number.`)
}

func TestNewFormForbidden(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{before: func(context.Context, string) error { return &core.Refusal{Kind: core.Denied, Code: "may_not_file"} }}
	r := ask(t, newBot(t, f), typed("new"))
	wants(t, words(r), "You can't file risks here.")
	if r.Form != nil {
		t.Error("the form opens all the same")
	}
}

// TestQuotedTitle: a title in quotes loses them, a title with quotes keeps them.
func TestQuotedTitle(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`new "Ledger: module: is off" module:Payments`: "Ledger: module: is off",
		`填报 模块：Payments “账目不符”`:                        "账目不符",
		`new "Ledger" is "off" module:Payments`:        `"Ledger" is "off"`,
		`new The "Ledger" module:Payments`:             `The "Ledger"`,
	} {
		f := &fakeEngine{}
		c := typed(line)
		ask(t, newBot(t, f), c)
		if got := f.drafts[c.Op].Title; got != want {
			t.Errorf("%s: the title is %q, want %q", line, got, want)
		}
	}
}

// TestNumbersWithADot: a number that has two readings is refused, and what the form and
// the reply show instead has one.
func TestNumbersWithADot(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for typed, want := range map[string]string{
		"1.000": "1000 or 1.", "€12.500": "12500 or 12.5.", "1.234k": "1234 or 1.2340.", "-１．２３４": "1234 or 1.2340.",
	} {
		_, faults := b.draft(Values{"fields.amount": {typed}}, nil, text.English)
		if len(faults) != 1 {
			t.Errorf("%q: faults %v", typed, faults)
			continue
		}
		wants(t, b.faultText(b.text.In(text.English), faults[0]), "Amount", want)
	}
	for typed, want := range map[string]float64{"1.2340": 1.234, "0.125": 0.125, "1.000.000": 1e6, "1.000,5": 1000.5, "1.000.": 0, "1234.567": 1234.567} {
		d, faults := b.draft(Values{"fields.amount": {typed}}, nil, text.English)
		if want == 0 {
			if len(faults) != 1 {
				t.Errorf("%q: faults %v", typed, faults)
			}
			continue
		}
		if len(faults) > 0 || *d.Fields["amount"].Number != want {
			t.Errorf("%q: %v, faults %v", typed, d.Fields["amount"], faults)
			continue
		}
		again, faults := b.draft(b.valuesOf(d), nil, text.English)
		if len(faults) > 0 || *again.Fields["amount"].Number != want {
			t.Errorf("%q is shown as %v", typed, b.valuesOf(d)["fields.amount"])
		}
	}
}
