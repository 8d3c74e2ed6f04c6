package engine_test

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store/storetest"
)

// kill ends the process.
func (l *process) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.steps = 0
}

// A run that is parked because its process keeps dying may be dropped. The cards
// that it had sent are still updated.
func TestMessagesOfACrashingRunAreUpdated(t *testing.T) {
	t.Parallel()
	d := storyFlows()[0]
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"lin", "wei"}
	clock := &fakeClock{}
	first := storetest.Embedded(t, clock)
	b := setupOn(t, clock, first, d)
	r := b.file("Ledger", time.Time{})
	for kills := 0; b.run(r.Key, "tell").State != engine.Parked; kills++ {
		if kills == 10 {
			t.Fatalf("after %d kills the run is %+v", kills, b.run(r.Key, "tell"))
		}
		p := &process{steps: -1}
		another, err := first.Another(b.ctx())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = another.Stop() }()
		b.store = another
		died := make(chan struct{}, 1)
		b.platform.setFail(func(method, about string) error {
			if about != "DWEI" {
				return nil
			}
			p.kill()
			select {
			case died <- struct{}{}:
			default:
			}
			return &core.Error{Op: "killed", Kind: core.Unavailable, Effect: core.None}
		})
		stop := b.startProcess(p)
		b.eventually("the process dies or the run is parked", func() bool {
			return len(died) > 0 || b.run(r.Key, "tell").State == engine.Parked
		})
		stop()
		b.clock.set(b.clock.Now().Add(time.Minute))
	}
	id := b.run(r.Key, "tell").ID
	if parked, err := b.store.Load(b.ctx(), id); err != nil || parked.Reason != "crashing" {
		t.Fatalf("the run is %+v, %v", parked, err)
	}
	if n := len(b.events(r.Key, engine.EventFired)); n != 1 {
		t.Errorf("it has fired %d times", n)
	}
	if err := b.store.Drop(b.ctx(), id, engine.Event{Kind: engine.EventOperator}); err != nil {
		t.Fatal(err)
	}
	b.platform.setFail(nil)
	b.start()
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
		t.Fatal(err)
	}
	b.eventually("the card that was sent is updated", func() bool {
		for _, p := range b.platform.postsIn("DLIN") {
			if p.Message.Card != nil && p.Message.Card.Version == 2 {
				return true
			}
		}
		return false
	})
	if n := len(b.platform.postsIn("DLIN")) + len(b.platform.postsIn("DWEI")); n != 1 {
		t.Errorf("%d messages", n)
	}
}
