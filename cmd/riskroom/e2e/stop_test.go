package e2e_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// TestStopped sends SIGTERM during a call. The call finishes, and another process
// continues immediately.
func TestStopped(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	want := theGroup().undisturbed(t, newLimiter(), r, slackScene(), asBuilt)
	b := newBench(t, r, set{flows: group})
	first := b.up()
	arrived, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.slack.Log().Hook(func(c stage.Call) {
		if c.Method == "conversations.invite" && c.Nth == 2 {
			once.Do(func() { close(arrived); <-leave })
		}
	})
	key := b.file()
	<-arrived
	if err := first.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, ok := first.log.await(t, "stopping"); !ok {
		t.Fatalf("it ended without a log line:\n%s", first.log)
	}
	close(leave)
	if code, took := first.terminate(t); code != 0 {
		t.Errorf("it ended with %d after %v:\n%s", code, took, first.log)
	}

	s := b.look()
	rec, err := s.Get(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range rec.Runs {
		if run.State == engine.Running || run.Open || run.ID.Flow != engine.SyncFlow && run.At.After(time.Now()) {
			t.Errorf("not handed back: %+v", run)
		}
	}
	b.up()
	b.ended(s, key)
	b.down()
	got := final{State: b.state(key), Trail: b.trail(s, key), Runs: want.Runs}
	if d := cmp.Diff(want.final, got); d != "" {
		t.Errorf("(-undisturbed +stopped)\n%s", d)
	}
}

// TestStoppedDuringHungCall checks that a call without an answer doesn't keep serve from
// stopping in time, and that the next process finds out whether it took effect.
func TestStoppedDuringHungCall(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	b := newBench(t, r, set{flows: reminder})
	patient := func(timeout string) {
		src := strings.Replace(configOf(b.platforms, reminder), "call_timeout: 2s", "call_timeout: "+timeout, 1)
		if err := os.WriteFile(b.config, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	patient("60s")
	hung := make(chan struct{})
	var once sync.Once
	b.slack.Log().Hook(func(c stage.Call) {
		if c.Method == "chat.postMessage" {
			once.Do(func() { close(hung) })
		}
	})
	b.slack.Faults().Order(stage.Fault{Method: "chat.postMessage", Kind: stage.Slow})
	first := b.up()
	key := b.file()
	<-hung
	code, took := first.terminate(t)
	if code != 0 || took > 30*time.Second { // half of what the call may take
		t.Errorf("it ended with %d after %v:\n%s", code, took, first.log)
	}
	patient("2s") // so that the next process may check soon
	b.up()
	b.ended(b.look(), key)
	b.down()
	if dms := b.slack.DMs(lin); len(dms) != 1 {
		t.Errorf("lin got %d messages:\n%s", len(dms), b.now.log)
	}
}
