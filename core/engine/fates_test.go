package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// TestOneLiveGroupWhateverBefallsIt has groups archived, deleted, lost and found at
// any moment, events come or not, people let go of them, and processes die. There
// are never two that live.
func TestOneLiveGroupWhateverBefallsIt(t *testing.T) {
	t.Parallel()
	withDice(t, 3, anyFate)
}

func anyFate(t *testing.T, dice *rand.Rand) {
	b := bundled(t, &fakeClock{}, inMemory(t), storyFlows()[2], again)
	b.file("Fated", time.Now().AddDate(0, 0, -3))
	groups := 0
	for lives := range 4 {
		l := &life{steps: 40 + dice.IntN(400)}
		if lives == 3 {
			l.steps = -1
		}
		stop := b.live(l)
		for step := range 8 {
			time.Sleep(time.Duration(dice.IntN(5000)) * time.Millisecond)
			b.befall(dice, fmt.Sprint("op ", lives, ".", step))
			b.oneLives()
		}
		stop()
		groups = len(b.platform.groupIDs())
	}
	b.oneLives()
	if groups == 0 {
		t.Error("no group was made")
	}
}

// befall has something happen to the risk's group, or somebody do something.
func (b *bundle) befall(dice *rand.Rand, op string) {
	b.t.Helper()
	ctx := context.Background()
	g := b.bound("R-1").Group
	var err error
	switch fate := dice.IntN(6); {
	case fate == 0:
		to := core.InProgress
		if rec, e := b.store.Get(ctx, "R-1"); e == nil && rec.Risk.Status == core.InProgress {
			to = core.Pending
		}
		_, err = b.engine.Do(ctx, op, wei, engine.ChangeStatus{Risk: "R-1", To: to})
	case fate == 1:
		_, _ = b.engine.Do(ctx, op, boss, engine.ReleaseGroup{Risk: "R-1"}) // refused, as often as not
	case g.IsZero():
	case fate == 2:
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Archived })
		err = b.engine.Noticed(ctx, g)
	case fate == 3:
		b.platform.vanish(g.ID)
		err = b.engine.Ended(ctx, g, core.Deleted)
	case fate == 4:
		b.platform.vanish(g.ID)
		err = b.engine.Noticed(ctx, g)
	default: // it is there after all, unless somebody has just let go of it
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Hidden = false })
		err = b.engine.Noticed(ctx, g)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// oneLives fails unless at most one group can be seen and has not ended.
func (b *bundle) oneLives() {
	b.t.Helper()
	b.platform.mu.Lock()
	defer b.platform.mu.Unlock()
	var live []string
	for id, g := range b.platform.groups {
		if !g.Hidden && g.Ended == "" {
			live = append(live, id)
		}
	}
	if len(live) > 1 {
		b.t.Errorf("these groups live: %v", live)
	}
}
