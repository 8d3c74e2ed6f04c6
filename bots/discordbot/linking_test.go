package discordbot

import (
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// lastButton returns the custom_id of the first button in a message's last row.
func lastButton(t *testing.T, m emulator.Message) string {
	t.Helper()
	if len(m.Components) == 0 {
		t.Fatalf("no buttons: %s", m.Plain)
	}
	return m.Components[len(m.Components)-1]["components"].([]any)[0].(map[string]any)["custom_id"].(string)
}

// TestLink checks that the question is a message with a button, because a modal needs
// inputs, and that pressing it twice acts once.
func TestLink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wantContains(t, messageIn(t, b.risk(t, lin, "link", nil)).Plain, "ABCD-EFGH")
	wantContains(t, messageIn(t, b.risk(t, lin, "link", emulator.Values{"code": "WRONG"})).Plain, "That code doesn't work")
	m := messageIn(t, b.risk(t, lin, "link", emulator.Values{"code": "ABCD-EFGH"}))
	wantContains(t, m.Plain, "Lin Chen in beta")
	if len(b.engine.links) != 0 {
		t.Fatalf("linked without asking: %v", b.engine.links)
	}
	for range 2 {
		r, err := b.Press(t.Context(), lin, lobby, m.ID, lastButton(t, m))
		if err != nil {
			t.Fatal(err)
		}
		wantContains(t, messageIn(t, r).Plain, "now linked with Lin Chen in beta")
	}
	if l := b.engine.links; len(l) != 2 || l[0] != l[1] {
		t.Errorf("links %q", l)
	}
	wantContains(t, messageIn(t, b.risk(t, lin, "link", emulator.Values{"remove": "here"})).Plain, "is no longer linked with any other account")
	r, err := b.Autocomplete(t.Context(), lin, lobby, "/risk", "link", "remove", "he", nil)
	if err != nil || len(r.Choices) != 1 || r.Choices[0].Value != "here" {
		t.Errorf("choices %v %v", r.Choices, err)
	}
}

// TestSameTitleIsAskedAbout checks that the question comes before the form, because a
// modal can't show a notice.
func TestSameTitleIsAskedAbout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.set(func() {
		b.engine.alike = &core.Risk{Key: "R-16", Title: "Ledger", SubmittedAt: time.Now().Add(-3 * time.Minute)}
	})
	m := messageIn(t, b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"}))
	wantContains(t, m.Plain, "You filed R-16 with the same title 3 minutes ago")
	if r := b.press(t, m, "Open the form"); r.Modal == nil || r.Modal.Values["title"] != "Ledger" {
		t.Fatalf("no form: %+v", r)
	}
	wantContains(t, messageIn(t, b.press(t, m, "File anyway")).Plain, "R-17 is filed")
	b.draft(t)
}
