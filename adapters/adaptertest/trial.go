package adaptertest

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// trial is one case of the matrix: a fault in one call of an action, and perhaps
// another in the tries that follow.
type trial struct {
	base  *baseline
	call  int       // index of the call that fails
	kind  FaultKind // the fault; "" for a crash only
	crash Point     // where the process crashes as well, with the call's key; "" if it doesn't
	wake  Fault     // injected after the first try; Kind "" is none

	outage bool // nothing is tried for an hour after the first try

	probes  []string // the methods that probes called
	outcome Outcome  // "" unless the case passed
}

// outage is how long riskroom or the platform is down. By then no platform
// recognises a repeated request any more.
const outage = time.Hour

// trials returns the cases of an action, in a fixed order.
func (b *baseline) trials() []*trial {
	if b == nil {
		return nil
	}
	var out []*trial
	for i, c := range b.calls {
		for _, k := range onAny() {
			out = append(out, &trial{base: b, call: i, kind: k})
		}
		if !c.Write {
			continue
		}
		for _, k := range onWrites() {
			out = append(out, &trial{base: b, call: i, kind: k})
		}
		out = append(out, &trial{base: b, call: i, kind: CutAfter, wake: Fault{Kind: HideMetadata, Times: Forever}})
		if b.keys[i] != "" {
			out = append(out, &trial{base: b, call: i, crash: BeforeMake}, &trial{base: b, call: i, kind: CutAfter, crash: AfterMake},
				&trial{base: b, call: i, kind: CutAfter, outage: true})
		}
	}
	return out
}

// again returns cases like this one with faults in the probes that follow.
func (tr *trial) again() []*trial {
	var out []*trial
	for i, m := range tr.probes {
		if slices.Contains(tr.probes[:i], m) {
			continue
		}
		for _, k := range wakes() {
			if tr.outage && k != Forbidden {
				continue // the others pass before the hour is over
			}
			wake := Fault{Kind: k, Method: m, Nth: 1, Times: 1, Wait: 3 * time.Second}
			if k == Forbidden {
				wake.Times = Forever
			}
			out = append(out, &trial{base: tr.base, call: tr.call, kind: tr.kind, wake: wake, outage: tr.outage})
		}
	}
	return out
}

// nth returns the position of the struck call among the calls of its method, and
// how many there are.
func (tr *trial) nth() (nth, of int) {
	for i, c := range tr.base.calls {
		if c.Method == tr.struck().Method {
			of++
			if i <= tr.call {
				nth++
			}
		}
	}
	return nth, of
}

func (tr *trial) struck() APICall { return tr.base.calls[tr.call] }

// cell returns the case as data.
func (tr *trial) cell() Cell {
	c := Cell{Action: tr.base.action.name, Call: tr.struck().Method, Fault: string(tr.kind), When: tr.kind.When(), Outcome: tr.outcome}
	if nth, of := tr.nth(); of > 1 {
		c.Call += " " + strconv.Itoa(nth)
	}
	switch {
	case tr.crash == BeforeMake:
		c.Fault, c.When = "crash", Before
	case tr.crash != "":
		c.Fault, c.When = "crash", After
	case tr.kind == Slow && !tr.struck().Write:
		c.When = Before
	}
	if tr.outage {
		c.Fault += ", an hour's outage"
	}
	if tr.wake.Kind != "" {
		c.Fault += ", then " + string(tr.wake.Kind)
	}
	if tr.wake.Method != "" {
		c.Fault += " on " + tr.wake.Method
	}
	return c
}

// run runs the case. It leaves the outcome empty if the platform can't fail in this
// way.
func (tr *trial) run(t testing.TB, h Harness) {
	t.Helper()
	r := newRig(t, h)
	u := r.start(tr.base.action, tr.base.action.on(r))
	n := len(r.world.Calls())
	if tr.kind != "" {
		nth, _ := tr.nth()
		if !r.world.Inject(Fault{Kind: tr.kind, Method: tr.struck().Method, Nth: nth, Times: 1, Wait: 3 * time.Second}) {
			return
		}
	}
	last, once := tr.first(u, n)
	if tr.kind != "" && !r.struck(n) || tr.crash != "" && !once.Crashed() {
		t.Errorf("the call that should fail was not made:\n%s", trace(r.world.Calls()[n:]))
		return
	}
	if tr.outage {
		r.world.ReleaseLate()
		r.clock.Advance(outage)
	}
	woken := len(r.world.Calls())
	if tr.wake.Kind != "" && !r.world.Inject(tr.wake) {
		return
	}
	u.watch = tr.noteProbes(r)
	res, converged := u.retry(last, once.Crashed())
	if tr.wake.Kind == HideMetadata && !r.struck(woken) {
		return // nothing that this action looks at has metadata
	}
	outcome, problem := tr.compare(u, res, converged)
	if problem != "" {
		t.Errorf("%s\nIt ended with: %v\nIts calls:\n%sIts decisions: %v", problem, res.err, trace(r.world.Calls()[n:]), u.journal.Notes())
		return
	}
	tr.outcome = outcome
}

