package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

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
	return s.append(ctx, risk, events, nonce())
}

// append adds events. It does nothing if the trail's last call of append had that nonce.
func (s *Store) append(ctx context.Context, risk core.RiskKey, events []engine.Event, nonce string) error {
	c := s.around("append", risk).add(nonce)
	if err := s.events(c, risk, events); err != nil {
		return invalid("append", "events", err)
	}
	_, err := s.doReplicated(ctx, "append", c)
	return err
}

// Trail returns events of a risk, newest first and at most limit, from the one with that
// ID on; "" is the newest.
func (s *Store) Trail(ctx context.Context, risk core.RiskKey, from string, limit int) ([]engine.Event, error) {
	const op = "trail"
	var trail []engine.Event
	for len(trail) < limit {
		c := s.call("trail", s.keys.audit(s.keys.shard(risk)), s.keys.risk(risk))
		a, err := s.do(ctx, op, c.add(from, min(limit-len(trail), trailBatch)))
		if err != nil {
			return nil, err
		}
		list := a.list(2)
		for i := range list {
			entry, err := readEntry(risk, list.list(i))
			if err != nil {
				return nil, broken(op, err)
			}
			trail = append(trail, entry...)
		}
		if from = a.text(1); from == "" {
			break
		}
	}
	return trail[:min(limit, len(trail))], nil
}

// attemptDoc is what is stored of an Attempt, besides its time, its op and their number.
type attemptDoc struct {
	By   core.Actor `json:"by"`
	What string     `json:"what"`
	Kind core.Kind  `json:"kind"`
}

// Reject records that somebody's attempt was rejected.
func (s *Store) Reject(ctx context.Context, risk core.RiskKey, a engine.Attempt) error {
	const op = "reject"
	if strings.Contains(a.Op, "|") {
		return invalid(op, "op", fmt.Errorf("%q contains a bar", a.Op))
	}
	c := s.call("reject", s.keys.risk(risk), s.keys.tried(risk))
	c.add(strings.Join([]string{a.By.Account.String(), a.What, string(a.Kind)}, " "), a.Op, ms(a.At))
	if err := c.json(attemptDoc{By: a.By, What: a.What, Kind: a.Kind}); err != nil {
		return invalid(op, "attempt", err)
	}
	_, err := s.do(ctx, op, c.add(engine.MaxAttempts))
	return err
}

// Attempts returns the rejected attempts that are kept of a risk.
func (s *Store) Attempts(ctx context.Context, risk core.RiskKey) ([]engine.Attempt, error) {
	const op = "attempts"
	all, err := s.db.HGetAll(ctx, s.keys.tried(risk)).Result()
	if err != nil {
		return nil, failed(op, err)
	}
	var list []engine.Attempt
	for which, v := range all {
		p := strings.SplitN(v, "|", 4)
		var d attemptDoc
		if len(p) != 4 {
			return nil, broken(op, fmt.Errorf("%s: %q is not an attempt", which, v))
		}
		if err := json.Unmarshal([]byte(p[3]), &d); err != nil {
			return nil, broken(op, fmt.Errorf("%s: %w", which, err))
		}
		list = append(list, engine.Attempt{By: d.By, What: d.What, Kind: d.Kind, Op: p[2], At: at(number(p[1])), Count: int(number(p[0]))})
	}
	return list, nil
}
