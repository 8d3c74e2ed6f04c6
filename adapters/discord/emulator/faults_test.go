package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

// seen is what a caller of discordgo gets to know of a struck call.
func seen(err error) string {
	limited, rest, syntax := (*discordgo.RateLimitError)(nil), (*discordgo.RESTError)(nil), (*json.SyntaxError)(nil)
	switch urlErr := (*url.Error)(nil); {
	case err == nil:
		return "nothing"
	case errors.As(err, &limited):
		return "429 after " + limited.RetryAfter.String()
	case errors.As(err, &syntax):
		return "no JSON"
	case errors.As(err, &rest):
		if rest.Message != nil && rest.Message.Code != 0 {
			return rest.Message.Message
		}
		return http.StatusText(rest.Response.StatusCode)
	case strings.Contains(err.Error(), "Exceeded Max retries"):
		return "502"
	case errors.Is(err, context.Canceled):
		return "given up"
	case errors.As(err, &urlErr):
		return "cut"
	}
	return err.Error()
}

func TestEachFaultAsACallerSeesIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		fault  stage.Fault
		err    string
		effect bool
	}{
		"rate limit":   {stage.Fault{Kind: stage.RateLimit, RetryAfter: 7 * time.Second}, "429 after 7s", false},
		"html 429":     {stage.Fault{Kind: stage.RateLimitPage}, "no JSON", false},
		"global":       {stage.Fault{Kind: stage.RateLimitGlobal, RetryAfter: 3 * time.Second}, "429 after 3s", false},
		"cut before":   {stage.Fault{Kind: stage.CutBefore}, "cut", false},
		"500 before":   {stage.Fault{Kind: stage.ErrorBefore}, "Internal Server Error", false},
		"502 before":   {stage.Fault{Kind: stage.GatewayBefore}, "502", false},
		"empty":        {stage.Fault{Kind: stage.EmptyFailure}, "Bad Request", false},
		"forbidden":    {stage.Fault{Kind: stage.Refuse, Code: "50013"}, "Missing Permissions", false},
		"unauthorized": {stage.Fault{Kind: stage.Refuse, Code: "401"}, "Unauthorized", false},
		"late":         {stage.Fault{Kind: stage.Late}, "cut", false},
		"cut after":    {stage.Fault{Kind: stage.CutAfter}, "cut", true},
		"500 after":    {stage.Fault{Kind: stage.ErrorAfter}, "Internal Server Error", true},
		"502 after":    {stage.Fault{Kind: stage.GatewayAfter}, "502", true},
		"slow":         {stage.Fault{Kind: stage.Slow}, "given up", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			want.fault.Method = "create_message"
			b.Faults().Order(want.fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if want.fault.Kind == stage.Slow {
				b.Log().Hook(func(stage.Call) { cancel() }) // the caller gives up once it has happened
			}
			_, err := b.api.ChannelMessageSend(public, "hello", discordgo.WithContext(ctx))
			if got := seen(err); got != want.err {
				t.Errorf("the caller sees %q, want %q (%v)", got, want.err, err)
			}
			if got := len(b.Messages(public)) == 1; got != want.effect {
				t.Errorf("effect %v, want %v", got, want.effect)
			}
			last := b.Log().Calls()[0]
			if last.Method != "create_message" || last.Effect != want.effect || !slices.Equal(last.Met, []stage.FaultKind{want.fault.Kind}) {
				t.Errorf("the log says %+v", last)
			}
			b.ReleaseLate()
			if got := len(b.Messages(public)) == 1; want.fault.Kind == stage.Late && !got {
				t.Error("the late effect never came")
			}
			b.post(public, object{"content": "struck once only"})
		})
	}
}

func TestRateLimitFaultsOverHTTP(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Faults().Order(
		stage.Fault{Kind: stage.RateLimit, RetryAfter: 7 * time.Second}, stage.Fault{Kind: stage.RateLimitGlobal}, stage.Fault{Kind: stage.RateLimitPage},
	)
	for _, want := range []struct{ retry, resetAfter, global, kind string }{
		{"7", "7.000", "", "application/json"}, {"1", "", "true", "application/json"}, {"", "", "", "text/html"},
	} {
		response, _ := b.raw("GET", "/users/@me", nil)
		h := response.Header
		got := struct{ retry, resetAfter, global, kind string }{h.Get("Retry-After"), h.Get("X-RateLimit-Reset-After"), h.Get("X-RateLimit-Global"), h.Get("Content-Type")}
		if response.StatusCode != 429 || got != want {
			t.Errorf("HTTP %d %+v, want %+v", response.StatusCode, got, want)
		}
	}
}

func TestLateEffectComesAfterItsDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, err := emulator.New(options())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		w.Faults().Order(stage.Fault{Kind: stage.Late, Delay: time.Second})
		_, err = library(t, w).ChannelMessageSend(public, "hello")
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the caller sees %v", err)
		}
		time.Sleep(999 * time.Millisecond)
		if len(w.Messages(public)) != 0 {
			t.Error("the effect came early")
		}
		time.Sleep(2 * time.Millisecond)
		if len(w.Messages(public)) != 1 || !w.Log().Calls()[0].Effect {
			t.Error("the effect did not come")
		}
	})
}

func TestLogKeepsSecretsOut(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, saying(`{"type":5}`), nil)
	var hooked []stage.Call
	b.Log().Hook(func(c stage.Call) { hooked = append(hooked, c) })
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, a := b.Answer(reply.ID)
	b.fine("PATCH", "/channels/"+public, object{"topic": strings.Repeat("x", 500)})
	if len(hooked) != 1 || hooked[0].Nth != 1 || !hooked[0].Write || !strings.HasPrefix(hooked[0].Args, "channel="+public+` {"topic":"xxx`) || len(hooked[0].Args) > 500 || !a {
		t.Errorf("hooked: %+v", hooked)
	}
	token := tokenOf(t, b)
	b.fine("PATCH", "/webhooks/"+b.ApplicationID()+"/"+token+"/messages/@original", object{"content": "done"})
	for _, c := range b.Log().Calls() {
		if strings.Contains(c.Args, token) || strings.Contains(c.Args, b.BotToken()) {
			t.Errorf("a token stands in the log: %+v", c)
		}
	}
}
