package store_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	first := p.Open(t, store.Options{Prefix: "again", Shards: 3})
	second := p.Open(t, store.Options{Prefix: "again"}) // adopts what is there
	if first.Instance() == "" || first.Instance() != second.Instance() {
		t.Errorf("instances %q and %q", first.Instance(), second.Instance())
	}
	if other := p.Open(t, store.Options{}); other.Instance() == first.Instance() {
		t.Error("two databases share an instance")
	}
	b := &bench{T: t, ctx: t.Context(), s: first, clock: newClock()}
	b.file(2)
	rec, err := second.Get(t.Context(), "R-2")
	b.ok(err)
	b.same("shared", rec.Risk.Key, "R-2")

	_, err = store.Open(t.Context(), store.Options{URL: p.URL, Prefix: "again", Shards: 4})
	b.is(err, core.Invalid, "shards")
	b.ok(first.DB().HSet(t.Context(), "again:meta", "schema", 1).Err())
	b.same("instance of an older database", p.Open(t, store.Options{Prefix: "again"}).Instance(), first.Instance())
	now, err := first.DB().HGet(t.Context(), "again:meta", "schema").Result()
	b.ok(err)
	b.same("its schema once opened", now, "4")
	b.ok(first.DB().HSet(t.Context(), "again:meta", "schema", 5).Err())
	_, err = store.Open(t.Context(), store.Options{URL: p.URL, Prefix: "again"})
	b.is(err, core.Unsupported, "schema")
	_, err = store.Open(t.Context(), store.Options{URL: p.URL, Prefix: "many", Shards: 5000})
	b.is(err, core.Invalid, "shards")
	_, err = store.Open(t.Context(), store.Options{})
	b.is(err, core.Invalid, "url")
	_, err = store.Open(t.Context(), store.Options{URL: p.URL, Prefix: "a}"})
	b.is(err, core.Invalid, "prefix")
}

// No error contains a password, however wrong the URL is.
func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, raw := range []string{
		"redis://me:" + secret + "@127.0.0.1:1",
		"redis://me:" + secret + "@127.0.0.1:port",
		"redis://me:" + secret + "%zz@127.0.0.1:1",
		"redis://me:" + secret + "@127.0.0.1:1/x",
		"postgres://me:" + secret + "@127.0.0.1",
		"redis-ring://me:" + secret + "@127.0.0.1",
		"redis-sentinel://me:" + secret + "@127.0.0.1:1",
		"redis-cluster://me:" + secret + "@127.0.0.1:1",
		"me:" + secret + "@127.0.0.1",
		"redis://127.0.0.1:1?password=" + secret,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := store.Open(ctx, store.Options{URL: raw, Password: secret})
		cancel()
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", raw, err)
		}
		if k := core.KindOf(err); k != core.Invalid && k != core.Unavailable {
			t.Errorf("%s: %v is %s", raw, err, k)
		}
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	s := p.Open(t, store.Options{})
	b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
	b.ok(s.DB().ConfigSet(t.Context(), "requirepass", "hunter2").Err())
	_, err := store.Open(t.Context(), store.Options{URL: p.URL, Prefix: "x", Password: "wrong"})
	b.is(err, core.Unavailable, "refused")
	again, err := store.Open(t.Context(), store.Options{URL: p.URL, Prefix: "x", Username: "default", Password: "hunter2"})
	b.ok(err)
	b.ok(again.Stop())
}

func TestServerGone(t *testing.T) {
	t.Parallel()
	dials := make(chan struct{}, 100)
	_, err := store.Open(t.Context(), store.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		dials <- struct{}{}
		return nil, net.ErrClosed
	}})
	b := &bench{T: t}
	b.is(err, core.Unavailable, "")
	if n := len(dials); n > 20 {
		t.Errorf("%d dials", n)
	}
}

// A call to a server that doesn't reply ends with its context.
func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		start := time.Now()
		var ends []net.Conn
		_, err := store.Open(ctx, store.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			ends = append(ends, near, far)
			return near, nil
		}})
		(&bench{T: t}).is(err, core.Unavailable, "")
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
		for _, c := range ends {
			_ = c.Close()
		}
	})
}

// A server without memory stores nothing, not even half of a change.
func TestFull(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	b := setup(t, func(t *testing.T, c core.Clock) *store.Store { return p.Open(t, store.Options{Clock: c}) })
	b.ok(b.s.DB().ConfigSet(b.ctx, "maxmemory", "1").Err())
	old, next := b.risk, b.risk
	next.Version, next.Status = 2, core.Resolved
	_, err := b.s.Apply(b.ctx, engine.Change{Op: "x", Expect: 1, Old: &old, New: next, Timers: []engine.TimerChange{b.arming(id("1"), 0)}})
	b.is(err, core.Unavailable, "full")
	found, err := b.s.Find(b.ctx, engine.Query{Statuses: engine.OpenStatuses(), Limit: 1})
	b.ok(err)
	b.same("still open", found.Total, 1)
	b.ok(b.s.DB().ConfigSet(b.ctx, "maxmemory", "0").Err())
	b.change("x", func(r *core.Risk) { r.Status = core.Resolved })
}

