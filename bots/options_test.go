package bots

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/engine"
)

// given is a command with typed options.
func given(path string, args Values) Command {
	c := typed(path)
	c.Typed = &Typed{Path: strings.Fields(path), Args: args}
	return c
}

func TestNewFromTypedOptions(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	c := given("new", Values{
		"title": {`module:Nobody's is "not" a field`}, "module": {"core banking"}, "severity": {"高"}, "handlers": {"wei, acme/U0WANG"}, "fields.kind": {"Money"},
	})
	wants(t, words(ask(t, newBot(t, f), c)), "R-17 is filed")
	want := engine.Draft{
		Title: `module:Nobody's is "not" a field`, Module: "Core Banking", Severity: core.High,
		Handlers: []core.Ref{"wei", "acme/U0WANG"}, Fields: map[string]core.Value{"kind": {Text: "money"}},
	}
	if diff := cmp.Diff(want, f.drafts[c.Op]); diff != "" {
		t.Errorf("draft (-want +got):\n%s", diff)
	}
}

func TestTypedOptionsWithoutATitleOpenTheForm(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	r := ask(t, b, given("new", Values{"module": {"core banking"}, "severity": {"high"}, "handlers": {"lin"}}))
	if r.Form == nil {
		t.Fatalf("no form: %s", words(r))
	}
	for _, f := range r.Form.Fields {
		want := map[string]string{"module": "Core Banking", "severity": "high", "handlers": "lin"}[f.Key]
		if want != "" && strings.Join(f.Initial, " ") != want {
			t.Errorf("%s holds %q", f.Key, f.Initial)
		}
	}
	wants(t, words(r), `/risk new module:core banking severity:high handlers:lin`)
}

