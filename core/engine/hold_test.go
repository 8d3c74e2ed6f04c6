package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store/storetest"
)

// nightly are quiet hours from 22 to 8, by the recipient's clock if theirs.
func nightly(theirs bool) map[string]flow.QuietDef {
	return map[string]flow.QuietDef{"": {From: "22:00", To: "08:00", Recipient: theirs}}
}

// heldFlow tells the handler and the lead of a new risk, and a channel.
func heldFlow(to ...string) flow.Def {
	return flow.Def{
		Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, If: `status == "pending"`, Quiet: nightly(true),
		Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: to, Text: "hi"}},
			{Action: &flow.SendGroupMessageDef{Group: "acme/COPS", Text: "hello"}},
		},
	}
}

// atNight runs an engine from midnight of 1 January 2000 on. Wei is in India, where it is
// half past five, and boss in New York, where it is seven in the evening.
func atNight(t *testing.T, do func(*testing.T, *bundle), defs ...flow.Def) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		clock := &fakeClock{}
		b := setupOn(t, clock, storetest.Embedded(t, clock), defs...)
		for id, zone := range map[string]string{"WEI": "Asia/Kolkata", "BOSS": "America/New_York"} {
			p := b.platform.profiles[id]
			p.Zone = zone
			b.setProfile(id, p)
		}
		stop := b.startEngine(b.engine)
		defer stop()
		do(t, b)
	})
}

// clockTo lets time go by until the clocks in UTC show a time of day.
func (b *bundle) clockTo(clock string) {
	b.t.Helper()
	d, err := time.Parse("15:04", clock)
	if err != nil {
		b.t.Fatal(err)
	}
	y, m, day := b.clock.Now().UTC().Date()
	to := time.Date(y, m, day, d.Hour(), d.Minute(), 0, 0, time.UTC)
	if !to.After(b.clock.Now()) {
		to = to.AddDate(0, 0, 1)
	}
	b.jump(to)
	synctest.Wait()
}

// told counts the texts of a message in channels.
func (b *bundle) told(text string, channels ...string) (n []int) {
	for _, channel := range channels {
		count := 0
		for _, got := range b.texts(channel) {
			if strings.Contains(got, text) {
				count++
			}
		}
		n = append(n, count)
	}
	return n
}

func (b *bundle) wantTold(when, text string, want []int, channels ...string) {
	b.t.Helper()
	if got := b.told(text, channels...); !slices.Equal(got, want) {
		b.t.Errorf("%s: %q was sent %v times to %q, want %v", when, text, got, channels, want)
	}
}

// TestQuietHours: each recipient gets the message when their quiet hours are over, once, and
// in between nobody holds the run.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	atNight(t, func(t *testing.T, b *bundle) {
		r := b.file("dark", b.clock.Now())
		b.pass(time.Minute)
		b.wantTold("at midnight", "hi", []int{0, 0, 1}, "DWEI", "DMEI", "DBOSS")
		wake := time.Date(2000, 1, 1, 2, 30, 0, 0, time.UTC)
		if run := b.run(r.Key, "tell"); run.State != engine.Waiting || !run.At.Equal(wake) {
			t.Errorf("the run is %+v", run)
		}
		morning := time.Date(2000, 1, 1, 8, 0, 0, 0, time.UTC)
		want := []engine.Hold{
			{For: "acme/WEI", Until: wake, Zone: "Asia/Kolkata", Why: engine.QuietHours},
			{For: "acme/MEI", Until: morning, Zone: "UTC", Why: engine.QuietHours},
		}
		if run := b.why(r.Key, "tell").Runs[0]; run.Reason != engine.Held || !cmp.Equal(run.Held, want) {
			t.Errorf("explained: %+v", run)
		}
		b.clockTo("02:29")
		b.wantTold("just before", "hi", []int{0, 0, 1}, "DWEI", "DMEI", "DBOSS")
		b.clockTo("02:30")
		b.wantTold("in India's morning", "hi", []int{1, 0, 1}, "DWEI", "DMEI", "DBOSS")
		if run := b.why(r.Key, "tell").Runs[0]; !cmp.Equal(run.Held, want[1:]) {
			t.Errorf("explained: %+v", run)
		}
		b.clockTo("08:00")
		b.wantTold("in the morning", "hi", []int{1, 1, 1}, "DWEI", "DMEI", "DBOSS")
		b.wantTold("in the morning", "hello", []int{1}, "COPS")
		if run := b.run(r.Key, "tell"); run.State != engine.Finished {
			t.Errorf("the run is %s", run.State)
		}
		var held []string
		for _, e := range b.events(r.Key, engine.EventHeld) {
			held = append(held, strings.Join([]string{e.Data["for"], e.Data["until"], e.Data["zone"], e.Data["code"]}, " "))
		}
		slices.Sort(held)
		if diff := cmp.Diff([]string{
			"acme/MEI 2000-01-01T08:00:00Z UTC quiet_hours",
			"acme/WEI 2000-01-01T02:30:00Z Asia/Kolkata quiet_hours",
		}, held); diff != "" {
			t.Errorf("the trail (-want +got):\n%s", diff)
		}
	}, heldFlow("handlers", "lead", "boss"))
}

