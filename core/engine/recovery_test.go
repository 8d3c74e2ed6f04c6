package engine_test

import (
	"fmt"
	"slices"
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

// failing fails the first n calls of a method.
func failing(method string, n int, err error) func(string, string) error {
	var mu sync.Mutex
	return func(m, _ string) error {
		mu.Lock()
		defer mu.Unlock()
		if m != method || n == 0 {
			return nil
		}
		n--
		return err
	}
}

func TestUnansweredCallIsProbedNotRepeated(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"post", "create", "invite"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			b := setup(t, storyFlows()[2])
			b.platform.setFail(failing(method, 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}))
			b.start()
			r := b.file("Cut", time.Now().AddDate(0, 0, -3))
			b.eventually("the run ends", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
			ids := b.platform.groupIDs()
			if len(ids) != 1 {
				t.Fatalf("%d groups, want one", len(ids))
			}
			if n := len(b.platform.postsIn(ids[0])); n != 2 {
				t.Errorf("%d messages, want badge and card once each", n)
			}
		})
	}
}

func TestKindsOfError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  core.Kind
		times int
		want  engine.RunState
		posts int
		event string
	}{
		{core.Unavailable, 1, engine.Finished, 1, engine.EventRetry},
		{core.RateLimited, 1, engine.Finished, 1, engine.EventRetry},
		{core.Unauthorized, -1, engine.Waiting, 0, engine.EventRetry},
		{core.Denied, -1, engine.Finished, 0, engine.EventFailed},
		{core.Unreachable, -1, engine.Finished, 0, engine.EventFailed},
		{core.Unknown, -1, engine.Parked, 0, engine.EventParked},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			b := setup(t, storyFlows()[0])
			fail := failing("post", c.times, &core.Error{Op: "fake", Kind: c.kind, Effect: core.None})
			b.platform.setFail(func(m, about string) error {
				if about == "CADMIN" {
					return nil
				}
				return fail(m, about)
			})
			b.start()
			r := b.file("Trouble", time.Time{})
			b.eventually("the run is "+string(c.want), func() bool {
				if next := b.run(r.Key, "tell").At; c.want != engine.Waiting && next.After(b.clock.Now()) {
					b.jump(next.Add(time.Millisecond))
				}
				return b.run(r.Key, "tell").State == c.want
			})
			if n := len(b.platform.postsIn("DWEI")); n != c.posts {
				t.Errorf("%d messages arrived, want %d", n, c.posts)
			}
			if !b.hasEvent(r.Key, c.event) {
				t.Errorf("no %s event in the trail", c.event)
			}
			if c.kind == core.Unauthorized {
				// The notice and the message are sent when the workspace accepts
				// the bot again.
				b.platform.setFail(nil)
				b.jump(b.clock.Now().Add(2 * time.Minute))
				b.eventually("the run goes on", func() bool { return b.run(r.Key, "tell").State == engine.Finished })
			}
			if c.posts == 0 {
				b.eventually("the admin channel is notified", func() bool { return len(b.platform.postsIn("CADMIN")) == 1 })
			}
		})
	}
}

// failingInTurn fails the first calls of a method in several ways.
func failingInTurn(method string, kinds ...core.Kind) func(string, string) error {
	var fails []func(string, string) error
	for _, k := range kinds {
		fails = append(fails, failing(method, 1, &core.Error{Op: "fake", Kind: k, Effect: core.None}))
	}
	return func(m, about string) error {
		for _, fail := range fails {
			if err := fail(m, about); err != nil {
				return err
			}
		}
		return nil
	}
}

// Only failures for an unknown reason count towards the three after which a run
// is parked.
func TestUnknownFailuresAreCountedByThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[0])
		b.platform.setFail(failingInTurn("post", core.Unavailable, core.Unavailable, core.Unknown, core.RateLimited, core.Unknown))
		defer b.startEngine(b.engine)()
		r := b.file("Trouble", time.Time{})
		time.Sleep(time.Hour)
		if got := b.run(r.Key, "tell").State; got != engine.Finished || len(b.platform.postsIn("DWEI")) != 1 {
			t.Errorf("the run is %s", got)
		}
	})
}

