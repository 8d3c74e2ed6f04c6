package demo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"riskroom/adapters/stage"
	"riskroom/adapters/stage/browser"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// backstage is the page's driver. It watches the store and the emulators, moves the
// clock and causes faults.
type backstage struct {
	w     *world
	words *text.Catalogue
	story bool           // the built-in story
	tasks sync.WaitGroup // in the background

	mu      sync.Mutex
	changed chan struct{} // closed and replaced with each change
	seen    seen
	moving  *browser.Moving
	halt    context.CancelFunc // stops the movement
	moved   bool               // the clock has been moved
	extras  []extra
	inCall  bool // kill the engine in the next call
	unsure  []unsure
	held    map[engine.RunID]time.Time // when a dead engine's leases expire
}

var _ browser.Driver = (*backstage)(nil)

// seen is what the store contained at the last look.
type seen struct {
	risks []followed
	due   *due
	at    string // changes with the content
}

// followed is a risk with its trail, newest first.
type followed struct {
	engine.Record
	trail  []engine.Event
	groups []engine.Group
}

// due is the next due run.
type due struct {
	run engine.RunSummary
	at  time.Time
}

// extra is an entry that is in no risk's trail, with codes instead of texts.
type extra struct {
	at   time.Time
	kind string
	call string
	err  string
}

// unsure is a call that took effect when its engine was killed.
type unsure struct {
	place string
	call  stage.Call
}

func newBackstage(w *world, words *text.Catalogue, story bool) *backstage {
	b := &backstage{w: w, words: words, story: story, changed: make(chan struct{})}
	for _, p := range w.workspaces {
		p.Log().Hook(func(c stage.Call) { b.called(p, c) })
	}
	return b
}

// lookAround is how often the store is polled.
const lookAround = 150 * time.Millisecond

