package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// fileHigh files risks of high severity with these titles.
func (b *bundle) fileHigh(titles ...string) {
	b.t.Helper()
	for i, title := range titles {
		if _, err := b.engine.File(b.ctx(), fmt.Sprint("high ", i), lin, engine.Draft{Title: title, Module: "Payments", Severity: core.High}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// omitted returns what the events of the walk's trail say that a digest left out.
func (b *bundle) omitted() []map[string]string {
	b.t.Helper()
	var all []map[string]string
	for _, e := range b.events("R-0", engine.EventOmitted) {
		all = append(all, e.Data)
	}
	return all
}

// TestDigestIsHeld: each message of a digest is held by the clock of its recipient. What it lists
// is what is open when it is sent.
func TestDigestIsHeld(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Trigger.Schedule, d.Quiet = "0 1 * * *", nightly(true)
	atNight(t, func(t *testing.T, b *bundle) {
		b.fileHigh("first", "second")
		b.eventually("the walk is armed", func() bool { return len(b.walks("overview")) == 1 })
		b.clockTo("01:05")
		b.wantTold("at night", "wait for you", []int{0}, "DWEI")
		want := []map[string]string{
			{"for": "acme/WEI", "until": "2000-01-01T02:30:00Z", "zone": "Asia/Kolkata", "code": engine.QuietHours},
			{"for": "", "group": "acme/COPS", "until": "2000-01-01T08:00:00Z", "zone": "UTC", "code": engine.QuietHours},
		}
		for _, w := range want {
			if held := b.events("R-0", engine.EventHeld); len(held) != 2 || !cmp.Equal(held[0].Data, w) && !cmp.Equal(held[1].Data, w) {
				t.Errorf("held: %v, want %v", held, want)
			}
		}
		if err := b.set(wei, "R-2", core.Resolved, "done"); err != nil {
			t.Fatal(err)
		}
		b.clockTo("02:29")
		b.wantTold("just before", "wait for you", []int{0}, "DWEI")
		b.clockTo("02:30")
		b.wantTold("in India's morning", "1 wait for you\n• R-1", []int{1}, "DWEI")
		b.wantTold("in India's morning", "are high", []int{0}, "COPS")
		b.clockTo("08:00")
		b.wantTold("in the morning", "1 are high\n• R-1", []int{1}, "COPS")
		b.wantTold("in the morning", "wait for you", []int{1}, "DWEI")
	}, d)
}

// TestDigestOfTooManyMessages limits a digest to one message.
func TestDigestOfTooManyMessages(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"lin", "wei", "mei"}
	b := setup(t, d)
	b.atEight()
	b.engine.LimitDigests(1)
	b.fileHigh("first", "second")
	b.startArmed("overview")
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("lin is told", func() bool { return len(toldDirectly(b.platform, "LIN")) == 1 })
	if got := toldDirectly(b.platform, "LIN")[0]; !strings.HasPrefix(got, "2 wait for you") {
		t.Errorf("lin is told %q", got)
	}
	b.eventually("administrators are told", func() bool { return len(b.texts("CADMIN")) > 0 })
	notice := "All risks, flow overview: digest was done only in part. A digest has at most 1 messages, so some recipients get none, among them wei, mei, acme/COPS. Use several flows with fewer recipients each."
	if got := b.texts("CADMIN"); len(got) != 1 || got[0] != notice {
		t.Errorf("administrators are told %q", got)
	}
	want := []map[string]string{{"code": engine.TooManyMessages, "most": "1", "first": "acme/WEI, acme/MEI, acme/COPS"}}
	if diff := cmp.Diff(want, b.omitted()); diff != "" {
		t.Errorf("the trail (-want +got):\n%s", diff)
	}
}

// TestDigestNamesFewOfTooMany: an event doesn't name everybody who gets no message.
func TestDigestNamesFewOfTooMany(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"lin", "wei", "mei"}
	all := []string{"acme/LIN", "acme/WEI", "acme/MEI"}
	d.Steps = d.Steps[:1]
	for i := range 18 {
		all = append(all, fmt.Sprint("acme/CP", i))
		d.Steps = append(d.Steps, flow.StepDef{Action: &flow.SendGroupMessageDef{Group: all[len(all)-1], Title: "{{ .count }} wait"}})
	}
	b := setup(t, d)
	b.atEight()
	b.engine.LimitDigests(0)
	b.fileHigh("first")
	b.startArmed("overview")
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("the walk ends", func() bool { return len(b.omitted()) > 0 })
	want := []map[string]string{{"code": engine.TooManyMessages, "most": "0", "first": strings.Join(all[:20], ", "), "more": "true"}}
	if diff := cmp.Diff(want, b.omitted()); diff != "" {
		t.Errorf("the trail (-want +got):\n%s", diff)
	}
}

// TestDigestWithoutCondition: risks for which a condition can't be evaluated are left out, and the
// walk's trail counts them once. The others are listed.
func TestDigestWithoutCondition(t *testing.T) {
	t.Parallel()
	b := setup(t, overview())
	b.atEight()
	b.engine.EvaluateWith(func(c *flow.Condition, env flow.Env) (bool, error) {
		if c != nil && (env.Risk.Title == "bad" || env.Risk.Title == "worse" && strings.Contains(c.String(), "severity")) {
			return false, errors.New("broken")
		}
		return c.Holds(env)
	})
	b.fileHigh("bad", "fine", "worse")
	b.startArmed("overview")
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("all are told", func() bool {
		return len(toldDirectly(b.platform, "WEI")) == 1 && len(b.texts("COPS")) == 1 && len(b.texts("CADMIN")) == 1
	})
	b.wantTold("at nine", "2 wait for you", []int{1}, "DWEI")
	b.wantTold("at nine", "1 are high", []int{1}, "COPS")
	b.wantTold("at nine", "All risks, flow overview: if failed.", []int{1}, "CADMIN")
	want := []map[string]string{{"code": "condition_failed", "count": "2", "first": "R-3, R-1"}}
	if diff := cmp.Diff(want, b.omitted()); diff != "" {
		t.Errorf("the trail (-want +got):\n%s", diff)
	}
}

// brokenFor has the lists of people with an expression fail for the risks with a title.
func (b *bundle) brokenFor(title string) {
	b.engine.NameWith(func(p *flow.People, env flow.Env) ([]core.Ref, error) {
		if p != nil && strings.HasPrefix(p.String(), "=") && env.Risk.Title == title {
			return nil, errors.New("broken")
		}
		return p.Refs(env)
	})
}

// wantUnaddressed checks what is reported of a risk whose people can't be evaluated.
func (b *bundle) wantUnaddressed(flow, key string) {
	b.t.Helper()
	want := []map[string]string{{"code": engine.PeopleFailed, "count": "1", "first": key}}
	if diff := cmp.Diff(want, b.omitted()); diff != "" {
		b.t.Errorf("the trail (-want +got):\n%s", diff)
	}
	notice := "All risks, flow " + flow + ": digest was done only in part. For some risks, the expression under to can't be evaluated, so its messages don't list them. Check it with riskroom check."
	if got := b.texts("CADMIN"); len(got) != 1 || got[0] != notice {
		b.t.Errorf("administrators are told %q", got)
	}
}

// TestDigestWithoutPeople: a risk is left out only of the messages of the step whose people can't
// be evaluated.
func TestDigestWithoutPeople(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"=handlers"}
	b := setup(t, d)
	b.atEight()
	b.brokenFor("bad")
	b.fileHigh("bad", "fine", "good")
	b.startArmed("overview")
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("all are told", func() bool {
		return len(toldDirectly(b.platform, "WEI")) == 1 && len(b.texts("COPS")) == 1 && len(b.texts("CADMIN")) == 1
	})
	b.wantTold("at nine", "2 wait for you", []int{1}, "DWEI")
	b.wantTold("at nine", "3 are high", []int{1}, "COPS")
	b.wantUnaddressed("overview", "R-1")
}

// A digest that is held tells of the risks that it doesn't name, even if all that it names
// have been closed.
func TestHeldDigestOfClosedRisks(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Trigger.Schedule, d.Quiet = "0 1 * * *", nightly(true)
	d.Steps = d.Steps[:1]
	atNight(t, func(t *testing.T, b *bundle) {
		var titles []string
		for n := range 22 {
			titles = append(titles, fmt.Sprint("risk ", n))
		}
		b.fileHigh(titles...)
		b.eventually("the walk is armed", func() bool { return len(b.walks("overview")) == 1 })
		b.clockTo("01:05")
		b.wantTold("at night", "wait for you", []int{0}, "DWEI")
		found, err := b.store.Find(b.ctx(), engine.Query{Statuses: engine.OpenStatuses(), Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range found.Risks { // those that it names
			if err := b.set(wei, r.Key, core.Resolved, "done"); err != nil {
				t.Fatal(err)
			}
		}
		b.clockTo("02:30")
		b.wantTold("in the morning", "2 wait for you", []int{1}, "DWEI")
	}, d)
}
