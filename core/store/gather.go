package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// gatherer sends the scripts that a process calls at the same time in few round trips:
// what has been called since the last batch was sent goes out as the next, in one
// pipeline. A caller never waits for others to join: if a connection of its lane is free,
// its call is sent at once.
//
// Each call of a batch has its own answer and its own error, and a caller whose context ends
// gets its error then, although its script may still run. Calls that take numbers,
// and those that begin or complete runs of one shard, are made with one script (join.go). Each
// still fails alone. Others share nothing else.
type gatherer struct {
	send func(ctx context.Context, id laneID, calls []*call) []sent

	mu      sync.Mutex
	lanes   map[laneID]*lane
	closed  bool
	flights sync.WaitGroup
}

// laneID is what calls of one batch have in common. Calls of runs have their own lanes, so a
// person's command never waits for the batch of some runs.
type laneID struct {
	node       string // of a cluster
	background bool
	replicated bool // the batch ends with the wait for its replication
}

// lane is a queue of calls and the batches of them that are under way.
type lane struct {
	id     laneID
	places chan struct{} // one for each queued call

	mu      sync.Mutex
	queue   []*queuedCall
	flights int
}

type queuedCall struct {
	ctx  context.Context // of the caller
	call *call
	sent sent
	done chan struct{} // closed when sent is set
}

// sent is what became of a call.
type sent struct {
	cmd  *redis.Cmd
	kept error // why a successful call isn't replicated
}

const (
	// maxBatch is how many calls one batch has at most. The server answers other
	// connections when it has run the whole batch.
	maxBatch = 64
	// maxQueued is how many calls of a lane can wait to be sent. More wait for a place,
	// until their context ends.
	maxQueued = 1024
	// flightsAtOnce is how many batches of a lane can be under way: one that the server
	// works on, and one whose answers are being read or whose calls are being written.
	flightsAtOnce = 2
	// waitingAtOnce is the same for batches that wait for replicas and the disk, which
	// takes most of their time.
	waitingAtOnce = 8
)

func newGatherer(send func(context.Context, laneID, []*call) []sent) *gatherer {
	return &gatherer{send: send, lanes: map[laneID]*lane{}}
}

// do sends a call in a lane and returns what became of it.
func (g *gatherer) do(ctx context.Context, id laneID, c *call) (sent, error) {
	l := g.lane(id)
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		return sent{}, ctx.Err()
	}
	q := &queuedCall{ctx: ctx, call: c, done: make(chan struct{})}
	if err := g.queue(l, q); err != nil {
		return sent{}, err
	}
	select {
	case <-q.done:
	case <-ctx.Done():
		select {
		case <-q.done: // just in time
		default:
			return sent{}, ctx.Err()
		}
	}
	return q.sent, nil
}

func (g *gatherer) lane(id laneID) *lane {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lanes[id]
	if l == nil {
		l = &lane{id: id, places: make(chan struct{}, maxQueued)}
		g.lanes[id] = l
	}
	return l
}

// queue queues a call, and starts a flight unless enough are under way.
func (g *gatherer) queue(l *lane, q *queuedCall) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	most := flightsAtOnce
	if l.id.replicated {
		most = waitingAtOnce
	}
	if l.flights < most {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.closed {
			<-l.places
			return redis.ErrClosed
		}
		l.flights++
		g.flights.Go(func() { g.fly(l) })
	}
	l.queue = append(l.queue, q)
	return nil
}

// fly sends batches until the lane's queue is empty.
func (g *gatherer) fly(l *lane) {
	for {
		batch := l.next()
		if len(batch) == 0 {
			return
		}
		calls := make([]*call, len(batch))
		for i, q := range batch {
			calls[i] = q.call
		}
		ctx, cancel := sharedContext(batch)
		results := g.send(ctx, l.id, calls)
		cancel()
		for i, q := range batch {
			q.sent = results[i]
			close(q.done)
		}
	}
}

// next takes a batch from the queue, without calls whose callers have left. If there is
// none, the flight ends.
func (l *lane) next() []*queuedCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	var batch []*queuedCall
	taken := 0
	for taken < len(l.queue) && len(batch) < maxBatch {
		if q := l.queue[taken]; q.ctx.Err() == nil {
			batch = append(batch, q)
		}
		taken++
		<-l.places
	}
	l.queue = slices.Delete(l.queue, 0, taken)
	if len(batch) == 0 {
		l.flights--
	}
	return batch
}

// sharedContext returns the context of a batch: that of its only caller, or one that ends
// at the latest deadline. It doesn't end because one of several callers leaves.
func sharedContext(batch []*queuedCall) (context.Context, context.CancelFunc) {
	first := batch[0].ctx
	if len(batch) == 1 {
		return first, func() {}
	}
	var latest time.Time
	for _, q := range batch {
		at, limited := q.ctx.Deadline()
		if !limited {
			return context.WithoutCancel(first), func() {}
		}
		latest = later(latest, at)
	}
	return context.WithDeadline(context.WithoutCancel(first), latest)
}

// close refuses further flights and waits for those under way. The connections must have
// been closed.
func (g *gatherer) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.flights.Wait()
}

// lane returns the lane of a call.
func (s *Store) lane(ctx context.Context, c *call, replicated bool) laneID {
	id := laneID{background: core.InBackground(ctx), replicated: replicated}
	if cluster, ok := s.db.(*redis.ClusterClient); ok {
		// If the node is unknown, sending the call returns the reason.
		if node, err := cluster.MasterForKey(ctx, c.keys[0]); err == nil {
			id.node = node.Options().Addr
		}
	}
	return id
}

// sendBatch sends the calls of a lane in one pipeline.
func (s *Store) sendBatch(ctx context.Context, id laneID, calls []*call) []sent {
	joint, of := join(calls)
	var became []sent
	if id.replicated {
		became = s.sendReplicated(ctx, joint)
	} else {
		became = s.send(ctx, joint)
	}
	return split(ctx, calls, of, became)
}
