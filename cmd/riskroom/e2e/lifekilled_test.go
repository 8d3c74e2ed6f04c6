package e2e_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// apart is how many steps there are from one kill to the next, so that the effects of one
// are over before the next.
const apart = 4

// TestLifeKilled plays the life of a risk while serve is killed in every few steps. Taken
// together, the plays kill it in each step after every kind of write that the step makes: a
// script, another command of Redis, or a call of the platform. The result must be the same
// as without a kill.
func TestLifeKilled(t *testing.T) {
	t.Parallel()
	c := newLimiter()
	var all sync.WaitGroup
	for name, on := range played() {
		all.Go(func() { t.Run(name, func(t *testing.T) { killedInLife(t, c, on.again, ofRisk()) }) })
	}
	all.Wait()
}

func killedInLife(t *testing.T, c limiter, on func(testing.TB) []*platform, of tale) {
	r := startRedis(t)
	l := newLife(t, r, on, &proxy{recorder: dialRedis(t, r.socket)}, of)
	var steps [][]point // the writes of each
	var begun mark
	want := l.play(func() {
		var writes []point
		writes, begun = l.writes(begun)
		steps = append(steps, writes)
	})
	var all sync.WaitGroup
	var planned, missed atomic.Int64
	for i, at := range spread(steps[1:]) { // serve makes the first ones when it starts
		c <- struct{}{}
		all.Go(func() {
			defer func() { <-c }()
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				l := newLife(t, r, on, nil, of)
				got, not := l.playKilled(at)
				missed.Add(int64(not))
				planned.Add(int64(len(at)))
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("killed at %v (-undisturbed +killed)\n%s\nthe log of the last serve:\n%s", at, d, l.now.log)
				}
			})
		})
	}
	all.Wait()
	// What serve does in between varies, such as renewing a lease.
	if planned.Load() == 0 || missed.Load()*3 > planned.Load() {
		t.Errorf("%d of %d points were not reached", missed.Load(), planned.Load())
	}
}

// spread distributes points among plays, each of which has at most one for a step. If the
// race detector slows everything down, only some plays are returned.
func spread(steps [][]point) []map[int]point {
	var plays []map[int]point
	n := 0
	for nth := range slices.MaxFunc(steps, func(a, b []point) int { return len(a) - len(b) }) {
		for first := range apart {
			at := map[int]point{}
			for i := first; i < len(steps); i += apart {
				if nth < len(steps[i]) {
					at[i] = steps[i][nth]
				}
			}
			if n++; len(at) > 0 && (!raced || n%7 == 1) {
				plays = append(plays, at)
			}
		}
	}
	return plays
}

// playKilled plays the story, and kills serve once in each step of at, when the write first
// occurs. It returns how many of them didn't occur.
func (l *life) playKilled(at map[int]point) (got lived, missed int) {
	l.Helper()
	var mu sync.Mutex
	var target point
	took := func(p point) bool {
		mu.Lock()
		hit := p == target
		if hit {
			target = point{}
		}
		mu.Unlock()
		if hit {
			l.strike()
		}
		return hit
	}
	l.proxy.watchWith(watch{answered: func(c command) bool { return !took(point{when: onRedis, name: c.name}) }})
	l.home().log.Hook(func(c stage.Call) {
		if c.Effect {
			took(point{when: onPlatform, who: l.home().name, name: c.Method})
		}
	})
	i := 0
	got = l.play(func() {
		mu.Lock()
		defer mu.Unlock()
		if target != (point{}) {
			missed++
			l.Logf("in step %d, %v was not reached", i, target)
		}
		target = at[i]
		i++
	})
	return got, missed
}

// mark is how many calls and commands there were at a moment.
type mark struct{ calls, commands int }

// writes returns the kinds of writes since a moment, those to Redis first.
func (l *life) writes(since mark) ([]point, mark) {
	var out []point
	add := func(p point) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	commands, calls := l.proxy.written(), l.home().log.Calls()
	for _, c := range commands[since.commands:] {
		if c.name != "permit" { // see points
			add(point{when: onRedis, name: c.name})
		}
	}
	for _, c := range calls[since.calls:] {
		if c.Effect {
			add(point{when: onPlatform, who: l.home().name, name: c.Method})
		}
	}
	return out, mark{len(calls), len(commands)}
}
