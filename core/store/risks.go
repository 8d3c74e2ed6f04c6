package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// Apply files a risk or changes it. A repeat of a change without an op is recognised
// only within this call.
func (s *Store) Apply(ctx context.Context, ch engine.Change) (engine.Applied, error) {
	const op = "apply"
	var out engine.Applied
	if err := checkChange(ch); err != nil {
		return out, invalid(op, "change", err)
	}
	doc, err := writeRisk(ch.New)
	if err != nil {
		return out, invalid(op, "risk", err)
	}
	if ch.Op == "" {
		ch.Op = "-" + nonce()
	}
	var c *call
	if s.files(ch) {
		c, err = s.filing(ch, doc)
	} else {
		c, err = s.change(ch, doc)
	}
	if err != nil {
		return out, invalid(op, "change", err)
	}
	if err := s.addGroups(ctx, op, ch.Old, &ch.New); err != nil {
		return out, err
	}
	a, err := s.doReplicated(ctx, op, c)
	if err != nil {
		return out, err
	}
	out.Repeat, out.Result = a.text(1) == "1", a.text(2)
	if !out.Repeat {
		out.Risk = ch.New
		return out, nil
	}
	if out.Risk, err = readRisk(ch.New.Key, a.text(3)); err != nil {
		return out, broken(op, err)
	}
	return out, nil
}

// change starts a call of apply.lua.
func (s *Store) change(ch engine.Change, doc string) (*call, error) {
	c := s.around("apply", ch.New.Key)
	c.add(ch.Op, nonce(), ch.Result, ch.Expect, ch.New.Version, doc).key(s.keys.document(ch.New.Key))
	c.add(string(ch.New.Key), ch.File)
	if l := ch.Release; l.Group.IsZero() {
		c.add("", "")
	} else {
		c.add(l.Group.String(), string(l.State))
	}
	c.reindex(append(s.keys.indexChanges(ch.Old, &ch.New), s.touches(ch.Old, &ch.New)...))
	if err := s.timers(c, ch.New.Key, ch.Timers, first(ch.Events)); err != nil {
		return nil, err
	}
	return c, s.events(c, ch.New.Key, ch.Events)
}

// timersFiled is how many timers file.lua arms at most: it passes all to one command.
const timersFiled = 100

// files reports whether a change files a new risk, which no older program knows, and does
// nothing that file.lua can't: nearly always.
func (s *Store) files(ch engine.Change) bool {
	return ch.Expect == 0 && s.keys.compact(ch.New.Key) && len(ch.Timers) <= timersFiled && ch.Release.Group.IsZero() &&
		!slices.ContainsFunc(ch.Timers, func(t engine.TimerChange) bool { return t.Do != engine.ArmTimer })
}

// filing starts a call of file.lua.
func (s *Store) filing(ch engine.Change, doc string) (*call, error) {
	key := ch.New.Key
	shard := s.keys.shard(key)
	c := s.call("file", s.keys.due(shard), s.keys.audit(shard), s.keys.risk(key), s.keys.document(key), s.keys.aligned(shard))
	c.add(s.keys.wake(), ch.Op, nonce(), ch.Result, doc, ch.File)
	submitted := ch.New.SubmittedAt.UnixMilli()
	var others []indexChange
	for _, index := range s.keys.indexChanges(nil, &ch.New) {
		if index.score == submitted {
			c.keys = append(c.keys, index.key)
		} else {
			others = append(others, index)
		}
	}
	c.add(string(key), submitted, len(c.keys))
	c.reindex(append(others, s.touches(nil, &ch.New)...))
	c.add(len(ch.Timers))
	for _, t := range ch.Timers {
		if err := checkTimer(t, key); err != nil {
			return nil, err
		}
		event, err := s.timerEvent(key, t, first(ch.Events))
		if err != nil {
			return nil, err
		}
		if len(t.Data) > 0 {
			c.run(s.keys, t.Run)
		} else {
			c.add(0, t.Run.String())
		}
		c.add(ms(t.Due), t.FlowHash, t.Data, event)
	}
	return c, s.events(c, key, ch.Events)
}

// onlyRepeat as Change.Expect only asks whether the op is a repeat.
const onlyRepeat = -1

