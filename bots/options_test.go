package bots

import (
	"context"
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

// TestRestComesBack has a form filled whose other fields are shown as lines.
func TestRestComesBack(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	form := ask(t, b, given("new", Values{"module": {"core banking"}})).Form
	rest := b.Rest("en", form.Fields[1:])
	wants(t, rest, `module: "Core Banking"`, "handlers: wei", "severity: Medium", "discovered: 2026-11-20", "amount:\n")
	c := Command{Op: "op", Actor: lin, Filled: &Filled{
		Form: form.ID, State: form.State, Values: Values{"title": {"Ledger"}}, Rest: strings.Replace(rest, "Medium", "critical", 1),
	}}
	r := ask(t, b, c)
	if d := f.drafts["op"]; d.Title != "Ledger" || d.Module != "Core Banking" || d.Severity != core.Critical || len(d.Handlers) != 1 {
		t.Errorf("%s: %+v", words(r), d)
	}
	c.Filled.Rest = "module: Payments\nnonsense due: soon"
	wants(t, words(ask(t, b, c)), "nonsense", `"soon" is not a date`)
}

// TestRestIsAsPeopleType: a moment and a list stand there as one would type them,
// and are read as what they were.
func TestRestIsAsPeopleType(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	b.org.Zone = zone
	for moment, want := range map[string]string{
		"2026-11-20T09:30:00-05:00": "discovered: 2026-11-20 09:30\n",
		"2026-11-20T14:30:59Z":      "discovered: 2026-11-20 09:30\n",
		"2026-11-01T01:30:00-04:00": "discovered: 2026-11-01 01:30\n", // the hour is there twice:
		"2026-11-01T01:30:00-05:00": `discovered: "2026-11-01T01:30:00-05:00"` + "\n",
	} {
		form := ask(t, b, given("new", Values{"discovered_at": {moment}, "handlers": {"lin, wei"}})).Form
		rest := b.Rest("en", form.Fields[1:])
		wants(t, rest, want, "handlers: lin, wei\n")
		c := Command{Op: moment, Actor: lin, Filled: &Filled{
			Form: form.ID, State: form.State, Values: Values{"title": {"Ledger"}}, Rest: strings.Replace(rest, "module:", "module: Payments", 1),
		}}
		r := ask(t, b, c)
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		if d := f.drafts[c.Op]; !d.DiscoveredAt.Equal(at.Truncate(time.Minute)) || len(d.Handlers) != 2 {
			t.Errorf("%s: %s: %+v", moment, words(r), d)
		}
	}
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
		{"group release", "key", "r-1", "R-18|R-17"},
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