// With Strict, every acknowledged change waits for a replica.
func TestStrict(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	b := setup(t, func(t *testing.T, c core.Clock) *store.Store {
		return p.Open(t, store.Options{Clock: c, Prefix: "strict"})
	})
	b.arm(b.arming(id("1"), 0))
	b.s = p.Open(t, store.Options{Clock: b.clock, Prefix: "strict", Strict: true})
	_, err := b.s.Apply(b.ctx, engine.Change{Op: "file-2", New: b.newRisk(2)})
	b.is(err, core.Unavailable, "not_replicated")
	b.same("findings", codes(b, b.s), "refusal alone always")
	b.is(b.s.Ready(b.ctx), core.Unavailable, "alone")
	held := b.claimOne(id("1"))
	for _, w := range b.writes(held) {
		if err := w.do(); core.DetailOf(err) != "not_replicated" {
			t.Errorf("%s does not wait: %v", w.name, err)
		}
	}
	refused := engine.Begin{Lease: engine.Lease{Run: id("1"), Until: b.clock.Now()}, Key: "next", Attempt: 1, Nonce: "n"}
	_, err = b.s.Begin(b.ctx, refused)
	b.is(err, core.Lost, "")
	refused.Result = &engine.Result{Key: "other", Value: "2"}
	_, err = b.s.Begin(b.ctx, refused)
	b.is(err, core.Unavailable, "not_replicated") // it was refused, but has recorded a result

	storetest.Replica(t, p)
	got, err := b.s.Apply(b.ctx, engine.Change{Op: "file-2", New: b.newRisk(2)})
	b.ok(err)
	b.same("the repeat waits for the first", got.Repeat, true)
	b.ok(b.s.DB().ScriptFlush(b.ctx).Err())
	b.begin(b.claimed(id("2")), "send")
	b.same("findings", codes(b, b.s), "always refusal unguarded")
	b.is(b.s.Ready(b.ctx), core.Unavailable, "unguarded")
	b.ok(b.s.DB().ConfigSet(b.ctx, "min-replicas-to-write", "1").Err())
	b.same("findings", codes(b, b.s), "always")
	b.ok(b.s.Ready(b.ctx))
}

// write is a named change.
type write struct {
	name string
	do   func() error
}

// writes returns every kind of change that the store acknowledges, on R-1 and a claimed
// run of it, in an order in which all succeed.
func (b *bench) writes(l engine.Lease) []write {
	group := core.GroupRef{Workspace: "acme", ID: "C1"}
	one := func(_ any, err error) error { return err }
	later := []engine.TimerChange{b.arming(id("9"), time.Hour)}
	events := []engine.Event{{Kind: "noted"}}
	ann := core.Account{Workspace: "acme", ID: "U7"}
	return []write{
		{"change", func() error {
			old, next := b.risk, b.risk
			next.Version++
			return one(b.s.Apply(b.ctx, engine.Change{Op: "edit", Expect: old.Version, Old: &old, New: next}))
		}},
		{"number", func() error { _, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "n", Alike: "n"}); return err }},
		{"arm", func() error { return b.s.Arm(b.ctx, "R-1", later) }},
		{"drop", func() error { return b.s.Drop(b.ctx, later[0].Run, events[0]) }},
		{"reserve binding", func() error { return one(b.s.ReserveBinding(b.ctx, l)) }},
		{"set binding", func() error { return b.s.SetBinding(b.ctx, "R-1", group, engine.Lost, nil, events) }},
		{"bind again", func() error {
			return one(b.s.BindAgain(b.ctx, engine.BindingAgain{Risk: "R-1", Group: group, Run: l.Run, Events: events}))
		}},
		{"say ended", func() error { return b.s.ReportEnded(b.ctx, "R-1", group, "gone", nil) }},
		{"close", func() error {
			return one(b.s.Close(b.ctx, engine.Close{Run: l.Run, Key: "send", Value: "1", Attempt: 1}))
		}},
		{"complete", func() error {
			return one(b.s.Complete(b.ctx, engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease)}))
		}},
		{"append", func() error { return b.s.Append(b.ctx, "R-1", events) }},
		{"put flow", func() error { return b.s.PutFlow(b.ctx, flow, []byte("{}")) }},
		{"offer", func() error {
			return b.s.OfferLink(b.ctx, people.Offer{Hash: "h", Account: ann, Until: b.clock.Now().Add(time.Hour)})
		}},
		{"join", func() error {
			return b.s.Join(b.ctx, engine.Join{Join: people.Join{Op: "j", Subject: ann}, Under: "R-0"})
		}},
	}
}

