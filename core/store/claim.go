package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/engine"
)

// heads is how many timers of each shard are read at first. If all of them are due,
// more are read.
const heads = 4

// timed is an entry of a shard's timer index.
type timed struct {
	id    engine.RunID
	name  string // of id, as stored
	shard int
	ms    int64
}

// Claim returns runs that are due, and when the next one is. It reads the earliest
// timers of all shards, then calls the script in each shard where one seems due. The
// script decides what is due, by the server's time or the store's clock.
func (s *Store) Claim(ctx context.Context, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	const op = "claim"
	limit = max(limit, 0)
	ahead, now, err := s.look(ctx, limit)
	if err != nil {
		return nil, time.Time{}, err
	}
	take := 0
	for take < len(ahead) && take < limit && ahead[take].ms <= now {
		take++
	}
	next := int64(0)
	sooner := func(ms int64) {
		if next == 0 || ms < next {
			next = ms
		}
	}
	if take < len(ahead) {
		sooner(ahead[take].ms)
	}
	calls := s.claims(ahead[:take], lease)
	answers, errs := s.doAll(ctx, op, calls)
	var runs []engine.Run
	for i, a := range answers {
		if errs[i] != nil {
			err = errs[i]
			continue // the runs of other shards are claimed and must be returned
		}
		for j := 1; j < len(a); j++ {
			one := a.list(j)
			id, perr := engine.ParseRunID(one.text(0))
			switch {
			case perr != nil:
				err = broken(op, perr)
			case one.text(2) == "1":
				r, rerr := readClaimed(id, one)
				if rerr != nil {
					err = broken(op, rerr)
					continue
				}
				runs = append(runs, r)
			case one.text(1) != "":
				sooner(one.int(1))
			}
		}
	}
	if err != nil && len(runs) == 0 {
		return nil, at(next), err
	}
	if err != nil {
		s.log.Warn("store: claim: some timers could not be claimed", "err", err)
	}
	slices.SortStableFunc(runs, func(a, b engine.Run) int { return a.Due.Compare(b.Due) })
	return runs, at(next), nil
}

// claims returns one script call for each shard that has some of the timers.
func (s *Store) claims(list []timed, lease time.Duration) []*call {
	byShard := map[int][]timed{}
	var order []int
	for _, t := range list {
		if byShard[t.shard] == nil {
			order = append(order, t.shard)
		}
		byShard[t.shard] = append(byShard[t.shard], t)
	}
	var calls []*call
	for _, shard := range order {
		mine := byShard[shard]
		c := s.around("claim", mine[0].id.Risk)
		c.add(nonce(), lease.Milliseconds()).key(s.keys.server(shard)).add(len(mine))
		for _, t := range mine {
			r := t.id.Risk
			c.run(s.keys, t.id).key(s.keys.runs(r)).key(s.keys.risk(r)).key(s.keys.binding(r)).key(s.keys.shown(r)).key(s.keys.groupsOf(r))
		}
		calls = append(calls, c)
	}
	return calls
}

// readClaimed reads a claimed run and the record of its risk.
func readClaimed(id engine.RunID, a answer) (engine.Run, error) {
	r, err := readRun(id, a.text(1), a.fields(3))
	if found := a.list(4); err == nil && found != nil {
		var rec engine.Record
		rec, err = readRecord(id.Risk, found)
		r.Record = &rec
	}
	return r, err
}

// look returns the earliest timers of all shards, earliest first, and the present time
// in ms. From each shard it returns at least the due timers, up to limit, and the next.
func (s *Store) look(ctx context.Context, limit int) ([]timed, int64, error) {
	all := make([]int, s.keys.shards)
	for i := range all {
		all[i] = i
	}
	found, now, err := s.peek(ctx, all, min(heads, limit+1))
	if err != nil {
		return nil, 0, err
	}
	var list []timed
	var deeper []int
	for _, shard := range all {
		f := found[shard]
		if len(f) == heads && limit >= heads && f[len(f)-1].ms <= now {
			deeper = append(deeper, shard)
			continue
		}
		list = append(list, f...)
	}
	if len(deeper) > 0 {
		if found, now, err = s.peek(ctx, deeper, limit+1); err != nil {
			return nil, 0, err
		}
		for _, f := range found {
			list = append(list, f...)
		}
	}
	slices.SortFunc(list, func(a, b timed) int {
		return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.name, b.name))
	})
	return list, now, nil
}

// peek returns the first n timers of each of the shards, and the present time in ms.
func (s *Store) peek(ctx context.Context, shards []int, n int) (map[int][]timed, int64, error) {
	pipe := s.db.Pipeline()
	cmds := map[int]*redis.ZSliceCmd{}
	for _, shard := range shards {
		cmds[shard] = pipe.ZRangeWithScores(ctx, s.keys.due(shard), 0, int64(n-1))
	}
	var clock *redis.TimeCmd
	if s.clock == nil {
		clock = pipe.Time(ctx)
	}
	asked := time.Now()
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, failed("claim", err)
	}
	now := s.now()
	if clock != nil {
		if err := s.watchNodes(ctx); err != nil {
			return nil, 0, err
		}
		now = clock.Val()
		s.seen.learn("", now, asked)
	}
	found := map[int][]timed{}
	for shard, cmd := range cmds {
		for _, z := range cmd.Val() {
			name, _ := z.Member.(string)
			id, err := engine.ParseRunID(name)
			if err != nil {
				return nil, 0, broken("claim", err)
			}
			found[shard] = append(found[shard], timed{id: id, name: name, shard: shard, ms: int64(z.Score)})
		}
	}
	return found, now.UnixMilli(), nil
}
