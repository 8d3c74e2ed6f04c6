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

// stealingStore is a store that is unreachable when a worker opens an intent, for so
// long that another worker claims the run and opens the same one.
type stealingStore struct {
	engine.Store
	clock *fakeClock
	shut  atomic.Bool // claims return nothing
	taken chan engine.Lease
}

func (r *stealingStore) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	if r.shut.Load() {
		return nil, time.Time{}, nil
	}
	return r.Store.Claim(ctx, file, limit, lease)
}

// steal claims a run for another worker after its lease has expired. Other runs are
// due too, and an earlier claim may have taken it first.
func (r *stealingStore) steal(ctx context.Context, id engine.RunID) (engine.Lease, error) {
	for ctx.Err() == nil {
		r.clock.set(r.clock.Now().Add(time.Minute))
		runs, _, err := r.Store.Claim(ctx, "", 1, time.Hour)
		if err != nil {
			return engine.Lease{}, err
		}
		if len(runs) == 1 && runs[0].ID == id {
			return engine.Lease{Run: id, Until: runs[0].At}, nil
		}
	}
	return engine.Lease{}, ctx.Err()
}

func (r *stealingStore) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	if !r.shut.Swap(true) {
		lease, err := r.steal(ctx, b.Lease.Run)
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

func TestAnotherWorkersIntentStaysOpen(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	r := &stealingStore{Store: b.store, clock: b.clock, taken: make(chan engine.Lease, 1)}
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

func TestPausedWorkspaceDoesNotDelayOthers(t *testing.T) {
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
		b.eventually("gil is notified of "+title, func() bool { return len(guild.postsIn("DGIL")) == n+1 })
	}
	b.eventually("administrators are notified", func() bool { return len(guild.postsIn("CADMIN")) == 1 })
	if got := core.Text(guild.postsIn("CADMIN")[0].Message.Text); !strings.Contains(got, "acme") {
		t.Errorf("got %q, want the workspace named that refuses the bot", got)
	}
	b.platform.setFail(nil)
	b.jump(b.clock.Now().Add(2 * time.Minute))
	b.eventually("wei is gets both messages", func() bool { return len(b.platform.postsIn("DWEI")) == 2 })
	if n := len(guild.postsIn("DGIL")); n != 2 {
		t.Errorf("gil has %d messages, want 2", n)
	}
}

// failingReads is a store whose next reads of a risk fail.
type failingReads struct {
	engine.Store
	fail atomic.Int64
}

func (s *failingReads) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	if s.fail.Add(-1) >= 0 {
		return engine.Record{}, &core.Error{Op: "store: get", Kind: core.Unavailable}
	}
	return s.Store.Get(ctx, key)
}

// Claim leaves out the records, so that runs read their risks, as they do after a change.
func (s *failingReads) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	runs, next, err := s.Store.Claim(ctx, file, limit, lease)
	for i := range runs {
		runs[i].Record = nil
	}
	return runs, next, err
}

func TestRunFiresAfterAFailedRead(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	s := &failingReads{Store: b.store}
	b.options.Store = s
	b.engine = b.newEngine(b.options)
	r := b.file("Unread", time.Time{})
	s.fail.Store(2) // as its timers are aligned, and as it is claimed
	b.start()
	if got := b.endState(r.Key, "tell"); got != engine.Finished {
		t.Errorf("the run is %s", got)
	}
	if s.fail.Load() >= 0 || !b.hasEvent(r.Key, engine.EventFired) {
		t.Error("no fired event in the trail")
	}
}

// slowClaims is a store that claims runs but returns them late.
type slowClaims struct {
	engine.Store
	handed, release chan struct{}
}

func (s *slowClaims) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	runs, next, err := s.Store.Claim(ctx, file, limit, lease)
	if len(runs) > 0 {
		s.handed <- struct{}{}
		<-s.release
	}
	if ctx.Err() != nil { // like a real client
		return nil, time.Time{}, &core.Error{Op: "store: claim", Kind: core.Unavailable, Err: ctx.Err()}
	}
	return runs, next, err
}

func TestRunsClaimedWhileStoppingAreHandedBack(t *testing.T) {
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
