package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// flowsOnOneGroup returns flows that are due in the same moment and act on one group: the
// first creates it.
func flowsOnOneGroup() []flow.Def {
	due := flow.TriggerDef{DateField: "discovered_at", After: "2d"}
	pending := `status == "pending"`
	return []flow.Def{
		{Name: "gather", Trigger: due, If: pending, Steps: []flow.StepDef{
			{Action: &flow.CreateGroupDef{Type: core.Item, Name: "{{ .title }}", Topic: "first",
				Owner: []string{"handlers"}, Members: []string{"submitter", "handlers"}}}}},
		{Name: "announce", Trigger: due, If: pending, Steps: []flow.StepDef{
			{Action: &flow.SendGroupMessageDef{Group: "item", Text: "hello"}}}},
		{Name: "retitle", Trigger: due, If: pending, Steps: []flow.StepDef{
			{Action: &flow.SetGroupDef{Group: "item", Operator: "wei", Topic: new("second")}}}},
	}
}

// shared files a risk whose flows share a group, on a clock of its own, and runs
// the engine while do does.
func shared(t *testing.T, fail func(string, string) error, do func(*testing.T, *bundle, core.Risk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), flowsOnOneGroup()...)
		b.platform.setFail(fail)
		stop := b.startEngine(b.engine)
		defer stop()
		do(t, b, b.file("Shared", time.Now().AddDate(0, 0, -3)))
	})
}

// hellos counts the messages in a channel that say hello.
func (b *bundle) hellos(channel string) int {
	n := 0
	for _, text := range b.notices(channel) {
		if text == "hello" {
			n++
		}
	}
	return n
}

func (b *bundle) topics(id string) (topics []string) {
	b.platform.changeGroup(id, func(g *fakeGroup) { topics = slices.Clone(g.Topics) })
	return topics
}

// TestStepsWaitForTheGroup checks that steps on the item group wait until the step
// that creates it has ended, however that goes.
func TestStepsWaitForTheGroup(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(string, string) error{
		"nothing fails":                       nil,
		"the group has to wait":               failing("create", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 3 * time.Minute}),
		"a topic is set without an answer":    failing("topic", 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}),
		"a topic has to wait":                 failing("topic", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: time.Minute}),
		"the group is made without an answer": failing("create", 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shared(t, fail, func(t *testing.T, b *bundle, r core.Risk) {
				time.Sleep(10 * time.Minute)
				for _, f := range []string{"gather", "announce", "retitle"} {
					if got := b.run(r.Key, f).State; got != engine.Finished {
						t.Errorf("%s is %s", f, got)
					}
				}
				if n := b.hellos("C1"); n != 1 {
					t.Errorf("%d messages are in the group", n)
				}
				if got := b.topics("C1"); got[len(got)-1] != "second" {
					t.Errorf("its topics are %q", got)
				}
				for _, kind := range []string{engine.EventFailed, engine.EventPassed, engine.EventPartial} {
					if got := b.events(r.Key, kind); len(got) > 0 {
						t.Errorf("the trail has %+v", got)
					}
				}
			})
		})
	}
}

// slowLoad is a store that returns the run that creates the group only when it has.
type slowLoad struct{ engine.Store }

func (s slowLoad) Load(ctx context.Context, id engine.RunID) (engine.Run, error) {
	for id.Flow == "gather" {
		if r, err := s.Store.Load(ctx, id); err != nil || !r.State.Live() {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return s.Store.Load(ctx, id)
}

// TestGroupIsCompletedMeanwhile checks that a step isn't skipped whose group is completed
// between two reads.
func TestGroupIsCompletedMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), flowsOnOneGroup()...)
		o := b.options
		o.Store = slowLoad{b.store}
		b.engine = b.newEngine(o)
		stop := b.startEngine(b.engine)
		defer stop()
		r := b.file("Shared", time.Now().AddDate(0, 0, -3))
		time.Sleep(10 * time.Minute)
		if got := b.events(r.Key, engine.EventPassed); len(got) > 0 || b.hellos("C1") != 1 {
			t.Errorf("%d messages are in the group, the trail has %+v", b.hellos("C1"), got)
		}
	})
}

// TestWaitingForAStuckGroup checks what becomes of steps whose group isn't created:
// they go on when an operator retries its run in time. After a day they fail and
// administrators are notified.
func TestWaitingForAStuckGroup(t *testing.T) {
	t.Parallel()
	for name, retried := range map[string]bool{"retried": true, "left alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			odd := failing("create", 3, &core.Error{Op: "fake", Kind: core.Unknown})
			shared(t, odd, func(t *testing.T, b *bundle, r core.Risk) {
				time.Sleep(time.Hour)
				gather, announce := b.run(r.Key, "gather"), b.run(r.Key, "announce")
				if gather.State != engine.Parked || announce.State != engine.Waiting {
					t.Fatalf("gather is %s, announce %s", gather.State, announce.State)
				}
				if e := b.events(r.Key, engine.EventDeferred); len(e) != 2 || e[0].Data["for"] != gather.ID.String() {
					t.Errorf("the trail tells %+v", e)
				}
				if retried {
					if err := b.store.Retry(context.Background(), gather.ID, engine.Event{}); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Minute)
				} else {
					time.Sleep(24 * time.Hour)
				}
				if got := b.run(r.Key, "announce").State; got != engine.Finished {
					t.Errorf("announce is %s", got)
				}
				told := slices.DeleteFunc(b.notices("CADMIN"), func(s string) bool { return !strings.Contains(s, "created it within a day") })
				if retried && (b.hellos("C1") != 1 || len(told) != 0) || !retried && len(told) != 1 {
					t.Errorf("retried: %v, %d messages, administrators read %q", retried, b.hellos("C1"), told)
				}
			})
		})
	}
}

// TestAWaitingRunIsEvaluatedAgain checks that the condition of a run that hasn't acted
// yet is evaluated when the group is there.
func TestAWaitingRunIsEvaluatedAgain(t *testing.T) {
	t.Parallel()
	late := failing("create", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 5 * time.Minute})
	shared(t, late, func(t *testing.T, b *bundle, r core.Risk) {
		time.Sleep(time.Minute)
		if _, err := b.engine.Do(context.Background(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if got := b.run(r.Key, "announce").State; got != engine.Skipped || len(b.events(r.Key, engine.EventFired)) != 3 {
			t.Errorf("announce is %s, %d runs have begun", got, len(b.events(r.Key, engine.EventFired)))
		}
	})
}

// TestFlowsThatWaitForEachOther checks that no two runs wait for each other.
func TestFlowsThatWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one := flowsOnOneGroup()[1]
		one.Steps = append(one.Steps, flowsOnOneGroup()[0].Steps...)
		two := one
		two.Name = "announce-too"
		b := setupOn(t, &fakeClock{}, inMemory(t), one, two)
		stop := b.startEngine(b.engine)
		defer stop()
		r := b.file("Shared", time.Now().AddDate(0, 0, -3))
		time.Sleep(time.Minute)
		for _, f := range []string{one.Name, two.Name} {
			if got := b.run(r.Key, f).State; got != engine.Finished {
				t.Errorf("%s is %s", f, got)
			}
		}
	})
}