func TestWrongTypedOptionsAreSaidAgain(t *testing.T) {
	t.Parallel()
	r := ask(t, newBot(t, &fakeEngine{}), given("new", Values{"title": {"Ledger: off"}, "due_at": {"soon"}}))
	wants(t, words(r), "Nothing was done", `"soon" is not a date`, `/risk new title:Ledger: off due:soon`)
	f := &fakeEngine{}
	ask(t, newBot(t, f), given("list", Values{"what": {"mine"}, "module": {"core banking"}}))
	if diff := cmp.Diff([]engine.ListQuery{{Mine: true, Module: "Core Banking", Limit: listPage}}, f.queries); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestMomentIsAsPeopleType checks that a moment in an input of text is as people type it,
// and is read as what it was.
func TestMomentIsAsPeopleType(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	b.org.Zone = zone
	for moment, want := range map[string]string{
		"2026-11-20T09:30:00-05:00": "2026-11-20 09:30",
		"2026-11-20T14:30:59Z":      "2026-11-20 09:30",
		"2026-11-01T01:30:00-04:00": "2026-11-01 01:30", // the hour is there twice:
		"2026-11-01T01:30:00-05:00": "2026-11-01T01:30:00-05:00",
	} {
		form := ask(t, b, given("new", Values{"discovered_at": {moment}})).Form
		i := slices.IndexFunc(form.Fields, func(f Field) bool { return f.Key == "discovered_at" })
		typed := b.AsTyped("en", form.Fields[i])
		if typed != want {
			t.Errorf("%s is shown as %q, want %q", moment, typed, want)
		}
		c := Command{Op: moment, Actor: lin, Filled: &Filled{
			Form: form.ID, State: form.State, Values: Values{"title": {"Ledger"}, "module": {"Payments"}, "discovered_at": {typed}},
		}}
		r := ask(t, b, c)
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		if d := f.drafts[c.Op]; !d.DiscoveredAt.Equal(at.Truncate(time.Minute)) {
			t.Errorf("%s: %s: %+v", moment, words(r), d)
		}
	}
}

// TestAsTyped checks that an option is shown by its label, and a list with commas.
func TestAsTyped(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	options := []Choice{{"a", "Alpha"}, {"b", "Beta"}}
	for want, f := range map[string]Field{
		"Alpha":      {Kind: SelectKind, Options: options, Initial: []string{"a"}},
		"a, b":       {Kind: SelectKind, Many: true, Options: options, Initial: []string{"a", "b"}},
		"two\nlines": {Kind: LongTextKind, Initial: []string{"two\nlines"}},
		"":           {Kind: NumberKind},
	} {
		if got := b.AsTyped("en", f); got != want {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
	f := Field{Options: []Choice{{"pay", "Payments"}, {"lp", "Loyalty pay"}, {"l", "Ledger"}}}
	if got := f.Resembling("PAY"); got != nil {
		t.Errorf("an option resembles %v", got)
	}
	if diff := cmp.Diff([]Choice{{"pay", "Payments"}, {"lp", "Loyalty pay"}}, f.Resembling("ay")); diff != "" {
		t.Error(diff)
	}
}

// TestLostForm checks that what is left of a form is shown as a line to type.
func TestLostForm(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	c := Command{Actor: lin, Filled: &Filled{Form: formFile, Values: Values{"title": {"Ledger is off"}, "module": {"Payments"}}}}
	r := b.Lost(c, &core.Error{Kind: core.NotFound})
	wants(t, words(r), "This form has expired")
	wants(t, core.Text(r.Card.Body), "/risk new title:Ledger is off module:Payments")
	wants(t, words(b.Lost(c, down)), "database isn't responding")
	edit := Command{Actor: lin, Filled: &Filled{Form: formEdit, State: seenAt("R-17", 3), Values: Values{"severity": {"high"}}}}
	wants(t, core.Text(b.Lost(edit, down).Card.Body), "/risk edit key:R-17 severity:high")
	c.Filled.Form = "of another version"
	wants(t, words(b.Lost(c, down)), "another version")
}

// TestQuoteIsReadBack: a value that is shown to be typed again is the same value then.
func TestQuoteIsReadBack(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab中 :：,；\"'“”„‘’«»「」\\\n.")), 1, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := strings.TrimSpace(text.Draw(t, "value"))
		if s == "" {
			return
		}
		line := "description:" + quote(s) + " severity:high"
		v, faults := parseLine(b.keys, line)
		if v.Get("description") != s || v.Get("severity") != "high" || len(faults) > 0 {
			t.Errorf("%q came back from %s as %q, %v", s, line, v, faults)
		}
	})
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{listing: engine.Listing{Risks: []core.Risk{{Key: "R-18", Title: "Refund\nis lost"}, {Key: "R-17", Title: "Ledger"}}}}
	b := newBot(t, f)
	for _, c := range []struct{ path, option, typed, want string }{
		{"new", "module", "", "Payments|Core Banking|Nobody's"},
		{"list", "module", "bank", "Core Banking"},
		{"new", "severity", "hi", "high"},
		{"status", "status", "处", ""},
		{"status", "status", "in", "in_progress|pending"},
		{"show", "key", "led", "R-17"},
		{"group release", "key", "r-1", "R-1|R-18|R-17"}, // the fake has every risk
		{"show", "key", "9", "R-9"},
		{"new", "handlers", "li", "lin"},
		{"new", "handlers", "lin, ", "lin, wei|lin, @oncall"},
		{"new", "witness", "we", "wei"},
		{"new", "kind", "loss", "trust"},
		{"new", "title", "x", ""},
		{"link", "remove", "", "here"},
		{"show", "title", "x", ""},
		{"gone", "key", "x", ""},
	} {
		var keys []string
		for _, s := range b.Suggest(t.Context(), given(c.path, nil), c.option, c.typed) {
			keys = append(keys, s.Key)
		}
		if got := strings.Join(keys, "|"); got != c.want {
			t.Errorf("%s %s %q: %s, want %s", c.path, c.option, c.typed, got, c.want)
		}
	}
	f.before = func(ctx context.Context, _ string) error { return down }
	if s := b.Suggest(t.Context(), given("show", nil), "key", ""); s != nil {
		t.Errorf("a store that is down offers %v", s)
	}
}
