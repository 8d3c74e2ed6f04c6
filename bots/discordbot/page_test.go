package discordbot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/discord/emulator"
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
	m := messageIn(t, b.risk(t, lin, "history", emulator.Values{"key": "R-17"}))
	wantContains(t, m.Plain, "the *newest*", "Older")
	n := len(b.Ephemerals(lin))
	for _, want := range []string{"the oldest", "the *newest*"} {
		r, err := b.Press(t.Context(), lin, lobby, m.ID, lastButton(t, m))
		if err != nil {
			t.Fatal(err)
		}
		if all := b.Ephemerals(lin); len(all) != n || r.Message.ID != m.ID || !r.Message.Ephemeral {
			t.Fatalf("%d messages, want %d: %+v", len(all), n, r.Message)
		}
		m = *r.Message
		wantContains(t, m.Plain, want)
	}
}

// TestListIsTurnedAndOpened turns the pages of a list, and opens a risk on it.
func TestListIsTurnedAndOpened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.listing = twoPages
	m := messageIn(t, b.risk(t, lin, "list", emulator.Values{"what": "resolved", "title": "退款"}))
	wantContains(t, m.Plain, "The newest 10 that match:", "R-17 Refund", "R-8 Refund", "Next")
	for _, want := range []string{"More risks:", "The newest 10 that match:"} {
		r, err := b.Press(t.Context(), lin, lobby, m.ID, lastButton(t, m))
		if err != nil {
			t.Fatal(err)
		}
		m = *r.Message
		wantContains(t, m.Plain, want)
	}
	if n := len(m.Components); n != 3 {
		t.Fatalf("%d rows of buttons", n)
	}
	r, err := b.Press(t.Context(), lin, lobby, m.ID, "page:risk::R-17")
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, r.Message.Plain, "R-17")
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
	longest := bots.Turn{Pages: "history", State: strings.Repeat("x", bots.MaxTurn), Label: "Older"}
	for _, workspace := range []string{"", "acme", strings.Repeat("w", 50)} {
		id := turns([]bots.Turn{longest}, workspace).Components[0].(discordgo.Button).CustomID
		got, named, ok := parseTurn(id)
		if !ok || got != (bots.Turned{Pages: "history", State: longest.State}) || utf8.RuneCountInString(id) > maxCustomID {
			t.Errorf("%q is %+v %v", id, got, ok)
		}
		if fits := len(workspace) < 10; fits != (named == workspace) {
			t.Errorf("workspace %q, want %q", named, workspace)
		}
	}
	for _, bad := range []string{"riskroom.page:history::x", "page:history:x", "page:::x", "page:history::" + longest.State + "x"} {
		if got, _, ok := parseTurn(bad); ok {
			t.Errorf("%q is %+v", bad, got)
		}
	}
}
