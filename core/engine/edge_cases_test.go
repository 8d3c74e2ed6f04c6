package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// endState waits until a flow's run has ended or is parked, and moves the clock when
// the run waits.
func (b *bundle) endState(key core.RiskKey, name string) engine.RunState {
	b.t.Helper()
	var s engine.RunSummary
	b.eventually(name+" ends", func() bool {
		if s = b.run(key, name); s.State == engine.Waiting && s.At.After(b.clock.Now()) {
			b.jump(s.At.Add(time.Millisecond))
		}
		return s.State != "" && !s.State.Live()
	})
	return s.State
}

func TestTwoItemGroupsOfOneFlowConflict(t *testing.T) {
	t.Parallel()
	d := storyFlows()[2]
	second := *d.Steps[0].Action.(*flow.CreateGroupDef)
	second.ID, second.Name = "other", "Other {{ .title }}"
	d.Steps = append(d.Steps, flow.StepDef{Action: &second})
	b := setup(t, d)
	b.start()
	r := b.file("Two", time.Now().AddDate(0, 0, -3))
	if got := b.endState(r.Key, "gather"); got != engine.Finished {
		t.Errorf("the run is %s", got)
	}
	if ids := b.platform.groupIDs(); len(ids) != 1 || !b.hasEvent(r.Key, engine.EventFailed) {
		t.Errorf("groups %v, want one and the second step's failure in the trail", ids)
	}
}

// hookedPlatform calls hook when a user group is first expanded.
type hookedPlatform struct {
	*fakePlatform
	once sync.Once
	hook func()
}

func (a *hookedPlatform) Expand(ctx context.Context, group string) ([]core.Account, error) {
	a.once.Do(a.hook)
	return a.fakePlatform.Expand(ctx, group)
}

func TestNothingIsSentForARiskResolvedBeforeBegin(t *testing.T) {
	t.Parallel()
	b := setup(t, flow.Def{Name: "f", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "1h"}, If: `status == "pending"`, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"@nobody"}, Title: "reaches nobody"}},
		{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "too late"}}}})
	filed := make(chan core.RiskKey, 1)
	b.options.Platforms = map[string]core.Platform{"acme": &hookedPlatform{fakePlatform: b.platform, hook: func() {
		if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: <-filed, To: core.Resolved}); err != nil {
			t.Error(err)
		}
	}}}
	b.engine = b.newEngine(b.options)
	b.start()
	r := b.file("Over", time.Now().Add(-3*time.Hour))
	filed <- r.Key
	b.endState(r.Key, "f")
	if n := len(b.platform.postsIn("DWEI")); n != 0 {
		t.Errorf("%d messages about a resolved risk", n)
	}
}

func TestRetryCancelsAParkedRunOfAResolvedRisk(t *testing.T) {
	t.Parallel()
	d := storyFlows()[0]
	d.If = `status == "pending"`
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"wei", "mei"}
	b := setup(t, d)
	var broken atomic.Bool
	broken.Store(true)
	b.platform.setFail(func(m, about string) error {
		if broken.Load() && about == "DMEI" {
			return &core.Error{Op: "fake", Kind: core.Unknown, Effect: core.None}
		}
		return nil
	})
	b.start()
	r := b.file("Stuck", time.Time{})
	notified := func(n int) func() bool {
		return func() bool { return len(b.platform.postsIn("CADMIN")) == n }
	}
	retry := func() {
		if err := b.store.Retry(b.ctx(), b.run(r.Key, "tell").ID, engine.Event{Kind: engine.EventOperator}); err != nil {
			t.Fatal(err)
		}
		b.engine.Wake()
	}
	if got := b.endState(r.Key, "tell"); got != engine.Parked {
		t.Fatalf("the run is %s, want parked", got)
	}
	b.eventually("it is notified", notified(1))
	retry()
	b.eventually("it is parked again, with another notice", notified(2))
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved}); err != nil {
		t.Fatal(err)
	}
	broken.Store(false)
	retry()
	if got := b.endState(r.Key, "tell"); got != engine.Cancelled || len(b.platform.postsIn("DMEI")) != 0 {
		t.Errorf("the run is %s, mei has %d messages", got, len(b.platform.postsIn("DMEI")))
	}
}

