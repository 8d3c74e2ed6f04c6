package store

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

const (
	// firstRead is how many entries of an index are read in a shard at first. Each
	// further read is readGrows times as large.
	firstRead = 8
	readGrows = 4
	// reads is how often a shard is read for one Find: at most 2,728 entries of each index.
	reads = 5
	// readTogether is how many entries of each index are read in one round trip, unless it
	// is of a single shard: while the server reads them, other clients wait.
	readTogether = 2048
	// readDocs is how many documents are read at a time, unless fewer are needed.
	readDocs = 64
)

// group is a part of a query: a risk must be in one of its indexes.
type group struct {
	keys     indexes
	min, max int64 // scores
	order    bool  // its scores are the order of the list
	disjoint bool  // no risk is in two of its indexes
	people   bool  // its indexes are of people: most shards have none
}

// indexes appends keys of indexes of a shard.
type indexes func(all []string, shard int) []string

// farthest is beyond every date in ms. A script's numbers hold it exactly.
const farthest = 1<<53 - 1

// during returns g limited to a period.
func (g group) during(p engine.Period) group {
	if !p.From.IsZero() {
		g.min = ms(p.From)
	}
	if !p.Before.IsZero() {
		g.max = ms(p.Before) - 1
	}
	return g
}

// named returns the indexes of names.
func named[T ~string](index func(shard int, name string) string, names []T) indexes {
	return func(all []string, shard int) []string {
		for _, n := range names {
			all = append(all, index(shard, string(n)))
		}
		return all
	}
}

// groups returns the groups of a query.
func (k keys) groups(q engine.Query) []group {
	var list []group
	add := func(keys indexes, p engine.Period, order, disjoint bool) {
		list = append(list, group{keys: keys, min: -farthest, max: farthest, order: order, disjoint: disjoint}.during(p))
	}
	statuses := slices.DeleteFunc(core.Statuses(), func(s core.Status) bool {
		return len(q.Statuses) > 0 && !slices.Contains(q.Statuses, s)
	})
	isOpen, isClosed := slices.ContainsFunc(statuses, core.Status.Open), slices.ContainsFunc(statuses, closed)
	newest, always := !q.ByDue, engine.Period{}
	if len(q.Who)+len(q.Led) > 0 {
		handlers, by, led := named(k.who, q.Who), named(k.by, q.Who), named(k.module, q.Led)
		add(func(all []string, shard int) []string { return led(by(handlers(all, shard), shard), shard) }, always, newest, false)
	}
	if len(q.Handlers) > 0 {
		add(named(k.who, q.Handlers), always, newest, false)
	}
	if len(q.By) > 0 {
		add(named(k.by, q.By), always, newest, true)
	}
	for i := range list {
		list[i].people = true
	}
	if len(q.Modules) > 0 {
		add(named(k.module, q.Modules), always, newest, true)
	}
	dated := q.ByDue || !q.Due.IsZero()
	if dated {
		add(func(all []string, shard int) []string {
			if isOpen {
				all = append(all, k.dueOpen(shard))
			}
			if isClosed {
				all = append(all, k.dueClosed(shard))
			}
			return all
		}, q.Due, q.ByDue, true)
	}
	if !q.Closed.IsZero() {
		add(func(all []string, shard int) []string { return append(all, k.closed(shard)) }, q.Closed, false, true)
	}
	// Other indexes may imply the status: those of due dates are of open or of closed risks.
	wholly := slices.Equal(statuses, engine.OpenStatuses()) || isClosed && !isOpen && len(statuses) == len(core.Statuses())-len(engine.OpenStatuses())
	implied := len(statuses) == len(core.Statuses()) || dated && wholly
	switch {
	case implied && q.Filed.IsZero() && slices.ContainsFunc(list, func(g group) bool { return g.order }):
	case wholly && isOpen:
		add(func(all []string, shard int) []string { return append(all, k.open(shard)) }, q.Filed, newest, true)
	default:
		add(named(k.status, statuses), q.Filed, newest, true)
	}
	return list
}

func closed(s core.Status) bool { return !s.Open() }

