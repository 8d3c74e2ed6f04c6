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

// TestLostWrites: Redis loses its latest writes in a crash, and with them the intents and
// results of calls that took effect. They are found on the platform instead of being made
// again.
func TestLostWrites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flow    int // of storyFlows
		waits   bool
		channel string
		posts   int
	}{
		"a message":                     {0, false, "DWEI", 1},
		"a message while it is sent":    {0, true, "DWEI", 1},
		"a group with badge and card":   {2, false, "C1", 2},
		"the same while a card is sent": {2, true, "C1", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, prefix := storetest.StartForgetful(t), storetest.Prefix()
			first := server.Open(t, store.Options{Prefix: prefix, Shards: 4})
			def := storyFlows()[c.flow]
			b := setupOn(t, &fakeClock{}, first, def)
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
				if c.waits && about == c.channel && calls.Add(1) == int64(c.posts) {
					close(calling)
					<-answer
				}
				return nil
			})
			b.engine = process(first)
			r := b.file("Lost", time.Now().AddDate(0, 0, -3))
			kept := server.Keep(t)
			stop := b.startEngine(b.engine)
			ended := func() bool { return b.run(r.Key, def.Name).State == engine.Finished }
			if c.waits {
				<-calling
			} else {
				b.eventually("the run ends", ended)
				stop()
			}
			server.Lose(t, kept)
			if ended() {
				t.Fatal("nothing is lost")
			}
			second := server.Open(t, store.Options{Prefix: prefix, Shards: 4})
			b.startEngine(process(second))
			if c.waits {
				b.eventually("the run waits until the call can't be under way", func() bool {
					return b.run(r.Key, def.Name).State == engine.Waiting
				})
				release()
			}
			b.eventually("the run ends again", ended)
			if n, groups := len(b.platform.postsIn(c.channel)), b.platform.groupIDs(); n != c.posts || len(groups) > 1 {
				t.Errorf("%d posts, want %d; groups %v", n, c.posts, groups)
			}
		})
	}
}
