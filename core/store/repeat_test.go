package store_test

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// together lists cases in which other calls may come between a call and its repeat, or
// which depend on the server's time.
var together = map[string]bool{"claim once": true, "changes race": true, "never early": true, "gathered": true}

// TestRepeated runs every case with each script sent twice, as the client library does
// when a reply is lost. The result must be the same.
func TestRepeated(t *testing.T) {
	t.Parallel()
	for name, f := range sampled() {
		if together[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, func(t *testing.T, c core.Clock) *store.Store {
				s := storetest.Embedded(t, c)
				s.Repeating(func(difference string) { t.Error(difference) })
				return s
			})
		})
	}
}

// After a restart or a failover the server has no scripts, and each call in a pipeline
// fails on its own.
func TestUnknownScripts(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) *storetest.Process{
		"server":  func(t testing.TB) *storetest.Process { return storetest.Start(t) },
		"cluster": func(t testing.TB) *storetest.Process { return storetest.StartCluster(t, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			b := setup(t, func(t *testing.T, c core.Clock) *store.Store { return p.Open(t, store.Options{Clock: c}) })
			flush := func() { b.ok(b.s.DB().ScriptFlush(b.ctx).Err()) }
			flush()
			b.risk = b.file(2)
			b.arm(b.arming(id("1"), 0), b.arming(id("2"), 0))
			b.arm(b.arming(engine.RunID{Risk: "R-2", Flow: "remind", Occurrence: "1"}, 0))
			flush()
			b.same("claimed", len(b.claim()), 3)
			flush()
			found, err := b.s.Find(b.ctx, engine.Query{Limit: 5})
			b.ok(err)
			b.same("found", found.Total, 2)
			flush()
			b.same("waits", b.take(false, 0, bucket("post", "", 1, time.Second)), time.Duration(0))
		})
	}
}