// run polls until ctx ends.
func (b *backstage) run(ctx context.Context) {
	tick := time.NewTicker(lookAround)
	defer tick.Stop()
	for {
		if err := b.look(ctx); err != nil && ctx.Err() == nil {
			b.w.log.WarnContext(ctx, "cannot read the store", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look reads the store.
func (b *backstage) look(ctx context.Context) error {
	b.mu.Lock()
	before := b.seen
	b.mu.Unlock()
	keys := map[core.RiskKey]bool{}
	for _, r := range before.risks {
		keys[r.Risk.Key] = true
	}
	open, err := b.w.db.Find(ctx, engine.Query{Statuses: engine.OpenStatuses(), Limit: core.MaxListed})
	if err != nil {
		return err
	}
	for _, r := range open.Risks {
		keys[r.Key] = true
	}
	now := seen{}
	var sum strings.Builder
	for key := range keys {
		rec, err := b.w.db.Get(ctx, key)
		if err != nil {
			return err
		}
		trail, err := b.w.db.Trail(ctx, key, "", trailLength)
		if err != nil {
			return err
		}
		groups, err := b.w.db.GroupsOf(ctx, key)
		if err != nil {
			return err
		}
		now.risks = append(now.risks, followed{rec, trail, groups})
	}
	slices.SortFunc(now.risks, func(x, y followed) int { return cmp.Compare(x.Risk.Key.Number(), y.Risk.Key.Number()) })
	for _, r := range now.risks {
		sum.WriteString(string(r.Risk.Key) + strconv.FormatInt(r.Risk.Version, 10))
		if len(r.trail) > 0 {
			sum.WriteString(r.trail[0].ID)
		}
		for _, g := range r.groups {
			sum.WriteString(g.Ref.String() + strconv.FormatInt(g.Rev, 10))
		}
		for _, run := range r.Runs {
			if live(run) && (now.due == nil || run.At.Before(now.due.at)) {
				now.due = &due{run, run.At}
			}
		}
	}
	if now.due != nil {
		sum.WriteString(now.due.run.ID.String() + string(now.due.run.State) + now.due.at.String())
	}
	now.at = sum.String()
	dead := b.w.alive() == nil
	b.mu.Lock()
	defer b.mu.Unlock()
	if dead {
		b.held = now.running()
	}
	if now.at != before.at {
		b.seen = now
		b.noteOnce()
		b.notify()
	}
	return nil
}

// running returns when the leases of running runs expire.
func (s seen) running() map[engine.RunID]time.Time {
	out := map[engine.RunID]time.Time{}
	for _, r := range s.risks {
		for _, run := range r.Runs {
			if run.State == engine.Running {
				out[run.ID] = run.At
			}
		}
	}
	return out
}

// live reports whether a run has yet to end.
func live(r engine.RunSummary) bool {
	return !r.At.IsZero() && (r.State == engine.Armed || r.State == engine.Waiting || r.State == engine.Running)
}

// dueBy returns how many runs are due by t.
func (s seen) dueBy(t time.Time) (n int) {
	for _, r := range s.risks {
		for _, run := range r.Runs {
			if live(run) && !run.At.After(t) {
				n++
			}
		}
	}
	return n
}

// notify reports a change. The caller holds the lock.
func (b *backstage) notify() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// Changed implements browser.Driver.
func (b *backstage) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Move implements browser.Driver.
func (b *backstage) Move(to browser.Move) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.moving != nil && to == browser.Stop {
		b.halt()
	}
	if b.moving != nil || b.w.ctx.Err() != nil {
		return
	}
	now := b.w.clock.Now()
	target := now
	switch to {
	case browser.AnHour:
		target = now.Add(time.Hour)
	case browser.ADay:
		target = now.Add(core.Day)
	case browser.AWeek:
		target = now.Add(7 * core.Day)
	case browser.NextDue:
		if b.seen.due == nil {
			return
		}
		target = b.seen.due.at
	default:
		return
	}
	b.moving, b.moved = &browser.Moving{From: now, To: target}, true
	ctx, halt := context.WithCancel(b.w.ctx)
	b.halt = halt
	b.notify()
	b.tasks.Go(func() {
		defer halt()
		b.move(ctx, target)
	})
}

// The clock stops for watchable at the first due times, so that people can see what
// happens. If there are more, people want to get there.
const (
	watchable = 120 * time.Millisecond
	watched   = 10
)

// move moves the clock to t, and stops at everything that is due before.
func (b *backstage) move(ctx context.Context, t time.Time) {
	stops := 0
	err := b.w.until(ctx, t, func() error {
		if err := b.look(ctx); err != nil {
			return err
		}
		b.mu.Lock()
		b.notify()
		b.mu.Unlock()
		pause := watchable
		if stops++; stops > watched {
			pause = 0
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		return ctx.Err()
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil && !errors.Is(err, context.Canceled) {
		b.extras = append(b.extras, extra{at: b.w.clock.Now(), kind: "stuck", err: err.Error()})
	}
	b.moving = nil
	b.notify()
}

// Behind implements browser.Driver.
func (b *backstage) Behind(_ context.Context, lang string) (browser.Behind, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.words.In(lang)
	out := browser.Behind{
		Now: b.w.clock.Now(), Down: b.w.alive() == nil,
		Trail: b.trail(p), Troubles: b.troubles(p), Steps: b.steps(p),
	}
	if b.moving != nil {
		m := *b.moving
		m.Left = b.seen.dueBy(m.To)
		out.Moving = &m
	}
	if d := b.seen.due; d != nil {
		out.Next = &browser.Next{At: d.at, Text: wordDue(p, d.run)}
		if until, ok := b.held[d.run.ID]; ok && d.run.State == engine.Running && until.Equal(d.at) {
			out.Wait = p.S("browser.clock.wait", text.Args{"What": wordFlow(p, d.run), "When": d.at.In(b.w.zone()).Format(time.TimeOnly)})
		}
	}
	return out, nil
}

// wordDue describes what a due run does.
func wordDue(p text.Printer, r engine.RunSummary) string {
	if r.State != engine.Armed && !engine.BuiltIn(r.ID.Flow) {
		return p.S("browser.due.goes_on", text.Args{"Flow": r.ID.Flow, "Key": string(r.ID.Risk)})
	}
	return wordFlow(p, r)
}

// wordFlow describes a run by its flow.
func wordFlow(p text.Printer, r engine.RunSummary) string {
	args := text.Args{"Flow": r.ID.Flow, "Key": string(r.ID.Risk)}
	switch r.ID.Flow {
	case engine.SyncFlow:
		return p.S("browser.due.sync", args)
	case engine.NoticeFlow:
		return p.S("browser.due.notice", args)
	case engine.NoteFlow:
		return p.S("browser.due.note", args)
	case engine.GroupFlow:
		return p.S("browser.due.group", args)
	case engine.OpenFlow:
		return p.S("browser.due.open", args)
	case engine.CloseFlow:
		return p.S("browser.due.close", args)
	case engine.FilesFlow:
		return p.S("browser.due.files", args)
	}
	return p.S("browser.due.flow", args)
}
