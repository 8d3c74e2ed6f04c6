package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// book notes when calls were made that carry the moment at which they were due. It is safe
// for concurrent use.
type book struct {
	mu    sync.Mutex
	late  []time.Duration
	due   []time.Time // of each
	times map[string]int
}

func newBook() *book { return &book{times: map[string]int{}} }

// dueText returns the text of what is due at a moment.
func dueText(due time.Time, n int) string { return fmt.Sprintf("due %d %d", due.UnixMilli(), n) }

func (b *book) note(text string) {
	now := time.Now()
	words := strings.Fields(text)
	if len(words) != 3 || words[0] != "due" {
		return
	}
	ms, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return
	}
	due := time.UnixMilli(ms)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.late, b.due = append(b.late, now.Sub(due)), append(b.due, due)
	b.times[text]++
}

func (b *book) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.late)
}

// twice returns how many calls were made more than once.
func (b *book) twice() (n int) {
	for _, times := range b.times {
		if times > 1 {
			n++
		}
	}
	return n
}

// schedule is what becomes due from a moment on.
type schedule struct {
	n    int
	rate int // a second; 0: all at the same millisecond
}

func (s schedule) due(start time.Time, n int) time.Time {
	if s.rate == 0 {
		return start
	}
	return start.Add(time.Duration(n) * time.Second / time.Duration(s.rate))
}

// head is how long before the first moment arming begins.
func (s schedule) head() time.Duration {
	return time.Duration(s.n)*time.Second/1500 + 2*time.Second
}

// lateness arms a schedule while the engines run, and returns when the adapter was called.
// meanwhile is called at the first moment.
func (w *world) lateness(ctx context.Context, s schedule, meanwhile func() error) (*book, error) {
	b := newBook()
	note := b.note
	w.stub.made.Store(&note)
	defer w.stub.made.Store(nil)
	start := time.Now().Add(s.head()).Truncate(time.Millisecond)
	_, err := w.fill(ctx, load{callers: 32, calls: s.n}, func(n int) (time.Time, string) {
		due := s.due(start, n)
		return due.Add(-24 * time.Hour), dueText(due, n)
	})
	if err != nil {
		return nil, err
	}
	if over := time.Since(start); over > 0 {
		return nil, fmt.Errorf("filing %d risks took %v longer than planned", s.n, over)
	}
	if err := wait(ctx, time.Until(start)); err != nil {
		return nil, err
	}
	if err := meanwhile(); err != nil {
		return nil, err
	}
	end := time.Until(s.due(start, s.n)) + 2*time.Minute
	if !until(ctx, end, func() bool { return b.count() >= s.n }) {
		return nil, fmt.Errorf("only %d of %d calls were made", b.count(), s.n)
	}
	if twice := b.twice(); twice > 0 {
		return nil, fmt.Errorf("%d calls were made twice", twice)
	}
	if first := slices.Min(b.late); first < 0 {
		return nil, fmt.Errorf("a call was made %v early", -first)
	}
	return b, nil
}

func nothing() error { return nil }

// rowLate measures when the adapter is called for runs that become due at a steady rate,
// while many others are armed, next to writes of a bare script in the same seconds. Redis
// syncs every write.
func rowLate(ctx context.Context, b *bench, out *section) error {
	for _, n := range []int{b.scale.armed, b.scale.few} {
		srv, err := b.filled(ctx, n)
		if err != nil {
			return err
		}
		if err := srv.set(ctx, "appendfsync", "always"); err != nil {
			return err
		}
		rates := b.scale.rates
		if n == b.scale.few {
			rates = rates[:1]
		}
		for _, rate := range rates {
			if err := b.lateAt(ctx, srv, n, rate, out); err != nil {
				return err
			}
		}
		if n == b.scale.armed {
			if err := b.afterStall(ctx, srv, out); err != nil {
				return err
			}
		}
	}
	srv, err := b.server(ctx, "always")
	if err != nil {
		return err
	}
	defer srv.stop()
	peer, err := b.tasksLate(ctx, srv, schedule{n: 500 * int(b.scale.late.Seconds()), rate: 500})
	if err != nil {
		return err
	}
	out.add(result{what: "asynq as it comes (it polls), 500 due a second, nothing else armed", peer: late(peer)})
	return nil
}

