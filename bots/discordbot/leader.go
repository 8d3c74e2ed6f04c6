package discordbot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"riskroom/core"
)

// A leader renews its term often, and closes the connection before the term ends,
// counted on its own clock from before the last request. Closing takes at most
// closeWithin, even if the network is down.
const (
	termLength = 9 * time.Second
	renewEvery = 2 * time.Second
	stopAfter  = 6 * time.Second // after the last successful renewal was requested
	claimEvery = time.Second

	resignWithin = 2 * time.Second
)

// status is what this process knows about the connection to the gateway.
type status struct {
	mine    bool   // this process leads
	leader  string // the leader's name, "" if unknown
	live    bool   // this process is connected
	trouble error  // why not
}

func (g *Gateway) note(change func(*status)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(&g.current)
}

func (g *Gateway) status() status {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.current
}

// Ready returns nil if Discord can reach riskroom through this process or another,
// else why not.
func (g *Gateway) Ready(context.Context) error {
	s := g.status()
	if s.live || s.leader != "" && !s.mine {
		return nil
	}
	return fmt.Errorf("discordbot: no connection to the gateway: %w", s.trouble)
}

// Leads reports whether this process holds the connection.
func (g *Gateway) Leads() bool { return g.status().mine }

// State describes in a few words who holds the connection.
func (g *Gateway) State() string {
	switch s := g.status(); {
	case s.live:
		return "connected"
	case s.mine:
		return "not connected"
	case s.leader != "":
		return "connected by " + s.leader
	}
	return "no process is known to be connected"
}

// Run holds the connection whenever this process leads. When ctx ends, it waits
// until all interactions are answered, and returns nil. It returns an error if
// retrying can't help.
func (g *Gateway) Run(ctx context.Context) error {
	passing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var passed sync.WaitGroup
	passed.Go(func() { g.passOn(passing) })
	defer passed.Wait()
	defer stop()
	defer g.handling.Wait()
	if g != g.bot.holder() {
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		asked := time.Now()
		term, err := g.claim(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			g.note(func(s *status) { *s = status{trouble: fmt.Errorf("could not determine which process leads: %w", err)} })
		case !term.Mine:
			g.note(func(s *status) { *s = status{leader: term.Leader} })
		default:
			err := g.lead(ctx, term, asked)
			if f, ok := errors.AsType[*fatalError](err); ok {
				return &core.Error{Op: "discord: gateway", Kind: core.Unauthorized, Detail: fmt.Sprintf("gateway_%d", f.code), Err: f}
			}
			if errors.Is(err, errStepAside) {
				sleep(ctx, 4*g.claimEvery) // so that another process is first
			}
		}
		sleep(ctx, g.claimEvery)
	}
	return nil
}

// idle reports whether everything has been passed on, for every guild.
func (g *Gateway) idle() bool {
	return g.bot.one(func(b *Bot) bool { return !b.gateway.pending.idle() }) == nil
}

func (g *Gateway) claim(ctx context.Context) (core.Term, error) {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	return g.bot.lead.Claim(ctx, termLength)
}

// lead holds the connection until ctx or the term ends, or it can't be opened.
func (g *Gateway) lead(ctx context.Context, term core.Term, asked time.Time) error {
	g.session.recall(term.Memo)
	g.wanted = 0 // outdated, as what follows, if another process has led meanwhile
	for _, b := range g.bot.shared() {
		b.gateway.access = access{}
	}
	g.note(func(s *status) { *s = status{mine: true, leader: term.Leader, trouble: errNotYet} })
	g.bot.log.InfoContext(ctx, "discordbot: this process now holds the connection to the gateway", "fence", term.Fence)
	leading, stop := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { g.renew(leading, stop, term, asked) })
	err := g.keepConnected(leading)
	stop(nil)
	renewing.Wait()
	why := context.Cause(leading)
	if err != nil {
		why = err
	}
	g.note(func(s *status) { *s = status{trouble: why} })
	g.bot.log.InfoContext(ctx, "discordbot: this process no longer holds the connection to the gateway", "why", why)
	resigning, cancel := context.WithTimeout(context.WithoutCancel(ctx), resignWithin)
	defer cancel()
	if e := g.bot.lead.Resign(resigning, term, g.session.memo(g.idle)); e != nil && core.KindOf(e) != core.Lost {
		g.bot.log.WarnContext(ctx, "discordbot: the connection could not be handed over: another process takes it when the term ends", "error", e)
	}
	return err
}

var (
	errReplaced  = errors.New("another process holds it")
	errUncertain = errors.New("the store does not answer, so another process may take over")
)

// renew renews the term until ctx ends, and immediately when a session begins, so
// that the next leader can resume it. It calls stop if no renewal has succeeded for
// stopAfter.
func (g *Gateway) renew(ctx context.Context, stop context.CancelCauseFunc, term core.Term, asked time.Time) {
	end := time.AfterFunc(time.Until(asked.Add(stopAfter)), func() { stop(errUncertain) })
	defer end.Stop()
	pause := time.NewTimer(renewEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		case <-g.session.begun:
		}
		pause.Reset(renewEvery)
		asked = time.Now()
		once, cancel := context.WithTimeout(ctx, renewEvery)
		err := g.bot.lead.Renew(once, term, termLength, g.session.memo(g.idle))
		cancel()
		switch {
		case err == nil:
			end.Reset(time.Until(asked.Add(stopAfter)))
		case core.KindOf(err) == core.Lost:
			stop(errReplaced)
			return
		case ctx.Err() == nil:
			g.bot.log.WarnContext(ctx, "discordbot: the leader's term could not be renewed", "error", err)
		}
	}
}

// soleLeader is a core.Leadership for a single process.
type soleLeader struct {
	mu   sync.Mutex
	term core.Term
}

// Claim implements core.Leadership.
func (a *soleLeader) Claim(context.Context, time.Duration) (core.Term, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.term.Mine, a.term.Leader = true, "riskroom"
	a.term.Fence++
	return a.term, nil
}

// Renew implements core.Leadership.
func (a *soleLeader) Renew(_ context.Context, _ core.Term, _ time.Duration, memo string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.term.Memo = memo
	return nil
}

// Resign implements core.Leadership.
func (a *soleLeader) Resign(ctx context.Context, t core.Term, memo string) error {
	return a.Renew(ctx, t, 0, memo)
}