// codes returns the codes of Check's findings, with refusals marked.
func codes(b *bench, s *store.Store) string {
	b.Helper()
	found, err := s.Check(b.ctx)
	b.ok(err)
	var list []string
	for _, f := range found {
		if f.Weight == store.Refusal {
			list = append(list, "refusal")
		}
		list = append(list, f.Code)
	}
	return strings.Join(list, " ")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	s := p.Open(t, store.Options{})
	b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
	set := func(name, value string) {
		t.Helper()
		b.ok(s.DB().ConfigSet(b.ctx, name, value).Err())
	}
	b.same("at first", codes(b, s), "always")
	b.ok(s.Ready(b.ctx))
	set("appendfsync", "everysec")
	b.same("every second", codes(b, s), "every_sec")
	set("appendfsync", "no")
	b.same("by the system", codes(b, s), "sync_by_os")
	set("maxmemory-policy", "allkeys-lru")
	b.same("evicting", codes(b, s), "refusal eviction sync_by_os")
	b.is(s.Ready(b.ctx), core.Unavailable, "eviction")
	set("maxmemory-policy", "noeviction")
	set("appendonly", "no")
	set("save", "3600 1")
	b.same("snapshots", codes(b, s), "snapshots")
	set("save", "")
	b.same("nothing", codes(b, s), "refusal volatile")
	b.same("allowed", codes(b, p.Open(t, store.Options{Volatile: true})), "volatile")
	b.ok(s.DB().SlaveOf(b.ctx, "127.0.0.1", "1").Err())
	b.same("a replica", codes(b, s), "refusal replica refusal volatile")
	_, err := s.NextNumber(b.ctx, engine.Numbering{Op: "x", Alike: "x"})
	b.is(err, core.Unavailable, "")
	b.ok(s.DB().SlaveOf(b.ctx, "no", "one").Err())

	b.same("embedded", codes(b, storetest.Embedded(t, nil)), "embedded")
	b.ok(storetest.Embedded(t, nil).Ready(b.ctx))
	c := storetest.StartCluster(t, 1).Open(t, store.Options{Volatile: true})
	found, err := c.Check(b.ctx)
	b.ok(err)
	b.same("cluster", []any{len(found), found[0].Code, found[0].Node != ""}, []any{1, "volatile", true})
}

// The embedded store works with synctest's time, including wakes, and leaves no
// goroutine behind.
func TestEmbeddedInBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.OpenEmbedded(t.Context(), nil, nil)
		b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
		b.ok(err)
		wakes := s.Wakes(b.ctx)
		<-wakes
		c := b.arming(id("1"), 0)
		c.Due = time.Now().Add(time.Hour)
		b.arm(c)
		<-wakes
		runs, next, err := s.Claim(b.ctx, "", 1, lease)
		b.ok(err)
		b.same("early", []any{len(runs), next.Equal(c.Due)}, []any{0, true})
		time.Sleep(time.Hour)
		b.same("due", len(b.claim()), 1)
		b.ok(s.Stop())
		b.ok(s.Stop())
	})
}

func TestStopLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, err := store.OpenEmbedded(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-s.Wakes(t.Context())
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := goleak.Find(before, goleak.IgnoreAnyFunction("testing.(*T).Run")); err != nil {
		t.Error(err)
	}
}

// A restored subscription wakes the worker.
func TestWakesAgain(t *testing.T) {
	t.Parallel()
	s := storetest.Start(t).Open(t, store.Options{})
	b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
	wakes := s.Wakes(b.ctx)
	<-wakes
	b.ok(s.DB().Do(b.ctx, "CLIENT", "KILL", "TYPE", "pubsub").Err())
	select {
	case <-wakes:
	case <-time.After(time.Minute):
		t.Fatal("not subscribed again")
	}
}

// Consecutive risks are spread over the shards.
func TestKeysSpread(t *testing.T) {
	t.Parallel()
	b := setup(t, func(t *testing.T, c core.Clock) *store.Store { return storetest.Embedded(t, c) })
	for n := range int64(8) {
		b.file(n + 2)
	}
	all, err := b.s.DB().Keys(b.ctx, "*:open").Result()
	b.ok(err)
	slices.Sort(all)
	b.same("shards", all, []string{"{riskroom:0}:open", "{riskroom:1}:open", "{riskroom:2}:open", "{riskroom:3}:open"})
}
