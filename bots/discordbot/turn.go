package discordbot

import (
	"context"
	"sync"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// turn is one thing that a person did, on its way through, whichever way it came
// in.
type turn struct {
	arrived time.Time
	// crowded is set where there is no room left to have it handled: it is only
	// told so, without waiting for anything.
	crowded bool
}

// answer has a command handled in time. What is not handled by then is deferred:
// Discord shows that the app is thinking, and the reply follows.
func (b *Bot) answer(ctx context.Context, t turn, c bots.Command, in interaction, s *submitted) response {
	if t.crowded {
		return b.first(c, in, s, b.bot.Busy(c))
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), thinkFor)
	told := &told{b: b, c: c, in: in, s: s, until: t.arrived.Add(tokenLife)}
	done := make(chan bots.Reply, 1)
	b.telling.Go(func() {
		defer cancel()
		done <- b.bot.Answer(work, c, told.last)
	})
	patience := time.NewTimer(time.Until(t.arrived.Add(b.answerWithin)))
	defer patience.Stop()
	select {
	case r := <-done:
		return b.first(c, in, s, r)
	case <-patience.C:
	}
	b.telling.Go(func() {
		r := <-done
		ctx, cancel := context.WithTimeout(context.Background(), 4*callTimeout)
		defer cancel()
		if err := told.interim(ctx, r); err != nil {
			b.log.Warn("discordbot: an answer could not be shown", "error", err)
		}
	})
	return response{Type: answerDeferred, Data: map[string]any{"flags": flagEphemeral}}
}

// told shows what becomes of an interaction whose first answer is given.
type told struct {
	b     *Bot
	c     bots.Command
	in    interaction
	s     *submitted
	until time.Time // the token's end

	mu   sync.Mutex
	over bool // the last word is shown
}

// interim shows a reply that may not be the last.
func (t *told) interim(ctx context.Context, r bots.Reply) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return nil
	}
	return t.show(ctx, r)
}

// last shows the outcome; it is a bots.Later.
func (t *told) last(ctx context.Context, r bots.Reply) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	return t.show(ctx, r)
}

func (t *told) show(ctx context.Context, r bots.Reply) error {
	m := t.b.message(t.c, t.in, t.s, r)
	if time.Now().Before(t.until) {
		err := t.b.edit(ctx, t.in, m)
		if code := core.DetailOf(err); code != codeTokenOver && code != codeUnknownWebhook {
			return err
		}
	}
	return t.b.direct(ctx, t.c.Actor.Account.ID, m) // the token is not good any more
}
