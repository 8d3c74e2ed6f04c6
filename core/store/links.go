package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// ReserveLink reserves the risk's link for a run, under its lease.
func (s *Store) ReserveLink(ctx context.Context, l engine.Lease) (engine.Link, error) {
	const op = "reserve"
	a, err := s.do(ctx, op, s.leased("reserve", l.Run).add(ms(l.Until)))
	if err != nil {
		return engine.Link{}, err
	}
	link, err := readLink(a.fields(1))
	if err != nil {
		return link, broken(op, err)
	}
	return link, nil
}

// SetLink changes a link that binds group.
func (s *Store) SetLink(ctx context.Context, risk core.RiskKey, group core.GroupRef, to engine.LinkState, timers []engine.TimerChange, events []engine.Event) error {
	const op = "set link"
	if to != engine.Bound && to != engine.Missing && to != engine.Free {
		return invalid(op, "state", nil)
	}
	c := s.around("setlink", risk).add(string(risk), group.String(), string(to))
	if err := s.timers(c, risk, timers); err != nil {
		return invalid(op, "timers", err)
	}
	if err := s.events(c, events); err != nil {
		return invalid(op, "events", err)
	}
	_, err := s.do(ctx, op, c)
	return err
}

// SayEnded keeps how the group that a link binds is said to have ended.
func (s *Store) SayEnded(ctx context.Context, risk core.RiskKey, group core.GroupRef, how core.Ending, timers []engine.TimerChange) error {
	const op = "say ended"
	c := s.around("sayended", risk).add(group.String(), string(how))
	if err := s.timers(c, risk, timers); err != nil {
		return invalid(op, "timers", err)
	}
	_, err := s.do(ctx, op, c)
	return err
}

// RiskOf returns the risk whose item group g is or was last. What the look-up
// key says is checked against the link, which alone decides.
func (s *Store) RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error) {
	const op = "risk of"
	risk, err := s.db.Get(ctx, s.keys.group(g)).Result()
	if errors.Is(err, redis.Nil) {
		return "", refused(op, core.NotFound, "")
	}
	if err != nil {
		return "", failed(op, err)
	}
	link, err := s.db.HMGet(ctx, s.keys.link(core.RiskKey(risk)), "group", "last", "st").Result()
	if err != nil {
		return "", failed(op, err)
	}
	l := answer(link)
	now, last := l.text(0), l.text(1)
	if now == g.String() || (now == "" && last == g.String()) {
		return core.RiskKey(risk), nil
	}
	return "", refused(op, core.NotFound, "")
}

// EachLink calls f for every risk whose link is bound or missing. On its way
// it writes the look-up keys again: in a cluster they live on other nodes than
// the links, and one may have been lost with its node.
func (s *Store) EachLink(ctx context.Context, f func(core.RiskKey, engine.Link) error) error {
	const op = "each link"
	for shard := range s.keys.shards {
		risks, err := s.db.SMembers(ctx, s.keys.links(shard)).Result()
		if err != nil {
			return failed(op, err)
		}
		if len(risks) == 0 {
			continue
		}
		pipe := s.db.Pipeline()
		cmds := make([]*redis.MapStringStringCmd, len(risks))
		for i, r := range risks {
			cmds[i] = pipe.HGetAll(ctx, s.keys.link(core.RiskKey(r)))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return failed(op, err)
		}
		for i, cmd := range cmds {
			link, err := readLink(cmd.Val())
			if err != nil {
				return broken(op, err)
			}
			if link.State != engine.Bound && link.State != engine.Missing {
				continue // let go since the set was read
			}
			if err := s.db.Set(ctx, s.keys.group(link.Group), risks[i], 0).Err(); err != nil {
				return failed(op, err)
			}
			if err := f(core.RiskKey(risks[i]), link); err != nil {
				return err
			}
		}
	}
	return nil
}
