package store

import (
	"context"
	"errors"
	"slices"

	"riskroom/core"
	"riskroom/core/engine"

	"github.com/redis/go-redis/v9"
)

// PutInForce puts a config file in force: first in the description of the database, then in
// each shard, where claim.lua and arm.lua check it. Whoever goes on after a crash finds its
// generation, and puts it in the shards that are left.
func (s *Store) PutInForce(ctx context.Context, file string) (int64, error) {
	const op = "put a file in force"
	if file == "" {
		return 0, invalid(op, "file", nil)
	}
	generation, err := s.enforce(ctx, op, file, 0)
	if core.KindOf(err) != core.Conflict {
		return generation, err
	}
	// A shard has a later file. Either that was put in force meanwhile, or the server has lost
	// that it was: then this one comes after it.
	now, err := s.InForce(ctx)
	if err != nil || now.File != file {
		return generation, err
	}
	least, err := s.latestGeneration(ctx, op)
	if err != nil {
		return generation, err
	}
	return s.enforce(ctx, op, file, least+1)
}

// latestGeneration returns the highest generation of the shards.
func (s *Store) latestGeneration(ctx context.Context, op string) (highest int64, err error) {
	for shard := range s.keys.shards {
		n, err := s.db.HGet(ctx, s.keys.server(shard), "generation").Int64()
		if err != nil && !errors.Is(err, redis.Nil) {
			return 0, failed(op, err)
		}
		highest = max(highest, n)
	}
	return highest, nil
}

// enforce puts a file in force everywhere, with a generation of at least least.
func (s *Store) enforce(ctx context.Context, op, file string, least int64) (int64, error) {
	a, err := s.doReplicated(ctx, op, s.call("putinforce", s.keys.meta()).add(file, least))
	if err != nil {
		return 0, err
	}
	calls := make([]*call, s.keys.shards)
	for shard := range calls {
		calls[shard] = s.call("enforce", s.keys.server(shard)).add(file, a.text(1))
	}
	_, errs := s.doAll(ctx, op, calls)
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return a.int(1), errs[i]
	}
	return a.int(1), nil
}

// InForce returns the file that is in force, zero if none is.
func (s *Store) InForce(ctx context.Context) (engine.InForce, error) {
	values, err := s.db.HMGet(ctx, s.keys.meta(), "file", "generation").Result()
	if err != nil {
		return engine.InForce{}, failed("file in force", err)
	}
	a := answer(values)
	return engine.InForce{File: a.text(0), Generation: a.int(1)}, nil
}
