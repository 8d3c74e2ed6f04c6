package engine

import (
	"context"
	"strconv"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// ConfigFile identifies what the engine uses of its config file.
func (e *Engine) ConfigFile() string { return e.file }

// FileApplied notifies administrators that the engine's config file was put in force, and of
// what that does to the risks. All processes that apply it send one notice.
func (e *Engine) FileApplied(ctx context.Context, p FilePlan) {
	t := p.Totals()
	e.announceFile(ctx, "file_applied", text.Args{
		"Moved": t.Moved, "Added": t.Added, "Dropped": t.Dropped + t.Late, "Pinned": t.Pinned, "Due": t.Messages, "Lost": len(p.Lost),
	}, strconv.FormatInt(e.enforce.generation.Load(), 10))
}

// FileRefused notifies administrators that a changed config file has errors and isn't applied.
// They get the first ones.
func (e *Engine) FileRefused(ctx context.Context, errors int, first string) {
	e.announceFile(ctx, "file_refused", text.Args{"Errors": errors, "First": first}, e.thisHour(), first)
}

// FileNeedsRestart notifies administrators that a changed config file isn't applied, because
// of keys whose change needs a restart.
func (e *Engine) FileNeedsRestart(ctx context.Context, keys string) {
	e.announceFile(ctx, "file_restart", text.Args{"Keys": keys}, e.thisHour(), keys)
}

// thisHour is part of what makes a notice another one an hour later.
func (e *Engine) thisHour() string { return stamp(e.clock.Now().Truncate(time.Hour)) }

// announceFile notifies administrators about the config file, once for what same has.
func (e *Engine) announceFile(ctx context.Context, notice string, args text.Args, same ...string) {
	c, err := e.noticeNow(noticeData{Code: notice, Args: args}, core.MakeOp(append([]string{notice}, same...)...))
	if err == nil {
		err = e.store.Arm(ctx, c.Run.Risk, []TimerChange{c})
	}
	if err != nil {
		e.log.ErrorContext(ctx, "administrators could not be notified", "notice", notice, "err", err)
	}
}
