package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// TestAnyScheduleOfRepeats is TestAnySchedule for a flow that repeats: no time is left out or
// acted on twice, nothing is sent when it must not be, and the flow goes on exactly if it
// should.
func TestAnyScheduleOfRepeats(t *testing.T) {
	t.Parallel()
	withSeeds(t, 7, 60, anyRepeats)
}

// TestRepeatKilledAtEveryStep kills the process that carries out the first occurrence at each
// step, from claiming it to arming the next.
func TestRepeatKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	atSteps(t, 40, func(t *testing.T, steps int) {
		d := nag(flow.TriggerDef{Every: "1m"})
		d.Steps[0].Action.(*flow.SendMessageDef).Title = "{{ .key }} waits, {{ .status }}"
		b, r := overdue(t, d)
		time.Sleep(50 * time.Second)
		stop := b.startProcess(&process{steps: 9 + steps})
		time.Sleep(20 * time.Second)
		stop()
		stop = b.startProcess(&process{steps: -1})
		time.Sleep(5*time.Minute + 20*time.Second)
		stop()
		b.checkRepeats(r.Key, true)
	})
}

// pausingStore is a store that takes its time, so that the risk changes between what a worker
// reads and what it writes.
type pausingStore struct {
	engine.Store
	pause func()
}

func (s pausingStore) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	runs, next, err := s.Store.Claim(ctx, file, limit, lease)
	if len(runs) > 0 {
		s.pause()
	}
	return runs, next, err
}

func (s pausingStore) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	s.pause()
	return s.Store.Begin(ctx, b)
}

func (s pausingStore) Complete(ctx context.Context, c engine.Complete) (engine.Completed, error) {
	s.pause()
	return s.Store.Complete(ctx, c)
}

// pausing returns a function that waits for up to most, at random.
func pausing(most time.Duration, seed uint64) func() {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, 3))
	return func() {
		mu.Lock()
		d := time.Duration(dice.Int64N(int64(most)))
		mu.Unlock()
		time.Sleep(d)
	}
}

func anyRepeats(t *testing.T, dice *rand.Rand) {
	trigger := flow.TriggerDef{Every: "1m", Until: `status == "in_progress"`,
		CatchUp: []string{"", "fire"}[dice.IntN(2)], AtMost: []int{0, 0, 12}[dice.IntN(3)]}
	d := nag(trigger)
	d.Steps[0].Action.(*flow.SendMessageDef).Title = "{{ .key }} waits, {{ .status }}"
	b := setupOn(t, &fakeClock{}, inMemory(t), d)
	plain := b.store
	b.store = pausingStore{plain, pausing(50*time.Millisecond, dice.Uint64())}
	fails, pause := randomFailures(dice.IntN(3), dice.Uint64()), pausing(50*time.Millisecond, dice.Uint64())
	b.platform.setFail(func(method, about string) error {
		pause()
		return fails(method, about)
	})
	f, err := b.engine.File(context.Background(), "op-file", lin, engine.Draft{Title: "Nagging", Module: "Payments",
		DiscoveredAt: b.clock.Now().Add(-30 * time.Minute), DueAt: b.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	r := f.Risk
	quiet := dice.IntN(3) == 0 // nobody changes the risk
	for kills := 2; kills >= 0; kills-- {
		p := &process{steps: 10 + dice.IntN(60)}
		if kills == 0 {
			p.steps = -1
		}
		stop := b.startProcess(p)
		for range 1 + dice.IntN(3) {
			b.aboutFull(dice)
			if !quiet {
				b.actAny(r, dice)
			}
		}
		stop()
		time.Sleep(time.Duration(dice.IntN(200)) * time.Second)
	}
	stop := b.startProcess(&process{steps: -1})
	time.Sleep(5 * time.Minute)
	time.Sleep(time.Until(b.clock.Now().Truncate(20 * time.Second).Add(30 * time.Second)))
	stop()
	b.store = plain
	b.checkRepeats(r.Key, quiet)
}

// aboutFull sleeps until about a full minute, when occurrences are due.
func (b *bundle) aboutFull(dice *rand.Rand) {
	next := b.clock.Now().Truncate(time.Minute).Add(time.Duration(1+dice.IntN(2)) * time.Minute)
	time.Sleep(time.Until(next) + time.Duration(dice.IntN(1200)-200)*time.Millisecond)
}

// actAny does something to the risk, or refuses.
func (b *bundle) actAny(r core.Risk, dice *rand.Rand) {
	b.t.Helper()
	due := r.DueAt.Add(time.Duration(dice.IntN(9)-4) * 20 * time.Second)
	if dice.IntN(4) == 0 {
		due = time.Time{}
	}
	status := []core.Status{core.Pending, core.Pending, core.InProgress, core.Resolved}[dice.IntN(4)]
	b.ops++
	var o engine.Operation = engine.ChangeStatus{Risk: r.Key, To: status}
	if dice.IntN(2) == 0 {
		o = engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: &due}}
	}
	_, err := b.engine.Do(context.Background(), fmt.Sprint("op-", b.ops), wei, o)
	if _, refused := errors.AsType[*core.Refusal](err); err != nil && !refused {
		b.t.Fatal(err)
	}
}

