package api

import (
	"net/http"
	"sync"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// Discord blocks an address, and every bot behind it, after 10,000 answers of
// 401, 403 or 429 within ten minutes. We stop far earlier. See
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans.
const (
	maxInvalid    = 500
	invalidWindow = 10 * time.Minute
)

// maxRoutes is how many routes are remembered before expired ones are removed.
const maxRoutes = 1000

// breaker holds back calls that Discord would refuse because of a rate limit,
// and all calls after too many refusals. It is safe for concurrent use.
type breaker struct {
	clock core.Clock

	mu      sync.Mutex
	address time.Time            // until then no request is sent
	bot     time.Time            // until then no request with the bot's token is sent
	routes  map[string]time.Time // until when no request of a route is sent
	invalid []time.Time          // times of the refusals in the last ten minutes, at most maxInvalid
}

func newBreaker(clock core.Clock) *breaker {
	return &breaker{clock: clock, routes: make(map[string]time.Time)}
}

// refuse returns the error of a call that must not be sent now, nil if it may.
func (b *breaker) refuse(r Request) *core.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	b.forget(now)
	e := &core.Error{Op: rest.Op(Platform, r.Method), Effect: core.None, All: true}
	if len(b.invalid) == maxInvalid {
		e.Kind, e.Detail, e.RetryAfter = core.Unavailable, "too_many_refusals", b.invalid[0].Add(invalidWindow).Sub(now)
		return e
	}
	until := b.address
	if !r.Tokenless && b.bot.After(until) {
		until = b.bot
	}
	if route := b.routes[r.route()]; route.After(until) {
		until, e.All = route, false
	}
	if !until.After(now) {
		return nil
	}
	e.Kind, e.Detail, e.RetryAfter = core.RateLimited, "held_back", until.Sub(now)
	return e
}

// record remembers the rate limits in an answer. err is what the answer means.
func (b *breaker) record(r Request, a rest.Answer, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	switch until := now.Add(core.RetryAfterOf(err)); {
	case a.Status != http.StatusTooManyRequests:
		if a.Header.Get("X-RateLimit-Remaining") == "0" {
			b.routes[r.route()] = now.Add(askedWait(a.Header, 0))
		}
	case rest.IsForeign(err):
		b.address = until
	case core.AllOf(err):
		b.bot = until
	default:
		b.routes[r.route()] = until
	}
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if a.Header.Get("X-RateLimit-Scope") != "shared" && len(b.invalid) < maxInvalid {
			b.invalid = append(b.invalid, now)
		}
	}
}

// forget removes what has expired.
func (b *breaker) forget(now time.Time) {
	for len(b.invalid) > 0 && !b.invalid[0].Add(invalidWindow).After(now) {
		b.invalid = b.invalid[1:]
	}
	if len(b.routes) < maxRoutes {
		return
	}
	for route, until := range b.routes {
		if !until.After(now) {
			delete(b.routes, route)
		}
	}
}
