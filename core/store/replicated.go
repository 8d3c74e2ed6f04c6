package store

import (
	"context"
	"errors"
	"slices"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// doReplicated runs a script that changes a risk, a run, an intent or a result. With
// Options.Strict it returns only when a replica has what the script wrote, and the disk
// if necessary. A repeat writes nothing, but waits for what the first call wrote. Leases
// and rate budgets don't use it: the intent that follows them does.
func (s *Store) doReplicated(ctx context.Context, op string, c *call) (answer, error) {
	return s.gathered(ctx, op, c, s.opts.Strict)
}

// setReplicated sets a key and waits like doReplicated.
func (s *Store) setReplicated(ctx context.Context, op, key string, value []byte) error {
	if !s.opts.Strict {
		return failed(op, s.db.Set(ctx, key, value, 0).Err())
	}
	var cmd *redis.Cmd
	kept, err := s.thenWait(ctx, key, func(p redis.Pipeliner) { cmd = p.Do(ctx, "SET", key, value) })
	switch {
	case err != nil:
		return failed(op, err)
	case cmd.Err() != nil:
		return failed(op, cmd.Err())
	case kept != nil:
		return notReplicated(op, kept)
	}
	return nil
}

func notReplicated(op string, err error) error {
	return &core.Error{Op: "store: " + op, Kind: core.Unavailable, Effect: core.Maybe, Detail: "not_replicated", Err: err}
}

// sendReplicated sends calls to one node, together with the wait for their replication.
func (s *Store) sendReplicated(ctx context.Context, calls []*call) []sent {
	return s.sendScripts(ctx, calls, func(fill func(redis.Pipeliner)) (kept, err error) {
		return s.thenWait(ctx, calls[0].keys[0], fill)
	})
}

// thenWait sends commands to the node of a key, and then the waits that Strict needs. WAIT
// covers the writes of its own connection, so all go in one pipeline. kept is the
// reason why the commands' writes were not kept in time, err why nothing was sent.
func (s *Store) thenWait(ctx context.Context, key string, fill func(redis.Pipeliner)) (kept, err error) {
	pipe, cluster := s.db.Pipeline(), (*redis.ClusterClient)(nil)
	if c, clustered := s.db.(*redis.ClusterClient); clustered {
		node, err := c.MasterForKey(ctx, key)
		if err != nil {
			return nil, err
		}
		pipe, cluster = node.Pipeline(), c
	}
	fill(pipe)
	cmds := pipe.Cmds()
	var sync *redis.Cmd
	if s.awaitSync.Load() {
		sync = pipe.Do(ctx, "WAITAOF", 1, 0, syncWait.Milliseconds())
	}
	replicas := pipe.Do(ctx, "WAIT", 1, replicaWait.Milliseconds())
	execute(ctx, pipe)
	if cluster != nil && slices.ContainsFunc(cmds, moved) {
		cluster.ReloadState(ctx)
	}
	if n, err := replicas.Int64(); err != nil || n < 1 {
		return errors.Join(errors.New("no replica confirmed it in time"), err), nil
	}
	if sync == nil {
		return nil, nil
	}
	if n, err := sync.Int64Slice(); err != nil || n[0] < 1 {
		return errors.Join(errors.New("it was not on disk in time"), err), nil
	}
	return nil, nil
}

func moved(cmd redis.Cmder) bool {
	_, is := redis.IsMovedError(cmd.Err())
	return is
}
