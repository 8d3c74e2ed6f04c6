package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// indexed returns the scores of a risk in the indexes, none if it is not open.
func (k keys) indexed(r *core.Risk) map[string]int64 {
	all := map[string]int64{}
	if r == nil || !r.Status.Open() {
		return all
	}
	shard, submitted := k.shard(r.Key), r.SubmittedAt.UnixMilli()
	all[k.open(shard)] = submitted
	all[k.module(shard, r.Module)] = submitted
	for _, h := range r.Handlers {
		all[k.who(shard, string(h))] = submitted
	}
	if a := r.Submitter.Account; !a.IsZero() {
		all[k.who(shard, string(core.RefOf(a)))] = submitted
	}
	if !r.DueAt.IsZero() {
		all[k.overdue(shard)] = r.DueAt.UnixMilli()
	}
	return all
}

// reindex appends what must change in the indexes when old becomes now. The script
// checks that the risk is still at the version of old.
func (s *Store) reindex(c *call, old, now *core.Risk) {
	before, after := s.keys.indexed(old), s.keys.indexed(now)
	type change struct {
		key   string
		score any
	}
	var list []change
	for k := range before {
		if _, stays := after[k]; !stays {
			list = append(list, change{k, ""})
		}
	}
	for k, score := range after {
		if was, had := before[k]; !had || was != score {
			list = append(list, change{k, score})
		}
	}
	// In order, so that a repeat is identical.
	slices.SortFunc(list, func(a, b change) int { return strings.Compare(a.key, b.key) })
	c.add(len(list))
	for _, i := range list {
		c.key(i.key).add(string(now.Key), i.score)
	}
}

// hit is a risk in an index.
type hit struct {
	key       core.RiskKey
	submitted int64
}

// Find returns the open risks that match. It asks all shards at once for their newest
// ones, then reads the documents of the newest among those. Risks that were closed in
// between are left out.
func (s *Store) Find(ctx context.Context, q engine.Query) ([]core.Risk, int, error) {
	const op = "find"
	calls := make([]*call, s.keys.shards)
	for shard := range calls {
		c := s.call("find", s.keys.open(shard), s.keys.overdue(shard))
		for _, w := range q.Who {
			c.keys = append(c.keys, s.keys.who(shard, string(w)))
		}
		for _, m := range q.Module {
			c.keys = append(c.keys, s.keys.module(shard, m))
		}
		since := any("-inf")
		if !q.Since.IsZero() {
			since = ms(q.Since)
		}
		calls[shard] = c.add(since, ms(q.Overdue), max(q.Limit, 0), len(q.Who), len(q.Module))
	}
	answers, errs := s.doAll(ctx, op, calls)
	var hits []hit
	total := 0
	for i, a := range answers {
		if errs[i] != nil {
			return nil, 0, errs[i]
		}
		total += int(a.int(1))
		list := a.list(2)
		for j := 0; j+1 < len(list); j += 2 {
			hits = append(hits, hit{core.RiskKey(list.text(j)), list.int(j + 1)})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.submitted, a.submitted), cmp.Compare(b.key.Number(), a.key.Number()))
	})
	risks, err := s.read(ctx, hits[:min(len(hits), max(q.Limit, 0))])
	return risks, total, err
}

// read returns the documents of the risks that are still open.
func (s *Store) read(ctx context.Context, hits []hit) ([]core.Risk, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	pipe := s.db.Pipeline()
	cmds := make([]*redis.StringCmd, len(hits))
	for i, h := range hits {
		cmds[i] = pipe.HGet(ctx, s.keys.risk(h.key), "doc")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failed("find", err)
	}
	var risks []core.Risk
	for _, cmd := range cmds {
		var r core.Risk
		if err := json.Unmarshal([]byte(cmd.Val()), &r); err != nil {
			return nil, broken("find", err)
		}
		if r.Status.Open() {
			risks = append(risks, r)
		}
	}
	return risks, nil
}
