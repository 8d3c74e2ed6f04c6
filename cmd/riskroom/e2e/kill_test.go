package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/store/storetest"
)

// point is a moment at which serve is killed.
type point struct {
	when when
	who  string // the platform; "" for Redis
	name string // of the method, script or command
	nth  int
}

// when is what serve is waiting for when it is killed.
type when string

const (
	onPlatform when = "after a platform took" // the call took effect, serve hasn't got the answer
	onRedis    when = "after Redis took"      // it is stored, serve hasn't got the reply
	knowingly  when = "after the reply to"    // serve has got the reply and may have continued
)

func (p point) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %d", p.when, p.who, p.name, p.nth)), " ")
}

// points returns the moments of an undisturbed play since another moment, from which they
// are numbered: what serve has done until then varies on a busy machine. It leaves out the
// check of Redis, which stores nothing and is repeated every half minute.
func points(b *bench, since count) []point {
	var all []point
	add := func(who, name string, nth int, whens ...when) {
		if nth -= since[source{who, name}]; nth > 0 && name != "permit" {
			for _, when := range whens {
				all = append(all, point{when, who, name, nth})
			}
		}
	}
	for _, p := range b.platforms {
		for _, c := range p.log.Calls() {
			add(p.name, c.Method, c.Nth, onPlatform)
		}
	}
	for _, c := range b.proxy.written() {
		add("", c.name, c.nth, onRedis, knowingly)
	}
	return all
}

// source is a platform's method or, if who is "", a script or command.
type source struct{ who, name string }

// count is how often something has happened.
type count map[source]int

// tally returns how often everything has happened so far.
func (b *bench) tally() count {
	now := count{}
	for name, n := range b.proxy.counted() {
		now[source{"", name}] = n
	}
	for _, p := range b.platforms {
		for _, c := range p.log.Calls() {
			now[source{p.name, c.Method}] = c.Nth
		}
	}
	return now
}

// shot kills serve at a point, once.
type shot struct {
	b      *bench
	since  atomic.Pointer[count] // nil: not yet
	struck atomic.Bool
}

// begin has points numbered from now.
func (s *shot) begin() { s.since.Store(new(s.b.tally())) }

// aim returns a shot that kills serve at p after its beginning.
func (p point) aim(b *bench) *shot {
	s := &shot{b: b}
	on := func(when when, who string) func(command) bool {
		return func(c command) bool {
			since := s.since.Load()
			if since == nil || p != (point{when, who, c.name, c.nth - (*since)[source{who, c.name}]}) {
				return true
			}
			s.struck.Store(true)
			b.strike()
			return false
		}
	}
	b.proxy.watchWith(watch{answered: on(onRedis, ""), delivered: on(knowingly, "")})
	for _, there := range b.platforms {
		took := on(onPlatform, there.name)
		there.log.Hook(func(c stage.Call) { took(command{name: c.Method, nth: c.Nth}) })
	}
	return s
}

// limiter limits the number of concurrent plays, which mostly wait.
type limiter chan struct{}

func newLimiter() limiter {
	if storetest.Raced {
		return make(limiter, 8) // plays are slower under the race detector
	}
	return make(limiter, 12)
}

// take waits until another play may begin. What it returns is called when that has ended.
func (c limiter) take() (release func()) {
	c <- struct{}{}
	return func() { <-c }
}

// each runs f for every point, as many at the same time as the limiter allows.
func (c limiter) each(t *testing.T, points []point, f func(*testing.T, point)) {
	t.Helper()
	var all sync.WaitGroup
	for _, p := range points {
		release := c.take()
		all.Go(func() {
			defer release()
			t.Run(strings.ReplaceAll(p.String(), " ", "_"), func(t *testing.T) { f(t, p) })
		})
	}
	all.Wait()
}

// story is a scenario that is played repeatedly.
type story struct {
	name  string
	flows string
	ours  func(*platform) []string // calls that it must make on a platform
	// between is the part after the filing, if serve is only killed in that part.
	between func(*bench, core.RiskKey)
	// repeatable is set if these calls are idempotent, so that they work without
	// Once.
	repeatable bool
	// often are scripts and commands that serve uses for every shard: only the first time
	// counts.
	often []string
	// whole plays the story instead, and calls reached, if it isn't nil, before the part in
	// which serve is killed.
	whole func(b *bench, reached func()) final
}

func stories() []story {
	return []story{
		{name: "reminder", flows: reminder, ours: func(p *platform) []string { return p.calls.remind }},
		theGroup(),
		{name: "change", flows: reminder, ours: func(p *platform) []string { return p.calls.change }, between: resolve, repeatable: true},
	}
}

// theGroup returns the story that does most.
func theGroup() story {
	return story{name: "group", flows: group, ours: func(p *platform) []string { return p.calls.group }}
}

