package emulator

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// object is a JSON object on its way out or in.
type object = stage.Object

// route is one operation of the REST API.
type route struct {
	name   string // its operationId
	verb   string
	path   string        // below /api/v10; {channel}, {guild} and {application} choose the bucket
	write  bool          // changes something
	free   bool          // needs no token of the bot and draws on no global limit: the path holds a token
	limit  int           // calls in a window; 0 is not limited
	window time.Duration //
	run    func(w *Workspace, c *call) (any, error)
}

// call is one call of an operation while the workspace is locked.
type call struct {
	args
	route   route
	met     stage.Met
	changed bool // whether it had an effect
	status  int  // of success, where it is neither 200 nor, without a body, 204
}

// answer is what goes back over HTTP.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// serveRoute takes one API call through its life: the faults before, the
// effect, the log, the faults after, the answer.
func (w *Workspace) serveRoute(rw http.ResponseWriter, r *http.Request, op route) {
	in := parseArgs(rw, r)
	w.misfits.request(r, in)
	entry := w.log.Arrive(stage.Call{Method: op.name, Write: op.write, Args: in.summary(op.path), At: w.opts.Now()})
	met := w.faults.Meet(op.name)
	for _, f := range met {
		entry.Met = append(entry.Met, f.Kind)
	}
	if f, struck := met.At(stage.Before); struck {
		w.strikeBefore(rw, f, entry, func() { w.perform(op, in, met, entry) })
		return
	}
	w.strikeAfter(r, met, w.perform(op, in, met, entry)).send(rw)
}

// serveUnknown answers where there is no operation.
func (w *Workspace) serveUnknown(rw http.ResponseWriter, r *http.Request) {
	w.misfits.note(fmt.Errorf("%s %s is no operation of the stand-in's", r.Method, r.URL.Path))
	entry := w.log.Arrive(stage.Call{Method: r.Method + " " + r.URL.Path, At: w.opts.Now()})
	entry.Code = codeOf(plain(http.StatusNotFound))
	w.log.Settle(entry)
	refused := asRefusal(plain(http.StatusNotFound))
	answer{status: refused.status, body: refused.body()}.send(rw)
}

// perform lets the call have its effect and notes it in the log.
func (w *Workspace) perform(op route, in args, met stage.Met, entry stage.Call) answer {
	c := &call{args: in, route: op, met: met}
	out, err := w.carryOut(c)
	w.misfits.refused(err)
	entry.Effect = c.changed
	entry.Code = codeOf(err)
	w.log.Settle(entry)
	return out
}

// carryOut runs a call and makes its answer. Both happen under the lock: what
// an operation returns holds the workspace's own maps.
func (w *Workspace) carryOut(c *call) (answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.admit(c)
	var out any
	if err == nil {
		out, err = c.route.run(w, c)
	}
	return w.render(*c, out, err), err
}

// admit checks what comes before any operation: Discord's proxy, version,
// sender, token, rate limits, and whether the body can be read.
func (w *Workspace) admit(c *call) error {
	token, isBot := strings.CutPrefix(c.token, "Bot ")
	switch {
	case w.banned():
		return &refusal{status: http.StatusTooManyRequests, banned: true}
	case c.version != "v9" && c.version != "v10":
		return refuse(invalidVersion)
	case c.agent == "":
		return refuse(proxyBlocked) // https://docs.discord.com/developers/reference#user-agent
	case !c.route.free && (!isBot || token != w.opts.BotToken || w.tokenReset):
		return plain(http.StatusUnauthorized)
	}
	if err := w.overLimit(c); err != nil {
		return err
	}
	return c.malformed
}

// render makes the answer of a call.
func (w *Workspace) render(c call, out any, err error) answer {
	header := w.limitHeader(c)
	if err != nil {
		r := asRefusal(err)
		w.countInvalid(r)
		switch {
		case r.banned:
			return page(r.status)
		case r.global:
			header = r.header
		default:
			maps.Copy(header, r.header)
		}
		return answer{status: r.status, header: header, body: r.body()}
	}
	switch {
	case out == nil:
		return answer{status: http.StatusNoContent, header: header}
	case c.status != 0:
		return answer{status: c.status, header: header, body: stage.JSON(out)}
	}
	return answer{status: http.StatusOK, header: header, body: stage.JSON(out)}
}

func (a answer) send(rw http.ResponseWriter) {
	maps.Copy(rw.Header(), a.header)
	if len(a.body) > 0 && rw.Header().Get("Content-Type") == "" {
		rw.Header().Set("Content-Type", "application/json")
	}
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body) // a caller that is gone is no concern of the workspace
}