func TestCardsOfACancelledStepAreUpdated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := storyFlows()[0]
		d.If = `status == "pending"`
		d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"wei", "mei"}
		b := setup(t, d)
		second, resolved := make(chan struct{}), make(chan struct{})
		var once sync.Once
		b.platform.setFail(func(m, about string) error {
			if m == "post" && about == "DMEI" {
				once.Do(func() { close(second) })
				<-resolved
				return &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.None}
			}
			return nil
		})
		b.start()
		r := b.file("Cut off", time.Time{})
		<-second
		if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved}); err != nil {
			t.Fatal(err)
		}
		close(resolved)
		if got := b.endState(r.Key, "tell"); got != engine.Cancelled {
			t.Errorf("the run is %s", got)
		}
		b.eventually("wei's card shows the resolution", func() bool { return b.platform.postsIn("DWEI")[0].Message.Card.Version == 2 })
	})
}

// lossyBegins is a store that loses the replies to Begin.
type lossyBegins struct {
	engine.Store
	lose atomic.Bool
}

func (f *lossyBegins) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	got, err := f.Store.Begin(ctx, b)
	if err == nil && f.lose.Load() {
		return engine.Begun{}, &core.Error{Op: "store: begin", Kind: core.Unavailable, Effect: core.Maybe, Detail: "not_replicated"}
	}
	return got, err
}

func TestUnansweredBeginsAreRetried(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	f := &lossyBegins{Store: b.store}
	f.lose.Store(true)
	b.options.Store = f
	b.engine = b.newEngine(b.options)
	b.start()
	r := b.file("Unanswered", time.Time{})
	for range 4 {
		b.eventually("the run waits", func() bool { return b.run(r.Key, "tell").State == engine.Waiting })
		b.jump(b.run(r.Key, "tell").At)
	}
	if n := len(b.platform.postsIn("DWEI")); n != 0 {
		t.Errorf("%d messages although no intent was confirmed", n)
	}
	f.lose.Store(false)
	if got := b.endState(r.Key, "tell"); got != engine.Finished || len(b.platform.postsIn("DWEI")) != 1 {
		t.Errorf("the run is %s, wei has %d messages", got, len(b.platform.postsIn("DWEI")))
	}
}

func TestRemovedFlowsDoNotFireForClosedRisks(t *testing.T) {
	t.Parallel()
	d := storyFlows()[1]
	d.If, d.Trigger.DateField = `status == "shelved"`, "status_since"
	b := setup(t, d)
	stop := b.startEngine(b.engine)
	r := b.file("Shelved", time.Time{})
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.Shelved, Note: "later"}); err != nil {
		t.Fatal(err)
	}
	stop()
	o := b.options
	o.Flows = b.compile(storyFlows()[0])
	b.engine = b.newEngine(o)
	b.start()
	b.eventually("its timer is dropped", func() bool { return b.run(r.Key, "remind").State == "" })
}

func TestRunWithAnUnreadableFlowWaits(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	o := b.options
	older := storyFlows()[0]
	older.Steps[0].Action.(*flow.SendMessageDef).Title = "An older wording"
	o.Flows = b.compile(older)
	b.file("By a newer one", time.Time{}) // b.engine has not started, so its flow is not stored
	b.startEngine(b.newEngine(o))
	b.eventually("the run waits", func() bool { return b.run("R-1", "tell").State == engine.Waiting })
	b.start()
	if got := b.endState("R-1", "tell"); got != engine.Finished {
		t.Errorf("the run is %s once its flow is stored", got)
	}
}

