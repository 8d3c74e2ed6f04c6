// Package simulate plays what the flows of a config file would do: it files the risks of a
// scenario in emulated workspaces, has people act, lets time pass, and returns everything that
// happens.
//
// The engine, the store's scripts, the adapters and the bots are those of serve. Only the
// workspaces are emulated, the store is in memory, and the clock jumps from one due moment to
// the next. Runs act one after another, so the same scenario always gives the same events. No
// connection leaves this machine.
//
// scenario.go, decode.go, csv.go and sample.go are the input. world.go starts everything, runner.go moves the
// clock and carries out what is due, and record.go
// and trail.go note what happens.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// Options configures Run.
type Options struct {
	Now  time.Time    // the present; the start of a scenario that has none is this day
	Lang string       // of people in the workspaces; "": the config file's
	Log  *slog.Logger // nil: nothing is logged
	// Live are the open risks of a database, from which the simulation goes on; nil: there are
	// none.
	Live *store.Snapshot
	// Evaluated is called with each condition that is evaluated; it may be nil.
	Evaluated func(engine.Evaluation)
	// Done is called with each step that was carried out; it may be nil.
	Done func(run engine.RunID, step string)
	// Progress is called now and then with the moment that is reached; it may be nil.
	Progress func(at time.Time)

	inProcess bool // no redis-server, however many risks there are
}

// Result is what happened.
type Result struct {
	From, Until time.Time
	Titles      map[core.RiskKey]string
	Events      []Event  // in order
	Answers     []Answer // of the bot, to the actions
	Late        []Late   // flows that couldn't keep their schedule
}

// Run plays a scenario. The config is not changed.
func Run(ctx context.Context, cfg *config.Config, s Scenario, o Options) (result *Result, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if wrong := s.Wrong(cfg, o.Now); len(wrong) > 0 {
		return nil, wrong[0].errf("%s", wrong[0].Says)
	}
	s = s.complete(cfg, o.Now)
	w, err := build(ctx, emulated.Copied(cfg), s, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for _, d := range s.deeds() {
		move := w.runner.until
		if d.stops {
			move = w.runner.before
		}
		if err := move(ctx, d.at); err != nil {
			return nil, err
		}
		if err := d.do(ctx, w); err != nil {
			return nil, err
		}
	}
	if err := w.runner.until(ctx, s.End()); err != nil {
		return nil, err
	}
	return &Result{From: s.Start, Until: s.End(), Titles: w.rec.titles, Events: w.rec.events, Answers: w.answers, Late: w.rec.late()}, nil
}

// Error is why a risk or an action of a scenario couldn't be played.
type Error struct {
	Place
	err error
}

// Error implements error. It begins with the place, if it is known.
func (e *Error) Error() string {
	if e.File == "" {
		return e.err.Error()
	}
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Col, e.err)
}

// Unwrap returns the error without its place.
func (e *Error) Unwrap() error { return e.err }

// errf returns an error about a risk or an action of the scenario.
func (p Place) errf(format string, args ...any) error {
	return &Error{Place: p, err: fmt.Errorf(format, args...)}
}
