package discordbot

import (
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// lastButton is the custom_id of the first button in the last row of a message.
func lastButton(t *testing.T, m emulator.Message) string {
	t.Helper()
	if len(m.Components) == 0 {
		t.Fatalf("no buttons: %s", m.Plain)
	}
	return m.Components[len(m.Components)-1]["components"].([]any)[0].(map[string]any)["custom_id"].(string)
}

// TestLink: whether accounts are to be linked is asked with a button, as no modal
// goes without inputs; pressed twice it is one deed.
func TestLink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wants(t, shown(t, b.risk(t, lin, "link", nil)).Plain, "ABCD-EFGH")
	wants(t, shown(t, b.risk(t, lin, "link", emulator.Values{"code": "WRONG"})).Plain, "That code doesn't work")
	m := shown(t, b.risk(t, lin, "link", emulator.Values{"code": "ABCD-EFGH"}))
	wants(t, m.Plain, "Lin Chen in beta")
	if len(b.engine.links) != 0 {
		t.Fatalf("linked without being asked: %v", b.engine.links)
	}
	for range 2 {
		r, err := b.Press(t.Context(), lin, lobby, m.ID, lastButton(t, m))
		if err != nil {
			t.Fatal(err)
		}
		wants(t, shown(t, r).Plain, "now linked with Lin Chen in beta")
	}
	if l := b.engine.links; len(l) != 2 || l[0] != l[1] {
		t.Errorf("links %q", l)
	}
	wants(t, shown(t, b.risk(t, lin, "link", emulator.Values{"remove": "here"})).Plain, "is no longer linked with any other account")
	r, err := b.Autocomplete(t.Context(), lin, lobby, "/risk", "link", "remove", "he", nil)
	if err != nil || len(r.Choices) != 1 || r.Choices[0].Value != "here" {
		t.Errorf("choices %v %v", r.Choices, err)
	}
}

// TestSameTitleIsAskedAbout before its form opens: a modal shows no notice.
func TestSameTitleIsAskedAbout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.set(func() {
		b.engine.alike = &core.Risk{Key: "R-16", Title: "Ledger", SubmittedAt: time.Now().Add(-3 * time.Minute)}
	})
	m := shown(t, b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"}))
	wants(t, m.Plain, "You filed R-16 with the same title 3 minutes ago")
	r, err := b.Press(t.Context(), lin, lobby, m.ID, lastButton(t, m))
	if err != nil || r.Modal == nil || r.Modal.Values["title"] != "Ledger" {
		t.Fatalf("no form: %+v %v", r, err)
	}
	if r, err = b.SubmitModal(t.Context(), lin, nil); err != nil {
		t.Fatal(err)
	}
	wants(t, shown(t, r).Plain, "R-17 is filed")
	b.draft(t)
}
