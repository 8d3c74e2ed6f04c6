package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestOutage stops riskroom while it creates one group after another. Nothing happens until it is
// started again, and then it goes on: every risk gets one group.
func TestOutage(t *testing.T) {
	t.Parallel()
	const risks = 24
	for _, workspace := range []string{`slack, bot_token: "${A}", app_token: "${B}"`, `discord, bot_token: "${A}", guild_id: "${B}"`} {
		t.Run(workspace[:5], func(t *testing.T) {
			t.Parallel()
			cfg := configOf(t, fmt.Sprintf(played, workspace))
			do := "/risk resolve R-1 Fixed."
			if strings.HasPrefix(workspace, "discord") {
				do = "/risk resolve key:R-1 note:Fixed."
			}
			s := story(t, cfg, `
start: "2026-03-02 09:00"
for: 4d
risks:
`+strings.Repeat("  - { title: Ledger, module: Payments }\n", risks)+`
actions:
  - { at: "2026-03-04 12:00", by: lin, do: "`+do+`" }
down:
  - { from: "2026-03-05 09:00", until: "2026-03-05 10:00" }
  - { from: "2026-03-04 09:00:02", until: "2026-03-04 11:30" }
`)
			r, err := Run(t.Context(), cfg, s, Options{})
			if err != nil {
				t.Fatal(err)
			}
			from, until := s.Down[1].From, s.Down[1].Until
			groups, before := map[string]int{}, 0
			for _, e := range r.Events {
				if e.At.After(from) && e.At.Before(until) {
					t.Errorf("during the outage: %+v", e)
				}
				if e.What == GroupCreated {
					groups[string(e.Risk)]++
					if e.At.Before(from) {
						before++
					}
				}
			}
			if before == 0 || before == risks {
				t.Errorf("%d groups before the outage: it interrupts nothing", before)
			}
			for i := range risks {
				if n := groups[fmt.Sprintf("R-%d", i+1)]; n != 1 {
					t.Errorf("R-%d has %d groups", i+1, n)
				}
			}
			if a := r.Answers; len(a) != 1 || a[0].Undone {
				t.Errorf("answers %+v", a)
			}
			var outages []string
			for _, e := range r.Events {
				if e.IsOutage() {
					outages = append(outages, fmt.Sprint(e.What, " ", e.At.Format(time.TimeOnly)))
				}
			}
			if got, want := strings.Join(outages, ", "), "stopped 09:00:02, started 11:30:00, stopped 09:00:00, started 10:00:00"; got != want {
				t.Errorf("outages: %s, want %s", got, want)
			}
		})
	}
}

// TestOutageEnds checks both ends: what is due at the beginning waits, and what
// people do at the end is done.
func TestOutageEnds(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, fmt.Sprintf(played, `slack, bot_token: "${A}", app_token: "${B}"`))
	s := story(t, cfg, `
start: "2026-03-02 09:00"
for: 30h
risks: [ { title: Ledger, module: Payments } ]
actions: [ { at: "2026-03-03 12:00", by: lin, do: /risk show R-1 } ]
down: [ { from: "2026-03-03 09:00", until: "2026-03-03 12:00" } ]
`)
	r, err := Run(t.Context(), cfg, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Events {
		if e.Flow == "remind" || e.What == Command || e.IsOutage() {
			got = append(got, e.At.Format("15:04 ")+string(e.What))
		}
	}
	if got, want := strings.Join(got, ", "), "09:00 stopped, 12:00 started, 12:00 message, 12:00 message, 12:00 message, 12:00 command"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	s.Actions[0].At = s.Actions[0].At.Add(-time.Second)
	if _, err := Run(t.Context(), cfg, s, Options{}); err == nil || !strings.HasPrefix(err.Error(), "scenario.yaml:5:14: lin types /risk show R-1 at 2026-03-03 11:59, but riskroom isn't running") {
		t.Errorf("error %v", err)
	}
}
