package app

import (
	"context"
	"strings"
	"time"

	"riskroom/cmd/riskroom/platform"

	"riskroom/core/config"
)

// Reloading says how to read the config file again.
type Reloading struct {
	// Load reads and checks the file. The Config is nil if it has errors.
	Load func() (*config.Config, config.Problems, error)
	// Asked receives when the file is to be read again.
	Asked <-chan struct{}
}

// The outcomes of a reload, as the metric has them.
const (
	reloadApplied   = "applied"
	reloadUnchanged = "unchanged"
	reloadInvalid   = "invalid" // the file has errors
	reloadRestart   = "restart" // it changes what needs a restart
	reloadFailed    = "failed"  // it couldn't be read or applied
)

// firstPause and longestPause are the pauses before an attempt to apply a file is repeated.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// reloads applies the config file whenever that is asked for, until ctx ends. If the store
// fails, it tries again.
func (a *App) reloads(ctx context.Context, r Reloading) {
	pause, again := firstPause, (<-chan time.Time)(nil)
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.Asked:
			pause = firstPause
		case <-again:
			pause = min(2*pause, longestPause)
		}
		outcome := a.reload(ctx, r)
		a.counted.reloads.WithLabelValues(outcome).Inc()
		again = nil
		if outcome == reloadFailed {
			again = time.After(pause)
		}
	}
}

// maxShown is how many problems of a file administrators get.
const maxShown = 3

// reload reads the config file, checks it and applies it. If it can't be applied, the one
// before stays in force, and administrators are told why.
func (a *App) reload(ctx context.Context, r Reloading) (outcome string) {
	next, problems, err := r.Load()
	if err != nil {
		a.log.ErrorContext(ctx, "the config file could not be read again, so the one before stays in force", "err", err)
		a.Engine().FileRefused(ctx, 1, err.Error())
		return reloadFailed
	}
	if next == nil {
		var shown []string
		for _, p := range problems.Errors() {
			a.log.ErrorContext(ctx, "the changed config file has an error", "problem", p.String())
			shown = append(shown, p.String())
		}
		a.log.ErrorContext(ctx, "the config file before stays in force", "errors", len(shown))
		a.Engine().FileRefused(ctx, len(shown), strings.Join(shown[:min(len(shown), maxShown)], "\n"))
		return reloadInvalid
	}
	for _, p := range problems {
		a.log.WarnContext(ctx, "the changed config file has a warning", "problem", p.String())
	}
	if keys := config.NeedsRestart(a.live.get().config, next); len(keys) > 0 {
		a.log.ErrorContext(ctx, "the changed config file needs a restart, so the one before stays in force", "keys", strings.Join(keys, ", "))
		a.Engine().FileNeedsRestart(ctx, strings.Join(keys, ", "))
		return reloadRestart
	}
	return a.apply(ctx, next)
}

// planned is how many risks and runs of a kind a plan for the report names: none.
const planned = 0

// apply puts a config file in force. From the moment that the store has it, the engine before
// claims no runs. What it has claimed, it finishes or hands back, as when the program stops.
// Then all that follows from the file is swapped at once. So no request sees parts of two
// files, and a crash at any point is one between two starts.
func (a *App) apply(ctx context.Context, c *config.Config) (outcome string) {
	next, err := a.build(c)
	if err != nil {
		a.log.ErrorContext(ctx, "the config file can't be applied", "err", err)
		return reloadInvalid
	}
	before := a.live.get()
	if next.engine.ConfigFile() == before.engine.ConfigFile() && before.engine.InForce(ctx) == nil {
		a.log.InfoContext(ctx, "the config file was read again: nothing in it has changed that matters")
		return reloadUnchanged
	}
	plan, err := next.engine.PlanFile(ctx, planned)
	if err == nil {
		err = next.engine.PutInForce(ctx)
	}
	if err != nil {
		a.log.ErrorContext(ctx, "the changed config file could not be applied yet", "err", err)
		return reloadFailed
	}
	for _, w := range a.workspaces {
		w.Access.Need(c.Uses(w.Settings.Name))
	}
	a.start(next)
	a.live.swap(next)
	before.stop()
	a.retired.Go(func() { a.live.retire(before) })
	for _, w := range a.workspaces {
		if d, ok := w.bot.(platform.DefiningBot); ok {
			a.retired.Go(func() { d.Define(ctx) })
		}
	}
	t := plan.Totals()
	a.log.InfoContext(ctx, "the changed config file is in force", "flows", len(c.Flows), "moved", t.Moved, "added", t.Added,
		"dropped", t.Dropped+t.Late, "reworded", t.Reworded, "keep_text", t.Pinned, "messages_at_once", t.Messages, "lost_values", len(plan.Lost))
	next.engine.FileApplied(ctx, plan)
	return reloadApplied
}
