package demo

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/stage"
	"riskroom/adapters/stage/browser"
	"riskroom/configs"
	"riskroom/core/text"
)

// TestRateLimitFollowsTheClock checks that a message which the platform delays by half a
// minute isn't later than that by the clock that jumps.
func TestRateLimitFollowsTheClock(t *testing.T) { onEach(t, testRateLimitFollowsTheClock) }

func testRateLimitFollowsTheClock(t *testing.T, home string) {
	lines := perform(t, home, func(p *play, s scene) error {
		ctx, look := t.Context(), func() error { return p.look(t.Context()) }
		key, err := p.file(ctx, s.by, s.keys, s.values)
		if err != nil {
			return err
		}
		p.rec.follow(key)
		if err := p.w.until(ctx, p.w.clock.Now().Add(time.Hour), look); err != nil {
			return err
		}
		for _, method := range p.w.home().Platform.Demo.Changes {
			p.w.home().Faults().Order(stage.Fault{Method: method, Kind: stage.RateLimit, RetryAfter: 30 * time.Second})
		}
		return p.w.until(ctx, p.w.clock.Now().Add(24*time.Hour), look)
	})
	filed, n := at(t, lines[0]), 0
	for _, l := range lines {
		if d := at(t, l).Sub(filed); l.Action == "send_message" && d > time.Hour {
			n++
			if d.Round(10*time.Minute) != 24*time.Hour {
				t.Errorf("a reminder is sent %v after the risk was filed", d)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d reminders, want one for each handler and for the operator: %+v", n, lines)
	}
}

// TestStopTheClock checks that the clock stays where it was stopped, and that it can be
// moved again.
func TestStopTheClock(t *testing.T) {
	t.Parallel()
	cfg := loaded(t, configs.Demo)
	keepOnly(cfg, "acme")
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	w, err := build(t.Context(), cfg, "acme", text.English, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	b := newBackstage(w, words, true)
	p := &play{w: w, words: words.In(text.English), rec: newRecorder(w), tell: newJSON(t.Output(), words.In(text.English))}
	s := p.story()[0]
	if _, err := p.file(t.Context(), s.by, s.keys, s.values); err != nil {
		t.Fatal(err)
	}
	began := w.clock.Now()
	stop := sync.OnceFunc(func() { b.Move(browser.Stop) })
	w.home().Log().Hook(func(c stage.Call) {
		if c.Write && c.At.Sub(began) > time.Hour {
			stop() // at the reminder, with the group yet to come
		}
	})
	b.Move(browser.AWeek)
	if m, err := b.Behind(t.Context(), text.English); err != nil || m.Moving == nil || m.Moving.To.Sub(m.Moving.From) != 7*24*time.Hour {
		t.Fatalf("moving %+v, %v", m.Moving, err)
	}
	b.tasks.Wait()
	if d := w.clock.Now().Sub(began).Round(time.Hour); d != 24*time.Hour {
		t.Errorf("the clock was stopped at the reminder but moved by %v", d)
	}
	if len(b.extras) > 0 {
		t.Errorf("stopping the clock is reported as %+v", b.extras)
	}
	b.Move(browser.AWeek)
	b.tasks.Wait()
	if d := w.clock.Now().Sub(began).Round(time.Hour); d != 8*24*time.Hour {
		t.Errorf("the clock moved by %v in all", d)
	}
}