// TestQuietHoursOfAChannel: a message in a channel waits by the clock of its workspace.
func TestQuietHoursOfAChannel(t *testing.T) {
	t.Parallel()
	f := heldFlow()
	f.Steps, f.Zones = f.Steps[1:], map[string]string{"acme": "Asia/Kolkata"}
	atNight(t, func(t *testing.T, b *bundle) {
		r := b.file("dark", b.clock.Now())
		b.pass(time.Minute)
		if run := b.why(r.Key, "tell").Runs[0]; len(run.Held) != 1 || run.Held[0].For != "acme/COPS" || !run.Held[0].Group {
			t.Errorf("explained: %+v", run)
		}
		b.clockTo("02:29")
		b.wantTold("before", "hello", []int{0}, "COPS")
		b.clockTo("02:30")
		b.wantTold("after", "hello", []int{1}, "COPS")
	}, f)
}

// TestLoudMessages: neither steps that ignore quiet hours wait, nor groups, nor what people do
// by hand.
func TestLoudMessages(t *testing.T) {
	t.Parallel()
	f := heldFlow("lead")
	f.Steps = append([]flow.StepDef{
		{QuietHours: "ignore", Action: &flow.SendMessageDef{To: []string{"lead"}, Text: "loud"}},
		{Action: &flow.CreateGroupDef{Type: core.Item, Name: "{{ .title }}", Owner: []string{"handlers"}, Members: []string{"handlers"}}},
	}, f.Steps...)
	atNight(t, func(t *testing.T, b *bundle) {
		r := b.file("dark", b.clock.Now())
		b.pass(time.Minute)
		b.must(wei, engine.AddNote{Risk: r.Key, Text: "noted"})
		b.pass(time.Minute)
		b.wantTold("at midnight", "loud", []int{1}, "DMEI")
		b.wantTold("at midnight", "hi", []int{0}, "DMEI")
		b.wantTold("at midnight", "noted", []int{1}, "C1")
	}, f)
}

// TestHeldMessagesAreCancelled: what is held when a flow's condition becomes false is never
// sent, whether something was sent before or not.
func TestHeldMessagesAreCancelled(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		to    []string
		state engine.RunState
	}{
		"something was sent": {[]string{"boss", "lead"}, engine.Cancelled},
		"nothing was sent":   {[]string{"lead"}, engine.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atNight(t, func(t *testing.T, b *bundle) {
				r := b.file("dark", b.clock.Now())
				b.pass(time.Minute)
				if err := b.set(wei, r.Key, core.Resolved, "done"); err != nil {
					t.Fatal(err)
				}
				b.pass(time.Minute)
				if got := b.run(r.Key, "tell").State; got != tt.state {
					t.Errorf("the run is %s, want %s", got, tt.state)
				}
				b.clockTo("09:00")
				b.wantTold("in the morning", "hi", []int{0}, "DMEI")
			}, heldFlow(tt.to...))
		})
	}
}

