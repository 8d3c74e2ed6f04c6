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
	where place
	name  string // of the method, script or command
	nth   int
}

// A place is what serve was waiting for as it was killed.
type place string

const (
	onSlack   place = "after Slack took" // the effect happened, serve does not know
	onRedis   place = "after Redis took" // it is stored, serve does not know
	knowingly place = "after hearing of" // serve knows, and may just have gone on
)

func (p point) String() string { return fmt.Sprintf("%s %s %d", p.where, p.name, p.nth) }

// points lists all moments of an undisturbed run.
func points(b *bench) []point {
	var all []point
	for _, c := range b.slack.Log().Calls() {
		all = append(all, point{onSlack, c.Method, c.Nth})
	}
	for _, c := range b.proxy.written() {
		all = append(all, point{onRedis, c.name, c.nth}, point{knowingly, c.name, c.nth})
	}
	return all
}

// aim has serve killed at p, once, and returns whether that has happened.
func (p point) aim(b *bench) *atomic.Bool {
	var struck atomic.Bool
	on := func(where place) func(command) bool {
		return func(c command) bool {
			if p != (point{where, c.name, c.nth}) {
				return true
			}
			struck.Store(true)
			b.strike()
			return false
		}
	}
	b.proxy.watchWith(watch{answered: on(onRedis), delivered: on(knowingly)})
	slack := on(onSlack)
	b.slack.Log().Hook(func(c stage.Call) { slack(command{name: c.Method, nth: c.Nth}) })
	return &struck
}

// crowd bounds how many plays go on at once: these tests wait more than they
// work.
type crowd chan struct{}

func newCrowd() crowd { return make(crowd, 28) }

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
	ours  []string // calls that must be among those it makes
	// between is what comes after the filing, if it is only that which is cut.
	between func(*bench, core.RiskKey)
	// repeatable tells that Slack itself makes these calls once: no Once is
	// missed.
	repeatable bool
}

func stories() []story {
	return []story{
		{"reminder", reminder, []string{"conversations.open", "chat.postMessage"}, nil, false},
		{"group", group, []string{
			"conversations.create", "conversations.setTopic", "conversations.setPurpose", "conversations.invite",
			"chat.postMessage", "chat.getPermalink", "pins.add", "bookmarks.add",
		}, nil, false},
		{"change", reminder, []string{"chat.update"}, resolve, true},
	}
}

// resolve has lin resolve the risk, and say so again if serve is killed
// meanwhile.
func resolve(b *bench, key core.RiskKey) {
	b.Helper()
	line := "status " + string(key) + " resolved booked twice"
	b.asks(lin, line, "Resolved")
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

// undisturbed plays a story without killing anybody, and returns how it ends
// and at which moments it could be cut.
func (s story) undisturbed(t *testing.T, r *redisServer, how mode) (final, []point) {
	t.Helper()
	b := newBench(t, r, set{flows: s.flows, how: how, proxy: &proxy{recorder: dialRedis(t, r.socket)}})
	var before []point
	f := s.play(b, func() { before = points(b) })
	all := slices.DeleteFunc(points(b), func(p point) bool { return slices.Contains(before, p) })
	if raced {
		all = thinned(all)
	}
	for _, method := range s.ours {
		if !slices.Contains(all, point{onSlack, method, 1}) {
			t.Errorf("the story %s makes no call of %s", s.name, method)
		}
	}
	return f, all
}

// thinned leaves out most moments after writes, as each play takes several times
// as long where races are looked for.
func thinned(all []point) []point {
	var out []point
	for i, p := range all {
		if p.where == onSlack || i%7 == 0 {
			out = append(out, p)
		}
	}
	return out
}

// TestKilled kills serve after every call that Slack took and after every write
// that Redis took, and starts it again: each time everything happens once, and
// all ends as if nothing had been. That this can fail is shown by the same with
// calls that are simply made: there some kill is seen in the end.
func TestKilled(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	c := newCrowd()
	for _, s := range stories() {
		all.Go(func() { t.Run(s.name, func(t *testing.T) { s.killedEverywhere(t, c) }) })
		if !s.repeatable {
			all.Go(func() { t.Run(s.name+" without Once", func(t *testing.T) { s.killedWithoutOnce(t, c) }) })
		}
	}
	all.Wait()
}

func (s story) killedEverywhere(t *testing.T, c crowd) {
	r := startRedis(t)
	want, all := s.undisturbed(t, r, asBuilt)
	var missed atomic.Int64
	c.each(t, all, func(t *testing.T, p point) {
		b := newBench(t, r, set{flows: s.flows})
		struck := p.aim(b)
		got := s.play(b, nil)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-undisturbed +killed)\n%s\nthe last serve said:\n%s", d, b.now.log)
		}
		switch {
		case struck.Load():
		case p.where == onSlack && slices.Contains(s.ours, p.name):
			t.Error("the moment never came")
		default:
			missed.Add(1)
			t.Log("the moment never came")
		}
	})
	// On a busy machine a group may be looked at more often than on an idle one.
	if n := int(missed.Load()); n*3 > len(all) {
		t.Errorf("%d of %d moments never came", n, len(all))
	}
}

func (s story) killedWithoutOnce(t *testing.T, c crowd) {
	r := startRedis(t)
	want, all := s.undisturbed(t, r, plainOnce)
	all = slices.DeleteFunc(all, func(p point) bool { return p.where != onSlack || !slices.Contains(s.ours, p.name) })
	var differ atomic.Int64
	c.each(t, all, func(t *testing.T, p point) {
		b := newBench(t, r, set{flows: s.flows, how: plainOnce})
		p.aim(b)
		if !cmp.Equal(want.State, s.play(b, nil).State) {
			differ.Add(1)
		}
	})
	if differ.Load() == 0 {
		t.Errorf("calls were simply made, serve was killed after %d of them, and nothing shows it", len(all))
	}
}
