package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// nag returns a flow that messages wei again and again, counted from due_at.
func nag(t flow.TriggerDef) flow.Def {
	t.DateField = "due_at"
	return flow.Def{Name: "nag", Trigger: t, If: `severity != "low"`, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"wei"}, Title: "{{ .key }} waits", Card: "risk"}}}}
}

// ofRepeats runs a test on a clock of its own, with a risk whose due_at is now.
func ofRepeats(t *testing.T, test func(b *bundle, r core.Risk), defs ...flow.Def) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b, r := overdue(t, defs...)
		test(b, r)
	})
}

// overdue returns a bundle in a bubble, with a risk that is due.
func overdue(t *testing.T, defs ...flow.Def) (*bundle, core.Risk) {
	t.Helper()
	b := setupOn(t, &fakeClock{}, inMemory(t), defs...)
	f, err := b.engine.File(context.Background(), "op-file", lin, engine.Draft{Title: "Nagging", Module: "Payments",
		DiscoveredAt: b.clock.Now().Add(-10 * time.Minute), DueAt: b.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return b, f.Risk
}

// act performs an operation of wei.
func (b *bundle) act(o engine.Operation) engine.Outcome {
	b.t.Helper()
	b.ops++
	done, err := b.engine.Do(context.Background(), fmt.Sprint("op-", b.ops), wei, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

// ends returns how the runs of the flow nag ended: the minutes from since to when each was due,
// and its reason.
func (b *bundle) ends(r core.Risk, since time.Time) []string {
	b.t.Helper()
	var out []string
	all := slices.Concat(b.events(r.Key, engine.EventEnded), b.events(r.Key, engine.EventSkipped))
	slices.Reverse(all) // events have the newest first
	slices.SortStableFunc(all, func(a, b engine.Event) int { return a.At.Compare(b.At) })
	for _, e := range all {
		id, err := engine.ParseRunID(e.Run)
		if err != nil || id.Flow != "nag" {
			continue
		}
		_, due, ok := flow.ParseRepeat(id.Occurrence)
		if !ok {
			b.t.Errorf("%s is not one that repeats", id)
		}
		out = append(out, strings.TrimSpace(fmt.Sprint(due.Sub(since).Minutes(), " ", e.Data["reason"])))
	}
	return out
}

// armed returns the minutes from since to when runs of the flow nag are due.
func (b *bundle) armed(r core.Risk, since time.Time) []string {
	b.t.Helper()
	rec, err := b.store.Get(context.Background(), r.Key)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, s := range rec.Runs {
		if s.ID.Flow == "nag" && s.State.Live() {
			out = append(out, fmt.Sprint(s.Due.Sub(since).Minutes()))
		}
	}
	return out
}

// same fails the test unless two lists have the same texts.
func (b *bundle) same(what string, got []string, want ...string) {
	b.t.Helper()
	if !slices.Equal(got, want) {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	status := func(r core.Risk, to core.Status) engine.Operation {
		return engine.ChangeStatus{Risk: r.Key, To: to, Note: "because"}
	}
	due := func(r core.Risk, at time.Time) engine.Operation {
		return engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: &at}}
	}
	for name, tt := range map[string]struct {
		trigger flow.TriggerDef
		policy  string
		play    func(b *bundle, r core.Risk)
		ended   []string
		armed   []string
	}{
		"it goes on": {
			trigger: flow.TriggerDef{Every: "2m"},
			play:    func(*bundle, core.Risk) { time.Sleep(7 * minute) },
			ended:   []string{"2", "4", "6"}, armed: []string{"8"},
		},
		"at most": {
			trigger: flow.TriggerDef{After: "1m", Every: "2m", AtMost: 2},
			play:    func(*bundle, core.Risk) { time.Sleep(9 * minute) },
			ended:   []string{"1", "3"},
		},
		"a false if skips one": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				b.act(engine.Edit{Risk: r.Key, Patch: engine.Patch{Severity: new(core.Low)}})
				time.Sleep(3 * minute)
				b.act(engine.Edit{Risk: r.Key, Patch: engine.Patch{Severity: new(core.High)}})
				time.Sleep(2 * minute)
			},
			ended: []string{"2 condition", "4"}, armed: []string{"6"},
		},
		"until, and no longer": {
			trigger: flow.TriggerDef{Every: "2m", Until: `status == "in_progress"`},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(status(r, core.InProgress))
				b.same("while it is true", b.armed(r, r.DueAt))
				time.Sleep(4 * minute)
				b.act(status(r, core.Pending))
			},
			ended: []string{"2"}, armed: []string{"8"},
		},
		"until, by the clock": {
			trigger: flow.TriggerDef{Every: "2m", Until: `now > submitted_at + duration("5m")`},
			play:    func(*bundle, core.Risk) { time.Sleep(9 * minute) },
			ended:   []string{"2", "4", "6 until"},
		},
		"closed and reopened": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(status(r, core.Resolved))
				b.same("while it is closed", b.armed(r, r.DueAt))
				time.Sleep(4 * minute)
				b.act(status(r, core.Pending))
			},
			ended: []string{"2"}, armed: []string{"8"},
		},
		"reopened after the last": {
			trigger: flow.TriggerDef{Every: "2m", AtMost: 2},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(status(r, core.Resolved))
				time.Sleep(4 * minute)
				b.act(status(r, core.Pending))
			},
			ended: []string{"2"},
		},
		"moved": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(due(r, r.DueAt.Add(minute)))
				time.Sleep(3 * minute)
			},
			ended: []string{"2", "5"}, armed: []string{"7"},
		},
		"moved into the past when some have run": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(due(r, r.DueAt.Add(-5*minute)))
				time.Sleep(minute / 2)
			},
			ended: []string{"2"}, armed: []string{"5"},
		},
		"moved into the past before the first": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				b.act(due(r, r.DueAt.Add(-5*minute)))
				time.Sleep(minute / 2)
			},
			ended: []string{"-1"}, armed: []string{"1"},
		},
		"the same, and skipped": {
			trigger: flow.TriggerDef{Every: "2m"}, policy: "skip",
			play: func(b *bundle, r core.Risk) {
				b.act(due(r, r.DueAt.Add(-5*minute)))
				time.Sleep(minute / 2)
			},
			armed: []string{"1"},
		},
		"moved and back": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(due(r, r.DueAt.Add(48*minute)))
				time.Sleep(2 * minute)
				b.act(due(r, r.DueAt))
				time.Sleep(2 * minute)
			},
			ended: []string{"2", "4", "6"}, armed: []string{"8"}, // 4 was already due when it was moved back
		},
		"cleared and set": {
			trigger: flow.TriggerDef{Every: "2m"},
			play: func(b *bundle, r core.Risk) {
				time.Sleep(3 * minute)
				b.act(due(r, time.Time{}))
				b.same("while it is not set", b.armed(r, r.DueAt))
				time.Sleep(3 * minute)
				b.act(due(r, r.DueAt.Add(6*minute)))
			},
			ended: []string{"2"}, armed: []string{"8"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := nag(tt.trigger)
			d.IfAlreadyDue = tt.policy
			ofRepeats(t, func(b *bundle, r core.Risk) {
				stop := b.startEngine(b.engine)
				time.Sleep(time.Second)
				tt.play(b, r)
				time.Sleep(time.Second)
				stop()
				b.same("ended", b.ends(r, r.DueAt), tt.ended...)
				b.same("armed", b.armed(r, r.DueAt), tt.armed...)
			}, d)
		})
	}
}

