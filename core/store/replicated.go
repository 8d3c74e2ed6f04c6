package store

import (
	"context"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// doReplicated runs a script; with Options.Strict it returns only when a
// replica has what the script wrote. A repeat writes nothing, but waits for
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
	cmd, wait := withWait(ctx, node, func(p redis.Pipeliner) *redis.Cmd { return sc.EvalSha(ctx, p, c.keys, c.args...) })
	if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
		cmd, wait = withWait(ctx, node, func(p redis.Pipeliner) *redis.Cmd { return sc.Eval(ctx, p, c.keys, c.args...) })
	}
	if _, moved := redis.IsMovedError(cmd.Err()); moved && cluster != nil {
		cluster.ReloadState(ctx)
	}
	a, err := read(op, cmd)
	if err != nil {
		return nil, err
	}
	if n, err := wait.Int64(); err != nil || n < 1 {
		return nil, &core.Error{Op: "store: " + op, Kind: core.Unavailable, Effect: core.Maybe, Detail: "not_replicated", Err: err}
	}
	return a, nil
}

func withWait(ctx context.Context, node redis.Cmdable, f func(redis.Pipeliner) *redis.Cmd) (cmd, wait *redis.Cmd) {
	pipe := node.Pipeline()
	cmd = f(pipe)
	wait = pipe.Do(ctx, "WAIT", 1, replicaWait.Milliseconds())
	_, _ = pipe.Exec(ctx) // each command has its own error
	return cmd, wait
}