// A parked run that is retried doesn't fire again.
func TestARetriedRunHasFiredOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[0])
		b.platform.setFail(failingInTurn("post", core.Unknown, core.Unknown, core.Unknown))
		defer b.startEngine(b.engine)()
		r := b.file("Trouble", time.Time{})
		time.Sleep(time.Hour)
		if got := b.run(r.Key, "tell").State; got != engine.Parked {
			t.Fatalf("the run is %s", got)
		}
		if err := b.store.Retry(b.ctx(), b.run(r.Key, "tell").ID, engine.Event{Kind: engine.EventOperator}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if n := len(b.events(r.Key, engine.EventFired)); n != 1 || b.run(r.Key, "tell").State != engine.Finished {
			t.Errorf("it has fired %d times and is %s", n, b.run(r.Key, "tell").State)
		}
	})
}

func TestUnresolvedPeopleAreReported(t *testing.T) {
	t.Parallel()
	def := storyFlows()[0]
	def.Steps[0].Action.(*flow.SendMessageDef).To = []string{"wei", "@nobody", "@oncall"}
	b := setup(t, def)
	b.start()
	r := b.file("Some are missing", time.Time{})
	b.eventually("wei and mei are notified", func() bool {
		return len(b.platform.postsIn("DWEI")) == 1 && len(b.platform.postsIn("DMEI")) == 1
	})
	b.eventually("the admin channel is notified", func() bool { return len(b.platform.postsIn("CADMIN")) == 1 })
	if text := core.Text(b.platform.postsIn("CADMIN")[0].Message.Text); !strings.Contains(text, "@nobody") {
		t.Errorf("got %q, want the missing group named", text)
	}
	if !b.hasEvent(r.Key, engine.EventPartial) {
		t.Error("no partial event in the trail")
	}
}

func TestSecondItemGroupIsRefused(t *testing.T) {
	t.Parallel()
	one, two := storyFlows()[2], storyFlows()[2]
	two.Name = "gather-again"
	b := setup(t, one, two)
	b.start()
	r := b.file("Contended", time.Now().AddDate(0, 0, -3))
	b.eventually("both runs end", func() bool {
		return b.run(r.Key, "gather").State == engine.Finished && b.run(r.Key, "gather-again").State == engine.Finished
	})
	if ids := b.platform.groupIDs(); len(ids) != 1 {
		t.Fatalf("groups %v, want one", ids)
	}
	b.eventually("the admin channel is notified", func() bool {
		for _, p := range b.platform.postsIn("CADMIN") {
			if strings.Contains(core.Text(p.Message.Text), "R-1 already has a channel") {
				return true
			}
		}
		return false
	})
}

func TestCancelWhileAGroupIsMade(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[2])
	var once sync.Once
	creating, resolved := make(chan struct{}), make(chan struct{})
	b.platform.setFail(func(method, _ string) error {
		if method == "create" {
			once.Do(func() { close(creating) })
			<-resolved
			return &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}
		}
		return nil
	})
	b.start()
	r := b.file("Resolved meanwhile", time.Now().AddDate(0, 0, -3))
	<-creating
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved}); err != nil {
		t.Fatal(err)
	}
	close(resolved)
	b.eventually("the run is cancelled", func() bool { return b.run(r.Key, "gather").State == engine.Cancelled })
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil {
		t.Fatal(err)
	}
	if ids := b.platform.groupIDs(); len(ids) != 1 || rec.Binding.State != engine.Bound || rec.Binding.Group.ID != ids[0] {
		t.Errorf("groups %v, binding %+v: the group that was created must be bound", ids, rec.Binding)
	}
	for _, p := range b.platform.postsIn("C1") {
		if p.Message.Card != nil && !p.Message.Card.Small {
			t.Error("the card was posted although the run was cancelled")
		}
	}
}

