package slackbot

import (
	"strings"
	"testing"

	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
)

// TestTurnsPages turns pages of a history with the buttons below it. Each page takes the
// place of the one before.
func TestTurnsPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	note := func(s string) []engine.Event {
		return []engine.Event{{Kind: engine.EventNote, Data: map[string]string{"note": s}}}
	}
	b.engine.history = map[string]engine.History{
		"R-17 ":     {Events: note("the *newest*"), Next: "c1.0"},
		"R-17 c1.0": {Events: note("the oldest")},
	}
	m := messageIn(t, b.risk(t, lin, "history R-17"))
	wantContains(t, m.Plain, "the *newest*", "Older")
	n := len(b.Ephemerals(lin))
	for _, want := range []string{"the oldest", "the *newest*"} {
		press(t, b, m, "riskroom-page.0")
		all := b.Ephemerals(lin)
		if len(all) != n || all[n-1].TS != m.TS {
			t.Fatalf("%d messages, want %d: %+v", len(all), n, all)
		}
		m = all[n-1]
		wantContains(t, m.Plain, want)
	}
}

// TestListIsTurnedAndOpened turns the pages of a list, and opens a risk on it.
func TestListIsTurnedAndOpened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.listing = twoPages
	m := messageIn(t, b.risk(t, lin, "list resolved 退款"))
	wantContains(t, m.Plain, "The newest 10 that match:", "R-17 Refund", "R-8 Refund", "Next")
	press(t, b, m, "riskroom-page.0")
	all := b.Ephemerals(lin)
	second := all[len(all)-1]
	wantContains(t, second.Plain, "More risks:", "R-7 Refund *7*", "Back")
	press(t, b, second, "riskroom-page.0")
	all = b.Ephemerals(lin)
	first := all[len(all)-1]
	wantContains(t, first.Plain, "The newest 10 that match:", "R-17 Refund")
	press(t, b, first, "riskroom-page.1")
	if v, ok := b.OpenView(lin); !ok || !strings.Contains(v.Plain, "R-17") {
		t.Errorf("opened %+v", v)
	}
}

// twoPages answers a list of closed risks: ten of them, then R-7.
func twoPages(q engine.ListQuery) engine.Listing {
	l := engine.Listing{Total: -1}
	switch next := (engine.Place{At: 1_790_000_000_000, Key: "R-8"}); {
	case len(q.Statuses) != 1 || q.Statuses[0] != core.Resolved || q.Words[0] != "退款":
	case q.After == next:
		l.Risks = []core.Risk{{Key: "R-7", Title: "Refund *7*", Status: core.Resolved}}
	default:
		l.Next = next
		for n := int64(17); n > 7; n-- {
			l.Risks = append(l.Risks, core.Risk{Key: core.MakeRiskKey("R", n), Title: "Refund", Status: core.Resolved})
		}
	}
	return l
}

func TestParseTurn(t *testing.T) {
	t.Parallel()
	if got, ok := parseTurn(turnPrefix+"1", "history:R-17 a,b:c"); !ok || got != (bots.Turned{Pages: "history", State: "R-17 a,b:c"}) {
		t.Errorf("%+v %v", got, ok)
	}
	for _, bad := range [][2]string{{"riskroom.page", "history:R-17"}, {turnPrefix + "0", "history"}, {turnPrefix + "0", ":R-17"}} {
		if got, ok := parseTurn(bad[0], bad[1]); ok {
			t.Errorf("%q is %+v", bad, got)
		}
	}
}
