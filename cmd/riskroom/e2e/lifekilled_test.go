package e2e_test

import (
	"flag"
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

// everyPoint has serve killed after every write of the stories and lives. That takes many
// minutes.
var everyPoint = flag.Bool("every-point", false, "kill serve at every point, not only at samples")

// TestLifeKilled plays the life of a risk while serve is killed in every few steps: after a
// script, another command of Redis, or a call of the platform. With -every-point, the plays
// taken together kill it in each step after every write. The result must be the same as without
// a kill.
func TestLifeKilled(t *testing.T) {
	c := newLimiter()
	var all sync.WaitGroup
	for name, on := range played() {
		all.Go(func() {
			t.Run(name, func(t *testing.T) {
				var n tally
				killedInLife(t, c, on.again, ofRisk(), 0, &n)
				n.check(t)
			})
		})
	}
	all.Wait()
}

// TestLivesOfGroupsKilled does the same with the lives of groups. Their plays take so long
// that only some of those with a kill after every write are samples.
func TestLivesOfGroupsKilled(t *testing.T) {
	const samples = 3
	c := newLimiter()
	var n tally // of all tales: a sample of one has too few points
	var all sync.WaitGroup
	for name, on := range played() {
		for of, tell := range groupTales() {
			all.Go(func() {
				t.Run(name+"/"+of, func(t *testing.T) { killedInLife(t, c, on.again, tell(), samples, &n) })
			})
		}
	}
	all.Wait()
	n.check(t)
}

// tally counts points.
type tally struct{ planned, missed atomic.Int64 }

// check checks that most points were reached. What serve does in between varies, such as
// renewing a lease.
func (n *tally) check(t *testing.T) {
	t.Helper()
	if n.planned.Load() == 0 || n.missed.Load()*3 > n.planned.Load() {
		t.Errorf("%d of %d points were not reached", n.missed.Load(), n.planned.Load())
	}
}

// killedInLife plays a tale while serve is killed, in so many plays, or if samples is 0,
// after the first write of each kind.
func killedInLife(t *testing.T, c limiter, on func(testing.TB) []*platform, of tale, samples int, n *tally) {
	r := startRedis(t)
	l := newLife(t, r, on, &proxy{recorder: dialRedis(t, r.socket)}, of)
	var steps [][]point // the writes of each
	var begun mark
	var want lived
	func() {
		defer c.take()() // also given back if the play fails
		want = l.play(func() {
			var writes []point
			writes, begun = l.writes(begun)
			if samples == 0 && !*everyPoint {
				writes = kinds(writes)
			}
			steps = append(steps, writes)
		})
	}()
	plays := spread(steps[1:]) // serve makes the first ones when it starts
	every := 1
	switch {
	case *everyPoint:
	case samples > 0:
		every = (len(plays) + samples - 1) / samples
	default:
		every = 7
	}
	var all sync.WaitGroup
	for i := every / 2; i < len(plays); i += every {
		release := c.take()
		all.Go(func() {
			defer release()
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Logf("serve is killed at %v", plays[i])
				l := newLife(t, r, on, nil, of)
				got, not := l.playKilled(plays[i])
				n.missed.Add(int64(not))
				n.planned.Add(int64(len(plays[i])))
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("(-undisturbed +killed)\n%s\nthe log of the last serve:\n%s", d, l.now.log)
				}
			})
		})
	}
	all.Wait()
}

// spread distributes points among plays, each of which has at most one for a step.
func spread(steps [][]point) []map[int]point {
	var plays []map[int]point
	for nth := range slices.MaxFunc(steps, func(a, b []point) int { return len(a) - len(b) }) {
		for first := range apart {
			at := map[int]point{}
			for i := first; i < len(steps); i += apart {
				if nth < len(steps[i]) {
					at[i] = steps[i][nth]
				}
			}
			if len(at) > 0 {
				plays = append(plays, at)
			}
		}
	}
	return plays
}

// playKilled plays the story, and kills serve once in each step of at, when the write occurs.
// It returns how many of them didn't occur.
func (l *life) playKilled(at map[int]point) (got lived, missed int) {
	l.Helper()
	var mu sync.Mutex
	var target point
	seen := map[point]int{} // in the step
	took := func(p point) bool {
		mu.Lock()
		seen[p]++
		p.nth = seen[p]
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
		target, seen = at[i], map[point]int{}
		i++
	})
	return got, missed
}

// mark is how many calls and commands there were at a moment.
type mark struct{ calls, commands int }

// writes returns the writes since a moment, those to Redis first. They are numbered from
// that moment, together with commands that happened to write nothing.
func (l *life) writes(since mark) ([]point, mark) {
	var out []point
	seen := map[point]int{}
	add := func(p point, wrote bool) {
		seen[p]++
		p.nth = seen[p]
		if wrote && p.name != "permit" { // see points
			out = append(out, p)
		}
	}
	commands, calls := l.proxy.passed(), l.home().log.Calls()
	for _, c := range commands[since.commands:] {
		add(point{when: onRedis, name: c.name}, c.wrote)
	}
	for _, c := range calls[since.calls:] {
		if c.Effect {
			add(point{when: onPlatform, who: l.home().name, name: c.Method}, true)
		}
	}
	return out, mark{len(calls), len(commands)}
}

// kinds returns the first of each kind of writes.
func kinds(writes []point) []point {
	var out []point
	for _, p := range writes {
		if p.nth = 1; !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
