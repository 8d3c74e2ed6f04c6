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
)

// point is a moment at which serve is killed.
type point struct {
	when when
	who  string // the platform; "" for Redis
	name string // of the method, script or command
	nth  int
}

// A when is what serve was waiting for as it was killed.
type when string

const (
	onPlatform when = "after a platform took" // the effect happened, serve does not know
	onRedis    when = "after Redis took"      // it is stored, serve does not know
	knowingly  when = "after hearing of"      // serve knows, and may just have gone on
)

func (p point) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %d", p.when, p.who, p.name, p.nth)), " ")
}

// points lists all moments of an undisturbed run. The check of Redis stores nothing,
// and is made again every half minute: its tries of keys are none.
func points(b *bench) []point {
	var all []point
	for _, p := range b.platforms {
		for _, c := range p.log.Calls() {
			all = append(all, point{onPlatform, p.name, c.Method, c.Nth})
		}
	}
	for _, c := range b.proxy.written() {
		if c.name == "permit" {
			continue
		}
		all = append(all, point{onRedis, "", c.name, c.nth}, point{knowingly, "", c.name, c.nth})
	}
	return all
}

// aim has serve killed at p, once, and returns whether that has happened.
func (p point) aim(b *bench) *atomic.Bool {
	var struck atomic.Bool
	on := func(when when, who string) func(command) bool {
		return func(c command) bool {
			if p != (point{when, who, c.name, c.nth}) {
				return true
			}
			struck.Store(true)
			b.strike()
			return false
		}
	}
	b.proxy.watchWith(watch{answered: on(onRedis, ""), delivered: on(knowingly, "")})
	for _, there := range b.platforms {
		took := on(onPlatform, there.name)
		there.log.Hook(func(c stage.Call) { took(command{name: c.Method, nth: c.Nth}) })
	}
	return &struck
}

// crowd bounds how many plays go on at once: these tests wait more than they
// work.
type crowd chan struct{}

func newCrowd() crowd {
	if raced {
		return make(crowd, 10) // there they work more than they wait
	}
	return make(crowd, 28)
}

// each runs f for every point, as many at once as there is room for.
func (c crowd) each(t *testing.T, points []point, f func(*testing.T, point)) {
	t.Helper()
	var all sync.WaitGroup
	for _, p := range points {
		c <- struct{}{}
		all.Go(func() {
			defer func() { <-c }()
			t.Run(strings.ReplaceAll(p.String(), " ", "_"), func(t *testing.T) { f(t, p) })
		})
	}
	all.Wait()
}

// story is what is played again and again.
type story struct {
	name  string
	flows string
	ours  func(*platform) []string // calls that must be among those it makes there
	// between is what comes after the filing, if it is only that which is cut.
	between func(*bench, core.RiskKey)
	// repeatable tells that platforms themselves make these calls once: no Once
	// is missed.
	repeatable bool
}

func stories() []story {
	return []story{
		{"reminder", reminder, func(p *platform) []string { return p.calls.remind }, nil, false},
		theGroup(),
		{"change", reminder, func(p *platform) []string { return p.calls.change }, resolve, true},
	}
}

// theGroup is the story that does most.
func theGroup() story {
	return story{"group", group, func(p *platform) []string { return p.calls.group }, nil, false}
}

// resolve has wei resolve the risk, and say so again if serve is killed
// meanwhile.
func resolve(b *bench, key core.RiskKey) {
	b.Helper()
	b.asks("wei", resolving(key), "Resolved")
}

// play plays the story on a bench. Reached, if not nil, is called where it gets
// interesting.
func (s story) play(b *bench, reached func()) final {
	b.Helper()
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

// course is how a story went.
type course struct {
	final
	points []point            // at which it could have been cut
	ours   func(p point) bool // whether that one must come
}

// undisturbed plays a story without killing anybody.
func (s story) undisturbed(t *testing.T, r *redisServer, at scene, how mode) course {
	t.Helper()
	b := newBench(t, r, set{flows: s.flows, how: how, platforms: at.open(t), proxy: &proxy{recorder: dialRedis(t, r.socket)}})
	var before []point
	c := course{final: s.play(b, func() { before = points(b) })}
	c.points = slices.DeleteFunc(points(b), func(p point) bool { return slices.Contains(before, p) })
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

// thinned leaves out, of the moments that need not come, all but every nth.
func (at scene) thinned(c course) []point {
	var out []point
	for i, p := range c.points {
		if c.ours(p) || i%at.nth == 0 {
			out = append(out, p)
		}
	}
	return out
}

// TestKilled kills serve after every call that a platform took and after every
// write that Redis took, and starts it again: each time everything happens once,
// and all ends as if nothing had been. That this can fail is shown by the same
// with calls that are simply made: there some kill is seen in the end.
func TestKilled(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	c := newCrowd()
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

func (s story) killedEverywhere(t *testing.T, c crowd, at scene) {
	r := startRedis(t)
	want := s.undisturbed(t, r, at, asBuilt)
	var missed atomic.Int64
	c.each(t, want.points, func(t *testing.T, p point) {
		b := newBench(t, r, set{flows: s.flows, platforms: at.open(t)})
		struck := p.aim(b)
		got := s.play(b, nil)
		if d := cmp.Diff(want.final, got); d != "" {
			t.Errorf("(-undisturbed +killed)\n%s\nthe last serve said:\n%s", d, b.now.log)
		}
		switch {
		case struck.Load():
		case want.ours(p):
			t.Error("the moment never came")
		default:
			missed.Add(1)
			t.Log("the moment never came")
		}
	})
	// On a busy machine a group may be looked at more often than on an idle one.
	if n := int(missed.Load()); n*3 > len(want.points) {
		t.Errorf("%d of %d moments never came", n, len(want.points))
	}
}

func (s story) killedWithoutOnce(t *testing.T, c crowd, at scene) {
	r := startRedis(t)
	want := s.undisturbed(t, r, at, plainOnce)
	all := slices.DeleteFunc(want.points, func(p point) bool { return !want.ours(p) })
	var differ atomic.Int64
	c.each(t, all, func(t *testing.T, p point) {
		b := newBench(t, r, set{flows: s.flows, how: plainOnce, platforms: at.open(t)})
		p.aim(b)
		if !cmp.Equal(want.State, s.play(b, nil).State) {
			differ.Add(1)
		}
	})
	if differ.Load() == 0 {
		t.Errorf("calls were simply made, serve was killed after %d of them, and nothing shows it", len(all))
	}
}
