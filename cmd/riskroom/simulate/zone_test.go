package simulate

import (
	"fmt"
	"strings"
	"testing"

	"riskroom/core/engine"
)

// TestRecipientsClock: a run that each recipient's clock decides about is due at its time by the
// file's clock, and that it wakes in the earliest time zone is no event.
func TestRecipientsClock(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, strings.Replace(fmt.Sprintf(played, `slack, bot_token: "${A}", app_token: "${B}"`),
		"date_field: discovered_at, after: 1d }", `date_field: discovered_at, after: 1d, at: "09:00", zone: recipient }`, 1))
	s := story(t, cfg, `
start: "2026-03-02 10:00"
for: 4d
risks: [ { title: Ledger, module: Payments } ]
`)
	r, err := Run(t.Context(), cfg, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, e := range r.Events {
		if e.Flow != "remind" {
			continue
		}
		if e.Reason == engine.NotYet {
			t.Errorf("%+v", e)
		}
		if e.What == Message {
			sent++
			if got := e.Due.In(cfg.Organisation.Zone).Format("15:04"); got != "09:00" {
				t.Errorf("due at %s", got)
			}
		}
	}
	if sent == 0 {
		t.Error("nobody was reminded")
	}
}
