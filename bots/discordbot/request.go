package discordbot

import (
	"context"
	"sync"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// request is a person's request, over HTTP or the gateway.
type request struct {
	arrived time.Time
	// overloaded is set if too many requests are being handled. The reply only
	// says so, and nothing waits.
	overloaded bool
}

// answer runs a command and returns the first answer.
func (b *Bot) answer(ctx context.Context, req request, c bots.Command, in interaction, s *submitted) response {
	return b.respond(ctx, req, c, in, s, func(ctx context.Context, f *followUp) bots.Reply { return b.bot.Answer(ctx, c, f.last) })
}

// respond returns the first answer to an interaction: what run replies. If that takes too
// long, the answer is deferred: Discord shows that the app is thinking, and the reply
// follows. run returns before its context ends. What it then goes on with, it shows
// later.
func (b *Bot) respond(ctx context.Context, req request, c bots.Command, in interaction, s *submitted, run func(context.Context, *followUp) bots.Reply) response {
	if req.overloaded {
		return b.first(ctx, c, in, s, b.bot.Busy(c))
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), thinkFor)
	follow := &followUp{b: b, c: c, in: in, s: s, until: req.arrived.Add(tokenLife)}
	done := make(chan bots.Reply, 1)
	b.showing.Go(func() {
		defer cancel()
		done <- run(work, follow)
	})
	patience := time.NewTimer(time.Until(req.arrived.Add(b.answerWithin)))
	defer patience.Stop()
	select {
	case r := <-done:
		return b.first(ctx, c, in, follow.form(), r)
	case <-patience.C:
	}
	b.showing.Go(func() {
		r := <-done
		ctx, cancel := context.WithTimeout(context.Background(), 4*callTimeout)
		defer cancel()
		if err := follow.interim(ctx, r); err != nil {
			b.log.Warn("discordbot: a reply could not be shown", "error", err)
		}
	})
	return response{Type: answerDeferred, Data: map[string]any{"flags": flagEphemeral}}
}

// followUp shows replies to an interaction after its first answer.
type followUp struct {
	b     *Bot
	c     bots.Command
	in    interaction
	until time.Time // when the token expires

	mu   sync.Mutex
	s    *submitted
	over bool // the last reply has been shown
}

// form returns the form that the reply is about, nil for none.
func (f *followUp) form() *submitted {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.s
}

// about sets the form that the reply is about.
func (f *followUp) about(s *submitted) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.s = s
}

// interim shows a reply that may not be the last.
func (f *followUp) interim(ctx context.Context, r bots.Reply) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return nil
	}
	return f.show(ctx, r)
}

// last shows the last reply. It is a bots.Later.
func (f *followUp) last(ctx context.Context, r bots.Reply) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	return f.show(ctx, r)
}

func (f *followUp) show(ctx context.Context, r bots.Reply) error {
	m := f.b.message(ctx, f.c, f.in, f.s, r)
	if time.Now().Before(f.until) {
		err := f.b.edit(ctx, f.in, m)
		if code := core.DetailOf(err); code != codeTokenOver && code != codeUnknownWebhook {
			return err
		}
	}
	return f.b.direct(ctx, f.c.Actor.Account.ID, m) // the token has expired
}
