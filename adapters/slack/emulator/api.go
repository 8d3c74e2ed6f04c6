package emulator

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// api is the Web API.
type api struct {
	*team
	dialogs *dialogs
	socket  *Socket
	methods map[string]method
	limits  limiter
}

// method is one method of the Web API.
type method struct {
	name      string
	write     bool                                // changes something
	app       bool                                // takes the app-level token instead of the bot's
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
	return a.render(seq, out, err), err
}

// admit checks what comes before any method: the token, the rate limit, the
// scope and the channel.
func (a *api) admit(m method, c *call) error {
	switch {
	case c.malformed != nil:
		return c.malformed
	case c.token == "":
		return refuse("not_authed")
	case c.token != a.opts.BotToken && c.token != a.opts.AppToken:
		return refuse("invalid_auth")
	case m.app != (c.token == a.opts.AppToken):
		return refuse("not_allowed_token_type")
	}
	if wait := a.overLimit(m, c); wait > 0 {
		return &refusal{code: "ratelimited", wait: wait}
	}
	if m.scope != "" {
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

// render makes the answer of a call. Every answer names the token's scopes,
// see https://docs.slack.dev/authentication/installing-with-oauth.
func (a *api) render(seq int, out object, err error) stage.Answer {
	header := http.Header{"X-Oauth-Scopes": {strings.Join(a.opts.Scopes, ",")}, "X-Slack-Req-Id": {strconv.Itoa(seq)}}
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