// An outage of five intervals: with skip, one of those that were missed runs, late; with fire,
// each does.
func TestRepeatCatchesUp(t *testing.T) {
	t.Parallel()
	for catchUp, want := range map[string][]string{
		"":     {"2", "4", "14"},
		"skip": {"2", "4", "14"},
		"fire": {"2", "4", "6", "8", "10", "12", "14"},
	} {
		t.Run(catchUp, func(t *testing.T) {
			t.Parallel()
			ofRepeats(t, func(b *bundle, r core.Risk) {
				stop := b.startEngine(b.newEngine(b.options))
				time.Sleep(3 * time.Minute)
				stop()
				time.Sleep(10 * time.Minute)
				stop = b.startEngine(b.newEngine(b.options))
				time.Sleep(2 * time.Minute)
				stop()
				b.same("ended", b.ends(r, r.DueAt), want...)
				b.same("armed", b.armed(r, r.DueAt), "16")
			}, nag(flow.TriggerDef{Every: "2m", CatchUp: catchUp}))
		})
	}
}

// A risk that is filed late starts with the last time that has passed, whatever catch_up says.
func TestRepeatOfARiskFiledLate(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string][]string{"run": {"6"}, "skip": nil} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			d := nag(flow.TriggerDef{Every: "2m", CatchUp: "fire"})
			d.IfAlreadyDue = policy
			synctest.Test(t, func(t *testing.T) {
				b := setupOn(t, &fakeClock{}, inMemory(t), d)
				time.Sleep(7 * time.Minute)
				since := b.clock.Now().Add(-7 * time.Minute)
				f, err := b.engine.File(context.Background(), "op", lin, engine.Draft{Title: "Late", Module: "Payments", DiscoveredAt: since, DueAt: since})
				if err != nil {
					t.Fatal(err)
				}
				stop := b.startEngine(b.engine)
				time.Sleep(30 * time.Second)
				stop()
				b.same("ended", b.ends(f.Risk, since), want...)
				b.same("armed", b.armed(f.Risk, since), "8")
			})
		})
	}
}

