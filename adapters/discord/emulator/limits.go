package emulator

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Discord's numbers. See https://docs.discord.com/developers/topics/rate-limits;
// the one of names and topics stands in
// https://github.com/discord/discord-api-docs/issues/2190 and no header tells it.
const (
	globalLimit   = 50 // calls a second
	invalidLimit  = 10_000
	invalidWindow = 10 * time.Minute
	renameLimit   = 2
	renameWindow  = 10 * time.Minute
)

// limiter remembers what was let through. Windows begin with their first call.
type limiter struct {
	buckets map[string]*bucket
	invalid []time.Time // answers 401, 403 and 429 of the last ten minutes
}

type bucket struct {
	used  int
	reset time.Time
}

// take draws one call from the bucket under key and returns it, with the wait
// where it is empty. What is refused does not count.
func (l *limiter) take(key string, limit int, window time.Duration, now time.Time) (*bucket, time.Duration) {
	if l.buckets == nil {
		l.buckets = make(map[string]*bucket)
	}
	b := l.buckets[key]
	if b == nil || !now.Before(b.reset) {
		b = &bucket{reset: now.Add(window)}
		l.buckets[key] = b
	}
	if b.used >= limit {
		return b, b.reset.Sub(now)
	}
	b.used++
	return b, 0
}

// overLimit refuses a call above a limit. A call that is let through counts;
// one that is refused does not.
func (a *api) overLimit(c *call) error {
	if !a.opts.EnforceLimits {
		return nil
	}
	now := a.opts.Now()
	if !c.route.free {
		if _, wait := a.limits.take("global", globalLimit, time.Second, now); wait > 0 {
			return limited(wait, true)
		}
	}
	if c.route.limit == 0 {
		return nil
	}
	if _, wait := a.limits.take(c.bucketKey(), c.route.limit, c.route.window, now); wait > 0 {
		return limited(wait, false)
	}
	return nil
}

// bucketKey names the bucket of a call: the operation and the channel, guild or
// interaction that it concerns.
func (c *call) bucketKey() string {
	p := c.path
	return c.route.name + ":" + p["channel"] + ":" + p["guild"] + ":" + p["token"]
}

// limited is the refusal of a call above a limit. The global one names neither
// bucket nor Reset-After.
func limited(wait time.Duration, global bool) *refusal {
	r := &refusal{
		status: http.StatusTooManyRequests, message: "You are being rate limited.", wait: wait, global: global,
		header: http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}, "X-Ratelimit-Scope": {"user"}},
	}
	if global {
		r.header["X-Ratelimit-Scope"], r.header["X-Ratelimit-Global"] = []string{"global"}, []string{"true"}
	}
	return r
}

// limitHeader is what an answer tells of its bucket. Where limits are not
// enforced it is always nearly full.
func (a *api) limitHeader(c call) http.Header {
	if c.route.limit == 0 {
		return http.Header{}
	}
	now := a.opts.Now()
	b := a.limits.buckets[c.bucketKey()]
	if b == nil {
		b = &bucket{used: 1, reset: now.Add(c.route.window)}
	}
	return bucketHeader(c.route.name, c.route.limit, c.route.limit-b.used, b.reset, now)
}

// bucketHeader is the five headers of a bucket.
func bucketHeader(name string, limit, remaining int, reset, now time.Time) http.Header {
	seconds := func(d time.Duration) string {
		return strconv.FormatFloat(math.Ceil(d.Seconds()*1000)/1000, 'f', 3, 64)
	}
	return http.Header{
		"X-Ratelimit-Bucket":      {name},
		"X-Ratelimit-Limit":       {strconv.Itoa(limit)},
		"X-Ratelimit-Remaining":   {strconv.Itoa(max(remaining, 0))},
		"X-Ratelimit-Reset":       {seconds(time.Duration(reset.UnixMilli()) * time.Millisecond)},
		"X-Ratelimit-Reset-After": {seconds(max(reset.Sub(now), 0))},
	}
}

// overRenames refuses a change of name or topic above its own limit, of which
// the bucket's headers say nothing. Stricter than may be: a change to what is
// there already counts too.
func (a *api) overRenames(ch *channel) error {
	if !a.opts.EnforceLimits {
		return nil
	}
	if _, wait := a.limits.take("rename:"+ch.ID, renameLimit, renameWindow, a.opts.Now()); wait > 0 {
		return limited(wait, false)
	}
	return nil
}

// countInvalid remembers an answer that counts towards the ban of an address,
// see https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans.
func (a *api) countInvalid(r *refusal) {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if !r.banned {
			a.limits.invalid = append(a.limits.invalid, a.opts.Now())
		}
	}
}

// banned reports whether Discord's proxy takes nothing any more.
func (a *api) banned() bool { return a.opts.EnforceLimits && a.recentInvalid() >= invalidLimit }

func (a *api) recentInvalid() int {
	since := a.opts.Now().Add(-invalidWindow)
	for len(a.limits.invalid) > 0 && !a.limits.invalid[0].After(since) {
		a.limits.invalid = a.limits.invalid[1:]
	}
	return len(a.limits.invalid)
}

// InvalidRequests returns how many answers of the last ten minutes count
// towards the 10,000 after which Discord locks an address out: 401, 403, 429.
func (w *Workspace) InvalidRequests() int {
	w.guild.Lock()
	defer w.guild.Unlock()
	return w.api.recentInvalid()
}
