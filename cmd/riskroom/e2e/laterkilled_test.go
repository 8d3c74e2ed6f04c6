package e2e_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// daysOf returns the flows of a risk that takes days: one that repeats, a digest every day twelve
// hours from now, and one that waits. Their texts contain a word.
func daysOf(word string) string {
	return strings.NewReplacer("WORD", word, "HOUR", fmt.Sprint(time.Now().UTC().Add(12*time.Hour).Hour())).Replace(`flows:
  nag:
    trigger: { date_field: submitted_at, after: 1d, every: 1d, at_most: 3, catch_up: fire }
    steps:
      - send_message: { to: [lin], title: "it waits WORD" }
  overview:
    trigger: { schedule: "0 HOUR * * *", digest: true, catch_up: fire }
    steps:
      - send_message: { to: [lin], title: "{{ .count }} open WORD" }
  patient:
    trigger: { on: filed }
    steps:
      - send_message: { to: [lin], title: "it is new WORD" }
      - wait: 2s
      - send_message: { to: [lin], title: "it is old WORD" }
`)
}

// TestLaterKilled kills serve while it reloads its file, during a wait, and while it catches up
// with what it has missed in three days: repeats, and walks of a schedule. Everything must happen
// once.
func TestLaterKilled(t *testing.T) {
	s := story{
		name: "later", flows: daysOf("first"), ours: func(*platform) []string { return nil }, whole: playDays,
		often: []string{"enforce", "align", "EVALSHA", "claim"},
	}
	at := scene{name: "slack", open: slackOnly, nth: 21}
	if *everyPoint {
		at.nth = 1
	}
	s.killedEverywhere(t, newLimiter(), at)
}

// playDays files a risk, reloads the file while a run waits, and lets three days go by while serve
// is down.
func playDays(b *bench, reached func()) final {
	b.Helper()
	b.up()
	s := b.look()
	key := b.file()
	if reached != nil {
		reached()
	}
	run := func(flow string) engine.RunSummary {
		b.Helper()
		rec, err := s.Get(context.Background(), key)
		if err != nil {
			b.Fatal(err)
		}
		i := slices.IndexFunc(rec.Runs, func(r engine.RunSummary) bool { return r.ID.Flow == flow })
		if i < 0 {
			b.Fatalf("no run of %s: %+v", flow, rec.Runs)
		}
		return rec.Runs[i]
	}
	b.until("the run waits", func() bool {
		b.revive()
		r := run("patient")
		return r.State == engine.Waiting || !r.State.Live()
	})
	before := run("nag").FlowHash
	if err := os.WriteFile(b.config, []byte(configOf(b.platforms, daysOf("later"))), 0o600); err != nil {
		b.Fatal(err)
	}
	_ = b.now.cmd.Process.Signal(syscall.SIGHUP) // if it is dead, the next one reads the file
	b.until("the changed file is in force, and the wait is over", func() bool {
		b.revive()
		return run("nag").FlowHash != before && !run("patient").State.Live()
	})
	b.advance(3*core.Day + time.Hour)
	rec := b.ended(s, key)
	b.until("only the next walk is armed", func() bool {
		b.revive()
		live, err := s.Live(context.Background(), core.MakeRiskKey("R", 0))
		return err == nil && len(live) == 1 && live[0].ID.Flow == "overview" && live[0].Due.After(time.Now().Add(b.ahead))
	})
	b.down()
	var told []string
	for _, m := range b.home().direct("lin") {
		told = append(told, m.Text)
	}
	slices.Sort(told) // flows don't wait for each other
	return final{State: map[string]any{"lin": told}, Runs: outcomes(rec), Trail: b.trail(s, key)}
}
