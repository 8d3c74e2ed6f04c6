package emulator

import "time"

// perChannel is the time between two chat.postMessage calls to a channel.
// See https://docs.slack.dev/apis/web-api/rate-limits.
const perChannel = time.Second

// limiter remembers when calls were let through. Slack tolerates bursts "to a
// degree"; the stand-in tolerates none, so that an app that passes here keeps
// to the published numbers.
type limiter struct {
	calls map[string][]time.Time // method to the calls of the last minute
	posts map[string]time.Time   // channel, or person of a direct one, to the last post
}

func newLimiter() limiter {
	return limiter{calls: make(map[string][]time.Time), posts: make(map[string]time.Time)}
}

// overLimit returns how long the caller must wait, 0 to go ahead. Only calls
// that are let through count.
func (a *api) overLimit(m method, c *call) time.Duration {
	if !a.opts.EnforceTiers {
		return 0
	}
	now := a.opts.Now()
	if m.name == "chat.postMessage" {
		channel := c.str("channel")
		if ch := a.Channels.ByID(channel); ch != nil && ch.IsDirect() {
			channel = ch.With // a post to a person's ID goes to the same place
		}
		if next := a.limits.posts[channel].Add(perChannel); now.Before(next) {
			return next.Sub(now)
		}
		a.limits.posts[channel] = now
	}
	if m.perMinute == 0 {
		return 0
	}
	recent := a.limits.calls[m.name]
	for len(recent) > 0 && !recent[0].After(now.Add(-time.Minute)) {
		recent = recent[1:]
	}
	var wait time.Duration
	if len(recent) < m.perMinute {
		recent = append(recent, now)
	} else {
		wait = recent[0].Add(time.Minute).Sub(now)
	}
	a.limits.calls[m.name] = recent
	return wait
}
