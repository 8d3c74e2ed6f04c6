package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestTLS runs the cases that use the connection most over TLS, and checks that an
// untrusted server is refused.
func TestTLS(t *testing.T) {
	t.Parallel()
	p := storetest.StartTLS(t)
	for _, name := range []string{"filing", "claim order", "complete", "slots", "wakes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases[name](t, func(t *testing.T, c core.Clock) *store.Store { return p.Open(t, store.Options{Clock: c, Shards: 5}) })
		})
	}
	for url, detail := range map[string]string{p.URL: "certificate", "redis" + p.URL[len("rediss"):]: ""} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err := store.Open(ctx, store.Options{URL: url, Prefix: "refused"})
		cancel()
		(&bench{T: t}).is(err, core.Unavailable, detail)
	}
}

// TestSentinel kills the master while risks are filed and runs begun. With Strict nothing
// that was acknowledged is lost, and the store continues with the next master.
func TestSentinel(t *testing.T) {
	t.Parallel()
	servers := storetest.StartSentinels(t)
	s := servers.Open(t, store.Options{Strict: true, Shards: 5})
	b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
	b.comesToRest()

	const writers, before, after = 4, 25, 10
	w := &acks{bench: b}
	working, stop := context.WithCancel(b.ctx)
	var reached, filing, worker sync.WaitGroup
	worker.Go(func() { w.work(working) })
	reached.Add(writers)
	moved := make(chan struct{})
	for i := range writers {
		filing.Go(func() {
			for n := range before {
				w.file(fmt.Sprint("w", i, "-", n))
			}
			reached.Done()
			for n, left := 0, after; left > 0; n++ {
				w.file(fmt.Sprint("w", i, "+", n))
				select {
				case <-moved:
					left--
				default:
				}
			}
		})
	}
	reached.Wait()
	old := servers.Master(t)
	servers.KillMaster(t)
	for servers.Master(t) == old {
		time.Sleep(10 * time.Millisecond)
	}
	close(moved)
	filing.Wait()
	stop()
	worker.Wait()

	numbers := map[core.RiskKey]string{}
	for _, f := range w.filed {
		if other, twice := numbers[f.key]; twice {
			t.Errorf("%s was given out to %s and to %s", f.key, other, f.op)
		}
		numbers[f.key] = f.op
		if rec, err := s.Get(b.ctx, f.key); err != nil || rec.Risk.Title != f.op {
			t.Errorf("%s is lost: %q %v", f.op, rec.Risk.Title, err)
		}
	}
	for _, run := range w.begun {
		if r, err := s.Load(b.ctx, run); err != nil || !r.Calls["send"].Open {
			t.Errorf("the intent of %s is lost: %+v %v", run, r, err)
		}
	}
	if w.refused.Load() == 0 {
		t.Error("nobody noticed that the master was gone")
	}
	b.comesToRest()
	t.Logf("%d filed, %d begun, %d tries refused meanwhile", len(w.filed), len(w.begun), w.refused.Load())
}

// comesToRest waits until the master has its replica, and is safe.
func (b *bench) comesToRest() {
	b.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		found, err := b.s.Check(b.ctx)
		safe := err == nil && len(found) == 1 && found[0].Code == store.FoundAlways
		if safe && b.s.Ready(b.ctx) == nil {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("the server is never safe: %v, %v", found, err)
		}
	}
}

// acks files risks and begins their runs, and records what was acknowledged.
type acks struct {
	*bench
	refused atomic.Int64

	mu    sync.Mutex
	filed []filed
	begun []engine.RunID
}

type filed struct {
	op  string
	key core.RiskKey
}

// until calls try until it is not Unavailable. The store recognises a repeat by its op.
func (w *acks) until(what string, try func() error) bool {
	for end := time.Now().Add(time.Minute); ; {
		err := try()
		if err == nil {
			return true
		}
		w.refused.Add(1)
		if core.KindOf(err) != core.Unavailable || time.Now().After(end) {
			w.Errorf("%s: %v", what, err)
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// file files a risk with a run that is due at once.
func (w *acks) file(op string) {
	r := w.newRisk(1)
	r.Title = op
	run := engine.RunID{Flow: "remind", Occurrence: "1"}
	ok := w.until("a number", func() error {
		n, err := w.s.NextNumber(w.ctx, engine.Numbering{Op: op, Alike: op})
		r.Key = core.MakeRiskKey("R", n.Number)
		return err
	})
	run.Risk = r.Key
	timer := engine.TimerChange{Do: engine.ArmTimer, Run: run, Due: time.Now(), FlowHash: flow, Event: &engine.Event{Kind: "timer"}}
	if ok && w.until("filing", func() error {
		_, err := w.s.Apply(w.ctx, engine.Change{Op: op, New: r, Result: "filed", Timers: []engine.TimerChange{timer}})
		return err
	}) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.filed = append(w.filed, filed{op, r.Key})
	}
}

// work claims and begins runs until ctx ends, 20 at least. Claims don't wait for replicas, so
// a failover may lose one. Then the run isn't begun.
func (w *acks) work(ctx context.Context) {
	for ctx.Err() == nil || len(w.begun) < 20 {
		runs, _, err := w.s.Claim(w.ctx, "", 10, time.Minute)
		if err != nil || len(runs) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		for _, r := range runs {
			begin := engine.Begin{Lease: engine.Lease{Run: r.ID, Until: r.At}, Key: "send", Attempt: 1, Nonce: r.ID.String(), Until: time.Now().Add(time.Hour)}
			lost := false
			ok := w.until("beginning", func() error {
				_, err := w.s.Begin(w.ctx, begin)
				if lost = core.KindOf(err) == core.Lost; lost {
					return nil
				}
				return err
			})
			if ok && !lost {
				w.begun = append(w.begun, r.ID)
			}
		}
	}
}
