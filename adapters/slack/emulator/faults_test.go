package emulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// seen is what a caller of slack-go gets to know of a struck call.
func seen(err error) string {
	limited, status, refused := (*slack.RateLimitedError)(nil), slack.StatusCodeError{}, slack.SlackErrorResponse{}
	switch urlErr := (*url.Error)(nil); {
	case err == nil:
		return "nothing"
	case errors.As(err, &limited):
		return "429 after " + limited.RetryAfter.String()
	case errors.As(err, &status):
		return http.StatusText(status.Code)
	case errors.As(err, &refused):
		return refused.Err
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case errors.As(err, &urlErr):
		return "cut"
	}
	return err.Error()
}

func TestEachFaultAsACallerSeesIt(t *testing.T) {
	t.Parallel()
	for kind, want := range map[stage.FaultKind]struct {
		err    string
		effect bool
	}{
		stage.RateLimit:     {"429 after 7s", false},
		stage.RateLimitBare: {"Too Many Requests", false},
		stage.RateLimitBody: {"ratelimited", false},
		stage.CutBefore:     {"cut", false},
		stage.ErrorBefore:   {"Internal Server Error", false},
		stage.GatewayBefore: {"Bad Gateway", false},
		stage.EmptyFailure:  {"nothing", false}, // slack-go takes ok:false without an error for success
		stage.Refuse:        {"fatal_error", false},
		stage.Late:          {"cut", false},
		stage.CutAfter:      {"cut", true},
		stage.ErrorAfter:    {"Internal Server Error", true},
		stage.GatewayAfter:  {"Bad Gateway", true},
		stage.Slow:          {"deadline", true},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			id := b.room("room")
			b.Faults().Order(stage.Fault{Method: "chat.postMessage", Kind: kind, RetryAfter: 7 * time.Second, Code: "fatal_error"})
			ctx := t.Context()
			if kind == stage.Slow {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			_, _, err := b.api.PostMessageContext(ctx, id, slack.MsgOptionText("hello", false))
			if got := seen(err); got != want.err {
				t.Errorf("the caller sees %q, want %q (%v)", got, want.err, err)
			}
			if got := len(b.Messages(id)) == 1; got != want.effect {
				t.Errorf("effect %v, want %v", got, want.effect)
			}
			last := b.Log().Calls()[b.Log().Count("conversations.create")]
			if last.Method != "chat.postMessage" || last.Effect != want.effect || !slices.Equal(last.Met, []stage.FaultKind{kind}) {
				t.Errorf("the log says %+v", last)
			}
			b.ReleaseLate()
			if got := len(b.Messages(id)) == 1; kind == stage.Late && !got {
				t.Error("the late effect never came")
			}
			b.fine("chat.postMessage", "channel", id, "text", "struck once only")
		})
	}
}

func TestCallFaultsAreTheOnesThatStrikeCalls(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.CallFaults() {
		if p := kind.Phase(); p != stage.Before && p != stage.After {
			t.Errorf("%s strikes %q", kind, p)
		}
	}
}

func TestLateEffectComesAfterItsDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, err := emulator.New(emulator.Options{Users: people()})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		api := slack.New(w.BotToken(), slack.OptionAPIURL("http://slack.invalid/api/"), slack.OptionHTTPClient(w.Client()))
		w.Faults().Order(stage.Fault{Kind: stage.Late, Delay: time.Second})
		_, _, err = api.PostMessage(lin, slack.MsgOptionText("hello", false))
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the caller sees %v", err)
		}
		time.Sleep(999 * time.Millisecond)
		if len(w.DMs(lin)) != 0 {
			t.Error("the effect came early")
		}
		time.Sleep(2 * time.Millisecond)
		if len(w.DMs(lin)) != 1 || !w.Log().Calls()[0].Effect {
			t.Error("the effect did not come")
		}
	})
}

func TestLogKeepsSecretsOut(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var hooked []stage.Call
	b.Log().Hook(func(c stage.Call) { hooked = append(hooked, c) })
	b.send("conversations.open", "application/x-www-form-urlencoded", "token="+b.BotToken()+"&users="+lin, "")
	b.fine("conversations.open", "users", lin)
	calls := b.Log().Calls()
	if len(hooked) != 2 || !hooked[0].Effect || hooked[1].Effect || hooked[1].Nth != 2 || !hooked[0].Write {
		t.Errorf("hooked: %+v", hooked)
	}
	if strings.Contains(calls[0].Args, b.BotToken()) || calls[0].Args != "users="+lin {
		t.Errorf("arguments: %q", calls[0].Args)
	}
}

func TestTiers(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	b := setup(t, func(o *emulator.Options) {
		o.EnforceTiers, o.Now = true, func() time.Time { return now }
	})
	for range 20 {
		b.fine("pins.list", "channel", "C0000PUBLIC")
		now = now.Add(time.Second)
	}
	response, _ := b.raw("pins.list", "application/x-www-form-urlencoded", "channel=C0000PUBLIC", b.BotToken())
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") != "40" {
		t.Errorf("the 21st call in 20 s: HTTP %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	now = now.Add(40 * time.Second)
	b.fine("pins.list", "channel", "C0000PUBLIC")
	b.refused("ratelimited", "pins.list", "channel", "C0000PUBLIC")

	b.fine("chat.postMessage", "channel", lin, "text", "a")
	b.fine("chat.postMessage", "channel", wei, "text", "a")
	b.refused("ratelimited", "chat.postMessage", "channel", b.DM(lin), "text", "b")
	now = now.Add(time.Second)
	b.fine("chat.postMessage", "channel", b.DM(lin), "text", "b")
}
