package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store/storetest"
)

// People archive, bring back and delete the groups of a risk, and remove and invite the bot.
// They end, reopen and dissolve topics, and leave the workspace. Meanwhile the risk changes,
// its groups are closed, and processes die at any step. In the end riskroom's records say
// what the platform says, the risk has one group at most, and nobody was told anything twice.
func TestAnyScheduleByHand(t *testing.T) {
	t.Parallel()
	withSeeds(t, 5, 20, anyScheduleByHand)
}

// hands is a bundle with groups that people act on by hand, through a process that dies.
type hands struct {
	*bundle
	dice    *rand.Rand
	ctx     context.Context
	process *process
	running *engine.Engine // in process
	stop    func()
	late    []func(*engine.Engine) error // events that are on their way
}

func anyScheduleByHand(t *testing.T, dice *rand.Rand) {
	clock := &fakeClock{}
	h := &hands{bundle: setupOn(t, clock, storetest.Embedded(t, clock), byHandFlows(dice.IntN(2) == 0)...), dice: dice, ctx: t.Context()}
	h.org.CloseAfter = 2
	h.platform.strict, h.platform.hides, h.platform.can.End.Leaves = true, dice.IntN(2) == 0, dice.IntN(2) == 0
	h.engine = h.newEngine(h.options)
	h.platform.setFail(randomFailures(dice.IntN(4), dice.Uint64()))
	h.file("Fated", time.Now().AddDate(0, 0, -3))
	h.try("topic", func(e *engine.Engine) error {
		_, err := e.DoGroup(h.ctx, "topic", wei, engine.OpenTopic{Name: "Rounding", Members: []core.Ref{"lin"}})
		return err
	})
	for n := range 40 {
		h.alive()
		time.Sleep(time.Duration(dice.IntN(3000)) * time.Millisecond)
		h.act(fmt.Sprint("op", n))
		h.arrive(dice.IntN(3))
	}
	h.settle()
	h.checkByHand()
}

// byHandFlows returns flows that create item groups, a topic group, and act in both.
func byHandFlows(reuse bool) []flow.Def {
	again, gather := regather, storyFlows()[2]
	if reuse {
		again.Steps = []flow.StepDef{{Action: &flow.CreateGroupDef{ID: "room", Type: core.Item, Name: "{{ .title }}", OnExists: "reuse", Members: []string{"submitter"}}}}
	}
	tell := flow.Def{Name: "tell-group", Trigger: flow.TriggerDef{On: "status"}, Steps: []flow.StepDef{
		{Action: &flow.SendGroupMessageDef{Group: "item", Text: "From {{ .from }} to {{ .to }}"}}}}
	debate := flow.Def{Name: "debate", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.CreateGroupDef{ID: "talk", Type: core.Topic, Name: "On {{ .title }}", Owner: []string{"handlers"}, Members: []string{"submitter"}}},
		{Action: &flow.SendGroupMessageDef{Group: "talk", Text: "Discuss"}}}}
	return []flow.Def{gather, again, tell, debate}
}

// alive starts another process if the present one has died. Each dies after so many steps.
func (h *hands) alive() {
	h.t.Helper()
	if h.process == nil || h.process.dead() {
		h.start(1 + h.dice.IntN(600))
	}
}

// start replaces the process.
func (h *hands) start(steps int) {
	h.t.Helper()
	if h.stop != nil {
		h.stop()
	}
	h.process = &process{steps: steps}
	h.running = h.engineIn(h.process)
	h.stop = h.startIn(h.process, h.running)
}

// try does something in the process and, if that dies, again in another one: platforms and
// bots repeat what wasn't answered. What riskroom refuses is left undone.
func (h *hands) try(what string, do func(*engine.Engine) error) {
	h.t.Helper()
	h.alive()
	err := do(h.running)
	if _, refused := errors.AsType[*core.Refusal](err); err != nil && !refused {
		err = do(h.engine)
	}
	if _, refused := errors.AsType[*core.Refusal](err); err != nil && !refused {
		h.t.Fatalf("%s: %v", what, err)
	}
}

// act does something at random.
func (h *hands) act(op string) {
	h.t.Helper()
	g, any := h.anyGroup()
	switch n := h.dice.IntN(20); {
	case n < 8:
		o := h.operation()
		h.try(op, func(e *engine.Engine) error {
			_, err := e.Do(h.ctx, op, boss, o)
			return err
		})
	case n < 10 && any:
		o := h.groupOperation(g)
		h.try(op, func(e *engine.Engine) error {
			_, err := e.DoGroup(h.ctx, op, boss, o)
			return err
		})
	case n < 17 && any:
		h.byHand(g)
	case n == 17:
		h.leaveOrJoin()
	case n == 18:
		h.try(op, func(e *engine.Engine) error { return e.Missed(h.ctx, "acme") })
	case n == 19:
		h.pass(time.Duration(h.dice.IntN(40)) * time.Hour)
	}
}

// anyGroup returns a group at random, if there is one.
func (h *hands) anyGroup() (core.GroupRef, bool) {
	all := h.platform.groupIDs()
	if len(all) == 0 {
		return core.GroupRef{}, false
	}
	return core.GroupRef{Workspace: "acme", ID: all[h.dice.IntN(len(all))]}, true
}

