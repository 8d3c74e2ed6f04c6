package demo

import (
	"slices"
	"strings"
	"testing"

	"riskroom/bots"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// TestHints checks that the page suggests every useful command with a text.
func TestHints(t *testing.T) {
	t.Parallel()
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range text.Languages() {
		org := core.Organisation{Command: "/risk", Process: make([]core.Node, 1)}
		w := &world{cfg: &config.Config{Organisation: org}, workspaces: make([]*emulated.Place, 2)}
		var names []string
		for _, h := range w.hints(words.In(lang)) {
			names = append(names, strings.TrimPrefix(h.Label, "/risk "))
			if strings.HasPrefix(h.Help, "!") || strings.HasPrefix(h.Args, "!") {
				t.Errorf("%s: %+v lacks a text", lang, h)
			}
		}
		if !slices.Equal(names, bots.Names(lang, &w.cfg.Organisation)) {
			t.Errorf("with two workspaces it offers %v", names)
		}
		w.workspaces = w.workspaces[:1]
		if n := len(w.hints(words.In(lang))); n != len(names)-1 {
			t.Errorf("with one workspace it offers %d commands: linking accounts is of no use", n)
		}
	}
}
