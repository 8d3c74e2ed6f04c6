package bots

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
)

// within is how long a platform waits in these tests.
const within = 2400 * time.Millisecond

// lateReplies collects late replies.
type lateReplies chan Reply

func (t lateReplies) later(_ context.Context, r Reply) error {
	t <- r
	return nil
}

// answer has a command answered by a deadline, and returns after how long.
func answer(b *Bot, c Command, later Later) (Reply, time.Duration) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	r := b.Answer(ctx, c, later)
	return r, time.Since(began)
}

func TestSlowStoreIsAnsweredInTimeAndToldLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		f := &fakeEngine{before: func(ctx context.Context, call string) error {
			if call != "File" {
				return nil
			}
			tries++
			if tries == 1 {
				<-ctx.Done() // hangs, as a stopped store does
				return ctx.Err()
			}
			if tries < 5 {
				return down
			}
			return nil
		}}
		b := newBot(t, f)
		late := make(lateReplies, 1)
		c := typed("new Ledger module:Payments")
		r, took := answer(b, c, late.later)
		if took > within {
			t.Errorf("answered after %s", took)
		}
		wants(t, words(r), "not confirmed yet", "2 minutes", "/risk new Ledger module:Payments")
		wants(t, words(<-late), "R-17 is filed: Ledger")
		if len(f.drafts) != 1 || f.drafts[c.Op].Title != "Ledger" {
			t.Errorf("filed %v after %d tries", f.drafts, tries)
		}
		closeBot(t, b)
	})
}

func closeBot(t *testing.T, b *Bot) {
	t.Helper()
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestStoreThatStaysDownIsToldWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeEngine{before: func(context.Context, string) error { return down }}
		b := newBot(t, f)
		late := make(lateReplies, 1)
		for line, want := range map[string][]string{
			"new Ledger module:Payments": {"couldn't confirm that this was saved", "/risk new Ledger module:Payments"},
			"status 17 resolved fixed":   {"couldn't confirm that this was saved", "/risk status 17 resolved fixed"},
			"show 17":                    {"can't read the risks right now"},
			"list":                       {"can't read the risks right now"},
		} {
			began := time.Now()
			_, took := answer(b, typed(line), late.later)
			if took > within {
				t.Errorf("%s: answered after %s", line, took)
			}
			wants(t, words(<-late), want...)
			if d := time.Since(began); d > defaultGiveUp {
				t.Errorf("%s: replied after %s", line, d)
			}
		}
		closeBot(t, b)
	})
}

// TestFormsOpenWithoutTheStore holds that a form opens soon enough for the
// platform even if the store hangs.
func TestFormsOpenWithoutTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeEngine{before: func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }}
		b := newBot(t, f)
		for _, c := range []Command{typed("new"), pressed(core.PressResolve, 3), pressed(core.PressShelve, 3)} {
			r, took := answer(b, c, make(lateReplies, 1).later)
			if r.Form == nil || r.Form.Submit == "" || took > glance {
				t.Errorf("%+v: %+v after %s", c, r, took)
			}
		}
		r, took := answer(b, pressed(core.PressStart, 3), make(lateReplies, 1).later)
		if r.Form != nil || took > within {
			t.Errorf("start: %+v after %s", r, took)
		}
		closeBot(t, b)
	})
}

func TestFormStaysOpenWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeEngine{}
		b := newBot(t, f)
		c := fill(*ask(t, b, typed("new")).Form, "view", Values{"title": {"Ledger"}, "module": {"Payments"}})
		for _, before := range []func(context.Context, string) error{
			func(context.Context, string) error { return down },
			func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() },
			func(context.Context, string) error { time.Sleep(time.Minute); return down }, // heeds no context
		} {
			f.before = before
			r, took := answer(b, c, nil)
			if len(r.Errors) != 1 || took > within {
				t.Errorf("%+v after %s", r, took)
			}
			wants(t, words(r), "not confirmed yet", "nothing is saved twice")
		}
		closeBot(t, b)
	})
}

func TestTooManyCommandsAreNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeEngine{before: func(context.Context, string) error { return down }}
		b := newBot(t, f, func(c *Config) { c.Limit = 1 })
		late := make(lateReplies, 1)
		answer(b, typed("list"), late.later)
		r, took := answer(b, typed("new Ledger module:Payments"), late.later)
		if took != 0 {
			t.Errorf("waited %s for nothing", took)
		}
		wants(t, words(r), "has not started this", "/risk new Ledger module:Payments")
		<-late
		synctest.Wait()
		f.before = nil
		if r, _ := answer(b, typed("list"), late.later); !strings.Contains(words(r), "No open risks") {
			t.Errorf("the slot was not given back: %s", words(r))
		}
		closeBot(t, b)
	})
}

func TestCloseTellsWhoeverWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBot(t, &fakeEngine{before: func(context.Context, string) error { return down }})
		late := make(lateReplies, 1)
		answer(b, typed("new Ledger module:Payments"), late.later)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := b.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		wants(t, words(<-late), "couldn't confirm that this was saved", "/risk new Ledger module:Payments")
		r, _ := answer(b, typed("new Ledger module:Payments"), late.later)
		wants(t, words(r), "has not started this")
	})
}

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{before: func(context.Context, string) error { panic("boom") }})
	wants(t, words(ask(t, b, typed("new Ledger module:Payments"))), "couldn't confirm that this was saved", "/risk new Ledger module:Payments")
	closeBot(t, b)
}

func TestErrorsForGoodAreNotRepeated(t *testing.T) {
	t.Parallel()
	tries := 0
	f := &fakeEngine{before: func(_ context.Context, call string) error {
		if call == "File" {
			tries++
			return &core.Error{Op: "store: apply", Kind: core.Invalid, Err: errors.New("bad script")}
		}
		return nil
	}}
	wants(t, words(ask(t, newBot(t, f), typed("new Ledger module:Payments"))), "was not done", "/risk new Ledger module:Payments")
	if tries != 1 {
		t.Errorf("tried %d times", tries)
	}
}

func TestRecent(t *testing.T) {
	t.Parallel()
	at := now
	r := NewRecent(time.Minute, 2, func() time.Time { return at })
	if !r.Add("a") || r.Add("a") || !r.Has("a") {
		t.Error("a is not remembered once")
	}
	r.Add("b")
	if !r.Add("c") || r.Has("a") || !r.Has("b") {
		t.Error("the oldest does not go first")
	}
	at = at.Add(61 * time.Second)
	if r.Has("b") || !r.Add("b") {
		t.Error("b is remembered for too long")
	}
}
