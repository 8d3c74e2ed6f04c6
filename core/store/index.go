package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// indexed returns the scores of a risk in the indexes, none if it is nil.
func (k keys) indexed(r *core.Risk) map[string]int64 {
	all := map[string]int64{}
	if r == nil {
		return all
	}
	shard, submitted := k.shard(r.Key), r.SubmittedAt.UnixMilli()
	all[k.status(shard, string(r.Status))] = submitted
	all[k.module(shard, r.Module)] = submitted
	for _, h := range r.Handlers {
		all[k.who(shard, string(h))] = submitted
	}
	if a := r.Submitter.Account; !a.IsZero() {
		all[k.by(shard, string(core.RefOf(a)))] = submitted
	}
	due := k.dueOpen(shard)
	if at := engine.ClosedAt(*r); at.IsZero() {
		all[k.open(shard)] = submitted
	} else {
		due, all[k.closed(shard)] = k.dueClosed(shard), at.UnixMilli()
	}
	if !r.DueAt.IsZero() {
		all[due] = r.DueAt.UnixMilli()
	}
	return all
}

// indexChange is what to do with a member, nearly always a risk, of one index.
type indexChange struct {
	key    string
	member string
	score  any           // "" removes it
	life   time.Duration // after which the index expires, if it isn't changed again; 0: never
}

// indexChanges returns how the indexes change when old becomes now. Either may be nil.
func (k keys) indexChanges(old, now *core.Risk) []indexChange {
	before, after := k.indexed(old), k.indexed(now)
	var risk string
	for _, r := range []*core.Risk{old, now} {
		if r != nil {
			risk = string(r.Key)
		}
	}
	var list []indexChange
	for key := range before {
		if _, stays := after[key]; !stays {
			list = append(list, indexChange{key: key, member: risk, score: ""})
		}
	}
	for key, score := range after {
		if was, had := before[key]; !had || was != score {
			list = append(list, indexChange{key: key, member: risk, score: score})
		}
	}
	// In order, so that a repeat is identical.
	slices.SortFunc(list, func(a, b indexChange) int { return strings.Compare(a.key, b.key) })
	return list
}

// reindex appends what must change in the indexes, as scripts/index.lua takes it. The script
// checks that the risk is still at the version of old.
func (c *call) reindex(list []indexChange) {
	same := func(a, b indexChange) bool { return a.key == b.key && (a.score == "") == (b.score == "") }
	var parts [][]indexChange
	for i, change := range list {
		if i == 0 || !same(change, list[i-1]) {
			parts = append(parts, nil)
		}
		last := len(parts) - 1
		parts[last] = append(parts[last], change)
	}
	c.add(len(parts))
	for _, part := range parts {
		c.key(part[0].key)
		if part[0].score == "" {
			c.add("0", len(part))
			for _, change := range part {
				c.add(change.member)
			}
			continue
		}
		if life := part[0].life; life > 0 {
			c.add(life.Milliseconds())
		} else {
			c.add("1")
		}
		c.add(2 * len(part))
		for _, change := range part {
			c.add(change.score, change.member)
		}
	}
}

// addGroups records the user groups that become handlers, before they do: then every group
// that is a handler is recorded.
func (s *Store) addGroups(ctx context.Context, op string, old, now *core.Risk) error {
	var groups []any
	for _, h := range now.Handlers {
		if _, _, ok := h.Group(); ok && (old == nil || !slices.Contains(old.Handlers, h)) {
			groups = append(groups, string(h))
		}
	}
	if len(groups) == 0 {
		return nil
	}
	return failed(op, s.db.SAdd(ctx, s.keys.handlerGroups(), groups...).Err())
}

// HandlerGroups implements engine.Risks.
func (s *Store) HandlerGroups(ctx context.Context) ([]core.Ref, error) {
	names, err := s.db.SMembers(ctx, s.keys.handlerGroups()).Result()
	if err != nil {
		return nil, failed("handler groups", err)
	}
	var groups []core.Ref
	for _, name := range names {
		groups = append(groups, core.Ref(name))
	}
	return groups, nil
}
