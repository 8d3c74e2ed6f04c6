package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// Snapshot is a copy of what a database has of its open risks: their documents, groups, and
// runs that have a timer, with the flows that these follow. It has no trails, and doesn't know
// which messages show a risk.
type Snapshot struct {
	Risks  []core.Risk    // by number
	Groups []engine.Group // that belong to them

	prefix string
	hashes map[string]map[string]string
	texts  map[string]string
	scores map[string][]redis.Z
	sets   map[string][]any
}

// copier copies the open risks of a database.
type copier struct {
	db       redis.UniversalClient
	from, to keys // to has one shard
	out      *Snapshot
	flows    map[string]bool // hashes
}

// TakeSnapshot copies the open risks of a database and sends it only commands that read. It
// fails with Unsupported and Detail "schema" if another version of the program must read it,
// and otherwise like Open. A database that doesn't exist is one without risks.
func TakeSnapshot(ctx context.Context, o Options) (*Snapshot, error) {
	const op = "read the open risks"
	o.Prefix = cmp.Or(o.Prefix, "riskroom")
	db, err := dial(o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // nothing was written
	c := copier{db: db, flows: map[string]bool{}, out: &Snapshot{
		prefix: o.Prefix, hashes: map[string]map[string]string{}, texts: map[string]string{}, scores: map[string][]redis.Z{}, sets: map[string][]any{},
	}}
	c.from = keys{prefix: o.Prefix}
	meta, err := description(ctx, op, db, c.from)
	if err != nil {
		return nil, err
	}
	if len(meta) == 0 {
		return c.out, nil
	}
	c.from.shards, c.from.since = int(number(meta["shards"])), number(meta["since"])
	c.to = keys{prefix: o.Prefix, shards: 1, since: c.from.since}
	meta["shards"] = "1"
	c.out.hashes[c.to.meta()] = meta
	if err := c.copyAll(ctx); err != nil {
		if _, ours := errors.AsType[*core.Error](err); ours {
			return nil, err
		}
		return nil, failed(op, err)
	}
	slices.SortFunc(c.out.Risks, func(a, b core.Risk) int { return cmp.Compare(a.Key.Number(), b.Key.Number()) })
	return c.out, nil
}

func (c copier) copyAll(ctx context.Context) error {
	for shard := range c.from.shards {
		if err := c.shard(ctx, shard); err != nil {
			return err
		}
	}
	for hash := range c.flows {
		if err := c.text(ctx, c.from.flow(hash), c.to.flow(hash)); err != nil {
			return err
		}
	}
	if err := c.text(ctx, c.from.number(""), c.to.number("")); err != nil {
		return err
	}
	joined, err := c.db.HGetAll(ctx, c.from.joined()).Result()
	if len(joined) > 0 {
		c.out.hashes[c.to.joined()] = joined
	}
	return err
}

// text copies a text, if there is one.
func (c copier) text(ctx context.Context, from, to string) error {
	s, err := c.db.Get(ctx, from).Result()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	c.out.texts[to] = s
	return err
}

// shard copies the open risks of a shard.
func (c copier) shard(ctx context.Context, shard int) error {
	open, err := c.db.ZRangeWithScores(ctx, c.from.open(shard), 0, -1).Result()
	if err != nil {
		return err
	}
	due, err := c.db.ZRangeWithScores(ctx, c.from.due(shard), 0, -1).Result()
	if err != nil {
		return err
	}
	timers := map[core.RiskKey][]redis.Z{}
	for _, z := range due {
		name, _ := z.Member.(string)
		if id, err := engine.ParseRunID(name); err == nil {
			timers[id.Risk] = append(timers[id.Risk], z)
		}
	}
	c.out.scores[c.to.open(0)] = append(c.out.scores[c.to.open(0)], open...)
	for batch := range slices.Chunk(open, walked) {
		if err := c.risks(ctx, batch, timers); err != nil {
			return err
		}
	}
	return nil
}

// risks copies some risks, with those of their runs that have timers.
func (c copier) risks(ctx context.Context, open []redis.Z, timers map[core.RiskKey][]redis.Z) error {
	pipe := c.db.Pipeline()
	hashes := map[string]*redis.MapStringStringCmd{}
	docs := map[core.RiskKey]*redis.StringCmd{}
	hash := func(from, to string) { hashes[to] = pipe.HGetAll(ctx, from) }
	for _, z := range open {
		name, _ := z.Member.(string)
		key := core.RiskKey(name)
		hash(c.from.risk(key), c.to.risk(key))
		hash(c.from.runs(key), c.to.runs(key))
		hash(c.from.binding(key), c.to.binding(key))
		hash(c.from.groupsOf(key), c.to.groupsOf(key))
		if c.from.compact(key) {
			docs[key] = pipe.Get(ctx, c.from.document(key))
		} else {
			docs[key] = pipe.HGet(ctx, c.from.risk(key), "doc")
		}
		for _, t := range timers[key] {
			if id, err := engine.ParseRunID(t.Member.(string)); err == nil {
				hash(c.from.run(id), c.to.run(id))
			}
		}
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	for to, cmd := range hashes {
		m, err := cmd.Result()
		if err != nil {
			return err
		}
		if len(m) > 0 {
			c.out.hashes[to] = m
		}
	}
	for _, key := range slices.Sorted(maps.Keys(docs)) {
		if err := c.risk(key, docs[key], timers[key]); err != nil {
			return err
		}
	}
	return nil
}

// risk copies one risk whose hashes are there.
func (c copier) risk(key core.RiskKey, doc *redis.StringCmd, timers []redis.Z) error {
	const op = "read the open risks"
	s, err := doc.Result()
	if errors.Is(err, redis.Nil) {
		return nil // it was purged meanwhile
	}
	if err != nil {
		return err
	}
	r, err := readRisk(key, s)
	if err != nil {
		return broken(op, err)
	}
	c.out.Risks = append(c.out.Risks, r)
	if c.from.compact(key) {
		c.out.texts[c.to.document(key)] = s
	}
	groups, err := readGroups(c.out.hashes[c.to.groupsOf(key)])
	if err != nil {
		return broken(op, err)
	}
	c.out.Groups = append(c.out.Groups, groups...)
	if state := c.out.hashes[c.to.binding(key)]["st"]; state == string(engine.Bound) || state == string(engine.Lost) {
		c.out.sets[c.to.bindings(0)] = append(c.out.sets[c.to.bindings(0)], string(key))
	}
	runs := c.out.hashes[c.to.runs(key)]
	for _, t := range timers {
		name, _ := t.Member.(string)
		state, rest, _ := strings.Cut(runs[name], "|")
		flow, _, _ := strings.Cut(rest, "|")
		if flow != "" {
			c.flows[flow] = true
		}
		c.out.scores[c.to.due(0)] = append(c.out.scores[c.to.due(0)], t)
		switch engine.RunState(state) {
		case engine.Running:
			c.out.sets[c.to.running(0)] = append(c.out.sets[c.to.running(0)], name)
		case engine.Waiting:
			c.out.sets[c.to.waiting(0)] = append(c.out.sets[c.to.waiting(0)], name)
		default: // in no set
		}
	}
	return nil
}

// write makes a new database of the snapshot.
func (s *Snapshot) write(ctx context.Context, db redis.UniversalClient) error {
	var write []func(redis.Pipeliner)
	for key, fields := range s.hashes {
		write = append(write, func(p redis.Pipeliner) { p.HSet(ctx, key, fields) })
	}
	for key, text := range s.texts {
		write = append(write, func(p redis.Pipeliner) { p.Set(ctx, key, text, 0) })
	}
	for key, members := range s.sets {
		write = append(write, func(p redis.Pipeliner) { p.SAdd(ctx, key, members...) })
	}
	for key, members := range s.scores {
		for some := range slices.Chunk(members, walked) {
			write = append(write, func(p redis.Pipeliner) { p.ZAdd(ctx, key, some...) })
		}
	}
	for some := range slices.Chunk(write, walked) {
		pipe := db.Pipeline()
		for _, f := range some {
			f(pipe)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return failed("write a snapshot", err)
		}
	}
	return nil
}

// String says how many risks there are, so that no log gets their texts.
func (s *Snapshot) String() string { return strconv.Itoa(len(s.Risks)) + " risks" }

// description reads a database's description, which is empty if there is no database. It
// refuses one of another schema.
func description(ctx context.Context, op string, db redis.UniversalClient, k keys) (map[string]string, error) {
	meta, err := db.HGetAll(ctx, k.meta()).Result()
	if err != nil {
		return nil, failed(op, err)
	}
	if have := number(meta["schema"]); len(meta) > 0 && have != schema {
		e := &core.Error{Op: "store: " + op, Kind: core.Unsupported, Detail: "schema", Err: fmt.Errorf("the database has schema %d, this program reads %d", have, schema)}
		if have < schema {
			e.Detail = OlderSchema
		}
		return nil, e
	}
	return meta, nil
}

// The details of errors of Open with ReadOnly and of TakeSnapshot.
const (
	OlderSchema = "older_schema" // an earlier version has written the database, and nobody has upgraded it
	NoDatabase  = "no_database"  // there is none; Open only
)

// readMeta is openMeta of a store that only reads.
func (s *Store) readMeta(ctx context.Context) error {
	meta, err := description(ctx, "open", s.db, s.keys)
	if err != nil {
		return err
	}
	if len(meta) == 0 {
		return &core.Error{Op: "store: open", Kind: core.NotFound, Detail: NoDatabase, Err: errors.New("there is no database")}
	}
	s.keys.shards, s.instance, s.keys.since = int(number(meta["shards"])), meta["instance"], number(meta["since"])
	s.upcoming.reset(s.keys.shards, 0)
	return nil
}
