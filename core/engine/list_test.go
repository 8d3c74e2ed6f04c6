package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// archive files six risks, an hour apart: of Payments by lin, handled by wei, and
// of Web by out, which nobody handles but R-5 by lin. Every third one is resolved.
func (b *bundle) archive() {
	b.t.Helper()
	b.org.Fields = []core.Field{{Key: "kind", Type: core.SelectField, Part: core.Reported, Options: []core.Option{{Key: "loss"}, {Key: "delay"}}}}
	b.engine = b.newEngine(b.options)
	for i, title := range []string{"Ledger is off by one", "Refund is lost", "Refund ＬＥＤＧＥＲ closed", "Page is slow", "Login fails", "Login was lost"} {
		d := engine.Draft{Title: title, Module: "Payments", Severity: core.High, DueAt: b.clock.Now().Add(time.Duration(10-i) * core.Day)}
		by := lin
		if i >= 3 {
			d.Module, d.Severity, by = "Web", core.Low, out
		}
		if i == 4 {
			d.Handlers, d.DueAt = []core.Ref{"lin"}, time.Time{}
			d.Fields = map[string]core.Value{"kind": {Text: "loss"}}
		}
		f, err := b.engine.File(b.ctx(), title, by, d)
		if err != nil {
			b.t.Fatal(err)
		}
		if i%3 == 2 {
			if _, err := b.engine.Do(b.ctx(), "done "+title, boss, engine.ChangeStatus{Risk: f.Risk.Key, To: core.Resolved}); err != nil {
				b.t.Fatal(err)
			}
		}
		b.clock.set(b.clock.Now().Add(time.Hour))
	}
}

// listed lists all pages of a list and returns the numbers of the risks.
func (b *bundle) listed(by core.Actor, q engine.ListQuery) string {
	b.t.Helper()
	var all []string
	for first := true; first || !q.After.IsZero(); first = false {
		l, err := b.engine.List(b.ctx(), by, q)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range l.Risks {
			all = append(all, strings.TrimPrefix(string(r.Key), "R-"))
		}
		if first && l.Next.IsZero() && l.Total != len(l.Risks) {
			b.t.Errorf("%+v: %d are counted, %d shown", q, l.Total, len(l.Risks))
		}
		q.After = l.Next
	}
	return strings.Join(all, " ")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.archive()
	all, resolved := core.Statuses(), []core.Status{core.Resolved}
	start := b.clock.Now().Add(-6*time.Hour - 30*time.Minute)
	for want, q := range map[string][]engine.ListQuery{
		"5 4 2 1":     {{}, {Statuses: engine.OpenStatuses()}, {Statuses: []core.Status{core.Pending, core.InProgress, core.Pending}}},
		"6 5 4 3 2 1": {{Statuses: all}, {Statuses: all, By: []core.Ref{"lin", "acme/OUT"}}, {Statuses: all, Severities: core.Severities()}},
		"6 3":         {{Statuses: resolved}, {Statuses: resolved, Closed: engine.Period{From: start}}, {Statuses: all, Closed: engine.Period{From: start}}},
		"3":           {{Statuses: resolved, Module: "Payments"}, {Statuses: all, Words: []string{"refund", "Ledger"}}, {Statuses: resolved, Handlers: []core.Ref{"wei"}}},
		"3 1":         {{Statuses: all, Words: []string{"LEDGER"}}},
		"5":           {{Fields: map[string]string{"kind": "loss"}}, {Handlers: []core.Ref{"acme/LIN"}}, {Handlers: []core.Ref{"lin"}}},
		"4 2 1":       {{ByDue: true}},
		"6 4 3 2 1":   {{ByDue: true, Statuses: all}},
		"6 5 4":       {{Statuses: all, Filed: engine.Period{From: start.Add(3 * time.Hour)}}, {Statuses: all, Severities: []core.Severity{core.Low, core.Medium}}},
		"2 1":         {{Module: "Payments"}, {Mine: true, Module: "Payments"}, {By: []core.Ref{"lin"}}, {Due: engine.Period{From: start.Add(8 * core.Day)}}},
		"5 2 1":       {{Mine: true}},
		"":            {{Overdue: true}, {Handlers: []core.Ref{"@oncall"}}, {By: []core.Ref{"nobody"}}, {Words: []string{"closed"}}},
	} {
		for _, q := range q {
			for _, q.Limit = range []int{0, 1, 2, 4} {
				if got := b.listed(lin, q); got != want {
					t.Errorf("%+v: got %q, want %q", q, got, want)
				}
			}
		}
	}
	b.clock.set(start.Add(8 * core.Day))
	if got := b.listed(lin, engine.ListQuery{Overdue: true}); got != "4" {
		t.Errorf("overdue: %q", got)
	}
	if got := b.listed(lin, engine.ListQuery{Overdue: true, Statuses: all}); got != "6 4" {
		t.Errorf("overdue, closed ones too: %q", got)
	}
}

