package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/engine"
)

// testAnything calls the store at random, with old and new leases, and checks after each
// step that its data is consistent.
func testAnything(t *testing.T, open opener) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &monkey{bench: setup(t, open), rt: rt}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			m.step()
			m.agree()
		}
	})
}

// monkey makes random calls.
type monkey struct {
	*bench
	rt     *rapid.T
	leases []engine.Lease // that were ever given
}

func (m *monkey) run() engine.RunID {
	n := rapid.IntRange(0, 3).Draw(m.rt, "run")
	if n == 0 {
		return syncID
	}
	return id(fmt.Sprint(n))
}

func (m *monkey) lease() engine.Lease {
	if len(m.leases) == 0 {
		return engine.Lease{Run: id("1"), Until: m.clock.Now()}
	}
	// Mostly the newest, because otherwise nearly every call fails with Lost.
	n := min(rapid.IntRange(0, 6).Draw(m.rt, "age")/3, len(m.leases)-1)
	return m.leases[len(m.leases)-1-n]
}

func (m *monkey) soon() time.Duration {
	return time.Duration(rapid.IntRange(-1, 3).Draw(m.rt, "seconds")) * time.Second
}

// took records a lease, or fails on an unexpected error.
func (m *monkey) took(l engine.Lease, err error) {
	switch core.KindOf(err) {
	case "":
		if !l.Until.IsZero() {
			m.leases = append(m.leases, l)
		}
	case core.Lost, core.Conflict, core.NotFound:
	default:
		m.rt.Fatal(err)
	}
}

func (m *monkey) step() {
	what := rapid.SampledFrom([]string{"arm", "arm", "claim", "claim", "claim", "hold", "begin", "begin", "begin",
		"close", "fail", "complete", "complete", "reserve", "retry", "drop", "pass"}).Draw(m.rt, "do")
	l, key := m.lease(), fmt.Sprint("k", rapid.IntRange(1, 2).Draw(m.rt, "key"))
	switch what {
	case "arm":
		m.arm(m.timer())
	case "claim":
		for _, r := range m.claim() {
			m.took(engine.Lease{Run: r.ID, Until: r.At}, nil)
		}
	case "hold":
		m.took(m.s.Hold(m.ctx, l, m.clock.Now().Add(m.soon())))
	case "begin":
		r, _ := m.s.Load(m.ctx, l.Run)
		got, err := m.s.Begin(m.ctx, engine.Begin{Lease: l, Result: m.result(r), Step: r.Step, Key: key, Attempt: r.Calls[key].Attempt + 1,
			Nonce: fmt.Sprint(len(m.leases)), Until: m.clock.Now().Add(m.soon())})
		m.took(got.Lease, err)
	case "close":
		r, _ := m.s.Load(m.ctx, l.Run)
		_, err := m.s.Close(m.ctx, engine.Close{Run: l.Run, Cycle: r.Cycle, Step: r.Step, Key: key, Attempt: 1, Value: "v", Bind: m.bind()})
		m.took(engine.Lease{}, err)
	case "fail":
		r, _ := m.s.Load(m.ctx, l.Run)
		_, err := m.s.Close(m.ctx, engine.Close{Run: l.Run, Cycle: r.Cycle, Step: r.Step, Key: key, Attempt: r.Calls[key].Attempt, Fail: true, Lease: l})
		m.took(engine.Lease{}, err)
	case "complete":
		got, err := m.s.Complete(m.ctx, m.turn(l))
		m.took(got.Lease, err)
	case "reserve":
		_, err := m.s.ReserveBinding(m.ctx, l)
		m.took(engine.Lease{}, err)
	case "retry":
		m.took(engine.Lease{}, m.s.Retry(m.ctx, m.run(), engine.Event{Kind: "desk"}))
	case "drop":
		m.took(engine.Lease{}, m.s.Drop(m.ctx, m.run(), engine.Event{Kind: "desk"}))
	case "pass":
		m.clock.pass(max(0, m.soon()) * 10)
	}
}

