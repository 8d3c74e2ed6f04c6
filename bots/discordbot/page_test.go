package discordbot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/discord/emulator"
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
