package emulator

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Discord's limits. See https://docs.discord.com/developers/topics/rate-limits;
// the one for names and topics is in no header, see
// https://github.com/discord/discord-api-docs/issues/2190.
const (
	globalLimit  = 50 // calls a second
	renameLimit  = 2
	renameWindow = 10 * time.Minute
)

// limiter has the buckets of calls by key. Windows begin with their first call.
type limiter map[string]*bucket

type bucket struct {
	used  int
	reset time.Time
}

// take draws one call from the bucket and returns how long the caller must wait,
// 0 to go ahead. Refused calls don't count.
func (l limiter) take(key string, limit int, window time.Duration, now time.Time) time.Duration {
	b := l[key]
	if b == nil || !now.Before(b.reset) {
		b = &bucket{reset: now.Add(window)}
		l[key] = b
	}
	if b.used >= limit {
		return b.reset.Sub(now)
	}
	b.used++
	return 0
}

// overLimit refuses a call above a limit.
func (a *api) overLimit(c *call) error {
	if !a.opts.EnforceLimits {
		return nil
	}
	now := a.opts.Now()
	if !c.route.free {
		if wait := a.limits.take("global", globalLimit, time.Second, now); wait > 0 {
			return limited(wait, true)
		}
	}
	if c.route.limit == 0 {
		return nil
	}
	if wait := a.limits.take(c.bucketKey(), c.route.limit, c.route.window, now); wait > 0 {
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

// limitHeader returns an answer's headers about its bucket. If limits are not
// enforced, the bucket is always nearly full.
func (a *api) limitHeader(c call) http.Header {
	if c.route.limit == 0 {
		return http.Header{}
	}
	now := a.opts.Now()
	b := a.limits[c.bucketKey()]
	if b == nil {
		b = &bucket{used: 1, reset: now.Add(c.route.window)}
	}
	return bucketHeader(c.route.name, c.route.limit, c.route.limit-b.used, b.reset, now)
}

// bucketHeader returns the five headers of a bucket.
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

// overRenames refuses a change of name or topic above its own limit, which the
// bucket's headers don't show. A change to the present value counts too, which may
// be stricter than Discord.
func (a *api) overRenames(ch *channel) error {
	if !a.opts.EnforceLimits {
		return nil
	}
	if wait := a.limits.take("rename:"+ch.ID, renameLimit, renameWindow, a.opts.Now()); wait > 0 {
		return limited(wait, false)
	}
	return nil
}