func TestSyncRepairsWhatPeopleChange(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[2])
	b.start()
	r := b.file("Tended", time.Now().AddDate(0, 0, -3))
	b.eventually("the group is created", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
	g := core.GroupRef{Workspace: "acme", ID: "C1"}
	card := b.platform.postsIn("C1")[1]
	b.platform.deletePost(card.Ref)
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
		t.Fatal(err)
	}
	b.eventually("the card is posted again, as the risk is now", func() bool {
		for _, p := range b.platform.postsIn("C1") {
			if p.Ref != card.Ref && p.Message.Card != nil && !p.Message.Card.Small && p.Message.Card.Version == 2 {
				return true
			}
		}
		return false
	})
	b.platform.changeGroup("C1", func(g *fakeGroup) { g.Pinned = nil })
	if err := b.engine.Noticed(b.ctx(), g); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(5 * time.Second))
	b.eventually("the badge is pinned again", func() bool {
		pinned := false
		b.platform.changeGroup("C1", func(g *fakeGroup) { pinned = len(g.Pinned) == 1 })
		return pinned
	})
	b.platform.changeGroup("C1", func(g *fakeGroup) { g.Ended = core.Archived })
	if err := b.engine.Noticed(b.ctx(), g); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(5 * time.Second))
	b.eventually("the item is free", func() bool {
		rec, err := b.store.Get(b.ctx(), r.Key)
		return err == nil && rec.Binding.State == engine.Free && rec.Binding.Epoch == 1
	})
}

// After events were missed, the groups of that workspace are checked, and no others.
func TestMissedEventsArmASweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, storyFlows()[2])
		b.start()
		r := b.file("Gone", time.Now().AddDate(0, 0, -3))
		b.eventually("the group is created", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
		b.platform.hideGroup("C1")
		armed := func() bool {
			rec, err := b.store.Get(b.ctx(), r.Key)
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(rec.Runs, func(s engine.RunSummary) bool { return s.ID.Flow == engine.SyncFlow && s.State.Live() })
		}
		b.eventually("the risk is synced", func() bool { return !armed() })
		if err := b.engine.Missed(b.ctx(), "other"); err != nil || armed() {
			t.Fatalf("another workspace's groups are checked, or %v", err)
		}
		if err := b.engine.Missed(b.ctx(), "acme"); err != nil {
			t.Fatal(err)
		}
		b.jump(b.clock.Now().Add(2 * time.Minute))
		b.eventually("the group is lost", func() bool {
			rec, err := b.store.Get(b.ctx(), r.Key)
			return err == nil && rec.Binding.State == engine.Lost
		})
	})
}

// The notice is sent once an hour, however often the connection is refused.
func TestAdministratorsAreNotifiedOfARefusedConnection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start()
	for range 3 {
		b.engine.CutOff(b.ctx(), "acme", "gateway_4014")
	}
	b.eventually("it is notified", func() bool { return len(b.platform.postsIn("CADMIN")) > 0 })
	posts := b.platform.postsIn("CADMIN")
	if text := core.Text(posts[0].Message.Text); len(posts) != 1 || !strings.Contains(text, "acme") || !strings.Contains(text, "gateway_4014") {
		t.Errorf("%d notices: %q", len(posts), text)
	}
	if about := posts[0].Message.About; about != nil {
		t.Errorf("the notice is about no risk, and has the button of %s", about.Risk)
	}
}

// While the workspace of the admin channel refuses the bot, no further notice is
// armed each hour.
func TestRefusedConnectionIsReportedOnceWhileUnreachable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t)
		b.platform.setFail(func(string, string) error {
			return &core.Error{Op: "fake", Kind: core.Unauthorized, Detail: "token_revoked"}
		})
		b.start()
		b.engine.CutOff(b.ctx(), "other", "gateway_4014")
		for range 5 {
			b.jump(b.clock.Now().Add(time.Hour))
			b.engine.CutOff(b.ctx(), "other", "gateway_4014")
		}
		live, err := b.store.Live(b.ctx(), "R-0")
		if err != nil || len(live) != 2 {
			t.Errorf("waiting: %+v, %v; want one notice that other is cut off, and one that acme refuses the bot", live, err)
		}
		b.platform.setFail(nil)
		b.jump(b.clock.Now().Add(5 * time.Minute))
		b.eventually("both are notified", func() bool { return len(b.notices("CADMIN")) == 2 })
		b.engine.CutOff(b.ctx(), "other", "gateway_4014")
		b.jump(b.clock.Now().Add(time.Hour))
		b.engine.CutOff(b.ctx(), "other", "gateway_4014")
		b.eventually("the notice is sent again an hour later", func() bool { return len(b.notices("CADMIN")) >= 3 })
	})
}

