package emulator

import (
	"cmp"
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
	body   bool          // takes a JSON object
	free   bool          // needs no bot token and has no global limit: the path contains a token
	limit  int           // calls in a window; 0 is not limited
	window time.Duration //
	run    func(a *api, c *call) (any, error)
}

// call is one call of an operation while the workspace is locked.
type call struct {
	args
	route   route
	ch      *channel // that the path names
	message *message // likewise
	fields  object   // the body of a route that takes one
	met     stage.Met
	changed bool // whether it had an effect
	status  int  // of success, unless it is 200 or, without a body, 204
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
	if err == nil {
		err = a.find(c)
	}
	var out any
	if err == nil {
		out, err = c.route.run(a, c)
	}
	return a.render(*c, out, err), err
}

// admit checks what comes before any operation: version, sender, token, rate
// limits, and whether the body can be read.
func (a *api) admit(c *call) error {
	token, isBot := strings.CutPrefix(c.token, "Bot ")
	switch {
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

// find finds what the path names, and the object in the body.
func (a *api) find(c *call) error {
	if id, ok := c.path["guild"]; ok && (id != a.opts.GuildID || a.bot().Outside) {
		return refuse(unknownGuild)
	}
	if id, ok := c.path["channel"]; ok {
		if c.ch = a.Channels.ByID(id); c.ch == nil {
			return refuse(unknownChannel)
		}
		if !a.views(a.bot(), c.ch) {
			return refuse(missingAccess)
		}
	}
	if id, ok := c.path["message"]; ok {
		if c.message = c.ch.Message(id); c.message == nil {
			return refuse(unknownMessage)
		}
	}
	if c.route.body {
		var ok bool
		if c.fields, ok = c.body.(object); !ok {
			return notObject("")
		}
	}
	return nil
}

// render makes the answer of a call.
func (a *api) render(c call, out any, err error) stage.Answer {
	header := a.limitHeader(c)
	if err != nil {
		r := asRefusal(err)
		if r.global {
			header = r.header
		} else {
			maps.Copy(header, r.header)
		}
		return stage.Answer{Status: r.status, Header: header, Body: r.body()}
	}
	if out == nil {
		return stage.Answer{Status: http.StatusNoContent, Header: header}
	}
	return stage.Answer{Status: cmp.Or(c.status, http.StatusOK), Header: header, Body: stage.JSON(out)}
}
