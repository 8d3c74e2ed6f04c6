package store

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/engine"
)

const (
	// opKept is how long the number of an op is kept. Platforms redeliver for at most a
	// day.
	opKept = 26 * time.Hour
	// filingTakes is how long it may take from a risk's number until the risk is stored.
	filingTakes = 30 * time.Second
	// blockSize is how many numbers are reserved at once where a crash may take back the
	// latest writes. As many may be skipped after one. More are reserved in time, when
	// half of them are left, and more at once while many risks are filed: reserving takes
	// up to three seconds, and nobody should wait for it.
	blockSize    = 32
	largestBlock = 4096 * blockSize
	// forPeople is how many numbers are reserved for each that was asked for within the last
	// one to two seconds, and forPrograms the same if these are more than people ask for.
	forPeople   = 32
	forPrograms = 128
	manyAtOnce  = 256
	// reserveTakes bounds a reservation.
	reserveTakes = time.Minute
)

// numbers is what a Store knows of the blocks of one counter.
type numbers struct {
	of string // the part of the counter's keys that sets it apart

	mu    sync.Mutex
	safe  block
	size  int          // of the last block that this process reserved, 0 if none
	pace  pace         // at which this process is asked for numbers
	under *reservation // under way, or nil
}

// known reports whether this process has reserved a block.
func (n *numbers) known() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.size > 0
}

// asked counts a filing that asks for a number.
func (n *numbers) asked(at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pace.count(at)
}

// low reports whether so few numbers of the block are left that it is time to reserve the
// next one.
func (n *numbers) low(left int64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return left < int64(max(n.size, blockSize)/2)
}

// pace counts what happens in each second.
type pace struct {
	since       time.Time // when the present second began
	now, before int       // in it, and in the one before
}

func (p *pace) count(at time.Time) {
	p.turn(at)
	p.now++
}

// turn begins the next second if it is time.
func (p *pace) turn(at time.Time) {
	const second = time.Second
	switch lasted := at.Sub(p.since); {
	case lasted >= 2*second:
		p.before, p.now, p.since = 0, 0, at
	case lasted >= second:
		p.before, p.now, p.since = p.now, 0, at
	}
}

// block returns how many numbers to reserve at this pace. If few were asked for, that was
// people. If many were, it was a program, which goes on and must not wait again and again.
func (p *pace) block(at time.Time) int {
	p.turn(at)
	recent := p.before + p.now
	each := forPeople
	if recent >= manyAtOnce {
		each = forPrograms
	}
	return min(max(each*recent, blockSize), largestBlock)
}

// reservation is a block being reserved.
type reservation struct {
	done chan struct{}
	err  error // once done
}

// block is a reserved block of numbers that no crash of the server takes back.
type block struct {
	upto   int64
	server string
}

// counterOf returns the counter that a number is taken from.
func (s *Store) counterOf(n engine.Numbering) *numbers {
	if n.Topic {
		return &s.topics
	}
	return &s.risks
}

// NextNumber takes the number of the next risk or topic group.
func (s *Store) NextNumber(ctx context.Context, n engine.Numbering) (engine.Numbered, error) {
	const op = "next number"
	if n.Topic {
		n.Alike = n.Op // topics of one name may be meant
	}
	if n.Op == "" || n.Alike == "" {
		return engine.Numbered{}, invalid(op, "op or alike", nil)
	}
	of := s.counterOf(n)
	for {
		of.asked(time.Now())
		a, err := s.doReplicated(ctx, op, s.number(of, n))
		if err != nil {
			return engine.Numbered{}, err
		}
		switch got := (engine.Numbered{Number: a.int(1), Alike: a.int(2)}); {
		case got.Alike != 0:
			got.Filing = time.Duration(a.int(3))*time.Millisecond < filingTakes
			return got, nil
		case got.Number != 0:
			if s.blocks() && of.low(a.int(3)) {
				s.reserveSoon(of)
			}
			return got, nil
		}
		r := s.reserveSoon(of)
		select {
		case <-ctx.Done():
			return engine.Numbered{}, failed(op, ctx.Err())
		case <-r.done:
		}
		if r.err != nil {
			return engine.Numbered{}, r.err
		}
	}
}

// blocks reports whether numbers are given out from blocks: not where no acknowledged
// write is ever lost, nor where nothing outlives the process.
func (s *Store) blocks() bool {
	return !s.opts.Strict && !s.opts.Embedded && !s.lossless.Load()
}