// resolve has wei resolve the risk, and try again if serve is killed meanwhile.
func resolve(b *bench, key core.RiskKey) {
	b.Helper()
	b.asks("wei", resolving(key), "Resolved")
}

// play plays the story on a bench. If reached is not nil, it is called before the part
// in which serve is killed.
func (s story) play(b *bench, reached func()) final {
	b.Helper()
	if s.whole != nil {
		return s.whole(b, reached)
	}
	if s.between == nil {
		if reached != nil {
			reached()
		}
		return b.play(nil)
	}
	return b.play(func(key core.RiskKey) {
		if reached != nil {
			reached()
		}
		s.between(b, key)
	})
}

// course is the result of an undisturbed play.
type course struct {
	final
	points []point            // at which serve can be killed
	ours   func(p point) bool // reports whether a point must be reached
}

// undisturbed plays a story without killing serve.
func (s story) undisturbed(t *testing.T, limit limiter, r *redisServer, at scene, how mode) course {
	t.Helper()
	limit <- struct{}{}
	defer func() { <-limit }()
	b := newBench(t, r, set{flows: s.flows, how: how, platforms: at.open(t), proxy: &proxy{recorder: dialRedis(t, r.socket)}})
	var reached count
	c := course{final: s.play(b, func() { reached = b.tally() })}
	c.points = slices.DeleteFunc(points(b, reached), func(p point) bool { return p.nth > 1 && slices.Contains(s.often, p.name) })
	c.ours = func(p point) bool {
		return p.when == onPlatform && slices.ContainsFunc(b.platforms, func(there *platform) bool {
			return p.who == there.name && slices.Contains(s.ours(there), p.name)
		})
	}
	for _, there := range b.platforms {
		for _, method := range s.ours(there) {
			if !slices.Contains(c.points, point{onPlatform, there.name, method, 1}) {
				t.Errorf("the story %s makes no call of %s", s.name, method)
			}
		}
	}
	c.points = at.thinned(c)
	return c
}

// thinned drops all but every nth of the points that need not be reached.
func (at scene) thinned(c course) []point {
	var out []point
	for i, p := range c.points {
		if c.ours(p) || i%at.nth == 0 {
			out = append(out, p)
		}
	}
	return out
}

// TestKilled kills serve after calls that took effect on a platform and after writes to Redis,
// and restarts it. With -every-point, it does so after each of them. Everything must happen
// once, with the same result as without a kill. To show that this test can fail, it also plays
// the stories without Once, where some kill must change the result. Like the other tests that
// kill in many plays, it runs alone, because it takes the whole machine.
func TestKilled(t *testing.T) {
	var all sync.WaitGroup
	c := newLimiter()
	for _, at := range scenes() {
		for _, s := range at.stories {
			name := at.name + " " + s.name
			all.Go(func() { t.Run(name, func(t *testing.T) { s.killedEverywhere(t, c, at) }) })
			if at.plain && !s.repeatable {
				all.Go(func() { t.Run(name+" without Once", func(t *testing.T) { s.killedWithoutOnce(t, c, at) }) })
			}
		}
	}
	all.Wait()
}

func (s story) killedEverywhere(t *testing.T, c limiter, at scene) {
	r := startRedis(t)
	want := s.undisturbed(t, c, r, at, asBuilt)
	var missed atomic.Int64
	c.each(t, want.points, func(t *testing.T, p point) {
		b := newBench(t, r, set{flows: s.flows, platforms: at.open(t)})
		aimed := p.aim(b)
		got := s.play(b, aimed.begin)
		if d := cmp.Diff(want.final, got); d != "" {
			t.Errorf("(-undisturbed +killed)\n%s\nthe log of the last serve:\n%s", d, b.now.log)
		}
		switch {
		case aimed.struck.Load():
		case want.ours(p):
			t.Error("the point was not reached")
		default:
			missed.Add(1)
			t.Log("the point was not reached")
		}
	})
	// On a busy machine, a group may be checked more often.
	if n := int(missed.Load()); n*3 > len(want.points) {
		t.Errorf("%d of %d points were not reached", n, len(want.points))
	}
}

func (s story) killedWithoutOnce(t *testing.T, c limiter, at scene) {
	r := startRedis(t)
	want := s.undisturbed(t, c, r, at, plainOnce)
	all := slices.DeleteFunc(want.points, func(p point) bool { return !want.ours(p) })
	var differ atomic.Int64
	c.each(t, all, func(t *testing.T, p point) {
		b := newBench(t, r, set{flows: s.flows, how: plainOnce, platforms: at.open(t)})
		if !cmp.Equal(want.State, s.play(b, p.aim(b).begin).State) {
			differ.Add(1)
		}
	})
	if differ.Load() == 0 {
		t.Errorf("without Once, killing serve after any of %d calls changes nothing", len(all))
	}
}
