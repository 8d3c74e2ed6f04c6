package store

import (
	"context"
	"fmt"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// endedKept is how long an ended run is kept that the risk's record does not need, so
// that repeated calls find it. It is longer than the day of engine.ArmFresh.
const endedKept = 26 * time.Hour

// runsInRecord is how many ended runs of an event, a repeat or a schedule the record lists, of
// each flow and, if the events are those of groups, of each group. Others are only counted, so
// that the record doesn't grow with every change of the risk and every repeat.
const runsInRecord = 5

// retire appends how long a run is kept when it has ended, and how many like it are in the
// record. Nobody reads the record of R-0, nor the runs that changed groups: the group's
// record has what became of them. A risk is filed once, so the runs of its first version are
// few.
func (c *call) retire(id engine.RunID) *call {
	switch {
	case id.Risk.Number() == 0, id.Flow == engine.GroupFlow:
		return c.add(endedKept.Milliseconds(), 0)
	case id.Version() > 1, id.Repeats(), id.OfGroupEvent(), !id.Scheduled().IsZero():
		return c.add(endedKept.Milliseconds(), runsInRecord)
	}
	return c.add(0, 0)
}

// timers appends a list of timer changes, all of one risk. after is the first event of the
// entry that has their events, or nil.
func (s *Store) timers(c *call, risk core.RiskKey, list []engine.TimerChange, after *engine.Event) error {
	c.add(len(list))
	for _, t := range list {
		if err := checkTimer(t, risk); err != nil {
			return err
		}
		from := t.Run
		if t.Do == engine.MoveTimer {
			from = t.From
		}
		event, err := s.timerEvent(risk, t, after)
		if err != nil {
			return err
		}
		c.add(string(t.Do)).run(s.keys, t.Run).run(s.keys, from).add(ms(t.Due), t.FlowHash, t.Data, event)
	}
	return nil
}

// checkTimer refuses a change of a timer that scripts could not carry out.
func checkTimer(t engine.TimerChange, risk core.RiskKey) error {
	ids := []engine.RunID{t.Run}
	switch t.Do {
	case engine.MoveTimer:
		ids = append(ids, t.From)
	case engine.ArmTimer, engine.ArmFresh, engine.DropTimer, engine.CancelBegun, engine.ArmSync, engine.WakeTimer:
	default:
		return fmt.Errorf("%q is not an operation on timers", t.Do)
	}
	for _, id := range ids {
		if err := checkRun(id); err != nil {
			return err
		}
		if id.Risk != risk {
			return fmt.Errorf("run %s does not belong to %s", id, risk)
		}
	}
	return nil
}

// timerEvent returns the event of a risk's timer as stored, "" if it has none.
func (s *Store) timerEvent(risk core.RiskKey, t engine.TimerChange, after *engine.Event) (string, error) {
	if t.Event == nil {
		return "", nil
	}
	return s.event(risk, *t.Event, after)
}

// Arm applies timer changes without changing the risk.
func (s *Store) Arm(ctx context.Context, risk core.RiskKey, timers []engine.TimerChange) error {
	return s.arm(ctx, "arm", risk, 0, "", timers)
}

// Realign applies the timer changes that follow from a config file.
func (s *Store) Realign(ctx context.Context, risk core.RiskKey, version int64, file string, timers []engine.TimerChange) error {
	return s.arm(ctx, "realign", risk, version, file, timers)
}

func (s *Store) arm(ctx context.Context, op string, risk core.RiskKey, version int64, file string, timers []engine.TimerChange) error {
	c := s.around("arm", risk).add(version, file).key(s.keys.server(s.keys.shard(risk)))
	if err := s.timers(c, risk, timers, nil); err != nil {
		return invalid(op, "timers", err)
	}
	_, err := s.doReplicated(ctx, op, c)
	return err
}

// leased starts a call of a script that works on one run.
func (s *Store) leased(name string, id engine.RunID) *call {
	return s.around(name, id.Risk).run(s.keys, id)
}

// turn starts a call of a script that works on one run, and can be made together with calls on
// other runs of the shard.
func (s *Store) turn(name string, id engine.RunID) *call {
	c := s.around(name, id.Risk)
	c.common = common{keys: aroundShard, args: len(c.args), most: turnsAtOnce}
	return c.run(s.keys, id)
}

// result appends the result of a call, or none.
func (c *call) result(r *engine.Result) *call {
	if r == nil {
		return c.add("")
	}
	c.records = true
	return c.add(r.Key, r.Cycle, r.Step, r.Value)
}

// Hold extends a lease.
func (s *Store) Hold(ctx context.Context, l engine.Lease, until time.Time) (engine.Lease, error) {
	a, err := s.do(ctx, "hold", s.leased("hold", l.Run).add(ms(l.Until), ms(until)))
	if err != nil {
		return engine.Lease{}, err
	}
	return engine.Lease{Run: l.Run, Until: at(a.int(1))}, nil
}

// Begin opens an intent.
func (s *Store) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	c, err := s.beginning(b)
	if err != nil {
		return engine.Begun{}, err
	}
	a, err := s.doReplicated(ctx, opBegin, c)
	if err != nil {
		return engine.Begun{}, err
	}
	return readBegun(b, a)
}

const opBegin = "begin"