// first makes the try in which the call is struck.
func (tr *trial) first(u *run, n int) (result, *Once) {
	s := Script{Crash: func(p Point, key string) bool { return p == tr.crash && key == tr.base.keys[tr.call] }}
	if tr.kind != Slow {
		return u.try(s, nil)
	}
	hung, stop := u.whenHung(n, tr.struck().Effect)
	defer stop()
	return u.try(s, hung)
}

// noteProbes records the methods that probes call, if there are cases in which these
// probes fail.
func (tr *trial) noteProbes(r *rig) func(Point, string) bool {
	if tr.kind != CutAfter || tr.wake.Kind != "" || tr.crash != "" {
		return nil
	}
	before := 0
	return func(p Point, _ string) bool {
		switch calls := r.world.Calls(); p {
		case BeforeProbe:
			before = len(calls)
		case AfterProbe:
			for _, c := range calls[before:] {
				tr.probes = append(tr.probes, c.Method)
			}
		case BeforeMake, AfterMake: // these calls are not probes
		}
		return false
	}
}

// compare compares the result with that of the undisturbed run.
func (tr *trial) compare(u *run, res result, converged bool) (Outcome, string) {
	u.world.ReleaseLate() // pending effects count too
	state := plain(u.world.State())
	diff := cmp.Diff(tr.base.state, state)
	switch {
	case parked(res):
		if state.within(tr.base.state) {
			return u.policy()
		}
		return "", "it was parked, but did more than the undisturbed run (-undisturbed +now):\n" + diff
	case !converged:
		return "", "it has not ended after " + strconv.Itoa(u.tries) + " tries"
	case res.err != nil:
		return "", "it failed for good"
	case diff == "":
		return Single, u.wrong(res, tr.base)
	}
	sent := 0
	for _, n := range u.journal.Notes() {
		if n.What == Resent {
			sent++
		}
	}
	if cmp.Equal(tr.base.state, state.forgive(tr.base.state, sent)) {
		return u.policy()
	}
	return "", "the platform ended in another state (-undisturbed +now):\n" + diff
}

// policy checks that the capabilities declare every policy that was applied.
func (u *run) policy() (Outcome, string) {
	for _, n := range u.journal.Notes() {
		unsure := map[Happening]core.Unsure{Resent: core.Resend, Parked: core.Park}[n.What]
		kind, _, _ := strings.Cut(n.Key, ":")
		declared := slices.ContainsFunc(u.can.Calls, func(c core.CallPolicy) bool {
			return c.Key == kind && c.Risk != "" && c.Unsure == unsure
		})
		if unsure != "" && !declared {
			return "", "the capabilities declare no risk with the policy " + string(unsure) + " for the key " + kind
		}
	}
	return Policy, ""
}

// wrong returns what in a result doesn't match the platform's state, or "".
func (u *run) wrong(res result, base *baseline) string {
	state := u.world.State()
	if diff := cmp.Diff(outcomes(base.result.report), outcomes(res.report)); diff != "" {
		return "the outcomes differ (-undisturbed +now):\n" + diff
	}
	refs := func(r result) []core.MessageRef {
		return []core.MessageRef{r.message, r.group.Report.Badge, r.report.Badge, r.report.Announcement}
	}
	want := refs(base.result)
	for i, ref := range refs(res) {
		if _, ok := state.message(ref); ok == want[i].IsZero() {
			return "it returned the message " + ref.String() + ", which doesn't exist, or no message"
		}
	}
	if _, ok := state.Group(res.group.Ref); ok == base.result.group.Ref.IsZero() || res.group.Name != base.result.group.Name {
		return "it returned the group " + res.group.Ref.String() + " called " + res.group.Name + ", which doesn't exist"
	}
	return ""
}
