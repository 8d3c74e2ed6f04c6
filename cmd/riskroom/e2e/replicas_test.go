package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// many is how many runs are due at once.
const many = 1000

// TestReplicas checks that two processes with one Redis act once, and not early, on
// each of a thousand timers that are due in the same second. It runs alone, because it
// leaves nothing of the machine to others.
func TestReplicas(t *testing.T) {
	b := newBench(t, startRedis(t, "--appendfsync", "everysec"), set{flows: `fields:
  go_at: { type: date, label: Go at }
flows:
  go:
    trigger: { date_field: go_at, after: 2s }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} is due" }
`})
	due := time.Now().Add(10 * time.Second).Truncate(time.Second)
	b.fileMany(due.Add(-2 * time.Second))
	replicas := []*process{b.up(), b.up()}
	b.until("all messages are sent", func() bool { return len(b.slack.DMs(lin)) >= many })
	s := b.look()
	b.until("all runs have ended", func() bool {
		counts, _, err := s.Counts(context.Background())
		return err == nil && counts[engine.Armed]+counts[engine.Running]+counts[engine.Waiting] == 0
	})

	messages := map[string]int{}
	for _, m := range b.slack.DMs(lin) {
		messages[strings.TrimSuffix(strings.TrimSpace(m.Plain), " is due")]++
		if m.At.Before(due) {
			t.Errorf("%q came %v early", m.Plain, due.Sub(m.At))
		}
	}
	for n := range many {
		if key := string(core.MakeRiskKey("R", int64(n+1))); messages[key] != 1 {
			t.Errorf("%s has %d messages", key, messages[key])
		}
	}
	if len(messages) != many {
		t.Errorf("%d different messages", len(messages))
	}
	ended, unanswered := make([]int, len(replicas)), 0
	sum := func() (n int) {
		for _, e := range ended {
			n += e
		}
		return n
	}
	b.until("each ended run is counted, or the log says that the answer was lost", func() bool {
		unanswered = 0
		for i, p := range replicas {
			b.use(p)
			_, rest, _ := strings.Cut(b.get("metrics"), `riskroom_runs_ended_total{state="finished"} `)
			number, _, _ := strings.Cut(rest, "\n")
			ended[i], _ = strconv.Atoi(number)
			unanswered += strings.Count(p.log.String(), "run could not be handed back")
		}
		return sum()+unanswered >= many
	})
	if sum() > many || slices.Contains(ended, 0) {
		t.Errorf("the replicas ended %d runs, and %d answers were lost", ended, unanswered)
	}
	for _, p := range replicas {
		b.use(p)
		b.down()
	}
}

// fileMany files risks for a date, with an engine that isn't running.
func (b *bench) fileMany(at time.Time) {
	b.Helper()
	env := map[string]string{}
	for _, e := range append(b.env, "REDIS_URL="+b.redis.URL) {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	src, err := os.ReadFile(b.config)
	if err != nil {
		b.Fatal(err)
	}
	cfg, problems := config.Load(b.config, src, config.Options{
		Format: config.NewFormat(platforms.Settings()),
		Env:    func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if cfg == nil {
		b.Fatal(problems)
	}
	ctx := context.Background()
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(ctx, app.Options{Config: cfg, Store: b.redis.Open(b, store.Options{Prefix: b.prefix}), Log: log})
	if err != nil {
		b.Fatal(err)
	}
	by := core.Actor{Account: core.Account{Workspace: "acme", ID: ana}, Name: "ana"}
	var all errgroup.Group
	all.SetLimit(16)
	for n := range many {
		all.Go(func() error {
			_, err := a.Engine().File(ctx, fmt.Sprintf("op-%d", n), by, engine.Draft{
				Title: fmt.Sprintf("Risk %d", n), Module: "Payments", Handlers: []core.Ref{"lin"},
				Fields: map[string]core.Value{"go_at": {Date: at}},
			})
			return err
		})
	}
	if err := all.Wait(); err != nil {
		b.Fatal(err)
	}
	if left := time.Until(at); left < 0 {
		b.Logf("filing took %v longer than planned", -left)
	}
}
