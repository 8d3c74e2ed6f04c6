package engine

import (
	"context"
	"sync"
	"time"
)

// gate limits how many turns run at once, and can be shut.
type gate struct {
	max int

	mu     sync.Mutex
	shut   bool
	inside int
	change chan struct{} // closed and replaced whenever something changes
}

func newGate(limit int) *gate { return &gate{max: limit, change: make(chan struct{})} }

// enter takes up to want places. It returns how many it got, and a channel that
// is closed when more may be free.
func (g *gate) enter(want int) (int, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return 0, g.change
	}
	n := min(want, g.max-g.inside)
	g.inside += n
	return n, g.change
}

// await waits until n places are free, at most for a while.
func (g *gate) await(ctx context.Context, n int, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	for {
		g.mu.Lock()
		free, change := g.max-g.inside, g.change
		g.mu.Unlock()
		if free >= n {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			return
		case <-change:
		}
	}
}

// leave gives n places back.
func (g *gate) leave(n int) {
	if n == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside -= n
	g.signal()
}

func (g *gate) signal() {
	close(g.change)
	g.change = make(chan struct{})
}

// close shuts the gate and waits until every place is free.
func (g *gate) close(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for g.inside > 0 {
		change := g.change
		g.mu.Unlock()
		select {
		case <-change:
		case <-ctx.Done():
		}
		g.mu.Lock()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	g.signal()
}

// Pause stops claiming and waits until no turn is under way, so that the clock
// can be moved. It fails if ctx ends first. Call Resume afterwards, even if Pause
// fails.
func (e *Engine) Pause(ctx context.Context) error { return e.gate.close(ctx) }

// Resume resumes claiming after Pause.
func (e *Engine) Resume() {
	e.gate.open()
	e.Wake()
}
