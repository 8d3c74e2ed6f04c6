package store

import (
	"context"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// ReserveBinding reserves the risk's binding for a run, under its lease.
func (s *Store) ReserveBinding(ctx context.Context, l engine.Lease) (engine.Binding, error) {
	const op = "reserve"
	a, err := s.doReplicated(ctx, op, s.leased("reserve", l.Run).add(ms(l.Until)))
	if err != nil {
		return engine.Binding{}, err
	}
	binding, err := readBinding(a.fields(1))
	if err != nil {
		return binding, broken(op, err)
	}
	return binding, nil
}

// SetBinding changes the binding to group.
func (s *Store) SetBinding(ctx context.Context, risk core.RiskKey, group core.GroupRef, to engine.BindingState, timers []engine.TimerChange, events []engine.Event) error {
	const op = "set binding"
	if to != engine.Bound && to != engine.Lost && to != engine.Free {
		return invalid(op, "state", nil)
	}
	c := s.around("setbinding", risk).add(string(risk), group.String(), string(to))
	if err := s.timers(c, risk, timers, first(events)); err != nil {
		return invalid(op, "timers", err)
	}
	if err := s.events(c, risk, events); err != nil {
		return invalid(op, "events", err)
	}
	_, err := s.doReplicated(ctx, op, c)
	return err
}

// BindAgain binds a risk without an item group to a group that it had before.
func (s *Store) BindAgain(ctx context.Context, a engine.BindingAgain) (engine.Binding, error) {
	const op = "bind again"
	badge := ""
	if !a.Badge.IsZero() {
		badge = a.Badge.String()
	}
	c := s.around("bindagain", a.Risk).add(string(a.Risk), a.Group.String(), a.Run.String(), badge)
	if err := s.timers(c, a.Risk, a.Timers, first(a.Events)); err != nil {
		return engine.Binding{}, invalid(op, "timers", err)
	}
	if err := s.events(c, a.Risk, a.Events); err != nil {
		return engine.Binding{}, invalid(op, "events", err)
	}
	got, err := s.doReplicated(ctx, op, c)
	if err != nil {
		return engine.Binding{}, err
	}
	binding, err := readBinding(got.fields(1))
	if err != nil {
		return binding, broken(op, err)
	}
	return binding, nil
}

// ReportEnded stores a report that the group of a binding ended.
func (s *Store) ReportEnded(ctx context.Context, risk core.RiskKey, group core.GroupRef, how core.Ending, timers []engine.TimerChange) error {
	const op = "say ended"
	c := s.around("reportended", risk).add(group.String(), string(how))
	if err := s.timers(c, risk, timers, nil); err != nil {
		return invalid(op, "timers", err)
	}
	_, err := s.doReplicated(ctx, op, c)
	return err
}

// RiskOf returns the risk that is, or was last, bound to g. The look-up key is only a
// hint: the binding decides.
func (s *Store) RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error) {
	const op = "risk of"
	risk, err := s.keyOf(ctx, op, g)
	if err != nil {
		return "", err
	}
	binding, err := s.db.HMGet(ctx, s.keys.binding(risk), "group", "last", "st").Result()
	if err != nil {
		return "", failed(op, err)
	}
	l := answer(binding)
	now, last := l.text(0), l.text(1)
	if now == g.String() || (now == "" && last == g.String()) {
		return risk, nil
	}
	return "", refused(op, core.NotFound, "")
}

// EachBinding calls f for every risk whose binding is Bound or Lost. It also writes
// the look-up keys again: in a cluster they are on other nodes than the bindings, and
// may have been lost with a node.
func (s *Store) EachBinding(ctx context.Context, f func(core.RiskKey, engine.Binding) error) error {
	const op = "each binding"
	return s.eachMember(ctx, op, s.keys.each(s.keys.bindings), func(risks []string) error {
		found, err := s.bindingsOf(ctx, risks)
		if err != nil {
			return err
		}
		for _, b := range found {
			if err := f(b.risk, b.Binding); err != nil {
				return err
			}
		}
		return nil
	})
}

// held is the binding of a risk.
type held struct {
	engine.Binding
	risk core.RiskKey
}

// bindingsOf returns the bindings of risks that have one, and writes their look-up keys.
func (s *Store) bindingsOf(ctx context.Context, risks []string) ([]held, error) {
	const op = "each binding"
	if len(risks) == 0 {
		return nil, nil
	}
	pipe := s.db.Pipeline()
	cmds := make([]*redis.MapStringStringCmd, len(risks))
	for i, r := range risks {
		cmds[i] = pipe.HGetAll(ctx, s.keys.binding(core.RiskKey(r)))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failed(op, err)
	}
	var found []held
	pipe = s.db.Pipeline()
	for i, cmd := range cmds {
		b, err := readBinding(cmd.Val())
		if err != nil {
			return nil, broken(op, err)
		}
		if b.State != engine.Bound && b.State != engine.Lost {
			continue // released since the set was read
		}
		found = append(found, held{b, core.RiskKey(risks[i])})
		pipe.Set(ctx, s.keys.group(b.Group), risks[i], 0)
	}
	_, err := pipe.Exec(ctx)
	return found, failed(op, err)
}