// operation returns what a person does to the risk.
func (h *hands) operation() engine.Operation {
	who := []core.Ref{"wei", "mei", "lin"}[h.dice.IntN(3)]
	all := []engine.Operation{
		engine.ChangeStatus{Risk: "R-1", To: core.Pending},
		engine.ChangeStatus{Risk: "R-1", To: core.InProgress},
		engine.ChangeStatus{Risk: "R-1", To: core.Resolved, Note: "done"},
		engine.OpenGroup{Risk: "R-1"},
		engine.ReleaseGroup{Risk: "R-1"},
		engine.Assign{Risk: "R-1", To: []core.Ref{who}, Add: true, Anyway: true},
		engine.Edit{Risk: "R-1", Patch: engine.Patch{Title: new(fmt.Sprint("Fated ", h.dice.IntN(100)))}},
	}
	return all[h.dice.IntN(len(all))]
}

// groupOperation returns what a person has riskroom do to a group.
func (h *hands) groupOperation(g core.GroupRef) engine.GroupOperation {
	owner := []core.Ref{"wei", "mei", "lin"}[h.dice.IntN(3)]
	all := []engine.GroupOperation{
		engine.SetGroup{Group: g, Owner: owner},
		engine.SetGroup{Group: g, Admins: []core.Ref{owner}, Announcement: new("Read this")},
		engine.EndTopic{Group: g}, engine.EndTopic{Group: g}, engine.EndTopic{Group: g},
		engine.ReopenTopic{Group: g}, engine.ReopenTopic{Group: g},
		engine.SetGroup{Group: g, Dissolve: true},
	}
	return all[h.dice.IntN(len(all))]
}

// byHand has a person do something to a group on the platform. The event about it may be
// late or get lost.
func (h *hands) byHand(g core.GroupRef) {
	h.t.Helper()
	event := func(e *engine.Engine) error { return e.Noticed(h.ctx, g) } // the bot was removed or added
	h.platform.changeGroup(g.ID, func(f *fakeGroup) {
		switch n := h.dice.IntN(8); {
		case f.Ended == core.Deleted:
			event = nil
		case n < 3 && f.Ended == "":
			f.Ended, f.Hidden = core.Archived, h.platform.hides || f.Hidden
			event = func(e *engine.Engine) error { return e.Ended(h.ctx, g, core.Archived) }
		case n < 5 && f.Ended != "":
			h.unarchive(f)
			event = func(e *engine.Engine) error { return e.Unarchived(h.ctx, g, out.Account) }
		case n == 5:
			f.Ended, f.Hidden = core.Deleted, true
			event = func(e *engine.Engine) error { return e.Ended(h.ctx, g, core.Deleted) }
		case n < 7:
			f.Hidden = true
		default:
			f.Hidden = f.Ended != "" && h.platform.hides
		}
	})
	if event != nil && h.dice.IntN(4) > 0 {
		h.late = append(h.late, event)
	}
}

// unarchive brings a group back with the bot in it. If its topic ended because it was
// archived, people discuss again.
func (h *hands) unarchive(f *fakeGroup) {
	f.Ended, f.Hidden = "", false
	if h.platform.can.End.Leaves {
		f.Set.State = ""
	}
}

// arrive has so many events arrive.
func (h *hands) arrive(n int) {
	h.t.Helper()
	for range min(n, len(h.late)) {
		i := h.dice.IntN(len(h.late))
		h.try("event", h.late[i])
		h.late = slices.Delete(h.late, i, i+1)
	}
}

// leaveOrJoin has a person leave the workspace, or come back.
func (h *hands) leaveOrJoin() {
	id := []string{"WEI", "MEI", "LIN"}[h.dice.IntN(3)]
	h.platform.mu.Lock()
	defer h.platform.mu.Unlock()
	p := h.platform.profiles[id]
	p.Gone = !p.Gone
	h.platform.profiles[id] = p
}

// pass lets time go by, and stops at every timer on the way. Processes may die meanwhile.
func (h *hands) pass(d time.Duration) {
	h.t.Helper()
	end := h.clock.Now().Add(d)
	for range 3000 {
		h.alive()
		if err := h.running.Pause(h.ctx); err != nil {
			h.t.Fatal(err)
		}
		next := h.next()
		now := h.clock.Now()
		if over := next.IsZero() || next.After(end); over && end.After(now) {
			h.clock.set(end)
		} else if !over && next.After(now) {
			h.clock.set(next)
		}
		h.running.Resume()
		if next.IsZero() || next.After(end) {
			return
		}
		for wait := 0; wait < 100 && !h.process.dead(); wait++ {
			if next := h.next(); next.IsZero() || next.After(h.clock.Now()) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	h.t.Fatalf("it doesn't come to rest in %s", d)
}

// next returns when the next run is due.
func (h *hands) next() time.Time {
	h.t.Helper()
	_, next, err := h.store.Counts(h.ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	return next
}

// settle lets riskroom come to rest: all events arrive, nothing fails, and no process dies.
// Half of the time, groups that exist no longer for the bot are brought back.
func (h *hands) settle() {
	h.t.Helper()
	h.start(-1)
	h.platform.setFail(nil)
	back := h.dice.IntN(2) == 0
	h.arrive(len(h.late))
	for _, id := range h.platform.groupIDs() {
		g := core.GroupRef{Workspace: "acme", ID: id}
		h.platform.changeGroup(id, func(f *fakeGroup) {
			if back && f.Ended != core.Deleted {
				h.unarchive(f)
			}
		})
		h.try("settle", func(e *engine.Engine) error { return e.Noticed(h.ctx, g) })
	}
	for _, d := range []time.Duration{time.Minute, 2 * time.Hour, time.Hour, 2 * core.Day, 2 * core.Day, time.Hour} {
		h.pass(d)
		h.try("settle", func(e *engine.Engine) error { return e.Missed(h.ctx, "acme") })
		h.pass(2 * time.Minute)
	}
	h.stop()
}
