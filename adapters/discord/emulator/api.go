package emulator

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// api is the REST API.
type api struct {
	*guild
	interactions *interactions
	misfits      *misfits
	nonces       map[string]sentNonce
	commandsMade []time.Time // when commands were created
	limits       limiter
}

// route is one operation of the REST API.
type route struct {
	name   string // its operationId
	verb   string
	path   string        // below /api/v10; {channel}, {guild} and {application} choose the bucket
	write  bool          // changes something
	free   bool          // needs no token of the bot and draws on no global limit: the path holds a token
	limit  int           // calls in a window; 0 is not limited
	window time.Duration //
	run    func(a *api, c *call) (any, error)
}

// call is one call of an operation while the workspace is locked.
type call struct {
	args
	route   route
	met     stage.Met
	changed bool // whether it had an effect
	status  int  // of success, where it is neither 200 nor, without a body, 204
}

// serveRoute takes one API call.
func (a *api) serveRoute(rw http.ResponseWriter, r *http.Request, op route) {
	in := parseArgs(rw, r)
	a.misfits.request(r, in)
	entry := stage.Call{Method: op.name, Write: op.write, Args: in.summary(op.path), At: a.opts.Now()}
	a.host.Take(rw, r, entry, func(met stage.Met, entry *stage.Call) stage.Answer {
		c := &call{args: in, route: op, met: met}
		out, err := a.carryOut(c)
		a.misfits.refused(err)
		entry.Effect, entry.Code = c.changed, codeOf(err)
		return out
	})
}

// serveUnknown answers where there is no operation.
func (a *api) serveUnknown(rw http.ResponseWriter, r *http.Request) {
	name := r.Method + " " + r.URL.Path
	a.misfits.note(fmt.Errorf("%s is no operation of the stand-in's", name))
	a.host.Take(rw, r, stage.Call{Method: name, At: a.opts.Now()}, func(_ stage.Met, entry *stage.Call) stage.Answer {
		refused := plain(http.StatusNotFound)
		entry.Code = codeOf(refused)
		return refusedAnswer(refused)
	})
}

// carryOut runs a call and makes its answer. Both happen under the lock: what
// an operation returns holds the workspace's own maps.
func (a *api) carryOut(c *call) (stage.Answer, error) {
	a.Lock()
	defer a.Unlock()
	err := a.admit(c)
	var out any
	if err == nil {
		out, err = c.route.run(a, c)
	}
	return a.render(*c, out, err), err
}

// admit checks what comes before any operation: Discord's proxy, version,
// sender, token, rate limits, and whether the body can be read.
func (a *api) admit(c *call) error {
	token, isBot := strings.CutPrefix(c.token, "Bot ")
	switch {
	case a.banned():
		return &refusal{status: http.StatusTooManyRequests, banned: true}
	case c.version != "v9" && c.version != "v10":
		return refuse(invalidVersion)
	case c.agent == "":
		return refuse(proxyBlocked) // https://docs.discord.com/developers/reference#user-agent
	case !c.route.free && (!isBot || token != a.opts.BotToken || a.gateway.tokenReset):
		return plain(http.StatusUnauthorized)
	}
	if err := a.overLimit(c); err != nil {
		return err
	}
	return c.malformed
}

// render makes the answer of a call.
func (a *api) render(c call, out any, err error) stage.Answer {
	header := a.limitHeader(c)
	if err != nil {
		r := asRefusal(err)
		a.countInvalid(r)
		switch {
		case r.banned:
			return page(r.status)
		case r.global:
			header = r.header
		default:
			maps.Copy(header, r.header)
		}
		return stage.Answer{Status: r.status, Header: header, Body: r.body()}
	}
	switch {
	case out == nil:
		return stage.Answer{Status: http.StatusNoContent, Header: header}
	case c.status != 0:
		return stage.Answer{Status: c.status, Header: header, Body: stage.JSON(out)}
	}
	return stage.Answer{Status: http.StatusOK, Header: header, Body: stage.JSON(out)}
}
