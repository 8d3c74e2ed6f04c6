package slackbot

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/rest"
	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
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
	b.newSlackbot(t, func(c *Config) {
		shared = client(t, api.Config{
			Token: b.BotToken(), URL: b.URL() + "/api/", Transport: b.Client().Transport,
			Rates: rest.Rates{Methods: map[string]rest.Rate{"users.info": {N: 2, Window: time.Minute}}},
		})
		c.API, c.Budget, c.SigningSecrets = shared, drawn, []string{b.SigningSecret()}
	})
	if _, err := b.slackbot.usersInfo(t.Context(), lin); err != nil {
		t.Fatal(err)
	}
	a := slack.New(slack.Config{API: shared, Budget: drawn})
	if _, err := a.Find(t.Context(), core.Lookup{ID: lin}); err != nil {
		t.Fatal(err)
	}
	want := core.Bucket{Workspace: "acme", Name: "users.info", N: 2, Window: time.Minute}
	if got := drawn.of("users.info"); !slices.Equal(got, []core.Bucket{want, want}) {
		t.Errorf("they draw on %+v", got)
	}
}

func TestFailedCallsAreCountedByKind(t *testing.T) {
	t.Parallel()
	for want, fault := range map[core.Kind]stage.Fault{
		core.RateLimited:  {Kind: stage.RateLimit},
		core.Unavailable:  {Kind: stage.ErrorBefore},
		core.Denied:       {Kind: stage.Refuse, Code: "missing_scope"},
		core.Unauthorized: {Kind: stage.Refuse, Code: "token_revoked"},
	} {
		b := newBundle(t)
		b.newSlackbot(t, func(c *Config) {
			c.API = client(t, api.Config{Token: b.BotToken(), URL: b.URL() + "/api/", Transport: b.Client().Transport, Observe: b.count})
			c.SigningSecrets = []string{b.SigningSecret()}
		})
		fault.Method = "users.info"
		b.Faults().Order(fault)
		if _, err := b.slackbot.usersInfo(t.Context(), lin); core.KindOf(err) != want {
			t.Errorf("%s: got error %v", want, err)
		}
		if b.counted("users.info "+string(want)) != 1 {
			t.Errorf("%s: counts: %v", want, b.counts)
		}
	}
}