// TestSearchShowsOnlyWhatMayBeRead lists as people who may read only what they are involved
// in. Neither pages nor counts nor what was searched shows anything of other risks.
func TestSearchShowsOnlyWhatMayBeRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.archive()
	b.org.Permissions.Read = core.Audience{Involved: true}
	all := core.Statuses()
	for _, c := range []struct {
		who  core.Actor
		want string
		may  int
	}{{lin, "5 3 2 1", 4}, {wei, "3 2 1", 3}, {mei, "3 2 1", 3}, {out, "6 5 4", 3}, {boss, "6 5 4 3 2 1", 6}} {
		for _, limit := range []int{0, 1, 3} {
			if got := b.listed(c.who, engine.ListQuery{Statuses: all, Limit: limit}); got != c.want {
				t.Errorf("%s lists %q, want %q", c.who.Name, got, c.want)
			}
		}
		may := strings.Fields(c.want)
		for word, of := range map[string][]string{"Ledger": {"3", "1"}, "Login": {"6", "5"}} {
			of = slices.DeleteFunc(of, func(n string) bool { return !slices.Contains(may, n) })
			q := engine.ListQuery{Statuses: all, Words: []string{word}}
			if got := b.listed(c.who, q); got != strings.Join(of, " ") {
				t.Errorf("%s finds %q with %s, want %q", c.who.Name, got, word, of)
			}
			if l, err := b.engine.List(b.ctx(), c.who, q); err != nil || l.Read != c.may || l.Total != len(of) {
				t.Errorf("%s: %d risks were searched, %d found, %v", c.who.Name, l.Read, l.Total, err)
			}
		}
	}
	b.org.Permissions.Read = core.Audience{Refs: []core.Ref{"wei"}}
	if l, err := b.engine.List(b.ctx(), lin, engine.ListQuery{Statuses: all, Mine: true}); err != nil || l.Total != 0 || len(l.Risks) > 0 {
		t.Errorf("lin, who may read nothing, lists %+v, %v", l, err)
	}
}

// TestTouched checks that a change of a risk concerns its submitter and its handlers, by any
// of their names and by their groups.
func TestTouched(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.archive()
	start := b.clock.Now()
	people := []core.Account{lin.Account, wei.Account, mei.Account, out.Account}
	check := func(why string, want ...core.Account) {
		t.Helper()
		last, err := b.engine.Touched(b.ctx(), start, people)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range people {
			if got := !last[a].IsZero(); got != slices.Contains(want, a) {
				t.Errorf("%s: %s is touched: %t", why, a, got)
			}
		}
	}
	check("without a change")
	if _, err := b.engine.Do(b.ctx(), "handed", boss, engine.Assign{Risk: "R-4", To: []core.Ref{"lin"}}); err != nil {
		t.Fatal(err)
	}
	check("a name", lin.Account, out.Account)
	if _, err := b.engine.Do(b.ctx(), "to a group", boss, engine.Assign{Risk: "R-5", To: []core.Ref{"@oncall"}}); err != nil {
		t.Fatal(err)
	}
	check("a group", people...)
}