// lateAt measures lateness at one rate, in rounds.
func (b *bench) lateAt(ctx context.Context, srv *server, n, rate int, out *section) error {
	var ratios, ours, peers, pairs, pairRatios []float64
	w, err := runWorld(ctx, srv, 3, 0)
	if err != nil {
		return err
	}
	defer w.close()
	for round := range b.scale.lateness {
		s := schedule{n: rate * int(b.scale.late.Seconds()), rate: rate}
		var made *book
		var two []time.Duration
		bare, err := srv.onTime(ctx, 1, func() (err error) {
			two, err = srv.onTime(ctx, 2, func() error {
				return b.profiled(round, fmt.Sprintf("c-late-%d-%d", n, rate), func() (err error) { made, err = w.lateness(ctx, s, nothing); return err })
			})
			return err
		})
		if err != nil {
			return err
		}
		our, peer, pair := millis(quantile(made.late, 0.99)), millis(quantile(bare, 0.99)), millis(quantile(two, 0.99))
		ours, peers, ratios = append(ours, our), append(peers, peer), append(ratios, our/peer)
		pairs, pairRatios = append(pairs, pair), append(pairRatios, pair/peer)
		b.note("round %d: %d timers, %d a second: %s; bare write %s; two in a row %s", round+1, 2*n, rate, late(made.late), late(bare), late(two))
	}
	r := result{what: fmt.Sprintf("p99 lateness, %s timers armed, 3 replicas, %s due a second; a bare write on time", thousands(int64(2*n)), thousands(int64(rate))),
		ours: figure(median(ours)) + " ms", peer: figure(median(peers)) + " ms", ratio: median(ratios), required: "1.5"}
	switch rate {
	case 500:
		r.stretch = "5 ms"
	case 1000:
		r.required = "1.8"
	}
	out.add(r)
	out.add(result{what: "p99 of two bare writes in a row, as a run makes before its call; a bare write on time",
		ours: figure(median(pairs)) + " ms", peer: r.peer, ratio: median(pairRatios)})
	return nil
}

// afterStall measures how long runs stay late after Redis stood still.
func (b *bench) afterStall(ctx context.Context, srv *server, out *section) error {
	w, err := runWorld(ctx, srv, 1, 0)
	if err != nil {
		return err
	}
	defer w.close()
	rate := b.scale.rates[0]
	s := schedule{n: int(float64(rate) * 4 * b.scale.stall.Seconds()), rate: rate}
	var thawed time.Time
	made, err := w.lateness(ctx, s, func() error {
		err := errors.Join(wait(ctx, b.scale.stall/2), srv.freeze(ctx, b.scale.stall))
		thawed = time.Now()
		return err
	})
	if err != nil {
		return err
	}
	usual := 100 * time.Millisecond
	var caught time.Duration // how long after the stall the last late call was made
	for i, l := range made.late {
		if l > usual {
			caught = max(caught, made.due[i].Add(l).Sub(thawed))
		}
	}
	out.add(result{what: fmt.Sprintf("until nothing is more than 100 ms late after Redis stood still, 1 replica, %s due a second; the stall", thousands(int64(rate))),
		ours: inSeconds(caught), peer: inSeconds(b.scale.stall), ratio: caught.Seconds() / b.scale.stall.Seconds(), required: "1"})
	return nil
}

// tasksLate returns when asynq handles tasks of a schedule.
func (b *bench) tasksLate(ctx context.Context, srv *server, s schedule) ([]time.Duration, error) {
	made, t := newBook(), tasksOn(srv)
	err := t.serve(func(data []byte) { made.note(string(data)) }, func() error {
		start := time.Now().Add(s.head())
		if err := t.enqueue(ctx, s.n, func(n int) ([]byte, time.Time) {
			due := s.due(start, n)
			return []byte(dueText(due, n)), due
		}); err != nil {
			return err
		}
		if !until(ctx, time.Until(s.due(start, s.n))+time.Minute, func() bool { return made.count() >= s.n }) {
			return fmt.Errorf("asynq handled only %d of %d tasks", made.count(), s.n)
		}
		return nil
	})
	return made.late, err
}

// rowBurst measures how long it takes until the last of many runs, all due at the same
// millisecond, has stored its first intent and calls the adapter.
func rowBurst(ctx context.Context, b *bench, out *section) error {
	srv, err := b.filled(ctx, b.scale.armed)
	if err != nil {
		return err
	}
	if err := srv.set(ctx, "appendfsync", b.fsync("everysec")); err != nil {
		return err
	}
	peerServer, err := b.server(ctx, "everysec")
	if err != nil {
		return err
	}
	defer peerServer.stop()
	s := schedule{n: b.scale.burst}
	peer, err := b.tasksLate(ctx, peerServer, s)
	if err != nil {
		return err
	}
	last := quantile(peer, 1)
	for _, f := range []fleet{
		{name: "1 replica", replicas: 1, required: "1.5 s", stretch: "600 ms"},
		{name: "3 replicas", replicas: 3, required: "1.5 s", stretch: "600 ms"},
		{name: "1 replica, 64 workers", replicas: 1, workers: 64},
	} {
		var ours []float64
		w, err := runWorld(ctx, srv, f.replicas, f.workers)
		if err != nil {
			return err
		}
		for round := 0; err == nil && round < b.scale.lateness; round++ {
			var made *book
			if made, err = w.lateness(ctx, s, nothing); err == nil {
				ours = append(ours, quantile(made.late, 1).Seconds())
				b.note("round %d: %s: %s", round+1, f.name, late(made.late))
			}
		}
		w.close()
		if err != nil {
			return err
		}
		out.add(result{what: fmt.Sprintf("the last of %s due at once, %s; asynq as it comes (it polls)", thousands(int64(s.n)), f.name),
			ours: figure(median(ours)) + " s", peer: inSeconds(last), ratio: median(ours) / last.Seconds(), required: f.required, stretch: f.stretch})
	}
	return nil
}
