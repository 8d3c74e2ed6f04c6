package emulator_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/discord/emulator"
)

// paced is a bench that enforces limits, on a clock of its own.
func paced(t *testing.T) (b *bench, pass func(time.Duration)) {
	t.Helper()
	now := time.Unix(1_800_000_000, 0)
	b = setup(t, func(o *emulator.Options) { o.EnforceLimits, o.Now = true, func() time.Time { return now } })
	return b, func(d time.Duration) { now = now.Add(d) }
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	b, pass := paced(t)
	url := "/channels/" + public + "/messages"
	for i := range 5 {
		response, _ := b.raw("POST", url, object{"content": "a"})
		if got := response.Header.Get("X-RateLimit-Remaining"); response.StatusCode != 200 || got != strconv.Itoa(4-i) {
			t.Errorf("call %d: HTTP %d, %s remaining", i, response.StatusCode, got)
		}
		pass(time.Second / 2)
	}
	response, _ := b.raw("POST", url, object{"content": "a"})
	for header, want := range map[string]string{
		"Retry-After": "3", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "2.500",
		"X-RateLimit-Reset": "1800000005.000", "X-RateLimit-Bucket": "create_message", "X-RateLimit-Scope": "user", "X-RateLimit-Global": "",
	} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	_, body := b.call("POST", url, object{"content": "a"})
	if o := body.(object); o["retry_after"] != 2.5 || o["global"] != false {
		t.Errorf("body %v", o)
	}
	b.fine("GET", url, nil) // another operation
	general, _ := b.ChannelByName("general")
	b.post(general.ID, object{"content": "another channel"})
	pass(2500 * time.Millisecond)
	b.post(public, object{"content": "a"})
	if n := len(b.Messages(public)); n != 6 {
		t.Errorf("%d messages", n)
	}
	_, err := b.api.ChannelMessages(public, 1, "", "", "")
	if err != nil {
		t.Errorf("the library: %v", err)
	}
}

func TestHeadersWithoutLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for range 7 {
		response, _ := b.raw("POST", "/channels/"+public+"/messages", object{"content": "a"})
		if response.StatusCode != http.StatusOK || response.Header.Get("X-RateLimit-Remaining") != "4" {
			t.Fatalf("HTTP %d %v", response.StatusCode, response.Header)
		}
	}
}

func TestGlobalLimit(t *testing.T) {
	t.Parallel()
	b, pass := paced(t)
	for range 50 {
		b.fine("GET", "/users/@me", nil)
	}
	response, _ := b.raw("GET", "/channels/"+public, nil)
	h := response.Header
	if response.StatusCode != 429 || h.Get("X-RateLimit-Global") != "true" || h.Get("X-RateLimit-Scope") != "global" || h.Get("Retry-After") != "1" || h.Get("X-RateLimit-Reset-After") != "" {
		t.Errorf("HTTP %d %v", response.StatusCode, h)
	}
	if _, body := b.call("GET", "/users/@me", nil); body.(object)["global"] != true {
		t.Errorf("body %v", body)
	}
	callback := "/api/v10/interactions/1/x/callback"
	if response, _ = b.send("POST", callback, object{"type": 5}, http.Header{}); response.StatusCode != http.StatusNotFound {
		t.Errorf("a call without a token draws on the bot's limit: HTTP %d", response.StatusCode)
	}
	pass(time.Second)
	b.fine("GET", "/users/@me", nil)
}

func TestNamesAndTopicsHaveTheirOwnLimit(t *testing.T) {
	t.Parallel()
	b, pass := paced(t)
	url := "/channels/" + public
	b.fine("PATCH", url, object{"name": "a"})
	b.fine("PATCH", url, object{"topic": "b"})
	response, _ := b.raw("PATCH", url, object{"topic": "c"})
	if response.StatusCode != 429 || response.Header.Get("Retry-After") != "600" || response.Header.Get("X-RateLimit-Remaining") != "7" {
		t.Errorf("HTTP %d %v", response.StatusCode, response.Header)
	}
	if ch, _ := b.ChannelByID(public); ch.Topic != "b" {
		t.Errorf("topic %q", ch.Topic)
	}
	b.fine("PATCH", url, object{"parent_id": rooms}) // is neither
	_, err := b.api.ChannelEdit(public, &discordgo.ChannelEdit{Topic: "d"})
	var limited *discordgo.RateLimitError
	if !errors.As(err, &limited) || limited.RetryAfter != 10*time.Minute {
		t.Errorf("the library sees %v", err)
	}
	pass(10 * time.Minute)
	b.fine("PATCH", url, object{"topic": "c"})
}
