package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

// fakeSends is a sender whose batches are answered when the test says so.
type fakeSends struct {
	mu      sync.Mutex
	batches [][]*call
	answer  chan struct{} // each receive answers a batch
}

func (f *fakeSends) send(_ context.Context, _ laneID, calls []*call) []sent {
	f.mu.Lock()
	f.batches = append(f.batches, calls)
	f.mu.Unlock()
	<-f.answer
	list := make([]sent, len(calls))
	for i, c := range calls {
		list[i].cmd = redis.NewCmd(context.Background())
		list[i].cmd.SetVal([]any{"ok", c.name})
	}
	return list
}

// sizes returns how many calls each batch had.
func (f *fakeSends) sizes() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []int{}
	for _, b := range f.batches {
		list = append(list, len(b))
	}
	return fmt.Sprint(list)
}

// gathering runs a test of a gatherer in a bubble, where nothing happens by chance.
func gathering(t *testing.T, f func(t *testing.T, g *gatherer, sends *fakeSends)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sends := &fakeSends{answer: make(chan struct{})}
		g := newGatherer(sends.send)
		f(t, g, sends)
		close(sends.answer)
		g.close()
	})
}

// start makes a call and checks that its answer is its own.
func start(ctx context.Context, t *testing.T, g *gatherer, id laneID, name string) <-chan error {
	ended := make(chan error, 1)
	go func() {
		got, err := g.do(ctx, id, &call{name: name})
		if err == nil {
			if a, _ := read("test", got.cmd); a.text(1) != name {
				t.Errorf("%s got the answer %q", name, a.text(1))
			}
		}
		ended <- err
	}()
	synctest.Wait()
	return ended
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("%s: got %s, want %s", what, g, w)
	}
}

// What is called while the lane's connections are busy goes out together, and a batch is
// bounded.
func TestGathers(t *testing.T) {
	gathering(t, func(t *testing.T, g *gatherer, sends *fakeSends) {
		var all []<-chan error
		for i := range flightsAtOnce + maxBatch + 3 {
			all = append(all, start(t.Context(), t, g, laneID{}, fmt.Sprint("c", i)))
		}
		same(t, "at first", sends.sizes(), "[1 1]")
		sends.answer <- struct{}{}
		synctest.Wait()
		same(t, "then", sends.sizes(), fmt.Sprint([]int{1, 1, maxBatch}))
		sends.answer <- struct{}{}
		synctest.Wait()
		same(t, "at last", sends.sizes(), fmt.Sprint([]int{1, 1, maxBatch, 3}))
		sends.answer <- struct{}{}
		sends.answer <- struct{}{}
		for _, ended := range all {
			same(t, "error", <-ended, nil)
		}
	})
}

// A person's call doesn't wait for those of runs.
func TestGathersPeopleFirst(t *testing.T) {
	gathering(t, func(t *testing.T, g *gatherer, sends *fakeSends) {
		for i := range 10 {
			start(t.Context(), t, g, laneID{background: true}, fmt.Sprint("run", i))
		}
		start(t.Context(), t, g, laneID{}, "person")
		same(t, "sent", sends.sizes(), "[1 1 1]")
		same(t, "last", sends.batches[2][0].name, "person")
	})
}

// A caller whose context ends gets its error at once. If its call is still queued, it is
// not sent. The other calls don't notice.
func TestGatherDeadlines(t *testing.T) {
	gathering(t, func(t *testing.T, g *gatherer, sends *fakeSends) {
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		underWay := start(short, t, g, laneID{}, "under way")
		stays := start(t.Context(), t, g, laneID{}, "stays")
		queued := start(short, t, g, laneID{}, "queued")
		next := start(t.Context(), t, g, laneID{}, "next")
		time.Sleep(time.Second)
		synctest.Wait()
		for _, left := range []<-chan error{underWay, queued} {
			select {
			case err := <-left:
				same(t, "deadline", errors.Is(err, context.DeadlineExceeded), true)
			default:
				t.Fatal("a caller waits longer than its context")
			}
		}
		for range 3 {
			sends.answer <- struct{}{}
		}
		same(t, "stays", <-stays, nil)
		same(t, "next", <-next, nil)
		same(t, "sent", sends.sizes(), "[1 1 1]")
	})
}

// The queue is bounded: a caller that finds it full waits for a place until its context ends.
func TestGatherFull(t *testing.T) {
	gathering(t, func(t *testing.T, g *gatherer, sends *fakeSends) {
		for i := range flightsAtOnce + maxQueued {
			start(t.Context(), t, g, laneID{}, fmt.Sprint("c", i))
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		same(t, "too late", errors.Is(<-start(short, t, g, laneID{}, "too late"), context.DeadlineExceeded), true)
		waits := start(t.Context(), t, g, laneID{}, "waits")
		same(t, "queued", len(g.lane(laneID{}).queue), maxQueued)
		sends.answer <- struct{}{}
		synctest.Wait()
		same(t, "queued", len(g.lane(laneID{}).queue), maxQueued-maxBatch+1)
		for range maxQueued/maxBatch + flightsAtOnce {
			sends.answer <- struct{}{}
		}
		same(t, "error", <-waits, nil)
	})
}

// After close, nothing is sent.
func TestGatherClosed(t *testing.T) {
	t.Parallel()
	g := newGatherer(func(context.Context, laneID, []*call) []sent {
		t.Error("sent")
		return nil
	})
	g.close()
	_, err := g.do(t.Context(), laneID{}, &call{})
	same(t, "error", errors.Is(err, redis.ErrClosed), true)
	same(t, "queued", len(g.lane(laneID{}).places), 0)
}

// A batch's context ends when the last of its callers can no longer wait.
func TestSharedContext(t *testing.T) {
	t.Parallel()
	short, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	long, cancelLong := context.WithTimeout(t.Context(), time.Hour)
	defer cancelLong()
	shared := func(callers ...context.Context) context.Context {
		var batch []*queuedCall
		for _, ctx := range callers {
			batch = append(batch, &queuedCall{ctx: ctx})
		}
		ctx, cancel := sharedContext(batch)
		t.Cleanup(cancel)
		return ctx
	}
	same(t, "alone", shared(short) == short, true)
	both := shared(short, long)
	cancel()
	same(t, "one has left", both.Err(), nil)
	at, _ := both.Deadline()
	latest, _ := long.Deadline()
	same(t, "deadline", at.Equal(latest), true)
	_, limited := shared(long, t.Context()).Deadline()
	same(t, "limited", limited, false)
}
