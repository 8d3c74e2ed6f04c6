package api

import (
	"net/http"
	"sync"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// Discord locks out an address that gets 10,000 answers 401, 403 or 429 within
// ten minutes, and with it every bot behind that address. Ours stops far
// earlier. See
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans.
const (
	maxInvalid    = 500
	invalidWindow = 10 * time.Minute
)

// maxRoutes bounds what is remembered of rate limits: beyond it, what is over
// is forgotten.
const maxRoutes = 1000

// breaker keeps calls from being sent that Discord has said, or would say, are
// too many. It is safe for concurrent use.
type breaker struct {
	clock core.Clock

	mu      sync.Mutex
	address time.Time            // until then nothing is sent
	bot     time.Time            // until then nothing is sent with the bot's token
	routes  map[string]time.Time // until when nothing of a route is sent
	invalid []time.Time          // answers of the last ten minutes that count, at most maxInvalid
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

// record remembers what an answer says of limits; err is what it means.
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

// forget drops what is over.
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
