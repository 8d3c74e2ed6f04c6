package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// touchedFor is how long it is known whose risks changed.
const touchedFor = time.Hour

// touches returns the changes that record whose risk changes: of its submitter, and of its
// handlers before and after.
func (s *Store) touches(old, now *core.Risk) []indexChange {
	refs := slices.Clone(now.Handlers)
	if old != nil {
		refs = append(refs, old.Handlers...)
	}
	if a := now.Submitter.Account; !a.IsZero() {
		refs = append(refs, core.RefOf(a))
	}
	slices.Sort(refs)
	var list []indexChange
	for _, r := range slices.Compact(refs) {
		list = append(list, indexChange{key: s.keys.touched(s.keys.shard(now.Key)), member: string(r), score: s.now().UnixMilli(), life: touchedFor})
	}
	return list
}

// Touched implements engine.Risks. It forgets what is too old, so that the sets don't keep
// everybody who ever had a risk.
func (s *Store) Touched(ctx context.Context, since time.Time) (map[core.Ref]time.Time, error) {
	const op = "touched"
	old := "(" + strconv.FormatInt(s.now().Add(-touchedFor).UnixMilli(), 10)
	pipe := s.db.Pipeline()
	var shards []*redis.ZSliceCmd
	for shard := range s.keys.shards {
		key := s.keys.touched(shard)
		pipe.ZRemRangeByScore(ctx, key, "-inf", old)
		shards = append(shards, pipe.ZRangeByScoreWithScores(ctx, key, &redis.ZRangeBy{Min: strconv.FormatInt(since.UnixMilli(), 10), Max: "+inf"}))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failed(op, err)
	}
	last := map[core.Ref]time.Time{}
	for _, cmd := range shards {
		for _, z := range cmd.Val() {
			name, _ := z.Member.(string)
			if t := at(int64(z.Score)); t.After(last[core.Ref(name)]) {
				last[core.Ref(name)] = t
			}
		}
	}
	return last, nil
}
