package simulate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/engine"
)

// clock stands still while somebody acts, and jumps when nothing is left to do.
type clock struct{ *emulated.Clock }

var _ core.Sleeper = clock{}

// Sleep implements core.Sleeper. While a turn sleeps, others act. If it isn't a turn that
// sleeps, nobody else acts anyway, so the clock jumps.
func (c clock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if t, ok := ctx.Value(turnKey{}).(*turn); ok {
		t.sleep(c.Now().Add(d))
	} else {
		c.Move(c.Now().Add(d))
	}
	return ctx.Err()
}

// turn is a turn of the engine on a run. It acts only while the runner waits for it.
type turn struct {
	acting
	until time.Time     // when it is to go on, while it sleeps
	goOn  chan struct{} // has the runner wake it
	off   chan<- *turn  // hands back to the runner, as it sleeps or has ended
	ended bool
}

type turnKey struct{}

func (t *turn) sleep(until time.Time) {
	t.until = until
	t.off <- t
	<-t.goOn
}

// workers is how many turns there are at a time: as many as the engine has.
const workers = 64

// againAtOnce is how often a run may act in the same moment. More often, it would never end.
const againAtOnce = 1000

// runner lets turns act one after another, and moves the clock.
type runner struct {
	clock    clock
	engine   *engine.Engine
	rec      *recorder
	flush    func(context.Context) error // has the app receive the platforms' events
	progress func(time.Time)
	life     context.Context    // of the turns
	end      context.CancelFunc // nil while riskroom isn't running

	off      chan *turn
	asleep   []*turn // by until
	acted    map[engine.RunID]int
	reported time.Time // on the wall clock
}

// start has turns of an engine act from now on.
func (s *runner) start(ctx context.Context, e *engine.Engine) {
	s.engine = e
	s.life, s.end = context.WithCancel(ctx)
}

// until carries out everything that is due by t, and moves the clock there.
func (s *runner) until(ctx context.Context, t time.Time) error {
	return s.advance(ctx, t, func(due time.Time) bool { return !due.After(t) })
}

// before carries out everything that is due before t, and moves the clock to t.
func (s *runner) before(ctx context.Context, t time.Time) error {
	if !s.clock.Now().Before(t) {
		return nil
	}
	return s.advance(ctx, t, func(due time.Time) bool { return due.Before(t) })
}

// advance moves the clock to t. On the way it carries out what is due, as long as acts says so.
func (s *runner) advance(ctx context.Context, t time.Time, acts func(due time.Time) bool) error {
	for s.end != nil {
		next, err := s.settle(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || !acts(next) {
			break
		}
		s.jump(next)
	}
	s.jump(t)
	return nil
}

func (s *runner) jump(t time.Time) {
	if t.After(s.clock.Now()) {
		s.clock.Move(t)
		clear(s.acted)
	}
	if s.progress != nil && time.Since(s.reported) > progressEvery {
		s.progress(t)
		s.reported = time.Now()
	}
}

// progressEvery is how often progress is reported.
const progressEvery = 5 * time.Second

// settle carries out everything that is due now, and returns when something is due next, zero
// if nothing is.
func (s *runner) settle(ctx context.Context) (time.Time, error) {
	for {
		if err := ctx.Err(); err != nil {
			return time.Time{}, err
		}
		if len(s.asleep) > 0 && !s.asleep[0].until.After(s.clock.Now()) {
			t := s.asleep[0]
			s.asleep = s.asleep[1:]
			s.rec.turn(&t.acting)
			t.goOn <- struct{}{}
			if err := s.wait(ctx); err != nil {
				return time.Time{}, err
			}
			continue
		}
		due, next, err := s.claim(ctx)
		if err != nil {
			return time.Time{}, err
		}
		for _, r := range due {
			if err := s.begin(ctx, r); err != nil {
				return time.Time{}, err
			}
		}
		if len(due) > 0 {
			continue
		}
		if len(s.asleep) > 0 && (next.IsZero() || s.asleep[0].until.Before(next)) {
			next = s.asleep[0].until
		}
		return next, nil
	}
}

// claim claims what is due, as far as there are workers.
func (s *runner) claim(ctx context.Context) (due []engine.Run, next time.Time, err error) {
	if len(s.asleep) == workers {
		return nil, time.Time{}, nil
	}
	due, next, err = s.engine.ClaimDue(ctx, workers-len(s.asleep))
	slices.SortFunc(due, func(a, b engine.Run) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID.Risk.Number(), b.ID.Risk.Number()), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return due, next, err
}

// begin has a run act until it sleeps or its turn ends.
func (s *runner) begin(ctx context.Context, r engine.Run) error {
	if s.acted[r.ID]++; s.acted[r.ID] > againAtOnce {
		return fmt.Errorf("%s acts again and again at %s", r.ID, s.clock.Now().Format(time.RFC3339))
	}
	t := &turn{acting: acting{run: r.ID, due: engine.DueIn(s.rec.w.cfg.Flows, r.ID, r.Due), step: r.Step}, goOn: make(chan struct{}), off: s.off}
	s.rec.turn(&t.acting)
	act := context.WithValue(core.Background(s.life), turnKey{}, t)
	go func() {
		s.engine.Turn(act, r)
		t.ended = true
		s.off <- t
	}()
	return s.wait(ctx)
}

// wait waits until the turn that acts sleeps or has ended.
func (s *runner) wait(ctx context.Context) error {
	t := <-s.off
	s.rec.harvest()
	if !t.ended {
		i, _ := slices.BinarySearchFunc(s.asleep, t.until, func(o *turn, until time.Time) int {
			return cmp.Or(o.until.Compare(until), -1) // behind those that wake at the same time
		})
		s.asleep = slices.Insert(s.asleep, i, t)
	}
	return s.flush(ctx)
}

// stop ends the turns that still sleep. Until start, nothing acts.
func (s *runner) stop() {
	if s.end == nil {
		return
	}
	s.end()
	s.end = nil
	for len(s.asleep) > 0 {
		t := s.asleep[0]
		s.asleep = s.asleep[1:]
		t.goOn <- struct{}{}
		if t := <-s.off; !t.ended {
			s.asleep = append(s.asleep, t)
		}
	}
}