// hit is a risk in the indexes.
type hit struct {
	key core.RiskKey
	at  int64
}

func (h hit) place() engine.Place { return engine.Place{At: h.at, Key: h.key} }

// search is a Find under way.
type search struct {
	s      *Store
	q      engine.Query
	groups []group
	shards []part
	total  int // -1: not known
	hits   int // that were returned
}

// part is what was read of a shard.
type part struct {
	upto engine.Place // everything was read up to there
	done bool         // everything was read
	hits []hit        // that were not returned yet, in order
	read int          // how often
	size int          // how many entries of an index are read next
}

func (s *Store) search(q engine.Query) *search {
	f := &search{s: s, q: q, groups: s.keys.groups(q), shards: make([]part, s.keys.shards), total: -1}
	for i := range f.shards {
		f.shards[i].upto, f.shards[i].size = q.After, s.firstRead
	}
	return f
}

// compare orders places as the list does.
func (f *search) compare(a, b engine.Place) int {
	c := cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Key, b.Key))
	if f.q.ByDue {
		return c
	}
	return -c
}

// edge returns the place up to which everything was read in every shard; more is false
// if that is everywhere.
func (f *search) edge() (edge engine.Place, more bool) {
	for _, p := range f.shards {
		if !p.done && (!more || p.upto.IsZero() || f.compare(p.upto, edge) < 0) {
			edge, more = p.upto, true
		}
		if more && edge.IsZero() {
			break
		}
	}
	return edge, more
}

// next reads on in the shards that limit the list, and returns the hits that are certain
// now, in order. ok is false if nothing is left, or if enough was read.
func (f *search) next(ctx context.Context) (hits []hit, ok bool, err error) {
	edge, more := f.edge()
	var calls []*call
	var of []*part
	for shard := range f.shards {
		p := &f.shards[shard]
		if p.done || len(p.hits) > 0 || p.read == reads {
			continue
		}
		calls, of = append(calls, f.read(shard)), append(of, p)
	}
	// The shard that limits the list has no hits left. If it isn't read, it was read often
	// enough.
	if !more || !slices.ContainsFunc(of, func(p *part) bool { return p.upto == edge }) {
		return nil, false, nil
	}
	for len(calls) > 0 {
		n, entries := 1, of[0].size
		for n < len(calls) && entries+of[n].size <= readTogether {
			entries += of[n].size
			n++
		}
		answers, errs := f.s.doAll(ctx, "find", calls[:n])
		for i, a := range answers {
			if errs[i] != nil {
				return nil, false, errs[i]
			}
			f.add(of[i], a)
		}
		calls, of = calls[n:], of[n:]
	}
	return f.certain(), true, nil
}

// passOver marks the shards as read in which nobody's index has a risk. Asking that of all of them
// costs the server less than reading a few.
func (f *search) passOver(ctx context.Context) error {
	pipe := f.s.db.Pipeline()
	var asked []*redis.IntCmd
	var of []*part
	var keys []string
	for _, g := range f.groups {
		if !g.people {
			continue
		}
		asked, of = slices.Grow(asked, len(f.shards)), slices.Grow(of, len(f.shards))
		for shard := range f.shards {
			keys = g.keys(keys[:0], shard) // the command copies them
			asked, of = append(asked, pipe.Exists(ctx, keys...)), append(of, &f.shards[shard])
		}
	}
	if len(asked) == 0 {
		return nil
	}
	execute(ctx, pipe)
	for i, cmd := range asked {
		n, err := cmd.Result()
		if err != nil {
			return failed("find", err)
		}
		of[i].done = of[i].done || n == 0
	}
	return nil
}

// read returns the call that reads on in a shard.
func (f *search) read(shard int) *call {
	p := f.shards[shard]
	c := f.s.call("find")
	c.flag(!f.q.ByDue)
	if p.upto.IsZero() {
		c.add("", "")
	} else {
		c.add(p.upto.At, string(p.upto.Key))
	}
	count := len(f.groups) == 1 && f.groups[0].disjoint && f.total < 0
	// In an order in which few may match, a shard would have to be read several times.
	whole := max(p.size, f.s.firstRead*readGrows)
	c.add(p.size, whole).flag(count).add(len(f.groups))
	for _, g := range f.groups {
		before := len(c.keys)
		c.keys = g.keys(c.keys, shard)
		c.add(len(c.keys)-before, g.min, g.max).flag(g.order)
	}
	return c
}

