package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// doReplicated runs a script; with Options.Strict it returns only when a
// replica has what the script wrote, and the disk if need be. A repeat writes nothing, but waits for
// what the first one wrote.
func (s *Store) doReplicated(ctx context.Context, op string, c *call) (answer, error) {
	if !s.opts.Strict {
		return s.do(ctx, op, c)
	}
	// WAIT is about the connection that wrote: hence a pipeline to one node.
	var node redis.Cmdable = s.db
	cluster, _ := s.db.(*redis.ClusterClient)
	if cluster != nil {
		master, err := cluster.MasterForKey(ctx, c.keys[0])
		if err != nil {
			return nil, failed(op, err)
		}
		node = master
	}
	sc := s.scripts[c.name]
	cmd, kept := s.thenWait(ctx, node, func(p redis.Pipeliner) *redis.Cmd { return sc.EvalSha(ctx, p, c.keys, c.args...) })
	if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
		cmd, kept = s.thenWait(ctx, node, func(p redis.Pipeliner) *redis.Cmd { return sc.Eval(ctx, p, c.keys, c.args...) })
	}
	if _, moved := redis.IsMovedError(cmd.Err()); moved && cluster != nil {
		cluster.ReloadState(ctx)
	}
	a, err := read(op, cmd)
	if err != nil {
		return nil, err
	}
	if err := kept(); err != nil {
		return nil, &core.Error{Op: "store: " + op, Kind: core.Unavailable, Effect: core.Maybe, Detail: "not_replicated", Err: err}
	}
	return a, nil
}

// thenWait sends a command, and what waits until it is kept as Strict wants.
// kept says whether it was.
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
			return errors.Join(errors.New("no replica has it in time"), err)
		}
		if sync == nil {
			return nil
		}
		if n, err := sync.Int64Slice(); err != nil || n[0] < 1 {
			return errors.Join(errors.New("it is not on disk in time"), err)
		}
		return nil
	}
}
