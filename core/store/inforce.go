package store

import (
	"context"
	"slices"

	"riskroom/core/engine"
)

// PutInForce puts a config file in force: first in the description of the database, then in
// each shard, where claim.lua and arm.lua check it. Whoever goes on after a crash finds its
// generation, and puts it in the shards that are left.
func (s *Store) PutInForce(ctx context.Context, file string) (int64, error) {
	const op = "put a file in force"
	if file == "" {
		return 0, invalid(op, "file", nil)
	}
	a, err := s.doReplicated(ctx, op, s.call("putinforce", s.keys.meta()).add(file))
	if err != nil {
		return 0, err
	}
	calls := make([]*call, s.keys.shards)
	for shard := range calls {
		calls[shard] = s.call("enforce", s.keys.server(shard)).add(file, a.text(1))
	}
	_, errs := s.doAll(ctx, op, calls)
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return 0, errs[i]
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
