package adaptertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"riskroom/core"
)

// onAny returns the faults that every call of every action gets.
func onAny() []FaultKind {
	return []FaultKind{
		RateLimit, RateLimitBare, RateLimitBody, RateLimitGlobal, RateLimitPage, CutBefore, ErrorBefore, GatewayBefore, EmptyFailure, Slow,
	}
}

// onWrites returns the additional faults of calls that change something. They leave
// open whether the call happened.
func onWrites() []FaultKind { return []FaultKind{CutAfter, ErrorAfter, GatewayAfter, Late} }

// wakes returns the faults for the calls of a probe that looks for a call whose
// connection broke.
func wakes() []FaultKind { return []FaultKind{RateLimit, CutBefore, ErrorBefore, Forbidden} }

// Matrix makes every API call of every action fail in every way and tries the action
// again with the same Once, as the engine would. The test fails unless the
// platform ends in the same state as without the fault, or a policy that the
// capabilities declare was applied and recorded. Matrix returns a cell for each
// case that passed, in a fixed order; markdown makes a table of them. If parts are
// given, only the actions that set one of them are tested.
func Matrix(t *testing.T, h Harness, parts ...core.Part) []Cell {
	t.Helper()
	return matrix(h, grouped(t), parts...)
}

// grouped runs cases as parallel subtests.
func grouped(t *testing.T) each {
	return func(name string, cases []testCase) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(t)
				})
			}
		})
	}
}

// testCase is one case of a suite.
type testCase struct {
	name string
	run  func(t testing.TB)
}

// each runs all cases, in any order, and returns when all have ended.
type each func(name string, cases []testCase)

func matrix(h Harness, run each, parts ...core.Part) []Cell {
	all := slices.DeleteFunc(actions(), func(a action) bool { return len(parts) > 0 && !slices.Contains(parts, a.part) })
	bases := make([]*baseline, len(all))
	var cases []testCase
	for i, a := range all {
		cases = append(cases, testCase{a.name, func(t testing.TB) { bases[i] = undisturbed(t, h, a) }})
	}
	run("undisturbed", cases)

	var trials, again []*trial
	for _, b := range bases {
		trials = append(trials, b.trials()...)
	}
	run("struck", casesOf(h, trials))
	for _, tr := range trials {
		again = append(again, tr.again()...)
	}
	run("struck again", casesOf(h, again))

	var cells []Cell
	for _, tr := range slices.Concat(trials, again) {
		if tr.outcome != "" {
			cells = append(cells, tr.cell())
		}
	}
	return cells
}

func casesOf(h Harness, trials []*trial) []testCase {
	var cases []testCase
	for _, tr := range trials {
		c := tr.cell()
		name := strings.Join([]string{c.Action, c.Call, c.Fault, string(c.When)}, "/")
		cases = append(cases, testCase{name, func(t testing.TB) { tr.run(t, h) }})
	}
	return cases
}

// baseline is an undisturbed run of an action.
type baseline struct {
	action action
	calls  []APICall
	keys   []string // for each call, the key it was made under; "" outside of Make
	state  plainState
	result result
}

// undisturbed runs an action without faults. It returns nil if the platform doesn't
// support the action.
func undisturbed(t testing.TB, h Harness, a action) *baseline {
	t.Helper()
	r := newRig(t, h)
	if a.lacking(r.can) {
		return nil
	}
	u := r.start(a, a.on(r))
	n := len(r.world.Calls())
	keys, watch := r.keysOfCalls(n)
	res, _ := u.try(Script{Crash: watch}, nil)
	b := &baseline{action: a, calls: r.world.Calls()[n:], state: plain(r.world.State()), result: res}
	b.keys = keys(len(b.calls))
	if res.err != nil || len(u.journal.Open()) > 0 {
		t.Fatalf("undisturbed: %v, open intents %v\n%s", res.err, u.journal.Open(), trace(b.calls))
	}
	return b
}

// keysOfCalls records the key under which each call after the first n is made. keys
// returns them, padded to size, with "" for calls outside of Make.
func (r *rig) keysOfCalls(n int) (keys func(size int) []string, watch func(Point, string) bool) {
	var found []string
	grow := func(size int, key string) {
		for len(found) < size {
			found = append(found, key)
		}
	}
	watch = func(p Point, key string) bool {
		switch size := len(r.world.Calls()) - n; p {
		case BeforeMake:
			grow(size, "")
		case AfterMake:
			grow(size, key)
		case BeforeProbe, AfterProbe: // a probe changes nothing
		}
		return false
	}
	return func(size int) []string { grow(size, ""); return found }, watch
}

// outcomes returns the outcomes of a report without details and duplicates, in a
// fixed order.
func outcomes(r core.Report) []core.Outcome {
	out := slices.Clone(r.Outcomes)
	for i := range out {
		out[i].Detail = ""
	}
	slices.SortFunc(out, func(a, b core.Outcome) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return slices.Compact(out)
}

// trace lists calls for the person who investigates a failure.
func trace(calls []APICall) string {
	var b strings.Builder
	for _, c := range calls {
		b.WriteString("\t" + c.Method)
		if c.Effect {
			b.WriteString(" (took effect)")
		}
		if c.Struck {
			b.WriteString(" (struck)")
		}
		b.WriteString("\n")
	}
	return b.String()
}
