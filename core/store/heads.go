package store

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"riskroom/core/engine"
)

const (
	// heads is how many timers of a shard are read if nobody has just claimed there.
	heads = 4
	// mostHeads bounds how many are read after a claim.
	mostHeads = 64
	// rereadAfter is how long a process relies on what it has read of the shards. Timers that
	// are due within a second, or before all others of their shard, are announced (wake.lua).
	// If that message is lost, the timer is found with the first claim after this time.
	rereadAfter = 900 * time.Millisecond
	// rereadOwnAfter is rereadAfter if the database is in this process: no message is lost.
	rereadOwnAfter = 15 * time.Second
	// yieldFor is how much later than others a process claims in a shard where another one
	// was faster the last time.
	yieldFor = 3 * time.Millisecond
)

// timed is an entry of a shard's timer index.
type timed struct {
	id    engine.RunID
	name  string // of id, as stored
	shard int
	ms    int64
}

// upcoming is what a process remembers of the earliest timers of all shards, so that a
// claim reads only shards in which something was armed or claimed.
type upcoming struct {
	mu        sync.Mutex
	alone     bool          // nobody else arms or claims
	rely      time.Duration // rereadAfter or rereadOwnAfter
	listening int           // subscriptions that work
	read      time.Time     // when all shards were last read
	readAt    int64         // the same, by the store's clock in ms
	shards    []ahead
	first     int // the shard from which this process claims first, if several are equal
}

// ahead is what is remembered of one shard.
type ahead struct {
	timers []timed // earliest first
	more   bool    // the shard may have later ones
	news   int     // how often something was armed
	known  int     // the news that timers include; another number makes them stale
	yields bool    // another process was faster the last time
}

// due reports whether it is time to claim a timer of the shard.
func (a ahead) due(t timed, now int64) bool { return a.from(t) <= now }

// from returns when this process claims a timer. If others claim in the shard, it leaves
// them a moment. So each timer is usually claimed by one process, without the others
// trying, and if that process is gone, another is only a little later.
func (a ahead) from(t timed) int64 {
	if a.yields {
		return t.ms + yieldFor.Milliseconds()
	}
	return t.ms
}

// reading is one read of some shards: how many timers of each, and their news before.
type reading struct {
	shard, most, news int
}

// reset makes room for a number of shards. Nothing is known of them.
func (u *upcoming) reset(shards, first int) {
	u.shards, u.first = make([]ahead, shards), first
	u.forget()
}

func (u *upcoming) forget() {
	for i := range u.shards {
		u.shards[i].news++
	}
}

// listen notes that a subscription works, or no longer does.
func (u *upcoming) listen(works bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if works {
		u.listening++
	} else {
		u.listening--
	}
	u.forget()
}

// armed notes that something was armed in a shard, or in any if shard is negative.
func (u *upcoming) armed(shard int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if shard < 0 || shard >= len(u.shards) {
		u.forget()
		return
	}
	u.shards[shard].news++
}

// wrote notes which scripts were called, if nobody else calls any. claim reads the timers
// itself, and slot changes none.
func (u *upcoming) wrote(calls []*call) {
	if u.alone && slices.ContainsFunc(calls, func(c *call) bool { return c.name != "claim" && c.name != "slot" }) {
		u.armed(anyShard)
	}
}

// stale returns which shards must be read before a claim: all of them from time to time,
// if the clock was moved, and always if there is no subscription. A process that is alone
// reads those where it has written. Where this process yields, another one may have claimed
// what seems due.
func (u *upcoming) stale(now int64, most int) []reading {
	u.mu.Lock()
	defer u.mu.Unlock()
	passed := now - u.readAt
	if !u.alone && (u.listening == 0 || time.Since(u.read) >= u.rely || passed < 0 || passed >= u.rely.Milliseconds()) {
		u.read, u.readAt = time.Now(), now
		u.forget()
	}
	var list []reading
	for i, a := range u.shards {
		passedOver := a.yields && len(a.timers) > 0 && a.due(a.timers[0], now)
		if a.known != a.news || passedOver {
			list = append(list, reading{shard: i, most: most, news: a.news})
		}
	}
	return list
}

// of returns readings of shards, most timers of each.
func (u *upcoming) of(shards []int, most int) []reading {
	u.mu.Lock()
	defer u.mu.Unlock()
	var list []reading
	for _, i := range shards {
		list = append(list, reading{shard: i, most: most, news: u.shards[i].news})
	}
	return list
}

// learn takes over what a reading found, unless something has been armed meanwhile that
// is known by now.
func (u *upcoming) learn(r reading, found []timed) {
	u.mu.Lock()
	defer u.mu.Unlock()
	a := &u.shards[r.shard]
	if r.news < a.known {
		return
	}
	a.timers, a.more, a.known = found, len(found) == r.most, r.news
}

// raced notes whether this process was the first to claim in a shard.
func (u *upcoming) raced(shard int, won bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.shards[shard].yields = !won && u.listening > 0
}

// due returns up to limit timers that are due by now, earliest first. further names the
// shards of which more must be read to say which timers are next.
func (u *upcoming) due(now int64, limit int) (list []timed, further []int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, a := range u.shards {
		for _, t := range a.timers {
			if !a.due(t, now) {
				break
			}
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b timed) int {
		return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(u.turn(a.shard), u.turn(b.shard)), cmp.Compare(a.name, b.name))
	})
	list = list[:min(len(list), limit)]
	if limit == 0 {
		return nil, nil
	}
	for i, a := range u.shards {
		// Behind the last timer that is remembered, there may be one that is due earlier
		// than the last of the list, or that fits.
		if !a.more || len(a.timers) == 0 {
			continue
		}
		if last := a.timers[len(a.timers)-1]; a.due(last, now) && (len(list) < limit || last.ms < list[limit-1].ms) {
			further = append(further, i)
		}
	}
	return list, further
}

// turn returns the place of a shard in the order of this process. Others begin elsewhere,
// so that they seldom try to claim the same timers.
func (u *upcoming) turn(shard int) int {
	return (shard - u.first + len(u.shards)) % len(u.shards)
}

// next returns when this process claims the earliest timer, 0 if none is remembered. It
// skips the runs that were just claimed.
func (u *upcoming) next(claimed map[string]bool) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	next := int64(0)
	for _, a := range u.shards {
		for _, t := range a.timers {
			if claimed[t.name] {
				continue
			}
			if from := a.from(t); next == 0 || from < next {
				next = from
			}
			break
		}
	}
	return next
}
