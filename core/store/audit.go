package store

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
)

// trailBatch is how many events one script reads. Other commands wait while it runs.
const trailBatch = 200

// Append adds events to a risk's trail.
func (s *Store) Append(ctx context.Context, risk core.RiskKey, events []engine.Event) error {
	if len(events) == 0 {
		return nil
	}
	c := s.around("append", risk).add(nonce())
	if err := s.events(c, events); err != nil {
		return invalid("append", "events", err)
	}
	_, err := s.doReplicated(ctx, "append", c)
	return err
}

// Trail returns the newest events of a risk, newest first, at most limit.
func (s *Store) Trail(ctx context.Context, risk core.RiskKey, limit int) ([]engine.Event, error) {
	const op = "trail"
	var trail []engine.Event
	from := ""
	for len(trail) < limit {
		c := s.call("trail", s.keys.audit(s.keys.shard(risk)), s.keys.risk(risk))
		a, err := s.do(ctx, op, c.add(from, min(limit-len(trail), trailBatch)))
		if err != nil {
			return nil, err
		}
		list := a.list(2)
		for i := range list {
			e, err := readEvent(list.list(i))
			if err != nil {
				return nil, broken(op, err)
			}
			trail = append(trail, e)
		}
		if from = a.text(1); from == "" {
			break
		}
	}
	return trail, nil
}
