package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
)

// goneField of a risk's hash is set while the risk is purged, but not its whole trail. A
// topic with a key of its own is purged in the same way.
const goneField = "gone"

// Purge deletes a closed risk for good, with its runs and its trail. One script deletes
// the risk, if it is engine.Purgeable and still as rec says. The trail follows. If the
// program ends in between, FinishPurge goes on.
//
// The trail of log, R-0, records who purged which risk. It has that twice only if the
// program ended right after recording it.
func (s *Store) Purge(ctx context.Context, rec engine.Record, log core.RiskKey, by core.Actor) error {
	const op = "purge"
	key := rec.Risk.Key
	if why := engine.Purgeable(rec, s.now()); why != "" {
		return refused(op, core.Conflict, why)
	}
	// A server that denies this must do so before anything is deleted.
	if err := s.db.XDel(ctx, s.keys.audit(s.keys.shard(key)), "0-1").Err(); err != nil {
		return failed(op, err)
	}
	runs, err := s.db.HKeys(ctx, s.keys.runs(key)).Result()
	if err != nil {
		return failed(op, err)
	}
	runs = slices.DeleteFunc(runs, func(name string) bool { return !ofRuns(key, name) })
	slices.Sort(runs)
	c := s.around("purge", key).key(s.keys.document(key)).key(s.keys.tried(key)).key(s.keys.groupsOf(key)).key(s.keys.grouped(s.keys.shard(key))).
		add(version(rec), string(key), len(rec.Groups))
	for _, g := range rec.Groups {
		c.add(g.Ref.String(), g.Rev)
	}
	c.add(len(runs))
	for _, name := range runs {
		k := s.keys.runs(key) // of runs that were folded, which have no key
		if id, err := engine.ParseRunID(name); err == nil {
			k = s.keys.run(id)
		}
		c.add(name).key(k)
	}
	c.reindex(s.keys.indexChanges(&rec.Risk, nil))
	if _, err := s.doReplicated(ctx, op, c); err != nil {
		return err
	}
	return s.FinishPurge(ctx, key, log, by)
}

// version returns the version of a risk as stored, "" if there is only a topic.
func version(rec engine.Record) string {
	if rec.Risk.Version == 0 {
		return ""
	}
	return strconv.FormatInt(rec.Risk.Version, 10)
}

// FinishPurge deletes what is left of a purged risk.
func (s *Store) FinishPurge(ctx context.Context, key, log core.RiskKey, by core.Actor) error {
	const op = "purge"
	done := engine.Event{Kind: engine.EventPurged, Actor: by, Data: map[string]string{"risk": string(key)}}
	if err := s.append(ctx, log, []engine.Event{done}, op+" "+string(key)); err != nil {
		return err
	}
	ids, groups, err := s.leftOf(ctx, key)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := s.forgetGroup(ctx, g, key); err != nil {
			return err
		}
	}
	// The oldest first: the newest leads to what is left.
	slices.Reverse(ids)
	for batch := range slices.Chunk(ids, trailBatch) {
		if err := s.db.XDel(ctx, s.keys.audit(s.keys.shard(key)), batch...).Err(); err != nil {
			return failed(op, err)
		}
	}
	return failed(op, s.db.Del(ctx, s.keys.risk(key)).Err())
}

// leftOf returns the IDs of the entries of a risk's trail, newest first, and the groups
// that belonged to the risk.
func (s *Store) leftOf(ctx context.Context, key core.RiskKey) (ids []string, groups []core.GroupRef, err error) {
	for from := ""; ; {
		page, err := s.Trail(ctx, key, from, trailBatch)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range page {
			entry, _, _ := strings.Cut(e.ID, ".")
			ids, from = append(ids, entry), e.Prev
			if g, err := core.ParseGroupRef(e.Data["group"]); err == nil {
				groups = append(groups, g)
			}
		}
		if len(page) == 0 || from == "" {
			return slices.Compact(ids), groups, nil
		}
	}
}

// forgetGroup forgets that a group was a risk's.
func (s *Store) forgetGroup(ctx context.Context, g core.GroupRef, of core.RiskKey) error {
	const op = "purge"
	now, err := s.keyOf(ctx, op, g)
	if core.KindOf(err) == core.NotFound || err == nil && now != of {
		return nil
	}
	if err != nil {
		return err
	}
	return failed(op, s.db.Del(ctx, s.keys.group(g)).Err())
}

// Unfinished calls f with every key of which Purge has left the trail: of risks, and of
// topics with keys of their own.
func (s *Store) Unfinished(ctx context.Context, risks, topics string, f func(core.RiskKey) error) error {
	left := func(key core.RiskKey, _ string, gone bool) error {
		if !gone {
			return nil
		}
		return f(key)
	}
	if err := s.walk(ctx, "", risks, left); err != nil {
		return err
	}
	return s.walk(ctx, ofTopics, topics, left)
}