// beginning starts the call of Begin.
func (s *Store) beginning(b engine.Begin) (*call, error) {
	c := s.turn("begin", b.Lease.Run).result(b.Result)
	c.add(ms(b.Lease.Until), b.Step, b.Key, b.Attempt, b.Nonce, b.Version, ms(b.Until), b.Input).flag(b.NeedsBinding)
	if err := s.events(c, b.Lease.Run.Risk, b.Events); err != nil {
		return nil, invalid(opBegin, "events", err)
	}
	return c, nil
}

func readBegun(b engine.Begin, a answer) (engine.Begun, error) {
	out := engine.Begun{Lease: engine.Lease{Run: b.Lease.Run, Until: at(a.int(1))}}
	var err error
	if out.Call, err = readCall(a.text(2), a.text(3) == "1", a.text(4)); err != nil {
		return out, broken(opBegin, err)
	}
	return out, nil
}

// Close records the result of a call, or closes its intent without one.
func (s *Store) Close(ctx context.Context, cl engine.Close) (engine.Wish, error) {
	const op = "close"
	var lease int64
	if cl.Fail {
		if cl.Lease.Run != cl.Run {
			return "", invalid(op, "lease", nil)
		}
		lease = ms(cl.Lease.Until)
	}
	var bind string
	if cl.Bind != nil {
		bind = cl.Bind.String()
		if err := s.lookUp(ctx, op, *cl.Bind, cl.Run.Risk); err != nil {
			return "", err
		}
	}
	if cl.Group != nil && cl.Bind == nil {
		if err := s.lookUp(ctx, op, cl.Group.Ref, cl.Run.Risk); err != nil {
			return "", err
		}
	}
	c := s.leased("close", cl.Run)
	c.result(&engine.Result{Cycle: cl.Cycle, Step: cl.Step, Key: cl.Key, Value: cl.Value}).add(cl.Attempt).flag(cl.Fail).add(lease, bind)
	if err := s.group(c, cl.Run.Risk, cl.Group); err != nil {
		return "", invalid(op, "group", err)
	}
	if err := s.timers(c, cl.Run.Risk, cl.Timers, first(cl.Events)); err != nil {
		return "", invalid(op, "timers", err)
	}
	if err := s.events(c, cl.Run.Risk, cl.Events); err != nil {
		return "", invalid(op, "events", err)
	}
	a, err := s.doReplicated(ctx, op, c)
	if err != nil {
		return "", err
	}
	return engine.Wish(a.text(1)), nil
}

// Complete ends a step or a worker's turn on a run.
func (s *Store) Complete(ctx context.Context, st engine.Complete) (engine.Completed, error) {
	const op = "complete"
	c, err := s.completing(op, st)
	if err != nil {
		return engine.Completed{}, err
	}
	a, err := s.doReplicated(ctx, op, c)
	if err != nil {
		return engine.Completed{}, err
	}
	id := st.Lease.Run
	return engine.Completed{Lease: engine.Lease{Run: id, Until: at(a.int(1))}, Wish: engine.Wish(a.text(2)), Record: recordIn(id.Risk, a, 3)}, nil
}

// completing starts the call of Complete.
func (s *Store) completing(op string, st engine.Complete) (*call, error) {
	id := st.Lease.Run
	switch st.To {
	case engine.Running, engine.Waiting, engine.Parked, engine.Finished, engine.Skipped, engine.Cancelled:
	default:
		return nil, invalid(op, "state", fmt.Errorf("%q does not end a turn", st.To))
	}
	c := s.turn("complete", id).result(st.Result).key(s.keys.document(id.Risk)).key(s.keys.groupsOf(id.Risk)).flag(id.Flow == engine.SyncFlow).retire(id).add(ms(st.Lease.Until))
	c.add(string(st.To), ms(st.Until), st.Step).flag(st.Next).add(st.Outcome, st.Reason, st.Input)
	if st.Next {
		st.Attempts, st.Unknown, st.Since = 0, 0, time.Time{}
	}
	badge := ""
	if !st.Badge.IsZero() {
		badge = st.Badge.String()
	}
	c.flag(st.Outcome != nil).add(st.Slot.Key, ms(st.Slot.At), st.Attempts, st.Unknown, ms(st.Since), badge)
	c.add(st.Seen).run(s.keys, engine.RunID{Risk: id.Risk, Flow: engine.SyncFlow}).add(st.File)
	c.add(len(st.Shown))
	for _, d := range st.Shown {
		c.add(d.ID)
		if err := c.json(shownDoc{Ref: d.Ref, Group: d.Group, To: d.To, Title: d.Title,
			Badge: d.Badge, Version: d.Version, Rev: d.Rev, Brief: d.Brief, Bare: d.Bare, Gone: d.Gone, Marks: d.Marks}); err != nil {
			return nil, invalid(op, "shown", err)
		}
	}
	c.add(len(st.Unreached))
	for _, u := range st.Unreached {
		c.add(string(u.As) + " " + u.Account.String())
		if u.Code == "" {
			c.add("")
		} else if err := c.json(u); err != nil {
			return nil, invalid(op, "unreached", err)
		}
	}
	if err := s.timers(c, id.Risk, st.Timers, first(st.Events)); err != nil {
		return nil, invalid(op, "timers", err)
	}
	if err := s.events(c, id.Risk, st.Events); err != nil {
		return nil, invalid(op, "events", err)
	}
	return c, nil
}
