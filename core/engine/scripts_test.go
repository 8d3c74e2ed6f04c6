package engine_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// listingStore lists the calls that work on claimed runs. Each is one script.
type listingStore struct {
	engine.Store
	mu    sync.Mutex
	calls []string
}

func (s *listingStore) list(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

func (s *listingStore) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.calls, " ")
}

func (s *listingStore) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	runs, next, err := s.Store.Claim(ctx, file, limit, lease)
	for range runs {
		s.list("claim")
	}
	return runs, next, err
}

func (s *listingStore) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	s.list("get")
	return s.Store.Get(ctx, key)
}

func (s *listingStore) Load(ctx context.Context, id engine.RunID) (engine.Run, error) {
	s.list("load")
	return s.Store.Load(ctx, id)
}

func (s *listingStore) TakeSlot(ctx context.Context, b []core.Bucket, person bool, within time.Duration) (time.Duration, error) {
	s.list("slot")
	return s.Store.TakeSlot(ctx, b, person, within)
}

func (s *listingStore) Hold(ctx context.Context, l engine.Lease, until time.Time) (engine.Lease, error) {
	s.list("hold")
	return s.Store.Hold(ctx, l, until)
}

func (s *listingStore) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	s.list("begin")
	return s.Store.Begin(ctx, b)
}

func (s *listingStore) Close(ctx context.Context, c engine.Close) (engine.Wish, error) {
	s.list("close")
	return s.Store.Close(ctx, c)
}

func (s *listingStore) Complete(ctx context.Context, c engine.Complete) (engine.Completed, error) {
	s.list("complete")
	return s.Store.Complete(ctx, c)
}

// TestScriptsOfARun lists the scripts that a run takes when nothing goes wrong.
func TestScriptsOfARun(t *testing.T) {
	t.Parallel()
	send := func(to ...string) flow.StepDef {
		return flow.StepDef{Action: &flow.SendMessageDef{To: to, Title: "New risk {{ .key }}"}}
	}
	for name, c := range map[string]struct {
		steps []flow.StepDef
		want  string
	}{
		"one message": {[]flow.StepDef{send("wei")}, "claim slot begin complete"},
		"two people":  {[]flow.StepDef{send("wei", "mei")}, "claim slot begin slot begin complete"},
		"two steps":   {[]flow.StepDef{send("wei"), send("mei")}, "claim slot begin complete slot begin complete"},
		"skipped":     {[]flow.StepDef{{If: "false", Action: send("wei").Action}}, "claim complete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := &listingStore{Store: inMemory(t)}
				b := setupOn(t, &fakeClock{}, list, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, Steps: c.steps})
				b.start()
				time.Sleep(90 * time.Second) // until what happens at start has happened, and between two alignments
				b.org.AdminChannel = core.GroupRef{}
				r := b.file("Counted", time.Time{})
				time.Sleep(time.Second)
				if _, got, _ := strings.Cut(list.String(), "claim"); "claim"+got != c.want {
					t.Errorf("got %s, want %s", "claim"+got, c.want)
				}
				if got := b.run(r.Key, "tell").State; got != engine.Finished {
					t.Errorf("the run is %s", got)
				}
			})
		})
	}
}

// lingering is a workspace whose adapter goes on after its call.
type lingering struct {
	*fakePlatform
	sent, done chan struct{}
}

func (p lingering) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	ref, err := p.fakePlatform.SendMessage(ctx, once, to, m)
	close(p.sent)
	<-p.done
	return ref, err
}

// failingStore is a store that doesn't reply to the first calls of Close, and whose Begin
// fails when it comes with a result for the first time.
type failingStore struct {
	engine.Store
	closes, begins atomic.Int64 // left to fail
}

func (s *failingStore) Close(ctx context.Context, c engine.Close) (engine.Wish, error) {
	if s.closes.Add(-1) >= 0 {
		return "", &core.Error{Op: "store: close", Kind: core.Unavailable, Effect: core.Maybe}
	}
	return s.Store.Close(ctx, c)
}

func (s *failingStore) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	if b.Result != nil && s.begins.Add(-1) >= 0 {
		return engine.Begun{}, &core.Error{Op: "store: begin", Kind: core.Unknown, Effect: core.Maybe}
	}
	return s.Store.Begin(ctx, b)
}

// A result stays with the turn if the script that was to record it failed: the end of the
// turn records it.
func TestResultOfAFailedScript(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &failingStore{Store: inMemory(t)}
		f.begins.Store(1)
		b := setupOn(t, &fakeClock{}, f, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "filed"},
			Steps: []flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"wei", "mei"}, Title: "New risk"}}}})
		b.start()
		r := b.file("Failing", time.Time{})
		time.Sleep(5 * time.Millisecond)
		run, err := b.store.Load(b.ctx(), b.run(r.Key, "tell").ID)
		if c := run.Calls["to:acme/WEI/post"]; err != nil || run.State != engine.Waiting || !c.Done || c.Open {
			t.Errorf("the run is %s (%v), its first call %+v", run.State, err, c)
		}
	})
}

// TestResultWaitsForNoAdapter: a result is recorded on its own if no script follows soon,
// also if the store doesn't reply at first.
func TestResultWaitsForNoAdapter(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	p := lingering{b.platform, make(chan struct{}), make(chan struct{})}
	f := &failingStore{Store: b.store}
	f.closes.Store(2)
	b.options.Store = f
	b.options.Platforms = map[string]core.Platform{"acme": p}
	b.engine = b.newEngine(b.options)
	b.start()
	r := b.file("Lingering", time.Time{})
	<-p.sent
	b.eventually("the result is recorded", func() bool {
		run, err := b.store.Load(b.ctx(), b.run(r.Key, "tell").ID)
		if err != nil {
			t.Fatal(err)
		}
		c := run.Calls["to:acme/WEI/post"]
		return c.Done && !c.Open && strings.TrimSuffix(c.Value, ",") == b.platform.postsIn("DWEI")[0].Ref.ID
	})
	close(p.done)
	if got := b.endState(r.Key, "tell"); got != engine.Finished {
		t.Errorf("the run is %s", got)
	}
}
