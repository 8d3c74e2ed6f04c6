package emulator

import (
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// api is the Web API.
type api struct {
	*team
	methods map[string]method
	limits  limiter
}

// method is one method of the Web API.
type method struct {
	name      string
	write     bool                                // changes something
	open      bool                                // needs no token
	app       bool                                // takes the app-level token instead of the bot's
	admin     bool                                // takes an administrator's token instead of the bot's
	both      bool                                // takes either of them
	form      bool                                // takes no JSON body: its page lists only the form content type
	perMinute int                                 // its tier's calls a minute; 0 is limited in its own way
	scope     string                              // that every call needs; "" for none
	in        func(*api, *call) (*channel, error) // finds the channel that a call names; nil if it names none
	run       func(*api, *call) (object, error)
}

// Tiers in calls a minute, see https://docs.slack.dev/apis/web-api/rate-limits.
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

// call is one call of a method while the workspace is locked.
type call struct {
	args
	ch      *channel // that it names, see method.in
	met     stage.Met
	answer  bool   // no call but a message that answers a person
	changed bool   // whether it had an effect
	note    string // a warning to go with the answer
}

// refusal is a call's answer of ok:false.
type refusal struct {
	code  string
	extra object // further fields of the answer
	wait  time.Duration
}

func (r *refusal) Error() string { return r.code }

func refuse(code string) error { return &refusal{code: code} }

// serveMethod takes one API call.
func (a *api) serveMethod(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	m, known := a.methods[name]
	if !known {
		m = method{name: name, run: func(*api, *call) (object, error) { return nil, refuse("unknown_method") }}
	}
	in := parseArgs(rw, r, m.form)
	entry := stage.Call{Method: name, Write: m.write, Args: in.summary(), At: a.opts.Now()}
	a.host.Take(rw, r, entry, func(met stage.Met, entry *stage.Call) stage.Answer {
		c := &call{args: in, met: met}
		out, err := a.carryOut(m, c, entry.Seq)
		entry.Effect = c.changed
		if err != nil {
			entry.Code = codeOf(err)
		}
		return out
	})
}

// carryOut runs a call and makes its answer. Both happen under the lock: what
// a method returns holds the workspace's own maps.
func (a *api) carryOut(m method, c *call, seq int) (stage.Answer, error) {
	a.Lock()
	defer a.Unlock()
	err := a.admit(m, c)
	var out object
	if err == nil {
		out, err = m.run(a, c)
	}
	if err == nil && c.note != "" {
		out["warning"] = c.note
	}
	return a.render(m, c, seq, out, err), err
}

// admit checks what comes before any method: the token, the rate limit, the
// scope and the channel.
func (a *api) admit(m method, c *call) error {
	switch {
	case c.malformed != nil:
		return c.malformed
	case m.open:
	case c.token == "":
		return refuse("not_authed")
	case c.token != a.opts.BotToken && c.token != a.opts.AppToken && c.token != a.opts.AdminToken:
		return refuse("invalid_auth")
	case m.app != (c.token == a.opts.AppToken), !m.both && m.admin != (c.token == a.opts.AdminToken):
		return refuse("not_allowed_token_type")
	}
	if wait := a.overLimit(m, c); wait > 0 {
		return &refusal{code: "ratelimited", wait: wait}
	}
	if m.admin && !slices.Contains(a.opts.AdminScopes, m.scope) {
		return missingScope(m.scope, a.opts.AdminScopes)
	}
	if m.scope != "" && !m.admin {
		if err := a.need(m.scope); err != nil {
			return err
		}
	}
	if m.in == nil {
		return nil
	}
	var err error
	c.ch, err = m.in(a, c)
	return err
}

// render makes the answer of a call. It names the scopes of the token, if that is valid,
// and the one that the method needs. See
// https://docs.slack.dev/authentication/installing-with-oauth.
func (a *api) render(m method, c *call, seq int, out object, err error) stage.Answer {
	header := http.Header{"X-Slack-Req-Id": {strconv.Itoa(seq)}}
	granted := map[string][]string{a.opts.BotToken: a.opts.Scopes, a.opts.AppToken: a.opts.AppScopes, a.opts.AdminToken: a.opts.AdminScopes}
	if scopes, valid := granted[c.token]; valid && c.token != "" {
		header.Set("X-OAuth-Scopes", strings.Join(scopes, ","))
		if m.scope != "" {
			header.Set("X-Accepted-OAuth-Scopes", m.scope)
		}
	}
	body := object{"ok": true}
	if err != nil {
		body = object{"ok": false, "error": codeOf(err)}
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		if r.wait > 0 {
			return tooMany(r.wait)
		}
		out = r.extra
		if needed, ok := r.extra["needed"].(string); ok {
			header.Set("X-Accepted-OAuth-Scopes", needed)
		}
	}
	maps.Copy(body, out)
	return jsonAnswer(http.StatusOK, header, body)
}

func codeOf(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.code
	}
	return "internal_error"
}

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

// CallFaults returns the kinds of faults that any call to Slack can have, in a
// fixed order. It leaves out Refuse, which needs a code.
func CallFaults() []stage.FaultKind {
	return []stage.FaultKind{
		stage.RateLimit, stage.RateLimitBare, stage.RateLimitBody, stage.CutBefore, stage.ErrorBefore, stage.GatewayBefore,
		stage.EmptyFailure, stage.Late, stage.CutAfter, stage.ErrorAfter, stage.GatewayAfter, stage.Slow,
	}
}

// proxyPage is the answer of a proxy in front of Slack.
const proxyPage = "<!doctype html><html><head><title>Server Error | Slack</title></head><body>502 Bad Gateway</body></html>"

// spoil is Slack's answer to a call with a fault.
func spoil(f stage.Fault) (stage.Answer, string) {
	switch f.Kind {
	case stage.RateLimit:
		return tooMany(max(f.RetryAfter, time.Second)), "ratelimited"
	case stage.RateLimitBare:
		return stage.Answer{Status: http.StatusTooManyRequests}, "ratelimited"
	case stage.RateLimitBody:
		return refusedAnswer("ratelimited"), "ratelimited"
	case stage.ErrorBefore, stage.ErrorAfter:
		return stage.Answer{Status: http.StatusInternalServerError}, ""
	case stage.GatewayBefore, stage.GatewayAfter:
		return stage.Answer{Status: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(proxyPage)}, ""
	case stage.EmptyFailure:
		return jsonAnswer(http.StatusOK, nil, object{"ok": false}), ""
	case stage.Refuse:
		return refusedAnswer(f.Code), f.Code
	default: // Slack knows no such answer
		return stage.Answer{Status: http.StatusOK}, ""
	}
}

// jsonAnswer is an answer of Slack's own servers.
func jsonAnswer(status int, header http.Header, body object) stage.Answer {
	if header == nil {
		header = make(http.Header)
	}
	header.Set("Content-Type", "application/json; charset=utf-8")
	return stage.Answer{Status: status, Header: header, Body: stage.JSON(body)}
}

// refusedAnswer is ok:false with an error code.
func refusedAnswer(code string) stage.Answer {
	return jsonAnswer(http.StatusOK, nil, object{"ok": false, "error": code})
}

// tooMany is HTTP 429 with whole seconds in Retry-After, rounded up.
func tooMany(wait time.Duration) stage.Answer {
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	return jsonAnswer(http.StatusTooManyRequests, http.Header{"Retry-After": {seconds}}, object{"ok": false, "error": "ratelimited"})
}
