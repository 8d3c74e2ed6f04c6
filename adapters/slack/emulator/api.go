package emulator

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// object is a JSON object on its way out or in.
type object = map[string]any

// method is one method of the Web API.
type method struct {
	name      string
	write     bool // changes something
	app       bool // takes the app-level token instead of the bot's
	form      bool // takes no JSON body: its page lists only the form content type
	perMinute int  // its tier's calls a minute; 0 is limited in its own way
	run       func(w *Workspace, c *call) (object, error)
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

// answer is what goes back over HTTP.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// serveMethod takes one API call through its life: the faults before, the
// effect, the log, the faults after, the answer.
func (w *Workspace) serveMethod(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	m, known := w.methods[name]
	if !known {
		m = method{name: name, run: func(*Workspace, *call) (object, error) { return nil, refuse("unknown_method") }}
	}
	in := parseArgs(rw, r, m.form)
	entry := w.log.Arrive(stage.Call{Method: name, Write: m.write, Args: in.summary(), At: w.opts.Now()})
	met := w.faults.Meet(name)
	for _, f := range met {
		entry.Met = append(entry.Met, f.Kind)
	}
	if f, struck := met.At(stage.Before); struck {
		w.strikeBefore(rw, f, entry, func() { w.perform(m, in, met, entry) })
		return
	}
	w.strikeAfter(r, met, w.perform(m, in, met, entry)).send(rw)
}

// perform lets the call have its effect and notes it in the log.
func (w *Workspace) perform(m method, in args, met stage.Met, entry stage.Call) answer {
	c := &call{args: in, met: met}
	out, err := w.carryOut(m, c, entry)
	entry.Effect = c.changed
	if err != nil {
		entry.Code = codeOf(err)
	}
	w.log.Settle(entry)
	return out
}

// carryOut runs a call and makes its answer. Both happen under the lock: what
// a method returns holds the workspace's own maps.
func (w *Workspace) carryOut(m method, c *call, entry stage.Call) (answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := c.malformed
	if err == nil {
		err = w.admit(m, c)
	}
	var out object
	if err == nil {
		out, err = m.run(w, c)
	}
	if err == nil && c.note != "" {
		out["warning"] = c.note
	}
	return w.render(entry, out, err), err
}

// admit checks what comes before any method: the token and the rate limit.
func (w *Workspace) admit(m method, c *call) error {
	switch {
	case c.token == "":
		return refuse("not_authed")
	case c.token != w.opts.BotToken && c.token != w.opts.AppToken:
		return refuse("invalid_auth")
	case m.app != (c.token == w.opts.AppToken):
		return refuse("not_allowed_token_type")
	}
	if wait := w.overLimit(m, c); wait > 0 {
		return &refusal{code: "ratelimited", wait: wait}
	}
	return nil
}

// render makes the answer of a call. Every answer names the token's scopes,
// see https://docs.slack.dev/authentication/installing-with-oauth.
func (w *Workspace) render(entry stage.Call, out object, err error) answer {
	header := http.Header{"X-Oauth-Scopes": {w.botScopes()}, "X-Slack-Req-Id": {strconv.Itoa(entry.Seq)}}
	if err == nil {
		body := object{"ok": true}
		maps.Copy(body, out)
		return answer{http.StatusOK, header, mustJSON(body)}
	}
	body := object{"ok": false, "error": codeOf(err)}
	if r, ok := err.(*refusal); ok {
		if r.wait > 0 {
			return tooMany(r.wait)
		}
		maps.Copy(body, r.extra)
		if needed, ok := r.extra["needed"].(string); ok {
			header.Set("X-Accepted-OAuth-Scopes", needed)
		}
	}
	return answer{http.StatusOK, header, mustJSON(body)}
}

func codeOf(err error) string {
	if r, ok := err.(*refusal); ok {
		return r.code
	}
	return "internal_error"
}

// tooMany is HTTP 429 with whole seconds in Retry-After, rounded up.
func tooMany(wait time.Duration) answer {
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	return answer{
		status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {seconds}},
		body: mustJSON(object{"ok": false, "error": "ratelimited"}),
	}
}

func (a answer) send(rw http.ResponseWriter) {
	maps.Copy(rw.Header(), a.header)
	if len(a.body) > 0 {
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body) // a caller that is gone is no concern of the workspace
}

// mustJSON encodes what the stand-in itself has put together or decoded from
// JSON before, which cannot fail.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	return b
}
