package slackbot

import (
	"slices"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// TestModalTakesFiles checks that files are kept while the form changes and while it asks
// again, and that their names are cleaned.
func TestModalTakesFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := openModal(t, b, lin)
	wantContains(t, v.Plain+hintOf(v, "files"), "Up to 5 files, 10 MB each.")
	one, two := b.Upload(lin, "..\\a.png", []byte("one")), b.Upload(lin, "b.pdf", []byte("two"))
	want := []core.File{{Workspace: "acme", ID: one, Name: "a.png", Size: 3}, {Workspace: "acme", ID: two, Name: "b.pdf", Size: 3}}
	if _, err := b.ChooseInView(t.Context(), lin, v.ID, "files", one, two); err != nil {
		t.Fatal(err)
	}
	r, err := b.ChooseInView(t.Context(), lin, v.ID, "module", "Payments")
	if err != nil || r.View == nil {
		t.Fatalf("choosing: %v\n%s", err, b.logged)
	}
	wantContains(t, hintOf(*r.View, "files"), "Already uploaded: a.png, b.pdf")
	// Whether Slack keeps what an input of a changed modal holds doesn't matter.
	r, err = b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"title": {"Ledger"}, "files": nil})
	if err != nil || r.View == nil {
		t.Fatalf("submitting: %v, %+v\n%s", err, r, b.logged)
	}
	wantContains(t, r.View.Plain, "R-17 is filed")
	if d := b.draft(t); !slices.Equal(d.Files, want) {
		t.Errorf("draft %+v", d)
	}
}

// hintOf returns the hint of an input.
func hintOf(v emulator.View, block string) string {
	for _, b := range v.Blocks {
		if hint, ok := b["hint"].(map[string]any); ok && b["block_id"] == block {
			return hint["text"].(string)
		}
	}
	return ""
}
