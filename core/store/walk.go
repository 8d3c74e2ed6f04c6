package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// walked is how many risks are read at a time.
const walked = 100

// All calls f with every risk, open or closed, in the order of their numbers, until f
// fails. prefix is the one of their keys.
func (s *Store) All(ctx context.Context, prefix string, f func(core.Risk) error) error {
	return s.walk(ctx, "", prefix, func(key core.RiskKey, doc string, _ bool) error {
		if doc == "" {
			return nil
		}
		r, err := readRisk(key, doc)
		if err != nil {
			return broken("read all risks", err)
		}
		return f(r)
	})
}

// Topics calls f with every key that a topic may have, in the order of their numbers,
// until f fails. prefix is the one of these keys.
func (s *Store) Topics(ctx context.Context, prefix string, f func(core.RiskKey) error) error {
	last, err := s.lastNumber(ctx, ofTopics)
	if err != nil {
		return failed("read all topics", err)
	}
	for n := int64(1); n <= last; n++ {
		if err := f(core.MakeRiskKey(prefix, n)); err != nil {
			return err
		}
	}
	return nil
}

// walk calls f with the document of every risk whose number a counter has given. gone means
// that the risk was purged, but not its trail.
func (s *Store) walk(ctx context.Context, counter, prefix string, f func(key core.RiskKey, doc string, gone bool) error) error {
	const op = "read all risks"
	last, err := s.lastNumber(ctx, counter)
	if err != nil {
		return failed(op, err)
	}
	for n := int64(1); n <= last; n += walked {
		pipe := s.db.Pipeline()
		var keys []core.RiskKey
		var docs, goings []*redis.StringCmd
		for i := n; i < n+walked && i <= last; i++ {
			key := core.MakeRiskKey(prefix, i)
			keys, docs = append(keys, key), append(docs, s.document(ctx, pipe, key))
			goings = append(goings, pipe.HGet(ctx, s.keys.risk(key), goneField))
		}
		_, _ = pipe.Exec(ctx) // each command has its own error
		for i := range keys {
			for _, err := range []error{docs[i].Err(), goings[i].Err()} {
				if err != nil && !errors.Is(err, redis.Nil) {
					return failed(op, err)
				}
			}
			doc, gone := docs[i].Val(), goings[i].Val() != ""
			if doc == "" && !gone {
				continue // no risk has this number
			}
			if err := f(keys[i], doc, gone); err != nil {
				return err
			}
		}
	}
	return nil
}

// document reads the document of a risk.
func (s *Store) document(ctx context.Context, pipe redis.Pipeliner, key core.RiskKey) *redis.StringCmd {
	if s.keys.compact(key) {
		return pipe.Get(ctx, s.keys.document(key))
	}
	return pipe.HGet(ctx, s.keys.risk(key), "doc")
}