// The end of every long outage is reported. If a workspace flaps, that is reported
// once an hour.
func TestEveryLongOutageHasItsRecovery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start()
	for i, c := range []struct {
		outage time.Duration
		want   int // notices from then on
	}{{time.Minute, 1}, {15 * time.Minute, 2}, {15 * time.Minute, 3}, {time.Minute, 3}, {2 * time.Minute, 3}} {
		if i > 0 {
			b.jump(b.clock.Now().Add(c.outage))
		} else {
			b.jump(b.clock.Now().Truncate(time.Hour).Add(time.Hour + time.Minute))
		}
		b.engine.Restored(b.ctx(), "acme", c.outage)
		b.eventually("it is notified", func() bool {
			live, err := b.store.Live(b.ctx(), "R-0")
			return err == nil && len(live) == 0 && len(b.notices("CADMIN")) >= c.want
		})
		if got := len(b.notices("CADMIN")); got != c.want {
			t.Errorf("after outage %d, of %s: %d notices, want %d", i, c.outage, got, c.want)
		}
	}
}

func TestManyDueAtOnceActOnceEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const risks = 200 // of 600 a minute: two thirds wait in place or are deferred
		b := setup(t, flow.Def{Name: "burst", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "1h"}, Steps: []flow.StepDef{
			{Action: &flow.SendGroupMessageDef{Group: "acme/CROOM", Title: "{{ .key }}"}}}})
		due := b.clock.Now().Add(time.Hour)
		for i := range risks {
			b.file(fmt.Sprint("burst ", i), due.Add(-time.Hour))
		}
		var early atomic.Int64
		b.platform.setFail(func(string, string) error {
			if b.clock.Now().Before(due) {
				early.Add(1)
			}
			return nil
		})
		b.start()
		b.startEngine(b.newEngine(b.options))
		b.jump(due.Add(time.Minute))
		b.eventually("every risk is posted", func() bool { return len(b.platform.postsIn("CROOM")) >= risks })
		seen := map[string]bool{}
		for _, p := range b.platform.postsIn("CROOM") {
			seen[core.Text(p.Message.Text)] = true
		}
		if len(seen) != risks || len(b.platform.postsIn("CROOM")) != risks || early.Load() > 0 {
			t.Errorf("%d posts of %d risks, %d early; want %d, each once, none early", len(b.platform.postsIn("CROOM")), len(seen), early.Load(), risks)
		}
	})
}

func TestStoppingHandsBack(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	entered, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.platform.setFail(func(string, string) error {
		once.Do(func() { close(entered); <-release })
		return nil
	})
	stop := b.startEngine(b.engine)
	r := b.file("Half-way", time.Time{})
	<-entered
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	close(release)
	<-stopped
	if s := b.run(r.Key, "tell").State; s == engine.Running {
		t.Error("the stopped engine still holds the run")
	}
	b.startEngine(b.newEngine(b.options))
	b.eventually("another engine finishes it", func() bool { return b.run(r.Key, "tell").State == engine.Finished })
	if n := len(b.platform.postsIn("DWEI")); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

func TestTimersFollowTheFile(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()...)
	stop := b.startEngine(b.engine)
	r := b.file("Follows", time.Time{})
	b.eventually("the engine has started", func() bool { return b.run(r.Key, "tell").State == engine.Finished })
	stop()
	defs := storyFlows()[1:2] // gather is gone
	defs[0].Trigger.After = "3d"
	defs = append(defs, flow.Def{Name: "new", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "4d"}, Steps: defs[0].Steps})
	o := b.options
	o.Flows = b.compile(defs...)
	b.engine = b.newEngine(o)
	b.start()
	b.eventually("timers are moved, dropped and added", func() bool {
		return b.run(r.Key, "remind").Due.Equal(r.DiscoveredAt.AddDate(0, 0, 3)) &&
			b.run(r.Key, "gather").State == "" && b.run(r.Key, "new").State == engine.Armed
	})
}
