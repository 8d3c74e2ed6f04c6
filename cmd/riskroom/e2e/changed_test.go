package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
)

// before and after are a config file's flows before and after a change: remind is due
// earlier, gone is removed, and added and early are new.
const (
	before = `flows:
  remind:
    trigger: { date_field: discovered_at, after: 6d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} waits" }
  gone:
    trigger: { date_field: discovered_at, after: 30d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} waits still" }
`
	after = `flows:
  remind:
    trigger: { date_field: discovered_at, after: 3d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} waits" }
  added:
    trigger: { date_field: discovered_at, after: 5d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} waits long" }
  early:
    trigger: { date_field: discovered_at, after: 2d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} is here" }
`
)

// TestFileChanged checks that timers follow the file after a restart. A run that would
// have been due before the change doesn't fire.
func TestFileChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t, startRedis(t), set{flows: before})
	b.up()
	fresh := core.RiskKey(anyKey.FindString(b.asks("ana", order{line: "new Fresh module:Payments discovered:1d ago"}, "R-")))
	old := core.RiskKey(anyKey.FindString(b.asks("ana", order{line: "new Old module:Payments discovered:4d ago"}, "R-")))
	s := b.look()
	// armed returns how many days after the discovery each timer is due.
	armed := func(key core.RiskKey) map[string]int {
		rec, err := s.Get(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		days := map[string]int{}
		for _, r := range rec.Runs {
			if r.State != engine.Armed || r.Due.Before(time.Now()) {
				t.Errorf("%s is %s, due at %v", r.ID, r.State, r.Due)
			}
			days[r.ID.Flow] = int(r.Due.Sub(rec.Risk.DiscoveredAt).Round(core.Day) / core.Day)
		}
		return days
	}
	want := map[string]int{"remind": 6, "gone": 30}
	if d := cmp.Diff([]map[string]int{want, want}, []map[string]int{armed(fresh), armed(old)}); d != "" {
		t.Errorf("before (-want +got)\n%s", d)
	}
	b.down()

	src := configOf(b.platforms, after)
	if err := os.WriteFile(b.config, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	b.up()
	b.until("the change is logged", func() bool { return len(b.followed()) == 4 })
	changed := map[string]map[string]float64{
		"remind": {"moved": 1, "dropped": 1, "added": 0}, "gone": {"moved": 0, "dropped": 2, "added": 0},
		"added": {"moved": 0, "dropped": 0, "added": 2}, "early": {"moved": 0, "dropped": 0, "added": 1},
	}
	if d := cmp.Diff(changed, b.followed()); d != "" {
		t.Errorf("changed timers (-want +got)\n%s", d)
	}
	for key, want := range map[core.RiskKey]map[string]int{
		fresh: {"remind": 3, "added": 5, "early": 2},
		old:   {"added": 5}, // three days and two are over
	} {
		if d := cmp.Diff(want, armed(key)); d != "" {
			t.Errorf("%s (-want +got)\n%s", key, d)
		}
	}
	if trail := strings.Join(b.trail(s, old), " "); strings.Contains(trail, engine.EventFired) {
		t.Errorf("something fired: %s", trail)
	}
	b.down()

	b.up() // with an unchanged file
	b.open()
	b.down()
	if again := b.followed(); len(again) != 0 {
		t.Errorf("an unchanged file moves timers: %v", again)
	}
	if n := len(b.slack.DMs(lin)) + len(b.slack.DMs(wei)); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// followed returns how many timers serve has logged as changed, by flow.
func (b *bench) followed() map[string]map[string]float64 {
	b.Helper()
	out := map[string]map[string]float64{}
	for line := range strings.Lines(b.now.log.String()) {
		var m struct {
			Msg, Flow             string
			Moved, Dropped, Added float64
		}
		if json.Unmarshal([]byte(line), &m) == nil && m.Msg == "timers aligned with the flow" {
			out[m.Flow] = map[string]float64{"moved": m.Moved, "dropped": m.Dropped, "added": m.Added}
		}
	}
	return out
}