// loses reports whether a server may lose acknowledged writes in a crash or a failover.
func loses(info map[string]string) bool {
	return info["aof_enabled"] != "1" || info[askedFsync] != "always" || info["connected_slaves"] != "0"
}

// number starts a call that takes a number.
func (s *Store) number(of *numbers, n engine.Numbering) *call {
	size := 0
	if s.blocks() {
		size = blockSize
	}
	c := s.numbering(of, size, false)
	c.common = common{keys: len(c.keys), args: len(c.args), most: maxBatch}
	c.keys = append(c.keys, s.keys.numberOf(of.of, n.Op), s.keys.numberLike(of.of, n.Alike))
	return c.flag(n.Again)
}

// numbering starts a call that takes numbers or reserves a block of a size.
func (s *Store) numbering(of *numbers, size int, reserve bool) *call {
	of.mu.Lock()
	b := of.safe
	of.mu.Unlock()
	return s.call("number", s.keys.number(of.of), s.keys.numbers(of.of)).
		add(opKept.Milliseconds(), engine.AlikeWithin.Milliseconds(), size, b.upto, b.server).flag(reserve).add(s.keys.since)
}

// reserveSoon reserves a block, unless that is under way. Nobody needs to wait for it
// while numbers are left.
func (s *Store) reserveSoon(n *numbers) *reservation {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.under != nil {
		return n.under
	}
	r := &reservation{done: make(chan struct{})}
	if s.life.Err() != nil {
		r.err = failed("reserve numbers", s.life.Err())
		close(r.done)
		return r
	}
	size := n.pace.block(time.Now())
	n.size, n.under = size, r
	s.loops.Go(func() {
		ctx, cancel := context.WithTimeout(s.life, reserveTakes)
		defer cancel()
		b, err := s.reserve(ctx, n, size)
		n.mu.Lock()
		defer n.mu.Unlock()
		if err == nil {
			n.safe = b
		}
		r.err, n.under = err, nil
		close(r.done)
	})
	return r
}

// reserve reserves a block of numbers, and waits until the server can't lose that: until
// a replica confirmed it, if there is one, and until the server has synced its file. A
// server that doesn't sync by itself isn't waited for.
func (s *Store) reserve(ctx context.Context, of *numbers, size int) (block, error) {
	const op = "reserve numbers"
	node := redis.Cmdable(s.db)
	if cluster, ok := s.db.(*redis.ClusterClient); ok {
		master, err := cluster.MasterForKey(ctx, s.keys.number(of.of))
		if err != nil {
			return block{}, failed(op, err)
		}
		node = master
	}
	info, err := readModes(ctx, node)
	if err != nil {
		return block{}, failed(op, err)
	}
	if !loses(info) {
		s.lossless.Store(true) // until the next Check
		return block{}, nil
	}
	c := s.numbering(of, size, true)
	pipe := node.Pipeline()
	cmd := s.scripts[c.name].Eval(ctx, pipe, c.keys, c.args...)
	if info["connected_slaves"] != "0" {
		pipe.Do(ctx, "WAIT", 1, replicaWait.Milliseconds()) // a replica that is behind stops nobody
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	a, err := read(op, cmd)
	if err != nil {
		return block{}, err
	}
	if info["aof_enabled"] == "1" && info[askedFsync] != "always" {
		err = awaitFile(ctx, node)
	}
	return block{a.int(1), a.text(2)}, failed(op, err)
}

// Under everysec a server begins to sync what it has written within a second or two.
const (
	syncBegins = 2100 * time.Millisecond
	syncLook   = 150 * time.Millisecond // longer than the server takes to begin the next sync after one has ended
)

// awaitFile waits until the server has synced what it has been sent. INFO tells that on
// every version; WAITAOF is missing before 7.2 and answers too early in some later ones.
func awaitFile(ctx context.Context, node redis.Cmdable) error {
	var written time.Time // when everything was first seen in the file
	idle := 0
	for idle < 2 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(syncLook):
		}
		info, err := readInfo(ctx, node)
		switch {
		case err != nil:
			return err
		case written.IsZero():
			if info["aof_buffer_length"] == "0" {
				written = time.Now()
			}
		case time.Since(written) < syncBegins, info["aof_pending_bio_fsync"] != "0", info["aof_last_write_status"] != "ok":
			idle = 0
		default:
			idle++
		}
	}
	return nil
}