// TestHeldMessagesOfAChangedRisk: as long as nothing was sent, a held message follows the
// risk's handlers.
func TestHeldMessagesOfAChangedRisk(t *testing.T) {
	t.Parallel()
	atNight(t, func(t *testing.T, b *bundle) {
		r := b.file("dark", b.clock.Now())
		b.pass(time.Minute)
		b.must(wei, engine.Assign{Risk: r.Key, To: []core.Ref{"mei"}})
		b.clockTo("09:00")
		b.wantTold("in the morning", "hi", []int{0, 1}, "DWEI", "DMEI")
	}, heldFlow("handlers"))
}

// noDirectory has look-ups of people fail, "" not any more.
func (b *bundle) noDirectory(kind core.Kind) {
	b.platform.mu.Lock()
	defer b.platform.mu.Unlock()
	b.platform.noDirectory = nil
	if kind != "" {
		b.platform.noDirectory = &core.Error{Op: "fake: find", Kind: kind, Effect: core.None}
	}
}

// TestHeldWithoutADirectory: a time zone that can't be looked up is that of the workspace.
func TestHeldWithoutADirectory(t *testing.T) {
	t.Parallel()
	f := heldFlow("acme/WEI")
	f.Trigger = flow.TriggerDef{DateField: "discovered_at", After: "1d"}
	atNight(t, func(t *testing.T, b *bundle) {
		r := b.file("dark", b.clock.Now())
		b.noDirectory(core.Unavailable)
		b.pass(core.Day + time.Minute)
		b.noDirectory("")
		if run := b.why(r.Key, "tell").Runs[0]; len(run.Held) != 1 || run.Held[0].Zone != "UTC" {
			t.Errorf("explained: %+v", run)
		}
		b.clockTo("08:00")
		b.wantTold("in the morning", "hi", []int{1}, "DWEI")
	}, f)
}

// TestRateLimitMeetsQuietHours: a message that a rate limit delays into quiet hours waits
// until they end.
func TestRateLimitMeetsQuietHours(t *testing.T) {
	t.Parallel()
	atNight(t, func(t *testing.T, b *bundle) {
		b.platform.setFail(failing("post", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 5 * time.Minute}))
		b.clockTo("21:58")
		r := b.file("late", b.clock.Now())
		b.clockTo("22:10")
		b.wantTold("at night", "hi", []int{0}, "DMEI")
		if run := b.run(r.Key, "tell"); !run.At.Equal(time.Date(2000, 1, 2, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("the run is %+v", run)
		}
		b.clockTo("08:00")
		b.pass(time.Minute)
		b.wantTold("in the morning", "hi", []int{1}, "DMEI")
	}, heldFlow("lead"))
}

// TestHeldFallback: a message that goes elsewhere waits by the clock there.
func TestHeldFallback(t *testing.T) {
	t.Parallel()
	f := heldFlow("boss")
	f.Steps = f.Steps[:1]
	f.Steps[0].Action.(*flow.SendMessageDef).Fallback = []string{"lead"}
	atNight(t, func(t *testing.T, b *bundle) {
		b.platform.setFail(refusing(map[string]core.Kind{"DBOSS": core.Unreachable}))
		b.file("dark", b.clock.Now())
		b.clockTo("07:59")
		b.wantTold("at night", "hi", []int{0}, "DMEI")
		b.clockTo("08:00")
		b.wantTold("in the morning", "hi", []int{1}, "DMEI")
	}, f)
}