// checkChange refuses a change that would leave the indexes out of date.
func checkChange(ch engine.Change) error {
	switch {
	case strings.Contains(ch.Op, "|"):
		return fmt.Errorf("op %q contains a bar", ch.Op)
	case ch.New.Key.Number() <= 0:
		return fmt.Errorf("%q is not the key of a risk", ch.New.Key)
	case ch.Expect == onlyRepeat && ch.Op == "":
		return fmt.Errorf("no op to look up")
	case ch.Expect == onlyRepeat:
		return nil // no risk is at that version: nothing can be written
	case ch.New.Version != ch.Expect+1:
		return fmt.Errorf("version %d does not follow %d", ch.New.Version, ch.Expect)
	case (ch.Old == nil) != (ch.Expect == 0):
		return fmt.Errorf("version %d is expected, but the old risk is missing", ch.Expect)
	case ch.Old != nil && (ch.Old.Key != ch.New.Key || ch.Old.Version != ch.Expect):
		return fmt.Errorf("the old risk is %s at version %d, not the one to change", ch.Old.Key, ch.Old.Version)
	}
	return nil
}

// broken returns the error for stored data that can't be decoded.
func broken(op string, err error) error {
	return &core.Error{Op: "store: " + op, Kind: core.Unknown, Detail: "unreadable", Err: err}
}

// Get returns a risk with everything that belongs to it, or the groups of a key without
// a risk.
func (s *Store) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	const op = "get"
	a, err := s.do(ctx, op, s.call("get", s.keys.record(key)...))
	if err != nil {
		return engine.Record{}, err
	}
	rec, err := readRecord(key, a.list(1))
	if err != nil {
		return rec, broken(op, err)
	}
	return rec, nil
}

// Each calls f once with the key of every risk that is open or has a timer.
func (s *Store) Each(ctx context.Context, f func(core.RiskKey) error) error {
	for shard := range s.keys.shards {
		if err := s.eachOf(ctx, shard, f); err != nil {
			return err
		}
	}
	return nil
}

// eachOf does so in one shard. A risk that is closed meanwhile is among those with a timer,
// which are read last.
func (s *Store) eachOf(ctx context.Context, shard int, f func(core.RiskKey) error) error {
	seen := map[core.RiskKey]bool{}
	once := func(key core.RiskKey) error {
		if seen[key] || key.Number() == 0 { // R-0 has the notices of no risk
			return nil
		}
		seen[key] = true
		return f(key)
	}
	if err := s.eachSorted(ctx, "each", s.keys.open(shard), func(key string) error { return once(core.RiskKey(key)) }); err != nil {
		return err
	}
	return s.eachSorted(ctx, "each", s.keys.due(shard), func(run string) error {
		key, _, _ := strings.Cut(run, "/")
		return once(core.RiskKey(key))
	})
}

// unaligned returns the shards that have risks to visit, and may not be aligned with a
// file.
func (s *Store) unaligned(ctx context.Context, op, file string) ([]int, error) {
	pipe := s.db.Pipeline()
	aligned := make([]*redis.StringCmd, s.keys.shards)
	open, due := make([]*redis.StringSliceCmd, s.keys.shards), make([]*redis.StringSliceCmd, s.keys.shards)
	for shard := range s.keys.shards {
		aligned[shard] = pipe.Get(ctx, s.keys.aligned(shard))
		open[shard], due[shard] = pipe.ZRange(ctx, s.keys.open(shard), 0, 0), pipe.ZRange(ctx, s.keys.due(shard), 0, 0)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	var list []int
	for shard := range s.keys.shards {
		err := cmp.Or(open[shard].Err(), due[shard].Err())
		if none := aligned[shard].Err(); !errors.Is(none, redis.Nil) {
			err = cmp.Or(none, err)
		}
		if err != nil {
			return nil, failed(op, err)
		}
		if aligned[shard].Val() != file && len(open[shard].Val())+len(due[shard].Val()) > 0 {
			list = append(list, shard)
		}
	}
	return list, nil
}

// Align calls f with the risks whose timers may not be those of a config file, shard by
// shard. It leaves out a shard if all its risks have been aligned with that file, and no
// process with another file has changed one since. It fails with Conflict if another file is
// in force.
func (s *Store) Align(ctx context.Context, file string, f func(core.RiskKey) error) error {
	const op = "align"
	shards, err := s.unaligned(ctx, op, file)
	if err != nil {
		return err
	}
	for _, shard := range shards {
		step := func(nonce string, ends bool) (aligned bool, err error) {
			a, err := s.do(ctx, op, s.call("align", s.keys.aligned(shard), s.keys.server(shard)).add(file, nonce).flag(ends))
			return a.text(1) == "1", err
		}
		mine := nonce()
		aligned, err := step(mine, false)
		if err != nil {
			return err
		}
		if aligned {
			continue
		}
		if err := s.eachOf(ctx, shard, f); err != nil {
			return err
		}
		if _, err := step(mine, true); err != nil {
			return err
		}
	}
	return nil
}
