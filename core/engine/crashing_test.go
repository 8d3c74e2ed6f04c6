package engine_test

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// kill ends a life.
func (l *life) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.steps = 0
}

// TestWhatACrashingRunSentIsFollowed: a run that is parked because its process dies
// at it again and again may be dropped; what it had sent before shows the risk.
func TestWhatACrashingRunSentIsFollowed(t *testing.T) {
	t.Parallel()
	d := storyFlows()[0]
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"lin", "wei"}
	b := setup(t, d)
	r := b.file("Ledger", time.Time{})
	for lives := 0; b.run(r.Key, "tell").State != engine.Parked; lives++ {
		if lives == 10 {
			t.Fatalf("after %d lives the run is %+v", lives, b.run(r.Key, "tell"))
		}
		l := &life{steps: -1}
		died := make(chan struct{}, 1)
		b.platform.setFail(func(method, about string) error {
			if about != "DWEI" {
				return nil
			}
			l.kill()
			select {
			case died <- struct{}{}:
			default:
			}
			return &core.Error{Op: "killed", Kind: core.Unavailable, Effect: core.None}
		})
		stop := b.live(l)
		b.eventually("the process dies, or the run is parked", func() bool {
			return len(died) > 0 || b.run(r.Key, "tell").State == engine.Parked
		})
		stop()
		b.clock.set(b.clock.Now().Add(time.Minute))
	}
	id := b.run(r.Key, "tell").ID
	if parked, err := b.store.Load(b.ctx(), id); err != nil || parked.Reason != "crashing" {
		t.Fatalf("the run is %+v, %v", parked, err)
	}
	if err := b.store.Drop(b.ctx(), id, engine.Event{Kind: engine.EventOperator}); err != nil {
		t.Fatal(err)
	}
	b.platform.setFail(nil)
	b.start()
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
		t.Fatal(err)
	}
	b.eventually("the card that was sent follows", func() bool {
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