// TestWaitForAGroupThatIsHeld: a step waits for the item group that a run creates after its
// held message, however long that is held.
func TestWaitForAGroupThatIsHeld(t *testing.T) {
	t.Parallel()
	pending := `status == "pending"`
	create := flowsOnOneGroup()[0]
	create.Quiet = map[string]flow.QuietDef{"": {From: "22:00", To: "08:00", Calendar: &calendar.Days{Weekdays: calendar.Usual()}}}
	create.Trigger, create.If = flow.TriggerDef{On: "filed"}, pending
	create.Steps = append([]flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"lead"}, Text: "hi"}}}, create.Steps...)
	other := flowsOnOneGroup()[1]
	other.Trigger = flow.TriggerDef{On: "filed"}
	atNight(t, func(t *testing.T, b *bundle) { // on a Saturday
		r := b.file("dark", b.clock.Now())
		b.clockTo("08:00")
		b.clockTo("08:00")
		b.wantTold("on Sunday", "hello", []int{0}, "C1")
		b.clockTo("08:00")
		b.pass(time.Minute)
		b.wantTold("on Monday", "hello", []int{1}, "C1")
		if got := b.run(r.Key, "announce").State; got != engine.Finished {
			t.Errorf("the run is %s", got)
		}
	}, create, other)
}

// atNine is a reminder of a risk at nine on the day after, by each recipient's clock.
func atNine(to ...string) flow.Def {
	f := heldFlow(to...)
	f.Name, f.Quiet = "remind", nil
	f.Trigger = flow.TriggerDef{DateField: "discovered_at", After: "1d", At: "09:00", Zone: "recipient"}
	return f
}

// TestLocalTime: each recipient gets the message at nine by their clock, and a channel at nine
// by that of its workspace. Nobody's nine comes before a run is claimed.
func TestLocalTime(t *testing.T) {
	t.Parallel()
	atNight(t, func(t *testing.T, b *bundle) {
		at := func(day, hour, minute int) time.Time { return time.Date(2000, 1, day, hour, minute, 0, 0, time.UTC) }
		r := b.file("far", b.clock.Now())
		if f := b.why(r.Key, "remind"); f.Runs[0].State != engine.Armed || !f.Runs[0].Due.Equal(at(2, 9, 0)) {
			t.Errorf("armed: %+v", f)
		}
		b.jump(at(2, 3, 29))
		b.wantTold("before", "hi", []int{0, 0, 0}, "DWEI", "DMEI", "DBOSS")
		if run := b.why(r.Key, "remind").Runs[0]; run.Reason != engine.NotYet || !run.Until.Equal(at(2, 3, 30)) || !run.Fired.IsZero() {
			t.Errorf("before: %+v", run)
		}
		b.jump(at(2, 3, 30))
		synctest.Wait()
		b.wantTold("at nine in India", "hi", []int{1, 0, 0}, "DWEI", "DMEI", "DBOSS")
		if run := b.why(r.Key, "remind").Runs[0]; len(run.Held) != 2 || run.Held[0].Why != engine.LocalTime || run.Fired.IsZero() {
			t.Errorf("at nine in India: %+v", run)
		}
		b.jump(at(2, 9, 0))
		synctest.Wait()
		b.wantTold("at nine", "hi", []int{1, 1, 0}, "DWEI", "DMEI", "DBOSS")
		b.jump(at(2, 14, 0))
		synctest.Wait()
		b.wantTold("at nine in New York", "hi", []int{1, 1, 1}, "DWEI", "DMEI", "DBOSS")
		b.wantTold("at nine in New York", "hello", []int{1}, "COPS")
		if fired := b.events(r.Key, engine.EventFired); len(fired) != 1 || fired[0].Data["late"] != "0" {
			t.Errorf("fired: %+v", fired)
		}
	}, atNine("handlers", "lead", "boss"))
}

// TestLocalTimeIsTheFirstRecipients: nothing happens before the first of the recipients has the
// time. The condition is evaluated then.
func TestLocalTimeIsTheFirstRecipients(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		then  core.Status
		state engine.RunState
	}{
		"it has become true":  {core.Pending, engine.Finished},
		"it has become false": {core.InProgress, engine.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := atNine("boss")
			f.If = `status == "in_progress"`
			if tt.then == core.InProgress {
				f.If = `status == "pending"`
			}
			atNight(t, func(t *testing.T, b *bundle) {
				r := b.file("far", b.clock.Now())
				b.jump(time.Date(2000, 1, 2, 13, 0, 0, 0, time.UTC)) // long after the run was claimed
				if err := b.set(wei, r.Key, core.InProgress, ""); err != nil {
					t.Fatal(err)
				}
				b.jump(time.Date(2000, 1, 2, 14, 0, 0, 0, time.UTC))
				synctest.Wait()
				if got := b.run(r.Key, "remind").State; got != tt.state {
					t.Errorf("the run is %s", got)
				}
			}, f)
		})
	}
}

