package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"riskroom/adapters/discord/emulator/openapi"
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

// misfits collects the requests and answers of the app that Discord could not have
// accepted, if there is a document to check them against.
type misfits struct {
	law *openapi.Document // nil if nothing is checked

	mu   sync.Mutex
	seen []error
}

// request checks a call, unless its body was cut off with its connection.
func (m *misfits) request(r *http.Request, in args) {
	if in.whole {
		m.note(m.law.Request(r.Method, r.URL.Path, in.query, in.raw))
	}
}

// answer checks the answer to an interaction over HTTP, which has the form of the
// callback.
func (m *misfits) answer(body []byte) {
	m.note(m.law.Request(http.MethodPost, "/interactions/1/token/callback", nil, body))
}

// refused records a body that breaks a rule which is not in the document: the length
// of all embeds, the number of rows, unique custom_ids.
func (m *misfits) refused(err error) {
	var r *refusal
	if errors.As(err, &r) && !r.full && (r.code == invalidForm || r.code == invalidJSON || r.code == emptyMessage) {
		m.note(fmt.Errorf("%s: %q", r.message, (&form{errors: r.errors}).problems()))
	}
}

func (m *misfits) note(err error) {
	if err == nil || m.law == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = append(m.seen, err)
}

// err returns the first of the collected errors, nil if there are none.
func (m *misfits) err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) == 0 {
		return nil
	}
	return fmt.Errorf("emulator: Discord could not have taken %d requests or answers: %w", len(m.seen), errors.Join(m.seen[:min(len(m.seen), 5)]...))
}