// checkRepeats checks what must hold whatever happened.
func (b *bundle) checkRepeats(key core.RiskKey, quiet bool) {
	t := b.t
	rec, err := b.store.Get(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	trigger, _ := b.options.Flows[0].Trigger.(flow.DateTrigger)
	expected, _ := trigger.Expected(flow.Env{Risk: rec.Risk, Now: b.clock.Now()}, nil)
	var want, armed []string
	for _, o := range expected {
		want = append(want, o.ID)
	}
	for _, s := range rec.Runs {
		if s.ID.Flow == "nag" && (s.State.Live() || s.State == engine.Parked) {
			armed = append(armed, s.ID.Occurrence)
		}
	}
	b.same("armed at the end", armed, want...)

	finished := b.checkEnds(key, trigger, rec.Risk, quiet)
	ops := map[string]bool{}
	posts := b.platform.postsIn("DWEI")
	for _, p := range posts {
		if ops[p.Op] {
			t.Errorf("sent twice")
		}
		ops[p.Op] = true
		if text := core.Text(p.Message.Text); text != "R-1 waits, Pending" {
			t.Errorf("%q was sent", text)
		}
	}
	if len(posts) != finished {
		t.Errorf("%d messages of %d runs", len(posts), finished)
	}
}

// checkEnds checks that every run ended once and, if nobody changed the risk, each followed
// the one before. It returns how many finished.
func (b *bundle) checkEnds(key core.RiskKey, trigger flow.DateTrigger, r core.Risk, quiet bool) int {
	all := slices.Concat(b.events(key, engine.EventEnded), b.events(key, engine.EventSkipped))
	all = slices.DeleteFunc(all, func(e engine.Event) bool { return !strings.Contains(e.Run, "/nag/") })
	slices.SortStableFunc(all, func(a, b engine.Event) int { return a.At.Compare(b.At) })
	ended, finished := map[string]bool{}, 0
	next := trigger.Nth(r.DueAt, 1)
	for _, e := range all {
		if ended[e.Run] {
			b.t.Errorf("%s ended twice", e.Run)
		}
		ended[e.Run] = true
		if e.Data["state"] == string(engine.Finished) {
			finished++
		}
		_, due, _ := flow.ParseRepeat(e.Run[strings.LastIndex(e.Run, "/")+1:])
		if quiet && !due.Equal(next) {
			b.t.Errorf("%s follows, want one due %s", e.Run, next)
		}
		from := due
		if trigger.Repeat.CatchUp == flow.CatchUpSkip && e.At.After(due) {
			from = e.At
		}
		for next = due; !next.After(from); next = next.Add(time.Minute) {
		}
	}
	return finished
}

// meddlingStore changes the risk just before a worker ends its first run.
type meddlingStore struct {
	engine.Store
	once   *sync.Once
	change func()
}

func (s meddlingStore) Complete(ctx context.Context, c engine.Complete) (engine.Completed, error) {
	if c.Lease.Run.Flow == "nag" && c.To == engine.Finished {
		s.once.Do(s.change)
	}
	return s.Store.Complete(ctx, c)
}

// A worker that doesn't know of a change arms an occurrence that nobody needs. It is skipped
// when it is due, and isn't followed by others.
func TestRepeatArmedInVain(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		change func(r core.Risk) engine.Operation
		ended  []string
		armed  []string
	}{
		flow.OverClosed: {
			func(r core.Risk) engine.Operation {
				return engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "x"}
			},
			[]string{"2", "4 closed"}, nil,
		},
		flow.OverUntil: {
			func(r core.Risk) engine.Operation { return engine.ChangeStatus{Risk: r.Key, To: core.InProgress} },
			[]string{"2", "4 until"}, nil,
		},
		flow.OverMoved: {
			func(r core.Risk) engine.Operation {
				return engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: new(r.DueAt.Add(time.Minute))}}
			},
			[]string{"2", "3", "4 moved", "5"}, []string{"7"},
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			ofRepeats(t, func(b *bundle, r core.Risk) {
				o := b.options
				o.Store = meddlingStore{b.store, new(sync.Once), func() { b.act(tt.change(r)) }}
				stop := b.startEngine(b.newEngine(o))
				time.Sleep(6 * time.Minute)
				stop()
				b.same("ended", b.ends(r, r.DueAt), tt.ended...)
				b.same("armed", b.armed(r, r.DueAt), tt.armed...)
			}, nag(flow.TriggerDef{Every: "2m", Until: `status == "in_progress"`}))
		})
	}
}
