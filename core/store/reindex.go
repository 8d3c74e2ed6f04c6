package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

const (
	// indexedField in the database's description is the number up to which all risks are
	// in all indexes, or indexedAll. New databases have indexedAll.
	indexedField = "indexed"
	indexedAll   = "all"
	// reindexed is how many risks are indexed at a time.
	reindexed = 100
)

// allIndexed reports whether all risks are in all indexes.
func (s *Store) allIndexed(ctx context.Context) (bool, error) {
	if s.complete.Load() {
		return true, nil
	}
	v, err := s.db.HGet(ctx, s.keys.meta(), indexedField).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, failed("find", err)
	}
	if v == indexedAll {
		s.complete.Store(true)
	}
	return v == indexedAll, nil
}

// Reindex implements engine.Risks. Several processes may do it at the same time.
func (s *Store) Reindex(ctx context.Context, prefix string) error {
	const op = "reindex"
	if done, err := s.allIndexed(ctx); done || err != nil {
		return err
	}
	from, err := s.db.HGet(ctx, s.keys.meta(), indexedField).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return failed(op, err)
	}
	last, err := s.lastNumber(ctx, "")
	if err != nil {
		return failed(op, err)
	}
	for n := from + 1; n <= last; n += reindexed {
		var keys []core.RiskKey
		for i := n; i < n+reindexed && i <= last; i++ {
			keys = append(keys, core.MakeRiskKey(prefix, i))
		}
		for len(keys) > 0 {
			if keys, err = s.reindexSome(ctx, keys); err != nil {
				return err
			}
		}
		if err := s.db.HSet(ctx, s.keys.meta(), indexedField, min(n+reindexed-1, last)).Err(); err != nil {
			return failed(op, err)
		}
	}
	if err := s.db.HSet(ctx, s.keys.meta(), indexedField, indexedAll).Err(); err != nil {
		return failed(op, err)
	}
	s.complete.Store(true)
	return nil
}

// lastNumber returns a number that none that a counter has given is above.
func (s *Store) lastNumber(ctx context.Context, counter string) (int64, error) {
	pipe := s.db.Pipeline()
	last, upto := pipe.Get(ctx, s.keys.number(counter)), pipe.HGet(ctx, s.keys.numbers(counter), "upto")
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	return max(number(last.Val()), number(upto.Val())), nil
}

// reindexSome indexes those of some risks that exist, and returns those that have changed
// meanwhile.
func (s *Store) reindexSome(ctx context.Context, keys []core.RiskKey) (again []core.RiskKey, err error) {
	const op = "reindex"
	pipe := s.db.Pipeline()
	cmds := make([]*redis.SliceCmd, len(keys))
	for i, key := range keys {
		cmds[i] = pipe.HMGet(ctx, s.keys.risk(key), "doc", "v")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failed(op, err)
	}
	var found []core.RiskKey
	var calls []*call
	for i, cmd := range cmds {
		values := answer(cmd.Val())
		doc := values.text(0)
		if doc == "" {
			continue
		}
		r, err := readRisk(keys[i], doc)
		if err != nil {
			return nil, broken(op, err)
		}
		if err := s.addGroups(ctx, op, nil, &r); err != nil {
			return nil, err
		}
		c := s.call("reindex", s.keys.risk(keys[i])).add(values.text(1))
		c.reindex(s.keys.reindexChanges(&r))
		found, calls = append(found, keys[i]), append(calls, c)
	}
	_, errs := s.doAll(ctx, op, calls)
	for i, err := range errs {
		switch {
		case core.KindOf(err) == core.Conflict:
			again = append(again, found[i])
		case err != nil:
			return nil, err
		}
	}
	return again, nil
}

// reindexChanges returns the changes that bring a risk of schema 1 into all indexes. There,
// the index of handlers had the submitters too.
func (k keys) reindexChanges(r *core.Risk) []indexChange {
	list := k.indexChanges(nil, r)
	if a := r.Submitter.Account; !a.IsZero() {
		key := k.who(k.shard(r.Key), string(core.RefOf(a)))
		if _, handles := k.indexed(r)[key]; !handles {
			list = append(list, indexChange{key: key, member: string(r.Key), score: ""})
		}
	}
	return list
}
