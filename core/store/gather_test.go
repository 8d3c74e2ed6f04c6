package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// callers is how many goroutines call the store at once in these tests.
const callers = 40

// testGathered has many callers call at once, half of them in vain: each gets its own
// answer, also if the server loses its scripts meanwhile.
func testGathered(t *testing.T, open opener) {
	b := setup(t, open)
	var all sync.WaitGroup
	for i := range int64(callers) {
		all.Go(func() {
			ctx := b.ctx
			if i%2 == 0 {
				ctx = core.Background(ctx)
			}
			for j := range int64(5) {
				r := b.newRisk(10 + i*5 + j)
				r.Title = string(r.Key)
				change := engine.Change{Op: "file-" + r.Title, New: r, Result: "filed " + r.Title}
				got, err := b.s.Apply(ctx, change)
				if err != nil || got.Result != "filed "+r.Title || got.Repeat {
					t.Errorf("%s: %+v %v", r.Key, got, err)
				}
				old := r
				old.Version = 7
				change.Op, change.Expect, change.Old, change.New.Version = "vain-"+r.Title, 7, &old, 8
				if _, err := b.s.Apply(ctx, change); core.KindOf(err) != core.Conflict {
					t.Errorf("%s: %v is no conflict", r.Key, err)
				}
				if rec, err := b.s.Get(ctx, r.Key); err != nil || rec.Risk.Title != r.Title {
					t.Errorf("%s: %+v %v", r.Key, rec.Risk, err)
				}
				if i == 0 {
					_ = b.s.DB().ScriptFlush(ctx).Err()
				}
			}
		})
	}
	all.Wait()
}

// TestGatherCut files risks over connections that are slow and are cut again and again.
// Whoever repeats a call until it succeeds has filed one risk.
func TestGatherCut(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	var cuts atomic.Int64
	s := p.Open(t, store.Options{Shards: 5, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(p.URL, "unix://"))
		return &cutting{Conn: c, cuts: &cuts}, err
	}})
	b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
	var all sync.WaitGroup
	for i := range int64(callers) {
		all.Go(func() {
			for j := range int64(5) {
				r := b.newRisk(1 + i*5 + j)
				op := "file-" + string(r.Key)
				for {
					ctx, cancel := context.WithTimeout(b.ctx, time.Second)
					got, err := s.Apply(ctx, engine.Change{Op: op, New: r, Result: op, Events: []engine.Event{{Kind: "filed"}}})
					cancel()
					if err == nil {
						b.same("result", got.Result, op)
						break
					}
					if core.KindOf(err) != core.Unavailable {
						t.Errorf("%s: %v is %s", r.Key, err, core.KindOf(err))
						return
					}
				}
			}
		})
	}
	all.Wait()
	whole := p.Open(t, store.Options{Prefix: s.Prefix()})
	for n := range int64(callers * 5) {
		trail, err := whole.Trail(b.ctx, core.MakeRiskKey("R", n+1), "", 10)
		b.ok(err)
		b.same("filed", len(trail), 1)
	}
	if cuts.Load() == 0 {
		t.Error("no connection was cut")
	}
}

// cutting is a connection that is slow at times, and is cut after some answers, before the
// client has read the last one.
type cutting struct {
	net.Conn
	cuts *atomic.Int64
}

func (c *cutting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	switch rand.N(40) {
	case 0:
		c.cuts.Add(1)
		_ = c.Close()
		return 0, net.ErrClosed
	case 1:
		time.Sleep(10 * time.Millisecond)
	}
	return n, err
}

// TestGatherStrict looks at the replica whenever one of many calls at once is
// acknowledged: it has what the call wrote. Without a replica, none is acknowledged.
func TestGatherStrict(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) *storetest.Process{
		"server":  func(t testing.TB) *storetest.Process { return storetest.Start(t) },
		"cluster": func(t testing.TB) *storetest.Process { return storetest.StartCluster(t, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			s := p.Open(t, store.Options{Strict: true, Shards: 5})
			b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
			alone := b.fileAtOnce(100, func(r core.Risk, err error) {
				if core.DetailOf(err) != "not_replicated" {
					t.Errorf("%s: %v", r.Key, err)
				}
			})
			b.same("filed alone", alone, 0)
			if name == "cluster" {
				return
			}
			replica := redis.NewClient(&redis.Options{Addr: strings.TrimPrefix(storetest.Replica(t, p).URL, "unix://")})
			defer func() { _ = replica.Close() }()
			filed := b.fileAtOnce(200, func(r core.Risk, err error) {
				b.ok(err)
				n, err := replica.Exists(b.ctx, s.RiskKey(r.Key)).Result()
				if err != nil || n != 1 {
					t.Errorf("%s is not on the replica: %v", r.Key, err)
				}
			})
			b.same("filed", filed, callers)
		})
	}
}

// fileAtOnce files as many risks as there are callers, and returns how many succeeded.
func (b *bench) fileAtOnce(from int64, then func(core.Risk, error)) int {
	var filed atomic.Int64
	var all sync.WaitGroup
	for i := range int64(callers) {
		all.Go(func() {
			r := b.newRisk(from + i)
			_, err := b.s.Apply(b.ctx, engine.Change{Op: fmt.Sprint("at-once-", r.Key), New: r})
			if err == nil {
				filed.Add(1)
			}
			then(r, err)
		})
	}
	all.Wait()
	return int(filed.Load())
}
