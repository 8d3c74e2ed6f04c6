package discordbot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// ledger is a budget that records what is drawn on it.
type ledger struct {
	mu    sync.Mutex
	drawn []core.Bucket
}

func (l *ledger) Spend(ctx context.Context, cost []core.Bucket, call func(context.Context) error) error {
	l.mu.Lock()
	l.drawn = append(l.drawn, cost...)
	l.mu.Unlock()
	return call(ctx)
}

func (l *ledger) of(method string) []core.Bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.drawn), func(b core.Bucket) bool { return b.Name != method })
}

// TestBotAndAdapterShareBuckets checks that a workspace's own rates apply to both.
func TestBotAndAdapterShareBuckets(t *testing.T) {
	t.Parallel()
	drawn := &ledger{}
	var shared *api.Client
	b := newBundle(t)
	b.newDiscordbot(t, func(c *Config) {
		shared = client(t, api.Config{
			Token: b.BotToken(), URL: b.URL() + "/api/v10/", Transport: b.Client().Transport,
			Rates: rest.Rates{Methods: map[string]rest.Rate{"get_guild_member": {N: 2, Window: time.Minute}}},
		})
		c.API, c.Budget = shared, drawn
	})
	if _, err := b.discordbot.memberNow(t.Context(), lin); err != nil {
		t.Fatal(err)
	}
	a, err := discord.New(discord.Config{API: shared, GuildID: b.GuildID(), Budget: drawn})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Find(t.Context(), core.Lookup{ID: lin}); err != nil {
		t.Fatal(err)
	}
	want := core.Bucket{Workspace: "acme", Name: "get_guild_member", N: 2, Window: time.Minute}
	if got := drawn.of("get_guild_member"); !slices.Equal(got, []core.Bucket{want, want}) {
		t.Errorf("they draw on %+v", got)
	}
}

func TestFailedCallsAreCountedByKind(t *testing.T) {
	t.Parallel()
	for want, fault := range map[core.Kind]stage.Fault{
		core.RateLimited: {Kind: stage.RateLimit},
		core.Unavailable: {Kind: stage.GatewayBefore},
		core.Denied:      {Kind: stage.Refuse, Code: "50013"},
		core.NotFound:    {Kind: stage.Refuse, Code: "10007"},
	} {
		b := newBundle(t)
		b.newDiscordbot(t, func(c *Config) {
			c.API = client(t, api.Config{Token: b.BotToken(), URL: b.URL() + "/api/v10/", Transport: b.Client().Transport, Observe: b.count})
		})
		fault.Method = "get_guild_member"
		b.Faults().Order(fault)
		if _, err := b.discordbot.memberNow(t.Context(), lin); core.KindOf(err) != want {
			t.Errorf("%s: got error %v", want, err)
		}
		if b.counted("get_guild_member "+string(want)) != 1 {
			t.Errorf("%s: counts: %v", want, b.counts)
		}
	}
}

// refusing is a transport that gives every call the same answer, and counts.
type refusing struct {
	status int
	body   string
	header http.Header
	calls  atomic.Int32
}

func (r *refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	r.calls.Add(1)
	return &http.Response{StatusCode: r.status, Header: r.header, Body: io.NopCloser(strings.NewReader(r.body)), Request: req}, nil
}

// TestRefusalsTripTheBotsBreakerToo checks that a bot whose calls are refused stops
// calling before Discord blocks its address.
func TestRefusalsTripTheBotsBreakerToo(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	way := &refusing{status: http.StatusForbidden, body: `{"code":50001}`, header: http.Header{}}
	b.newDiscordbot(t, func(c *Config) { c.API = client(t, api.Config{Token: "token", Transport: way}) })
	var err error
	for n := range 600 {
		err = b.discordbot.edit(t.Context(), interaction{ApplicationID: "1", Token: fmt.Sprint(n)}, message{})
		if core.KindOf(err) == core.Unavailable {
			break
		}
	}
	if core.DetailOf(err) != "too_many_refusals" || way.calls.Load() != 500 {
		t.Errorf("after %d calls, the error is %v", way.calls.Load(), err)
	}
}

// TestGatewayURLHonoursRetryAfter checks that the bot waits as long as Discord says,
// in the body or in the header.
func TestGatewayURLHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]*refusing{
		"a page":   {status: http.StatusTooManyRequests, body: `<html>`, header: http.Header{"Retry-After": {"60"}}},
		"a header": {status: http.StatusTooManyRequests, body: `{}`, header: http.Header{"Retry-After": {"60"}}},
		"a body":   {status: http.StatusTooManyRequests, body: `{"retry_after":60.0}`, header: http.Header{}},
		"outages":  {status: http.StatusServiceUnavailable, body: `<html>`, header: http.Header{"Retry-After": {"60"}}},
	} {
		b := newBundle(t)
		b.newDiscordbot(t, func(c *Config) { c.API = client(t, api.Config{Token: "token", Transport: way}) })
		_, err := b.discordbot.gateway.gatewayURL(t.Context())
		if wait := b.discordbot.gateway.pause(err, 0); wait != time.Minute {
			t.Errorf("%s: the pause after %v is %v", name, err, wait)
		}
	}
}
