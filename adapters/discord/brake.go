package discord

import (
	"net/http"
	"sync"
	"time"

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

// brake keeps calls from being sent that Discord has said, or would say, are too
// many. It is safe for concurrent use.
type brake struct {
	clock core.Clock

	mu      sync.Mutex
	all     time.Time            // until then nothing is sent
	routes  map[string]time.Time // until when nothing of a route is sent
	invalid []time.Time          // answers of the last ten minutes that count, at most maxInvalid
}

func newBrake(clock core.Clock) *brake {
	return &brake{clock: clock, routes: make(map[string]time.Time)}
}

// held is a call that was not sent.
type held struct {
	kind   core.Kind
	detail string
	wait   time.Duration
	all    bool // it concerns every call, not only those of its route
}

func (e *held) Error() string { return "not sent: " + e.detail }

// closed tells why a call of the route must not be sent now, nil if it may.
func (b *brake) closed(route string) *held {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	b.forget(now)
	if len(b.invalid) == maxInvalid {
		return &held{kind: core.Unavailable, detail: "too_many_refusals", wait: b.invalid[0].Add(invalidWindow).Sub(now), all: true}
	}
	until := b.all
	all := true
	if r := b.routes[route]; r.After(until) {
		until, all = r, false
	}
	if until.After(now) {
		return &held{kind: core.RateLimited, detail: "held_back", wait: until.Sub(now), all: all}
	}
	return nil
}

// heed remembers what an answer says of limits.
func (b *brake) heed(route string, resp *http.Response, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	if limit, ok := err.(*tooMany); ok {
		until := now.Add(limit.patience())
		if limit.all {
			b.all = until
		} else {
			b.routes[route] = until
		}
	} else if resp.Header.Get("X-RateLimit-Remaining") == "0" {
		b.routes[route] = now.Add(waitTold(resp.Header, 0))
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if resp.Header.Get("X-RateLimit-Scope") != "shared" && len(b.invalid) < maxInvalid {
			b.invalid = append(b.invalid, now)
		}
	}
}

// forget drops what is over.
func (b *brake) forget(now time.Time) {
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
