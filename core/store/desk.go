package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// Load returns one run.
func (s *Store) Load(ctx context.Context, id engine.RunID) (engine.Run, error) {
	runs, err := s.load(ctx, "load", []engine.RunID{id})
	if err != nil {
		return engine.Run{}, err
	}
	if len(runs) == 0 {
		return engine.Run{}, refused("load", core.NotFound, "")
	}
	return runs[0], nil
}

// Live returns the runs of a risk, or of R-0, that have a timer.
func (s *Store) Live(ctx context.Context, risk core.RiskKey) ([]engine.RunSummary, error) {
	const op = "live runs"
	m, err := s.db.HGetAll(ctx, s.keys.runs(risk)).Result()
	if err != nil {
		return nil, failed(op, err)
	}
	runs, _, err := readSummaries(risk, m, nil)
	if err != nil {
		return nil, broken(op, err)
	}
	return slices.DeleteFunc(runs, func(r engine.RunSummary) bool { return !r.State.Live() }), nil
}

// load returns those of some runs that exist, in order.
func (s *Store) load(ctx context.Context, op string, ids []engine.RunID) ([]engine.Run, error) {
	calls := make([]*call, len(ids))
	for i, id := range ids {
		calls[i] = s.call("load", s.keys.due(s.keys.shard(id.Risk)), s.keys.run(id), s.keys.runs(id.Risk)).add(id.String())
	}
	answers, errs := s.doAll(ctx, op, calls)
	var runs []engine.Run
	for i, a := range answers {
		if core.KindOf(errs[i]) == core.NotFound {
			continue
		}
		if errs[i] != nil {
			return nil, errs[i]
		}
		r, err := readRun(ids[i], a.text(1), a.fields(2))
		if err != nil {
			return nil, broken(op, err)
		}
		runs = append(runs, r)
	}
	return runs, nil
}

// Stuck returns parked runs, oldest first, at most limit.
func (s *Store) Stuck(ctx context.Context, limit int) ([]engine.Run, error) {
	const op = "stuck"
	if limit <= 0 {
		return nil, nil
	}
	pipe := s.db.Pipeline()
	cmds := make([]*redis.ZSliceCmd, s.keys.shards)
	for shard := range cmds {
		cmds[shard] = pipe.ZRangeWithScores(ctx, s.keys.park(shard), 0, int64(limit-1))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failed(op, err)
	}
	var parked []timed
	for shard, cmd := range cmds {
		for _, z := range cmd.Val() {
			name, _ := z.Member.(string)
			id, err := engine.ParseRunID(name)
			if err != nil {
				return nil, broken(op, err)
			}
			parked = append(parked, timed{id: id, shard: shard, ms: int64(z.Score)})
		}
	}
	slices.SortFunc(parked, func(a, b timed) int {
		return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.id.String(), b.id.String()))
	})
	var ids []engine.RunID
	for _, p := range parked[:min(limit, len(parked))] {
		ids = append(ids, p.id)
	}
	runs, err := s.load(ctx, op, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(runs, func(r engine.Run) bool { return r.State != engine.Parked }), nil
}

// Retry makes a parked run due now. A run in another state is a Conflict with
// that state as Detail.
func (s *Store) Retry(ctx context.Context, id engine.RunID, e engine.Event) error {
	return s.desk(ctx, "retry", id, e)
}

// Drop ends a run that is parked or has not begun. Another one is a Conflict
// with its state as Detail.
func (s *Store) Drop(ctx context.Context, id engine.RunID, e engine.Event) error {
	return s.desk(ctx, "drop", id, e)
}

func (s *Store) desk(ctx context.Context, op string, id engine.RunID, e engine.Event) error {
	doc, err := s.event(id.Risk, e, nil)
	if err != nil {
		return invalid(op, "event", err)
	}
	again := op + nonce()
	if e.Op != "" {
		again = op + e.Op
	}
	return s.intervene(ctx, op, id, again, doc)
}

// Take ends a run that awaits a digest, for the walk that lists its risk there. A run that this
// walk has taken stays its own. Another one is a Conflict with its state as Detail.
func (s *Store) Take(ctx context.Context, id, walk engine.RunID, e engine.Event) error {
	const op = "take"
	doc, err := s.event(id.Risk, e, nil)
	if err != nil {
		return invalid(op, "event", err)
	}
	return s.intervene(ctx, op, id, op+walk.String(), doc)
}

// intervene carries out an op on a run, once for each nonce.
func (s *Store) intervene(ctx context.Context, op string, id engine.RunID, once, event string) error {
	_, err := s.doReplicated(ctx, op, s.leased("desk", id).add(once, op).retire(id).add(event))
	return err
}

// Counts returns how many runs there are by state, and the earliest timer.
func (s *Store) Counts(ctx context.Context) (map[engine.RunState]int, time.Time, error) {
	calls := make([]*call, s.keys.shards)
	for i := range calls {
		calls[i] = s.call("counts", s.keys.due(i), s.keys.park(i), s.keys.running(i), s.keys.waiting(i))
	}
	answers, errs := s.doAll(ctx, "counts", calls)
	n := map[engine.RunState]int{}
	first := int64(0)
	for i, a := range answers {
		if errs[i] != nil {
			return nil, time.Time{}, errs[i]
		}
		timers, running, waiting := int(a.int(1)), int(a.int(3)), int(a.int(4))
		n[engine.Armed] += timers - running - waiting
		n[engine.Parked] += int(a.int(2))
		n[engine.Running] += running
		n[engine.Waiting] += waiting
		if head := a.text(5); head != "" && (first == 0 || number(head) < first) {
			first = number(head)
		}
	}
	return n, at(first), nil
}

// CountGroups returns how many item groups are bound to their risks, those that
// can no longer be seen included.
func (s *Store) CountGroups(ctx context.Context) (int, error) {
	pipe := s.db.Pipeline()
	cmds := make([]*redis.IntCmd, s.keys.shards)
	for shard := range cmds {
		cmds[shard] = pipe.SCard(ctx, s.keys.bindings(shard))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, failed("count groups", err)
	}
	n := 0
	for _, cmd := range cmds {
		n += int(cmd.Val())
	}
	return n, nil
}
