package emulator

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// object is a JSON object on its way out or in.
type object = map[string]any

// maxBody is what the stand-in reads of a request; more is refused.
const maxBody = 1 << 20

// method is one method of the Web API.
type method struct {
	name      string
	write     bool // changes something
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
	in, parseErr := parseArgs(rw, r, m.form)
	entry := w.log.Arrive(stage.Call{Method: name, Write: m.write, Args: in.summary(), At: w.opts.Now()})
	met := w.faults.Meet(name)
	for _, f := range met {
		entry.Met = append(entry.Met, f.Kind)
	}
	if f, struck := met.At(stage.Before); struck {
		w.strikeBefore(rw, f, entry, func() { w.perform(m, in, met, entry) })
		return
	}
	var out answer
	if parseErr != nil {
		out = w.render(entry, nil, parseErr)
	} else {
		out = w.perform(m, in, met, entry)
	}
	w.strikeAfter(r, met, out).send(rw)
}

// strikeAfter spoils the answer of a call that has had its effect, where a
// fault says so.
func (w *Workspace) strikeAfter(r *http.Request, met stage.Met, out answer) answer {
	f, struck := met.At(stage.After)
	if !struck {
		return out
	}
	switch f.Kind {
	case stage.CutAfter:
		panic(http.ErrAbortHandler)
	case stage.ErrorAfter:
		return answer{status: http.StatusInternalServerError}
	case stage.Slow:
		w.dawdle(r, f.Delay)
	}
	return out
}

// perform lets the call have its effect and notes it in the log.
func (w *Workspace) perform(m method, in args, met stage.Met, entry stage.Call) answer {
	w.mu.Lock()
	c := &call{args: in, met: met}
	out, err := w.admit(m, c)
	if err == nil {
		out, err = m.run(w, c)
	}
	if err == nil && c.note != "" {
		out["warning"] = c.note
	}
	rendered := w.render(entry, out, err) // while locked: out holds the workspace's own maps
	w.mu.Unlock()
	entry.Effect = c.changed
	if err != nil {
		entry.Code = codeOf(err)
	}
	w.log.Settle(entry)
	return rendered
}

// admit checks what comes before any method: the token and the rate limit.
func (w *Workspace) admit(m method, c *call) (object, error) {
	switch {
	case c.token == "":
		return nil, refuse("not_authed")
	case c.token != w.opts.BotToken:
		return nil, refuse("invalid_auth")
	}
	if wait := w.overLimit(m, c); wait > 0 {
		return nil, &refusal{code: "ratelimited", wait: wait}
	}
	return nil, nil
}

// strikeBefore answers a call that a fault keeps from its effect; of a Late
// one the effect comes by itself.
func (w *Workspace) strikeBefore(rw http.ResponseWriter, f stage.Fault, entry stage.Call, effect func()) {
	out := answer{status: http.StatusOK}
	switch f.Kind {
	case stage.RateLimit:
		out = tooMany(max(f.RetryAfter, time.Second))
		entry.Code = "ratelimited"
	case stage.RateLimitBare:
		out = answer{status: http.StatusTooManyRequests}
		entry.Code = "ratelimited"
	case stage.RateLimitBody:
		entry.Code = "ratelimited"
		out.body = mustJSON(object{"ok": false, "error": "ratelimited"})
	case stage.ErrorBefore:
		out.status = http.StatusInternalServerError
	case stage.EmptyFailure:
		out.body = mustJSON(object{"ok": false})
	case stage.Refuse:
		entry.Code = f.Code
		out.body = mustJSON(object{"ok": false, "error": f.Code})
	}
	w.log.Settle(entry)
	if f.Kind == stage.Late {
		w.delay(f.Delay, effect)
	}
	if f.Kind == stage.Late || f.Kind == stage.CutBefore {
		panic(http.ErrAbortHandler)
	}
	out.send(rw)
}

// delay runs effect after d, or with ReleaseLate if d is 0.
func (w *Workspace) delay(d time.Duration, effect func()) {
	if d == 0 {
		w.mu.Lock()
		w.late = append(w.late, effect)
		w.mu.Unlock()
		return
	}
	w.busy.Go(func() {
		if w.sleep(d) {
			effect()
		}
	})
}

// sleep waits for d and tells whether the workspace is still open.
func (w *Workspace) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return w.ctx.Err() == nil
	case <-w.ctx.Done():
		return false
	}
}

// dawdle holds an answer back for d, or until the caller is gone if d is 0.
func (w *Workspace) dawdle(r *http.Request, d time.Duration) {
	var elapsed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		elapsed = timer.C
	}
	select {
	case <-elapsed:
	case <-r.Context().Done():
	case <-w.ctx.Done():
	}
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

// args are the arguments of a call, whatever encoding they came in.
type args struct {
	token  string
	values map[string]string // objects and lists as JSON text
}

// parseArgs reads the arguments of a form, a query or a JSON body. A JSON body
// needs the token in the Authorization header, and a method that takes only
// forms ignores it: https://docs.slack.dev/apis/web-api#post_bodies.
func parseArgs(rw http.ResponseWriter, r *http.Request, formOnly bool) (args, error) {
	a := args{values: make(map[string]string)}
	a.token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return a, refuse("request_timeout")
		}
		fields := map[string]json.RawMessage{}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return a, refuse("invalid_json")
		}
		if !formOnly {
			for k, v := range fields {
				a.values[k] = plainValue(v)
			}
		}
		return a, nil
	}
	if err := r.ParseMultipartForm(maxBody); err != nil && err != http.ErrNotMultipart {
		return a, refuse("invalid_form_data")
	}
	for k := range r.Form {
		a.values[k] = r.Form.Get(k)
	}
	if token := a.values["token"]; token != "" && a.token == "" {
		a.token = token
	}
	delete(a.values, "token")
	return a, nil
}

// plainValue turns a JSON value into what a form would hold.
func plainValue(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

// has tells whether the argument was sent at all, empty or not.
func (a args) has(name string) bool {
	_, ok := a.values[name]
	return ok
}

func (a args) str(name string) string { return a.values[name] }

func (a args) flag(name string) bool { return a.values[name] == "true" || a.values[name] == "1" }

// list splits a comma-separated argument; a JSON list is taken as well.
func (a args) list(name string) []string {
	var out []string
	if raw := a.values[name]; strings.HasPrefix(raw, "[") && json.Unmarshal([]byte(raw), &out) == nil {
		return out
	}
	for s := range strings.SplitSeq(a.values[name], ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// summary is the arguments on one line, each cut to what fits a log.
func (a args) summary() string {
	const longest = 80
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(a.values)) {
		v := []rune(a.values[k])
		if len(v) > longest {
			v = append(v[:longest], '…')
		}
		parts = append(parts, k+"="+string(v))
	}
	return strings.Join(parts, " ")
}
