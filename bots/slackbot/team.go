package slackbot

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// identity says which workspace is ours.
type identity struct {
	team       string // "" is not known yet
	enterprise string // "" outside of Enterprise Grid
}

// from says where a payload comes from.
type from struct {
	team       string
	enterprise string
	userTeam   string // of the person, "" if not told
}

// ours tells whether a payload is of our workspace and by one of its people, or
// by somebody of the same organisation. What people of other organisations do in
// shared channels comes in under our signature too.
func (id identity) ours(f from) bool {
	if f.team != id.team {
		return false
	}
	return f.userTeam == "" || f.userTeam == id.team ||
		id.enterprise != "" && (f.userTeam == id.enterprise || f.enterprise == id.enterprise)
}

// admit checks where a payload comes from.
func (b *Bot) admit(ctx context.Context, f from) *rejection {
	id, err := b.whoAmI(ctx)
	if err != nil {
		b.log.Error("slackbot: cannot ask which workspace this is", "error", err)
		return &rejection{http.StatusServiceUnavailable, outcomeNoTeam}
	}
	if !id.ours(f) {
		return &rejection{http.StatusForbidden, outcomeWrongTeam}
	}
	return nil
}

// whoAmI asks Slack once which workspace the token is for.
func (b *Bot) whoAmI(ctx context.Context) (identity, error) {
	b.mu.Lock()
	id := b.team
	b.mu.Unlock()
	if id.team != "" {
		return id, nil
	}
	err := b.call(ctx, "auth.test", func(ctx context.Context) error {
		r, err := b.api.AuthTestContext(ctx)
		if err != nil {
			return err
		}
		if r.TeamID == "" {
			return errHollow
		}
		id = identity{team: r.TeamID, enterprise: r.EnterpriseID}
		return nil
	})
	if err != nil {
		return identity{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.team = id
	return id, nil
}

// errHollow is an answer of success that lacks what it must hold.
var errHollow = errors.New("the answer holds no ID")

// call makes one call of the Web API when the rate budget grants it. A refusal
// for too many calls holds back everybody else.
func (b *Bot) call(ctx context.Context, method string, f func(ctx context.Context) error) error {
	return b.budget.Spend(ctx, b.cost(method), func(ctx context.Context) error {
		err := f(ctx)
		if err == nil {
			return nil
		}
		if wait, ok := limited(err); ok {
			return &core.Error{Op: "slack: " + method, Kind: core.RateLimited, RetryAfter: wait, Detail: "ratelimited"}
		}
		return &core.Error{Op: "slack: " + method, Kind: core.Unknown, Effect: core.Maybe, Err: bare(err)}
	})
}

// limited tells whether err is a refusal for too many calls, in any of the
// shapes that Slack has for it, and how long to wait.
func limited(err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return e.RetryAfter, true
	}
	if e, ok := errors.AsType[slack.StatusCodeError](err); ok && e.Code == http.StatusTooManyRequests {
		return waitUnsaid, true
	}
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && (e.Err == "ratelimited" || e.Err == "rate_limited") {
		return waitUnsaid, true
	}
	return 0, false
}

// waitUnsaid is how long to wait where Slack does not say.
const waitUnsaid = 30 * time.Second

// published are Slack's limits for the methods used here: tier 4 for views and
// people. See https://docs.slack.dev/apis/web-api/rate-limits.
func (b *Bot) published(method string) []core.Bucket {
	n := 100
	if method == "auth.test" {
		n = 300 // "hundreds of requests a minute"
	}
	return []core.Bucket{{Workspace: b.workspace, Name: method, N: n, Window: time.Minute}}
}