// TestLocalTimeOfAStep: a step that sends no direct messages waits for its workspace's time.
func TestLocalTimeOfAStep(t *testing.T) {
	t.Parallel()
	f := atNine("handlers")
	f.Steps[1] = flowsOnOneGroup()[0].Steps[0]
	atNight(t, func(t *testing.T, b *bundle) {
		b.file("far", b.clock.Now())
		b.jump(time.Date(2000, 1, 2, 8, 59, 0, 0, time.UTC))
		b.wantTold("after nine in India", "hi", []int{1}, "DWEI")
		if ids := b.platform.groupIDs(); len(ids) != 0 {
			t.Errorf("groups %v before nine", ids)
		}
		b.jump(time.Date(2000, 1, 2, 9, 0, 0, 0, time.UTC))
		synctest.Wait()
		if ids := b.platform.groupIDs(); len(ids) != 1 {
			t.Errorf("groups %v at nine", ids)
		}
	}, f)
}

// TestLocalTimeAlreadyDue: a risk counts as filed too late when the time has passed where the
// file is at home.
func TestLocalTimeAlreadyDue(t *testing.T) {
	t.Parallel()
	for clock, want := range map[string][]int{"05:00": {1, 1}, "10:00": {0, 0}} {
		t.Run(clock, func(t *testing.T) {
			t.Parallel()
			f := atNine("handlers", "lead")
			f.IfAlreadyDue = "skip"
			atNight(t, func(t *testing.T, b *bundle) {
				b.clockTo(clock)
				r := b.file("late", b.clock.Now().AddDate(0, 0, -1))
				b.clockTo("23:00")
				b.wantTold("in the evening", "hi", want, "DWEI", "DMEI")
				if missed := b.hasEvent(r.Key, engine.EventMissed); missed != (want[0] == 0) {
					t.Errorf("missed: %v", missed)
				}
			}, f)
		})
	}
}

// A run that waits by somebody's clock doesn't fail meanwhile: what failed before doesn't count
// any more. When it is held, a third failure for an unknown reason would park it.
func TestHeldRunHasNotFailed(t *testing.T) {
	t.Parallel()
	failed := &core.Error{Op: "fake", Kind: core.Unknown, Effect: core.None}
	unfailed := func(b *bundle, r core.Risk, name, reason string) {
		b.t.Helper()
		run, err := b.store.Load(b.ctx(), b.run(r.Key, name).ID)
		if err != nil || run.Reason != reason || run.Attempts != 0 || run.Unknown != 0 || !run.Since.IsZero() {
			b.t.Errorf("the run is %+v, %v", run, err)
		}
		if len(b.events(r.Key, engine.EventRetry)) == 0 {
			b.t.Error("it has never failed")
		}
	}
	t.Run("held", func(t *testing.T) {
		t.Parallel()
		atNight(t, func(t *testing.T, b *bundle) {
			b.platform.setFail(failing("post", 3, failed))
			b.clockTo("21:59")
			b.pass(57 * time.Second)
			r := b.file("late", b.clock.Now())
			b.clockTo("23:00")
			unfailed(b, r, "tell", engine.Held)
			b.clockTo("08:00")
			b.pass(time.Minute)
			b.wantTold("in the morning", "hi", []int{1}, "DMEI")
		}, heldFlow("lead"))
	})
	t.Run("not yet", func(t *testing.T) {
		t.Parallel()
		atNight(t, func(t *testing.T, b *bundle) {
			r := b.file("far", b.clock.Now())
			b.clockTo("18:59")
			b.noDirectory(core.Unavailable)
			b.pass(time.Minute + time.Second)
			b.noDirectory("")
			b.clockTo("20:00")
			unfailed(b, r, "remind", engine.NotYet)
		}, atNine("acme/OUT", "lead"))
	})
}