func (m *monkey) bind() *core.GroupRef {
	if rapid.Bool().Draw(m.rt, "bind") {
		return nil
	}
	return &core.GroupRef{Workspace: "acme", ID: fmt.Sprint("C", rapid.IntRange(1, 2).Draw(m.rt, "group"))}
}

// result returns the result of a call of a run, of its present step or of the one before.
func (m *monkey) result(r engine.Run) *engine.Result {
	if rapid.Bool().Draw(m.rt, "result") {
		return nil
	}
	before := rapid.IntRange(0, 1).Draw(m.rt, "before")
	return &engine.Result{Cycle: r.Cycle, Step: max(0, r.Step-before), Key: fmt.Sprint("k", rapid.IntRange(1, 2).Draw(m.rt, "of")), Value: "v"}
}

func (m *monkey) timer() engine.TimerChange {
	c := m.arming(m.run(), m.soon())
	ops := []engine.TimerOp{engine.ArmTimer, engine.MoveTimer, engine.DropTimer, engine.CancelBegun}
	c.Do, c.From = rapid.SampledFrom(ops).Draw(m.rt, "op"), m.run()
	if c.Run == syncID || c.From == syncID {
		c.Do, c.Run = engine.ArmSync, syncID
	}
	return c
}

func (m *monkey) turn(l engine.Lease) engine.Complete {
	states := []engine.RunState{engine.Running, engine.Waiting, engine.Parked, engine.Finished, engine.Skipped, engine.Cancelled}
	r, _ := m.s.Load(m.ctx, l.Run)
	return engine.Complete{Lease: l, Result: m.result(r), To: rapid.SampledFrom(states).Draw(m.rt, "to"), Until: m.clock.Now().Add(m.soon()),
		Step: r.Step, Next: rapid.Bool().Draw(m.rt, "next"), Reason: rapid.SampledFrom([]string{"", "unsure"}).Draw(m.rt, "why"),
		Seen: rapid.Int64Range(0, 2).Draw(m.rt, "seen")}
}

// agree compares the risk's record, each run as loaded, and the counts.
func (m *monkey) agree() {
	m.Helper()
	rec, err := m.s.Get(m.ctx, "R-1")
	m.ok(err)
	want := map[engine.RunState]int{}
	first := time.Time{}
	for _, s := range rec.Runs {
		r := m.load(s.ID)
		open := false
		for _, c := range r.Calls {
			open = open || (c.Open && !c.Done)
			if c.Open && c.Done {
				m.rt.Fatalf("%s: a call is open and done", s.ID)
			}
		}
		m.same("summary", s, engine.RunSummary{ID: s.ID, State: r.State, FlowHash: r.FlowHash, Due: r.Due, At: r.At, Begun: r.Begun, Open: open})
		if r.State.Live() == r.At.IsZero() {
			m.rt.Fatalf("%s is %s, with a timer at %v", s.ID, r.State, r.At)
		}
		if r.State.Live() || r.State == engine.Parked {
			want[r.State]++
		}
		if !r.At.IsZero() && (first.IsZero() || r.At.Before(first)) {
			first = r.At
		}
	}
	got, head, err := m.s.Counts(m.ctx)
	m.ok(err)
	for _, st := range []engine.RunState{engine.Armed, engine.Running, engine.Waiting, engine.Parked} {
		m.same(string(st), got[st], want[st])
	}
	m.same("head", head, first)
	if rec.Binding.State == engine.Reserved {
		holder := slices.IndexFunc(rec.Runs, func(s engine.RunSummary) bool { return s.ID == rec.Binding.Run })
		if holder < 0 || !rec.Runs[holder].State.Live() && rec.Runs[holder].State != engine.Parked {
			m.rt.Fatalf("%s holds the binding", rec.Binding.Run)
		}
	}
	m.same("bindings", len(m.bindings()) == 1, rec.Binding.State == engine.Bound)
}
