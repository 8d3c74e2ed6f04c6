package discordbot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"riskroom/core"
)

// A leader renews its term well within its length, and lets go of the connection
// before it ends, on its own clock from before it asked: the connection is closed
// within closeWithin even where the network does not answer.
const (
	termLength = 9 * time.Second
	renewEvery = 2 * time.Second
	letGo      = 6 * time.Second // after the last renewal was asked for
	claimEvery = time.Second

	resignWithin = 2 * time.Second
)

// standing is how this process stands to the gateway.
type standing struct {
	mine    bool   // it leads
	leader  string // who leads, "" where that is not known
	live    bool   // it leads and Discord has greeted it
	trouble error  // why not
}

func (g *Gateway) note(change func(*standing)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(&g.at)
}

func (g *Gateway) standing() standing {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at
}

// Ready reports whether Discord can reach riskroom, through this process or
// another, and if not, why.
func (g *Gateway) Ready(context.Context) error {
	s := g.standing()
	if s.live || s.leader != "" && !s.mine {
		return nil
	}
	return fmt.Errorf("discordbot: no connection to the gateway: %w", s.trouble)
}

// Leads reports whether this process is the one to hold the connection.
func (g *Gateway) Leads() bool { return g.standing().mine }

// State says in a few words who holds the connection.
func (g *Gateway) State() string {
	switch s := g.standing(); {
	case s.live:
		return "connected"
	case s.mine:
		return "not connected"
	case s.leader != "":
		return "the connection is " + s.leader + "'s"
	}
	return "nobody is known to be connected"
}

// Run holds the connection whenever this process leads, until ctx ends, then lets
// what came in be answered, and returns nil. It returns an error where only a
// person can help.
func (g *Gateway) Run(ctx context.Context) error {
	passing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var passed sync.WaitGroup
	passed.Go(func() { g.passOn(passing) })
	defer passed.Wait()
	defer stop()
	defer g.handling.Wait()
	for ctx.Err() == nil {
		asked := time.Now()
		term, err := g.claim(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			g.note(func(s *standing) { *s = standing{trouble: fmt.Errorf("nobody can tell who holds it: %w", err)} })
		case !term.Mine:
			g.note(func(s *standing) { *s = standing{leader: term.Leader} })
		default:
			err := g.lead(ctx, term, asked)
			if f, ok := errors.AsType[*fatalError](err); ok {
				return &core.Error{Op: "discord: gateway", Kind: core.Unauthorized, Detail: fmt.Sprintf("gateway_%d", f.code), Err: f}
			}
			if errors.Is(err, errAside) {
				sleep(ctx, 4*g.claimEvery) // so that another comes first
			}
		}
		sleep(ctx, g.claimEvery)
	}
	return nil
}

func (g *Gateway) claim(ctx context.Context) (core.Term, error) {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	return g.bot.lead.Claim(ctx, termLength)
}

// lead holds the connection until ctx ends, the term does, or nothing comes of it.
func (g *Gateway) lead(ctx context.Context, term core.Term, asked time.Time) error {
	g.session.recall(term.Memo)
	g.rooms, g.wanted = rooms{}, 0 // another process may have seen more
	g.note(func(s *standing) { *s = standing{mine: true, leader: term.Leader, trouble: errNotYet} })
	g.bot.log.InfoContext(ctx, "discordbot: this process holds the connection to the gateway from now on", "fence", term.Fence)
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
	g.note(func(s *standing) { *s = standing{trouble: why} })
	g.bot.log.InfoContext(ctx, "discordbot: this process does not hold the connection to the gateway any more", "why", why)
	resigning, cancel := context.WithTimeout(context.WithoutCancel(ctx), resignWithin)
	defer cancel()
	if e := g.bot.lead.Resign(resigning, term, g.session.memo(g.heard.idle)); e != nil && core.KindOf(e) != core.Lost {
		g.bot.log.WarnContext(ctx, "discordbot: the connection could not be handed over: another process waits until the term is over", "error", e)
	}
	return err
}

var (
	errReplaced  = errors.New("another process holds it")
	errUncertain = errors.New("the store does not answer, and another process may come to hold it")
)

// renew renews the term until ctx ends, at once when a session begins, so that the
// next leader knows of it, and ends it where that does not succeed in time: no
// longer than letGo after the last renewal was asked for.
func (g *Gateway) renew(ctx context.Context, stop context.CancelCauseFunc, term core.Term, asked time.Time) {
	end := time.AfterFunc(time.Until(asked.Add(letGo)), func() { stop(errUncertain) })
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
		err := g.bot.lead.Renew(once, term, termLength, g.session.memo(g.heard.idle))
		cancel()
		switch {
		case err == nil:
			end.Reset(time.Until(asked.Add(letGo)))
		case core.KindOf(err) == core.Lost:
			stop(errReplaced)
			return
		case ctx.Err() == nil:
			g.bot.log.WarnContext(ctx, "discordbot: the term of leading could not be renewed", "error", err)
		}
	}
}

// alone leads where no other process shares a store.
type alone struct {
	mu   sync.Mutex
	term core.Term
}

// Claim implements core.Leadership.
func (a *alone) Claim(context.Context, time.Duration) (core.Term, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.term.Mine, a.term.Leader = true, "riskroom"
	a.term.Fence++
	return a.term, nil
}

// Renew implements core.Leadership.
func (a *alone) Renew(_ context.Context, _ core.Term, _ time.Duration, memo string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.term.Memo = memo
	return nil
}

// Resign implements core.Leadership.
func (a *alone) Resign(ctx context.Context, t core.Term, memo string) error {
	return a.Renew(ctx, t, 0, memo)
}