func TestUserGroupsBelongToTheirWorkspace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	guild := newFake("guild", b.clock, "GIL", "WEI", "MEI")
	b.options.Platforms = map[string]core.Platform{"acme": b.platform, "guild": guild}
	b.org.Workspaces["guild"] = core.Workspace{Name: "guild", Platform: "fake"}
	b.org.Modules = append(b.org.Modules, core.Module{Name: "Ops", Handlers: []core.Ref{"@oncall"}})
	b.org.Permissions.Read = core.Audience{Involved: true}
	b.engine = b.newEngine(b.options)
	gil := core.Actor{Account: core.Account{Workspace: "guild", ID: "GIL"}, Name: "gil"}
	if _, err := b.engine.File(b.ctx(), "o", gil, engine.Draft{Title: "Guild's", Module: "Ops"}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[core.Actor]int{wei: 0, {Account: core.Account{Workspace: "guild", ID: "WEI"}}: 1} {
		if l, err := b.engine.List(b.ctx(), who, engine.ListQuery{}); err != nil || l.Total != want {
			t.Errorf("%s lists %d (%v), want %d", who.Account, l.Total, err, want)
		}
	}
}

func TestGuestsAddressGivesNoRights(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stranger := core.Account{Workspace: "acme", ID: "STRANGER"}
	r := b.file("Ours", time.Time{})
	b.platform.mu.Lock()
	b.platform.profiles["STRANGER"] = core.Profile{Account: stranger, Email: "boss@example.com", Guest: true}
	b.platform.mu.Unlock()
	b.org.Permissions.Administrators = []core.Ref{"boss"}
	_, err := b.engine.Do(b.ctx(), "op", core.Actor{Account: stranger}, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
	if _, refused := errors.AsType[*core.Refusal](err); !refused {
		t.Errorf("got %v, want a refusal", err)
	}
}

// TestChangedTextOfARepeatIsNotDropped checks that a person whose form was stored before
// is told that the text they changed since is not.
func TestChangedTextOfARepeatIsNotDropped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	code := func(err error) string {
		ref, _ := errors.AsType[*core.Refusal](err)
		if ref == nil {
			return fmt.Sprint(err)
		}
		return ref.Code
	}
	d := engine.Draft{Title: "Ledger", Module: "Payments", Description: "off", DueAt: b.clock.Now().Add(time.Hour)}
	file := func(change func(*engine.Draft)) string {
		d := d
		change(&d)
		_, err := b.engine.File(b.ctx(), "form", lin, d)
		return code(err)
	}
	for range 2 {
		if got := file(func(*engine.Draft) {}); got != "<nil>" {
			t.Fatal(got)
		}
	}
	for what, change := range map[string]func(*engine.Draft){
		"title":       func(d *engine.Draft) { d.Title = "Books" },
		"description": func(d *engine.Draft) { d.Description = "still off" },
		"severity":    func(d *engine.Draft) { d.Severity = core.High },
		"due date":    func(d *engine.Draft) { d.DueAt = d.DueAt.Add(time.Hour) },
		"discovered":  func(d *engine.Draft) { d.DiscoveredAt = b.clock.Now().Add(-time.Hour) },
		"handlers":    func(d *engine.Draft) { d.Handlers = []core.Ref{"lin"} },
	} {
		if got := file(change); got != "already_filed" {
			t.Errorf("another %s: %s", what, got)
		}
	}
	submit := func(op string, to core.Status, note string) string {
		_, err := b.engine.Do(b.ctx(), op, wei, engine.ChangeStatus{Risk: "R-1", To: to, Note: note})
		return code(err)
	}
	for _, s := range []struct {
		op   string
		to   core.Status
		note string
		want string
	}{
		{"a", core.InProgress, "looking", "<nil>"}, {"a", core.InProgress, "looking ", "<nil>"}, {"a", core.InProgress, "looked", "already_changed"},
		{"b", core.Resolved, "fixed", "<nil>"}, {"b", core.Resolved, "fixed", "<nil>"}, {"b", core.Resolved, "fixed by wei", "already_changed"},
		{"c", core.Pending, "", "<nil>"}, {"b", core.Resolved, "fixed", "<nil>"},
	} {
		if got := submit(s.op, s.to, s.note); got != s.want {
			t.Errorf("%+v: %s", s, got)
		}
	}
}