// add adds what was read of a shard.
func (f *search) add(p *part, a answer) {
	if n := int(a.int(1)); n >= 0 {
		f.total = max(f.total, 0) + n
	}
	p.read++
	p.size *= readGrows
	list := a.list(2)
	for i := 0; i+1 < len(list); i += 2 {
		p.hits = append(p.hits, hit{core.RiskKey(list.text(i)), list.int(i + 1)})
	}
	p.done = a.text(4) == ""
	if !p.done {
		p.upto = engine.Place{At: a.int(3), Key: core.RiskKey(a.text(4))}
	}
}

// certain removes and returns the hits before the edge.
func (f *search) certain() []hit {
	edge, more := f.edge()
	var all []hit
	for i := range f.shards {
		p := &f.shards[i]
		n := len(p.hits)
		if more {
			n = 0
			for n < len(p.hits) && f.compare(p.hits[n].place(), edge) <= 0 {
				n++
			}
		}
		all, p.hits = append(all, p.hits[:n]...), p.hits[n:]
	}
	slices.SortFunc(all, func(a, b hit) int { return f.compare(a.place(), b.place()) })
	f.hits += len(all)
	return all
}

// Find reads the indexes of all shards from q.After on, in parts that grow, until the
// limit is reached or enough was read. It reads the documents of what it finds, and leaves
// out risks that have changed meanwhile.
func (s *Store) Find(ctx context.Context, q engine.Query) (engine.Found, error) {
	out := engine.Found{Total: -1}
	done, err := s.allIndexed(ctx)
	if err != nil {
		return out, err
	}
	out.Unindexed = !done
	f, at := s.search(q), q.After
	if err := f.passOver(ctx); err != nil {
		return out, err
	}
	var hits []hit
	for len(out.Risks) < q.Limit && (q.Keep == nil || out.Read < q.Read) {
		if len(hits) == 0 {
			var ok bool
			if hits, ok, err = f.next(ctx); err != nil {
				return out, err
			}
			if !ok {
				break
			}
		}
		n := min(len(hits), q.Limit-len(out.Risks))
		if q.Keep != nil {
			n = min(len(hits), readDocs, q.Read-out.Read)
		}
		risks, err := s.read(ctx, hits[:n])
		if err != nil {
			return out, err
		}
		for len(risks) > 0 && len(out.Risks) < q.Limit {
			if r := risks[0]; r != nil && q.Matches(*r) && (q.Keep == nil || q.Keep(*r)) {
				out.Risks = append(out.Risks, *r)
			}
			at, hits, risks = hits[0].place(), hits[1:], risks[1:]
			out.Read++
		}
	}
	edge, more := f.edge()
	switch {
	case len(hits) > 0:
		out.Next = at
	case more:
		out.Next = edge
	}
	switch {
	case q.Keep == nil && f.total >= 0:
		out.Total = f.total
	case !more && q.After.IsZero() && q.Keep == nil:
		out.Total = f.hits
	case out.Next.IsZero() && q.After.IsZero():
		out.Total = len(out.Risks)
	}
	return out, nil
}

// read returns the documents of risks in order, nil for those that are gone.
func (s *Store) read(ctx context.Context, hits []hit) ([]*core.Risk, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	pipe := s.db.Pipeline()
	cmds := make([]*redis.StringCmd, len(hits))
	for i, h := range hits {
		cmds[i] = s.document(ctx, pipe, h.key)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	risks := make([]*core.Risk, len(hits))
	for i, cmd := range cmds {
		doc, err := cmd.Result()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return nil, failed("find", err)
		}
		r, err := readRisk(hits[i].key, doc)
		if err != nil {
			return nil, broken("find", err)
		}
		risks[i] = &r
	}
	return risks, nil
}
