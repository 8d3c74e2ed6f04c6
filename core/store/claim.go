package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/engine"
)

// Claim returns runs that are due, and when the next one is. It calls the script in each
// shard where a timer seems due, according to what it remembers of the shards and what it
// reads of those that have changed. The script decides what is due, by the server's time
// or the store's clock.
func (s *Store) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	limit = max(limit, 0)
	if stale := s.upcoming.stale(s.now().UnixMilli(), min(heads, limit+1)); len(stale) > 0 {
		if err := s.peek(ctx, stale); err != nil {
			return nil, time.Time{}, err
		}
	}
	list, further := s.upcoming.due(s.now().UnixMilli(), limit)
	if len(further) > 0 {
		if err := s.peek(ctx, s.upcoming.of(further, limit+1)); err != nil {
			return nil, time.Time{}, err
		}
		list, _ = s.upcoming.due(s.now().UnixMilli(), limit)
	}
	if len(list) == 0 {
		return nil, at(s.upcoming.next(nil)), nil
	}
	runs, err := s.claim(ctx, list, file, lease, min(max(heads, limit+1), mostHeads))
	claimed := map[string]bool{}
	for _, r := range runs {
		claimed[r.ID.String()] = true
	}
	next := at(s.upcoming.next(claimed))
	if err != nil && len(runs) == 0 {
		return nil, next, err
	}
	if err != nil {
		s.log.Warn("store: claim: some timers could not be claimed", "err", err)
	}
	slices.SortStableFunc(runs, func(a, b engine.Run) int { return a.Due.Compare(b.Due) })
	return runs, next, nil
}

// claim claims those of the timers that are due, and reads the shards again in the same
// round trip. If it fails in some shards, it returns the runs of the others, because they
// are claimed.
func (s *Store) claim(ctx context.Context, list []timed, file string, lease time.Duration, most int) (runs []engine.Run, err error) {
	const op = "claim"
	calls, shards := s.claims(list, file, lease)
	readings := s.upcoming.of(shards, most)
	var found finding
	results := s.sendAnd(ctx, calls, func(pipe redis.Pipeliner) { found = s.ask(ctx, pipe, readings) })
	for i, got := range results {
		a, failed := read(op, got.cmd)
		if failed != nil {
			err = failed
			continue
		}
		before := len(runs)
		for j := 1; j < len(a); j++ {
			one := a.list(j)
			if one.text(2) != "1" {
				continue
			}
			id, perr := engine.ParseRunID(one.text(0))
			if perr != nil {
				err = broken(op, perr)
				continue
			}
			r, rerr := readClaimed(id, one)
			if rerr != nil {
				err = broken(op, rerr)
				continue
			}
			runs = append(runs, r)
		}
		s.upcoming.raced(shards[i], len(runs) > before)
	}
	if lerr := s.learn(found); lerr != nil {
		err = lerr
	}
	if err != nil {
		s.upcoming.armed(anyShard) // timers may have changed that weren't read
	}
	return runs, err
}

// claims returns one script call for each shard that has some of the timers, and these
// shards.
func (s *Store) claims(list []timed, file string, lease time.Duration) (calls []*call, shards []int) {
	byShard := map[int][]timed{}
	for _, t := range list {
		if byShard[t.shard] == nil {
			shards = append(shards, t.shard)
		}
		byShard[t.shard] = append(byShard[t.shard], t)
	}
	for _, shard := range shards {
		mine := byShard[shard]
		c := s.around("claim", mine[0].id.Risk)
		c.add(s.claimNonce(), lease.Milliseconds(), file).key(s.keys.server(shard)).add(len(mine))
		for _, t := range mine {
			r := t.id.Risk
			c.run(s.keys, t.id).key(s.keys.runs(r)).key(s.keys.risk(r)).key(s.keys.document(r)).
				key(s.keys.binding(r)).key(s.keys.shown(r)).key(s.keys.groupsOf(r))
		}
		calls = append(calls, c)
	}
	return calls, shards
}

// claimNonce identifies one claim, and the process that makes it.
func (s *Store) claimNonce() string {
	return s.process + "." + strconv.FormatUint(s.claimed.Add(1), 36)
}

// readClaimed reads a claimed run and the record of its risk.
func readClaimed(id engine.RunID, a answer) (engine.Run, error) {
	r, err := readRun(id, a.text(1), a.fields(3))
	r.Record = recordIn(id.Risk, a, 4)
	return r, err
}

// peek reads the first timers of some shards.
func (s *Store) peek(ctx context.Context, readings []reading) error {
	pipe := s.db.Pipeline()
	found := s.ask(ctx, pipe, readings)
	execute(ctx, pipe)
	if err := s.learn(found); err != nil {
		return err
	}
	return s.watchNodes(ctx)
}

// finding is what readings find, once the pipeline has been executed.
type finding struct {
	readings []reading
	cmds     []*redis.ZSliceCmd
	clock    *redis.TimeCmd // nil if it isn't the server's time that counts
	asked    time.Time
}

// ask queues the commands of readings, and asks for the server's time.
func (s *Store) ask(ctx context.Context, pipe redis.Pipeliner, readings []reading) finding {
	f := finding{readings: readings, asked: time.Now()}
	for _, r := range readings {
		f.cmds = append(f.cmds, pipe.ZRangeWithScores(ctx, s.keys.due(r.shard), 0, int64(r.most-1)))
	}
	if s.clock == nil {
		f.clock = pipe.Time(ctx)
	}
	return f
}

// learn takes over what readings found.
func (s *Store) learn(f finding) error {
	if f.clock != nil {
		if err := f.clock.Err(); err != nil {
			return failed("claim", err)
		}
		s.seen.learn("", f.clock.Val(), f.asked)
	}
	for i, r := range f.readings {
		found, err := f.cmds[i].Result()
		if err != nil {
			return failed("claim", err)
		}
		timers := make([]timed, len(found))
		for j, z := range found {
			name, _ := z.Member.(string)
			id, err := engine.ParseRunID(name)
			if err != nil {
				return broken("claim", err)
			}
			timers[j] = timed{id: id, name: name, shard: r.shard, ms: int64(z.Score)}
		}
		s.upcoming.learn(r, timers)
	}
	return nil
}
