package engine_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestClockSetDuringACall: the store's clock is set while one process makes a call.
// Another then finds the lease expired and the intent old, and must not make the call
// too.
func TestClockSetDuringACall(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{30 * time.Second, 24 * time.Hour, -30 * time.Second} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			server := storetest.StartSettable(t)
			prefix := storetest.Prefix()
			first := server.Open(t, store.Options{Prefix: prefix, Shards: 4})
			b := setupOn(t, &fakeClock{}, first, storyFlows()[0])
			b.options.CallTimeout, b.options.Settle = 2*time.Second, time.Second
			process := func(s *store.Store) *engine.Engine {
				o := b.options
				o.Store, o.Clock = s, s.Clock()
				return b.newEngine(o)
			}
			var calls atomic.Int64
			calling, answer := make(chan struct{}), make(chan struct{})
			release := sync.OnceFunc(func() { close(answer) })
			defer release()
			b.platform.setFail(func(_, about string) error {
				if about == "DWEI" && calls.Add(1) == 1 {
					close(calling)
					<-answer
				}
				return nil
			})
			b.engine = process(first)
			b.start()
			r := b.file("Meanwhile", time.Time{})
			<-calling
			server.Set(by)
			b.startEngine(process(server.Open(t, store.Options{Prefix: prefix, Shards: 4})))
			if by > 0 {
				b.eventually("the other one has the run", func() bool { return b.run(r.Key, "tell").State != engine.Running })
			}
			release()
			b.eventually("the run ends", func() bool { return b.run(r.Key, "tell").State == engine.Finished })
			b.eventually("the answer is in", func() bool { return len(b.platform.postsIn("DWEI")) > 0 })
			if n := len(b.platform.postsIn("DWEI")); n != 1 {
				t.Errorf("%d messages, want one", n)
			}
		})
	}
}
