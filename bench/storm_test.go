package main

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/slack"
	slackapi "riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// TestStorm sends a message to many people at once, on a clock that jumps. It stores what
// it measured in the file that BENCH_STORM names.
func TestStorm(t *testing.T) {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("BENCH_PEOPLE"), "100"))
	if err != nil {
		t.Fatal(err)
	}
	var all []stormed
	for _, replicas := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) { all = append(all, storm(t, n, replicas)) })
	}
	for _, s := range all {
		if s.Wrong > 0 || s.Refused > 0 {
			t.Errorf("%d replicas: %d people did not get exactly one message, Slack refused %d calls", s.Replicas, s.Wrong, s.Refused)
		}
	}
	if file := os.Getenv("BENCH_STORM"); file != "" {
		text, err := json.Marshal(all)
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// storm files a risk for each person, all due at the same moment, and lets replicas run.
func storm(t *testing.T, n, replicas int) stormed {
	time.Sleep(time.Until(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o := emulator.Options{EnforceTiers: true}
	for n := range n {
		o.Users = append(o.Users, emulator.User{ID: userID(n), Name: "person" + strconv.Itoa(n)})
	}
	slackSide, err := emulator.New(o)
	ok(t, err)
	w := replicasOn(ctx, t, slackSide, replicas)
	due := time.Now().Add(time.Hour)
	for n := range n {
		clock := &setClock{at: due.Add(-24 * time.Hour)}
		e, err := w.engine(w.stores[0], clock, 0)
		ok(t, err)
		for {
			_, err = e.File(ctx, core.MakeOp("storm", strconv.Itoa(n)), actor(n), engine.Draft{Title: "A risk", Module: module})
			if core.KindOf(err) != core.Unavailable || time.Until(due) < 10*time.Minute {
				break
			}
			time.Sleep(time.Second) // asking Slack who that is has a limit too
		}
		ok(t, err)
	}
	w.run(ctx)
	time.Sleep(time.Until(due))
	out := stormed{Replicas: replicas, Least: time.Duration((n-1)/45) * time.Minute}
	for sent := 0; sent < n && time.Since(due) < 2*time.Hour; {
		time.Sleep(50 * time.Millisecond)
		if now := slackSide.Log().Count("chat.postMessage"); now > sent {
			sent, out.Took = now, time.Since(due)
		}
	}
	time.Sleep(2 * time.Minute)
	for _, c := range slackSide.Log().Calls() {
		if c.Code != "" {
			out.Refused++
		}
	}
	for _, u := range o.Users {
		if len(slackSide.DMs(u.ID)) != 1 {
			out.Wrong++
		}
	}
	w.stop()
	w.running.Wait()
	for i := len(w.stores) - 1; i >= 0; i-- {
		ok(t, w.stores[i].Stop())
	}
	ok(t, slackSide.Close())
	return out
}

// replicasOn returns replicas on an embedded store, with an emulated workspace as their platform.
func replicasOn(ctx context.Context, t *testing.T, slackSide *emulator.Workspace, replicas int) *world {
	cfg, err := place{redis: "redis://127.0.0.1:9/0", slack: "http://127.0.0.1:9/api/", token: slackSide.BotToken(), secret: unused}.load()
	ok(t, err)
	words, err := text.Load()
	ok(t, err)
	w := &world{cfg: cfg, words: words, watch: &watch{}, failed: make(chan error, replicas)}
	// In this story only the first flow is due.
	w.cfg.Flows = w.cfg.Flows[:1]
	first, err := store.OpenEmbedded(ctx, nil, quiet())
	ok(t, err)
	w.stores = append(w.stores, first)
	for len(w.stores) < replicas {
		s, err := first.Another(ctx)
		ok(t, err)
		w.stores = append(w.stores, s)
	}
	client, err := slackapi.New(slackapi.Config{
		Workspace: workspace, Token: slackSide.BotToken(), URL: slackSide.URL() + "/api/", Transport: slackSide.Client().Transport,
	})
	ok(t, err)
	for _, s := range w.stores {
		w.platform = slack.New(slack.Config{API: client, Budget: engine.NewBudget(s, s.Clock()), Logger: quiet()})
		e, err := w.engine(s, s.Clock(), 0)
		ok(t, err)
		w.engines = append(w.engines, e)
	}
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