// A parked occurrence holds up the flow, so that others don't pile up. Dropping it goes on.
func TestDroppedRepeatGoesOn(t *testing.T) {
	t.Parallel()
	ofRepeats(t, func(b *bundle, r core.Risk) {
		b.platform.setFail(func(_, about string) error {
			if about != "DWEI" {
				return nil
			}
			return &core.Error{Op: "fake", Kind: core.Unknown, Effect: core.None}
		})
		stop := b.startEngine(b.engine)
		time.Sleep(9 * time.Minute)
		var parked engine.RunID
		rec, err := b.store.Get(context.Background(), r.Key)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range rec.Runs {
			if s.State == engine.Parked {
				parked = s.ID
			}
		}
		b.same("armed while it is parked", b.armed(r, r.DueAt))
		if err := b.engine.Drop(context.Background(), parked, engine.Event{Kind: engine.EventOperator}); err != nil {
			t.Fatal(err)
		}
		stop()
		b.same("armed after it was dropped", b.armed(r, r.DueAt), "10")
	}, nag(flow.TriggerDef{Every: "2m"}))
}

// A thousand repeats leave a small record, and a small part of what they sent is kept up to
// date.
func TestRepeatsLeaveASmallRecord(t *testing.T) {
	t.Parallel()
	ofRepeats(t, func(b *bundle, r core.Risk) {
		stop := b.startEngine(b.engine)
		time.Sleep(1001*time.Minute - time.Second)
		stop()
		rec, err := b.store.Get(context.Background(), r.Key)
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		for _, s := range rec.Runs {
			if s.ID.Flow == "nag" && !s.State.Live() {
				ended++
			}
		}
		if sent := len(b.platform.postsIn("DWEI")); sent != 1000 || ended != 5 || rec.Folded != 995 || len(rec.Shown) != 5 {
			t.Errorf("%d messages; the record has %d ended runs, counts %d, and shows %d", sent, ended, rec.Folded, len(rec.Shown))
		}
	}, nag(flow.TriggerDef{Every: "1m"}))
}

