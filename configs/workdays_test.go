package configs_test

import (
	"os"
	"testing"
	"time"

	"riskroom/core/config"
	"riskroom/core/flow"
)

// TestWorkdaysOfChina checks when the flows of workdays-china.yaml are due around the holidays
// of 2026.
func TestWorkdaysOfChina(t *testing.T) {
	t.Parallel()
	const name = "workdays-china.yaml"
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	cfg, problems := config.Load(name, src, config.Options{
		Format: format,
		Unset:  config.UnsetIsFilled,
		Fill:   func(b config.Blank) string { return placeholders()[b.Setting.Key] },
	})
	if cfg == nil {
		t.Fatalf("problems:\n%s", problems)
	}
	const remind, gather, warn = 0, 1, 2
	for _, tt := range []struct {
		flow         int
		anchor, want string
	}{
		{remind, "2025-12-31 18:00", "2026-01-04 09:30"}, // New Year; the Sunday makes up
		{remind, "2026-01-04 18:00", "2026-01-05 09:30"},
		{remind, "2026-02-13 10:00", "2026-02-14 09:30"}, // a Saturday before the Spring Festival
		{gather, "2026-02-13 10:00", "2026-02-24 09:30"},
		{gather, "2026-02-18 03:00", "2026-02-25 09:30"}, // filed during the festival
		{gather, "2026-02-26 10:00", "2026-02-28 09:30"}, // a Saturday after it
		{remind, "2026-04-03 10:00", "2026-04-07 09:30"},
		{gather, "2026-04-30 23:59", "2026-05-07 09:30"},
		{remind, "2026-05-08 10:00", "2026-05-09 09:30"},
		{remind, "2026-06-18 10:00", "2026-06-22 09:30"},
		{remind, "2026-09-18 10:00", "2026-09-20 09:30"}, // over a Saturday to a Sunday
		{remind, "2026-09-24 10:00", "2026-09-28 09:30"},
		{remind, "2026-09-30 10:00", "2026-10-08 09:30"},
		{gather, "2026-10-08 10:00", "2026-10-10 09:30"},
		{remind, "2026-10-16 10:00", "2026-10-19 09:30"}, // an ordinary weekend
		{warn, "2026-10-08 09:30", "2026-09-30 09:30"},
		{warn, "2026-02-24 09:30", "2026-02-14 09:30"},
		{warn, "2026-02-20 09:30", "2026-02-14 09:30"}, // due during the festival
	} {
		at := func(s string) time.Time {
			at, err := time.ParseInLocation("2006-01-02 15:04", s, cfg.Organisation.Zone)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		f := cfg.Flows[tt.flow]
		if got := f.Trigger.(flow.DateTrigger).Due(at(tt.anchor)); !got.Equal(at(tt.want)) {
			t.Errorf("%s, %s: due %s, want %s", f.Name, tt.anchor, got, tt.want)
		}
	}
}
