package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"riskroom/bots"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
)

// running is what an App builds from a config file. It doesn't change: a changed file gets
// another one.
type running struct {
	config *config.Config
	engine *engine.Engine
	bot    *bots.Bot
	stop   context.CancelFunc // ends the engine; nil while it isn't running

	asked sync.WaitGroup // requests that use it
}

// live is the running in force. The platforms' bots use what it has when a request arrives.
type live struct {
	mu      sync.Mutex
	now     *running
	retired []*running // that still work on requests
}

func (l *live) get() *running {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// use returns the running in force for one request. The caller must call done after it.
func (l *live) use() (r *running, done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.asked.Add(1)
	return l.now, l.now.asked.Done
}

// swap puts next in force and returns the one before. No request uses that one any more once
// its asked is done.
func (l *live) swap(next *running) *running {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.now
	l.now, l.retired = next, append(l.retired, before)
	return before
}

// retire waits until what was replaced has finished its commands.
func (l *live) retire(r *running) {
	r.asked.Wait()
	_ = r.bot.Close(context.Background()) // without a limit it doesn't fail
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retired = slices.DeleteFunc(l.retired, func(one *running) bool { return one == r })
}

// all returns the running in force and those that still work on requests.
func (l *live) all() []*running {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*running{l.now}, l.retired...)
}

// liveBot answers commands with the bot in force.
type liveBot struct{ *live }

var _ platform.Answerer = liveBot{}

// Answer implements platform.Answerer.
func (l liveBot) Answer(ctx context.Context, c bots.Command, later bots.Later) bots.Reply {
	r, done := l.use()
	defer done()
	return r.bot.Answer(ctx, c, later)
}

// Home implements platform.Answerer.
func (l liveBot) Home(ctx context.Context, c bots.Command) (bots.Home, error) {
	r, done := l.use()
	defer done()
	return r.bot.Home(ctx, c)
}

// Outdated implements platform.Answerer.
func (l liveBot) Outdated(ctx context.Context, of []core.Account, made func(core.Account) time.Time) ([]core.Account, error) {
	r, done := l.use()
	defer done()
	return r.bot.Outdated(ctx, of, made)
}

// Suggest implements platform.Answerer.
func (l liveBot) Suggest(ctx context.Context, c bots.Command, option, typed string) []bots.Choice {
	r, done := l.use()
	defer done()
	return r.bot.Suggest(ctx, c, option, typed)
}

// Busy implements platform.Answerer.
func (l liveBot) Busy(c bots.Command) bots.Reply { return l.get().bot.Busy(c) }

// NotOpened implements platform.Answerer.
func (l liveBot) NotOpened(c bots.Command, r bots.Reply, err error) bots.Reply {
	return l.get().bot.NotOpened(c, r, err)
}

// Commands implements platform.Answerer.
func (l liveBot) Commands() []bots.Spec { return l.get().bot.Commands() }

// AsTyped implements platform.Answerer.
func (l liveBot) AsTyped(lang string, f bots.Field) string { return l.get().bot.AsTyped(lang, f) }

// Lost implements platform.Answerer.
func (l liveBot) Lost(c bots.Command, err error) bots.Reply { return l.get().bot.Lost(c, err) }

// liveEngine passes on what platforms report to the engine in force.
type liveEngine struct{ *live }

var _ platform.Reports = liveEngine{}

// Noticed implements platform.Reports.
func (l liveEngine) Noticed(ctx context.Context, g core.GroupRef) error {
	return l.get().engine.Noticed(ctx, g)
}

// Missed implements platform.Reports.
func (l liveEngine) Missed(ctx context.Context, workspace string) error {
	return l.get().engine.Missed(ctx, workspace)
}

// Ended implements platform.Reports.
func (l liveEngine) Ended(ctx context.Context, g core.GroupRef, how core.Ending) error {
	return l.get().engine.Ended(ctx, g, how)
}

// Unarchived implements platform.Reports.
func (l liveEngine) Unarchived(ctx context.Context, g core.GroupRef, by core.Account) error {
	return l.get().engine.Unarchived(ctx, g, by)
}

// Joined implements platform.Reports.
func (l liveEngine) Joined(ctx context.Context, workspace string) error {
	return l.get().engine.Joined(ctx, workspace)
}

// Home implements platform.Reports.
func (l liveEngine) Home(ctx context.Context, risk core.RiskKey) (string, error) {
	return l.get().engine.Home(ctx, risk)
}
