package demo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"riskroom/adapters/stage"
	"riskroom/core/text"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n    int
		want []string
	}{
		{"one two three", 8, []string{"one two", "three"}},
		{"one two", 80, []string{"one two"}},
		{"unbreakable", 4, []string{"unbr", "eaka", "ble"}},
		{"一条风险", 4, []string{"一条", "风险"}},
		{"话题 R-1", 8, []string{"话题 R-1"}},
		{"话题题R-1", 8, []string{"话题题", "R-1"}},
		{"一二，三", 4, []string{"一", "二，", "三"}},
		{"a\nb", 4, []string{"a", "b"}},
		{"\x1b[31mred\u202e", 20, []string{"[31mred"}},
		{"", 4, []string{""}},
		{"• one two three\nfour", 9, []string{"• one two", "  three", "four"}},
	} {
		if d := cmp.Diff(c.want, wrap(c.text, c.n)); d != "" {
			t.Errorf("wrap(%q, %d) (-want +got):\n%s", c.text, c.n, d)
		}
	}
}

// TestWrapKeeps checks that no line is too wide, and that only spaces are dropped.
func TestWrapKeeps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.StringOf(rapid.RuneFrom([]rune("ab -_一条风险\n"))).Draw(t, "text")
		n := rapid.IntRange(2, 20).Draw(t, "n")
		lines := wrap(whole, n)
		for _, l := range lines {
			if text.Cells(l) > n {
				t.Fatalf("%q takes more than %d columns", l, n)
			}
		}
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := strings.Join(lines, ""); squeeze(got) != squeeze(whole) {
			t.Fatalf("%q became %q", whole, got)
		}
	})
}

// TestColours checks that colour codes have no width and stay with their text.
func TestColours(t *testing.T) {
	t.Parallel()
	s := style(true)
	for _, c := range []struct {
		text string
		n    int
		want []string
	}{
		{s.name("@ana") + ", " + s.name("@lin") + ":", 11, []string{"\x1b[36m@ana\x1b[0m, \x1b[36m@lin\x1b[0m:"}},
		{s.name("@ana") + ", " + s.name("@lin") + ":", 7, []string{"\x1b[36m@ana\x1b[0m,", "\x1b[36m@lin\x1b[0m:"}},
		{s.bold("风险") + "：一", 7, []string{"\x1b[1m风险\x1b[0m：", "一"}},
		{s.bold("x\n"), 7, []string{"\x1b[1mx", "\x1b[0m"}},
		{s.name("a\x1b[31mb"), 9, []string{"\x1b[36ma[31mb\x1b[0m"}},
	} {
		if d := cmp.Diff(c.want, text.Wrap(c.text, c.n)); d != "" {
			t.Errorf("Wrap(%q, %d) (-want +got):\n%s", c.text, c.n, d)
		}
	}
}

// TestButtonsWrapBetweenButtons checks that a button's label stays on one line.
func TestButtonsWrapBetweenButtons(t *testing.T) {
	t.Parallel()
	var actions []stage.Action
	for range 6 {
		actions = append(actions, stage.Action{Label: "Add a note"})
	}
	four := "[ Add a note ] [ Add a note ] [ Add a note ] [ Add a note ]"
	if d := cmp.Diff([]string{four, "[ Add a note ] [ Add a note ]"}, buttons(actions)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	got := card([]stage.Part{
		{Kind: stage.TextPart, Lines: stage.Literal("R-1 账目")},
		{Kind: stage.TextPart, Lines: append(stage.Literal("Status  Pending"), stage.Literal("Module lead  @wei")...)},
		{Kind: stage.NotePart, Lines: stage.Literal("Filed by mei")},
		{Kind: stage.ActionsPart, Actions: []stage.Action{{Label: "Start"}, {Label: "详情"}, {Label: "Edit", Menu: true}, {Label: "Take", Menu: true}}},
	})
	want := []string{
		"┌──────────────────────┐",
		"│ R-1 账目             │",
		"│ Status       Pending │",
		"│ Module lead  @wei    │",
		"│ Filed by mei         │",
		"│ [ Start ] [ 详情 ]   │",
		"│ [ Edit ] [ Take ]    │",
		"└──────────────────────┘",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
