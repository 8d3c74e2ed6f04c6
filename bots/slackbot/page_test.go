package slackbot

import (
	"testing"

	"riskroom/bots"
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
