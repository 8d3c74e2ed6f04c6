package engine_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// robbed is a store that cannot be reached while a worker opens an intent, for
// so long that somebody else claims the run and opens the same one.
type robbed struct {
	engine.Store
	clock *fakeClock
	shut  atomic.Bool // nothing is claimed through it
	taken chan engine.Lease
}

func (r *robbed) Claim(ctx context.Context, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	if r.shut.Load() {
		return nil, time.Time{}, nil
	}
	return r.Store.Claim(ctx, limit, lease)
}

// rob claims a run as somebody else does, once the lease of whoever holds it has
// run out. A claim that was under way may have come first, and other runs are
// due too.
func (r *robbed) rob(ctx context.Context, id engine.RunID) (engine.Lease, error) {
	for ctx.Err() == nil {
		r.clock.set(r.clock.Now().Add(time.Minute))
		runs, _, err := r.Store.Claim(ctx, 1, time.Hour)
		if err != nil {
			return engine.Lease{}, err
		}
		if len(runs) == 1 && runs[0].ID == id {
			return engine.Lease{Run: id, Until: runs[0].At}, nil
		}
	}
	return engine.Lease{}, ctx.Err()
}

func (r *robbed) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	if !r.shut.Swap(true) {
		lease, err := r.rob(ctx, b.Lease.Run)
		if err != nil {
			close(r.taken)
			return engine.Begun{}, err
		}
		b.Lease, b.Nonce = lease, "another's"
		b.Until = r.clock.Now().Add(time.Hour)
		got, err := r.Store.Begin(ctx, b)
		if err != nil {
			return engine.Begun{}, err
		}
		r.taken <- got.Lease
	}
	return engine.Begun{}, &core.Error{Op: "store: begin", Kind: core.Unavailable, Effect: core.Maybe}
}

func TestAnotherWorkersIntentIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	r := &robbed{Store: b.store, clock: b.clock, taken: make(chan engine.Lease, 1)}
	b.options.Store = r
	b.engine = b.newEngine(b.options)
	stop := b.startEngine(b.engine)
	risk := b.file("Contended", time.Time{})
	lease := <-r.taken
	stop()
	if _, err := b.store.Hold(b.ctx(), lease, b.clock.Now().Add(time.Hour)); err != nil {
		t.Errorf("the other worker lost its lease: %v", err)
	}
	run, err := b.store.Load(b.ctx(), b.run(risk.Key, "tell").ID)
	if err != nil {
		t.Fatal(err)
	}
	for key, c := range run.Calls {
		if !c.Open {
			t.Errorf("the other worker's intent of %s was closed", key)
		}
	}
}

func TestAWorkspaceThatRefusesTheBotHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	d := storyFlows()[0]
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"wei", "gil"}
	b := setup(t, d)
	guild := newFake("guild", b.clock, "GIL")
	b.options.Platforms = map[string]core.Platform{"acme": b.platform, "guild": guild}
	b.org.People["gil"] = core.Person{Name: "gil", Accounts: map[string]string{"guild": "GIL"}}
	b.org.AdminChannel = core.GroupRef{Workspace: "guild", ID: "CADMIN"}
	b.engine = b.newEngine(b.options)
	b.platform.setFail(func(string, string) error {
		return &core.Error{Op: "fake", Kind: core.Unauthorized, Detail: "token_revoked"}
	})
	b.start()
	for n, title := range []string{"First", "Second"} {
		b.file(title, time.Time{})
		b.eventually("gil is told of "+title, func() bool { return len(guild.postsIn("DGIL")) == n+1 })
	}
	b.eventually("administrators are told", func() bool { return len(guild.postsIn("CADMIN")) == 1 })
	if told := core.Text(guild.postsIn("CADMIN")[0].Message.Text); !strings.Contains(told, "acme") {
		t.Errorf("told %q, want the workspace named that refuses the bot", told)
	}
	b.platform.setFail(nil)
	b.jump(b.clock.Now().Add(2 * time.Minute))
	b.eventually("wei is told of both", func() bool { return len(b.platform.postsIn("DWEI")) == 2 })
	if n := len(guild.postsIn("DGIL")); n != 2 {
		t.Errorf("gil has %d messages, want 2", n)
	}
}

// blinking is a store whose next reads of a risk fail.
type blinking struct {
	engine.Store
	fail atomic.Int64
}

func (s *blinking) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	if s.fail.Add(-1) >= 0 {
		return engine.Record{}, &core.Error{Op: "store: get", Kind: core.Unavailable}
	}
	return s.Store.Get(ctx, key)
}

func TestARunThatCouldNotReadItsRiskFiresAllTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	s := &blinking{Store: b.store}
	b.options.Store = s
	b.engine = b.newEngine(b.options)
	r := b.file("Unread", time.Time{})
	s.fail.Store(2) // as its timers are aligned, and as it is claimed
	b.start()
	if got := b.ends(r.Key, "tell"); got != engine.Finished {
		t.Errorf("the run is %s", got)
	}
	if s.fail.Load() >= 0 || !b.hasEvent(r.Key, engine.EventFired) {
		t.Error("that it fired is not in the trail")
	}
}

// slowClaims is a store that hands runs out and takes its time to say so.
type slowClaims struct {
	engine.Store
	handed, release chan struct{}
}

func (s *slowClaims) Claim(ctx context.Context, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	runs, next, err := s.Store.Claim(ctx, limit, lease)
	if len(runs) > 0 {
		s.handed <- struct{}{}
		<-s.release
	}
	if ctx.Err() != nil { // as a client does that is told to wait no longer
		return nil, time.Time{}, &core.Error{Op: "store: claim", Kind: core.Unavailable, Err: ctx.Err()}
	}
	return runs, next, err
}

func TestWhatIsClaimedWhileStoppingIsHandedBack(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	s := &slowClaims{Store: b.store, handed: make(chan struct{}), release: make(chan struct{})}
	b.options.Store = s
	b.engine = b.newEngine(b.options)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.engine.Run(ctx) }()
	r := b.file("Claimed late", time.Time{})
	<-s.handed
	cancel()
	close(s.release)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := b.run(r.Key, "tell").State; got == engine.Running {
		t.Error("the stopped engine still holds the run")
	}
}
