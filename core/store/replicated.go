package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// doReplicated runs a script that changes a risk, a run, an intent or a result. With
// Options.Strict it returns only when a replica has what the script wrote, and the disk
// if necessary. A repeat writes nothing, but waits for what the first call wrote. Leases
// and rate budgets don't use it: the intent that follows them does.
func (s *Store) doReplicated(ctx context.Context, op string, c *call) (answer, error) {
	if !s.opts.Strict {
		return s.do(ctx, op, c)
	}
	sc := s.scripts[c.name]
	cmd, kept := s.replicated(ctx, c.keys[0], func(p redis.Pipeliner) *redis.Cmd { return sc.EvalSha(ctx, p, c.keys, c.args...) })
	if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
		cmd, kept = s.replicated(ctx, c.keys[0], func(p redis.Pipeliner) *redis.Cmd { return sc.Eval(ctx, p, c.keys, c.args...) })
	}
	a, err := read(op, cmd)
	if err != nil {
		return nil, err
	}
	if err := kept(); err != nil {
		return nil, notReplicated(op, err)
	}
	return a, nil
}

// setReplicated sets a key and waits like doReplicated.
func (s *Store) setReplicated(ctx context.Context, op, key string, value []byte) error {
	if !s.opts.Strict {
		return failed(op, s.db.Set(ctx, key, value, 0).Err())
	}
	cmd, kept := s.replicated(ctx, key, func(p redis.Pipeliner) *redis.Cmd { return p.Do(ctx, "SET", key, value) })
	if err := cmd.Err(); err != nil {
		return failed(op, err)
	}
	if err := kept(); err != nil {
		return notReplicated(op, err)
	}
	return nil
}

func notReplicated(op string, err error) error {
	return &core.Error{Op: "store: " + op, Kind: core.Unavailable, Effect: core.Maybe, Detail: "not_replicated", Err: err}
}

// replicated sends a command to the node of a key, together with the wait for its
// replication. WAIT covers the writes of its own connection, so both go in one pipeline.
func (s *Store) replicated(ctx context.Context, key string, f func(redis.Pipeliner) *redis.Cmd) (cmd *redis.Cmd, kept func() error) {
	cluster, clustered := s.db.(*redis.ClusterClient)
	if !clustered {
		return s.thenWait(ctx, s.db, f)
	}
	node, err := cluster.MasterForKey(ctx, key)
	if err != nil {
		cmd = redis.NewCmd(ctx)
		cmd.SetErr(err)
		return cmd, nil
	}
	cmd, kept = s.thenWait(ctx, node, f)
	if _, moved := redis.IsMovedError(cmd.Err()); moved {
		cluster.ReloadState(ctx)
	}
	return cmd, kept
}

// thenWait sends a command and the waits that Strict needs. kept returns an error if the
// command's writes were not kept in time.
func (s *Store) thenWait(ctx context.Context, node redis.Cmdable, f func(redis.Pipeliner) *redis.Cmd) (cmd *redis.Cmd, kept func() error) {
	pipe := node.Pipeline()
	cmd = f(pipe)
	var sync *redis.Cmd
	if s.awaitSync.Load() {
		sync = pipe.Do(ctx, "WAITAOF", 1, 0, syncWait.Milliseconds())
	}
	replicas := pipe.Do(ctx, "WAIT", 1, replicaWait.Milliseconds())
	_, _ = pipe.Exec(ctx) // each command has its own error
	return cmd, func() error {
		if n, err := replicas.Int64(); err != nil || n < 1 {
			return errors.Join(errors.New("no replica confirmed it in time"), err)
		}
		if sync == nil {
			return nil
		}
		if n, err := sync.Int64Slice(); err != nil || n[0] < 1 {
			return errors.Join(errors.New("it was not on disk in time"), err)
		}
		return nil
	}
}