// A process with a changed calendar moves what is armed, of flows that repeat and of others.
func TestChangedCalendarMovesTimers(t *testing.T) {
	t.Parallel()
	remind := nag(flow.TriggerDef{After: "2wd"})
	remind.Name = "remind"
	flows := func(holidays ...string) []flow.Def {
		all := []flow.Def{nag(flow.TriggerDef{Every: "1wd"}), remind}
		for i := range all {
			all[i].Calendar = &calendar.Days{Weekdays: calendar.Weekdays(), Holidays: holidays}
		}
		return all
	}
	ofRepeats(t, func(b *bundle, r core.Risk) {
		for _, tt := range []struct {
			holidays   []string
			nag, other int
		}{
			{nil, 1, 2},
			{[]string{"2000-01-02"}, 2, 3},
			{[]string{"2000-01-03"}, 1, 3},
			{[]string{"2000-01-02..2000-01-04"}, 4, 5},
		} {
			o := b.options
			o.Flows = b.compile(flows(tt.holidays...)...)
			stop := b.startEngine(b.newEngine(o))
			time.Sleep(2 * time.Second)
			stop()
			b.same(fmt.Sprint(tt.holidays), b.armed(r, r.DueAt), fmt.Sprint(tt.nag*24*60))
			if due := b.run(r.Key, "remind").Due; !due.Equal(r.DueAt.AddDate(0, 0, tt.other)) {
				t.Errorf("%q: the other is due %s", tt.holidays, due)
			}
		}
		dropped := slices.DeleteFunc(b.events(r.Key, engine.EventTimer), func(e engine.Event) bool { return e.Data["outcome"] != "dropped" })
		if len(dropped) > 0 {
			t.Errorf("dropped instead of moved: %+v", dropped)
		}
	}, flows()...)
}

// A process with another interval moves what is armed.
func TestRepeatFollowsAChangedFile(t *testing.T) {
	t.Parallel()
	ofRepeats(t, func(b *bundle, r core.Risk) {
		stop := b.startEngine(b.engine)
		time.Sleep(7 * time.Minute)
		stop()
		for _, tt := range []struct {
			trigger flow.TriggerDef
			want    []string
		}{
			{flow.TriggerDef{Every: "3m"}, []string{"9"}},
			{flow.TriggerDef{Every: "1m"}, []string{"8"}},
			{flow.TriggerDef{Every: "1m", AtMost: 7}, nil},
			{flow.TriggerDef{Every: "10m", Until: `status == "in_progress"`}, []string{"10"}},
			{flow.TriggerDef{Every: "1m", Until: `status == "pending"`}, nil},
			{flow.TriggerDef{After: "12m"}, []string{"12"}},
			{flow.TriggerDef{After: "12m", Every: "1d"}, []string{"12"}},
		} {
			o := b.options
			o.Flows = b.compile(nag(tt.trigger))
			stop := b.startEngine(b.newEngine(o))
			time.Sleep(2 * time.Second)
			stop()
			b.same(fmt.Sprintf("%+v", tt.trigger), b.armed(r, r.DueAt), tt.want...)
		}
		b.same("ended", b.ends(r, r.DueAt), "2", "4", "6")
	}, nag(flow.TriggerDef{Every: "2m"}))
}

// A run that a process with an earlier file ends while a later one is in force arms the next one
// by its own file. That is brought in line like any other timer.
func TestRepeatEndsAfterTheFileHasChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, r := overdue(t, nag(flow.TriggerDef{Every: "10m"}))
		since := b.clock.Now()
		b.options.CallTimeout = time.Minute
		b.platform.setFail(func(method, _ string) error {
			if method == "post" {
				time.Sleep(10 * time.Second)
			}
			return nil
		})
		b.startEngine(b.newEngine(b.options))
		time.Sleep(10*time.Minute + time.Second)
		b.startEngine(b.withFile(saying("hi")))
		time.Sleep(30 * time.Minute)
		b.same("ended", b.ends(r, since), "10")
		b.same("armed", b.armed(r, since))
	})
}
