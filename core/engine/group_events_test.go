package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// Groups are archived, deleted, lost and found at any moment, with and without
// events, people release them, and processes die. There are never two live groups. When
// all of them come back, only the risk's has badge and buttons.
func TestAtMostOneLiveGroup(t *testing.T) {
	t.Parallel()
	withSeeds(t, 3, 40, randomGroupEvents)
}

func randomGroupEvents(t *testing.T, dice *rand.Rand) {
	b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[2], regather)
	b.file("Fated", time.Now().AddDate(0, 0, -3))
	groups := 0
	for kills := range 4 {
		p := &process{steps: 40 + dice.IntN(400)}
		if kills == 3 {
			p.steps = -1
		}
		stop := b.startProcess(p)
		for step := range 8 {
			time.Sleep(time.Duration(dice.IntN(5000)) * time.Millisecond)
			b.randomGroupEvent(dice, fmt.Sprint("op ", kills, ".", step))
			b.checkOneLiveGroup()
		}
		stop()
		groups = len(b.platform.groupIDs())
	}
	b.platform.mu.Lock() // everything that was archived or hidden comes back
	for _, g := range b.platform.groups {
		g.Hidden, g.Ended = false, ""
	}
	b.platform.mu.Unlock()
	stop := b.startEngine(b.newEngine(b.options))
	for _, id := range b.platform.groupIDs() {
		if err := b.engine.Unarchived(context.Background(), core.GroupRef{Workspace: "acme", ID: id}, wei.Account); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(5 * time.Minute)
	stop()
	if got := b.platform.buttoned(); len(got) > 1 || len(got) == 0 && groups > 0 {
		t.Errorf("badge or buttons are in %v of %v", got, b.platform.groupIDs())
	}
	if now := b.binding("R-1"); groups > 0 && (now.State != engine.Bound || !slices.Contains(b.platform.buttoned(), now.Group.ID)) {
		t.Errorf("the risk has %+v", now)
	}
	if groups == 0 {
		t.Error("no group was created")
	}
}

// randomGroupEvent changes the risk, its group or its binding at random.
func (b *bundle) randomGroupEvent(dice *rand.Rand, op string) {
	b.t.Helper()
	ctx := context.Background()
	g := b.binding("R-1").Group
	var err error
	switch n := dice.IntN(6); {
	case n == 0:
		to := core.InProgress
		if rec, e := b.store.Get(ctx, "R-1"); e == nil && rec.Risk.Status == core.InProgress {
			to = core.Pending
		}
		_, err = b.engine.Do(ctx, op, wei, engine.ChangeStatus{Risk: "R-1", To: to})
	case n == 1:
		_, _ = b.engine.Do(ctx, op, boss, engine.ReleaseGroup{Risk: "R-1"}) // often refused
	case g.IsZero():
	case n == 2:
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Archived })
		err = b.engine.Noticed(ctx, g)
	case n == 3:
		b.platform.hideGroup(g.ID)
		err = b.engine.Ended(ctx, g, core.Deleted)
	case n == 4:
		b.platform.hideGroup(g.ID)
		err = b.engine.Noticed(ctx, g)
	default: // it is visible again, unless somebody has just released it
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Hidden = false })
		err = b.engine.Noticed(ctx, g)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// checkOneLiveGroup fails the test if more than one group is visible and hasn't ended.
func (b *bundle) checkOneLiveGroup() {
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
		b.t.Errorf("live groups: %v", live)
	}
}
