package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
)

// How long to wait where Discord asks to wait and does not say how long.
const (
	waitUnsaid  = 30 * time.Second
	waitOutages = 5 * time.Second
)

// lineError is a call that got no answer, or none that can be read.
type lineError struct {
	sent bool // the request may have arrived
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }
func (e *lineError) Unwrap() error { return e.err }

// statusError is an answer that is no success and has no code of Discord's.
type statusError struct {
	status int
	wait   time.Duration
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.status) }

// tooMany is an answer of HTTP 429.
type tooMany struct {
	wait time.Duration // 0 where it does not say
	all  bool          // it concerns every call, not only those of this route
}

func (e *tooMany) Error() string { return "HTTP status 429" }

func (e *tooMany) patience() time.Duration { return cmp.Or(e.wait, waitUnsaid) }

// refusal is an answer with one of Discord's error codes.
type refusal struct {
	status int
	code   int
	at     string // of an invalid form: the path and the code of its first problem
	wait   time.Duration
}

func (e *refusal) Error() string { return e.detail() }

func (e *refusal) detail() string {
	if e.at == "" {
		return strconv.Itoa(e.code)
	}
	return strconv.Itoa(e.code) + ":" + e.at
}

// errHollow is a good answer that lacks what it must hold.
var errHollow = errors.New("the answer holds no ID")

// classify returns err, which a call of method ended with, as *core.Error.
// Reads have no effect, whatever happens to them.
func classify(method string, err error, write bool) error {
	if err == nil {
		return nil
	}
	e := &core.Error{Op: "discord: " + method, Effect: core.None}
	switch err := err.(type) {
	case *held:
		e.Kind, e.Detail, e.RetryAfter, e.All = err.kind, err.detail, err.wait, err.all
	case *tooMany:
		e.Kind, e.Detail, e.RetryAfter, e.All = core.RateLimited, "http_429", err.patience(), err.all
	case *refusal:
		e.Kind, e.Effect = meaning(method, err)
		e.Detail, e.RetryAfter = err.detail(), wait(e.Kind, err.wait)
	case *statusError:
		e.Kind, e.Effect = meaningOfStatus(err.status)
		e.Detail, e.RetryAfter = fmt.Sprintf("http_%d", err.status), wait(e.Kind, err.wait)
	case *lineError:
		e.Kind, e.Err, e.Detail = core.Unavailable, err, lineDetail(err)
		if err.sent {
			e.Effect = core.Maybe
		}
	default:
		e.Kind, e.Effect, e.Err, e.Detail = core.Unknown, core.Maybe, err, "bad_answer"
	}
	if !write {
		e.Effect = core.None
	}
	return e
}

func wait(kind core.Kind, said time.Duration) time.Duration {
	switch {
	case kind == core.RateLimited:
		return cmp.Or(said, waitUnsaid)
	case kind == core.Unavailable:
		return cmp.Or(said, waitOutages)
	}
	return 0
}

func lineDetail(err *lineError) string {
	timeout, isNet := errors.AsType[net.Error](err.err)
	switch {
	case !err.sent:
		return "no_connection"
	case errors.Is(err.err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return "timeout"
	case errors.Is(err.err, context.Canceled):
		return "canceled"
	}
	return "connection_lost"
}

func meaningOfStatus(status int) (core.Kind, core.Effect) {
	switch {
	case status >= 500:
		return core.Unavailable, core.Maybe
	case status == http.StatusUnauthorized:
		return core.Unauthorized, core.None
	case status == http.StatusForbidden:
		return core.Denied, core.None
	case status == http.StatusRequestEntityTooLarge:
		return core.Invalid, core.None
	case status >= 400:
		return core.Unknown, core.None
	}
	return core.Unknown, core.Maybe
}

// meaning says what one of Discord's error codes means. They stand on
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
func meaning(method string, r *refusal) (core.Kind, core.Effect) {
	if kind := kindOfCode(method, r.code); kind != "" {
		return kind, core.None
	}
	return meaningOfStatus(r.status)
}

func kindOfCode(method string, code int) core.Kind {
	switch code {
	case 40001, 40002, 50014, // unauthorized; the account has to be verified; invalid token
		10004: // unknown guild: the bot is not in it
		return core.Unauthorized

	case 50001: // missing access
		switch method {
		case "get_guild", "get_guild_member", "list_guild_channels", "list_guild_roles":
			return core.Unauthorized // the bot is not in the guild
		case "list_guild_members", "list_guild_application_commands":
			return core.Denied // for want of the intent GUILD_MEMBERS, of the scope applications.commands
		}
		return core.NotFound // a channel that the bot cannot view

	case 50013, 40007, 50003, 50005, 50021, 50074, 60003, // permissions, banned, direct channel, not the author, system message, required channel, two-factor
		30003, 30005, 30013, 30033, 30060, 30061, 160006: // too many pins, roles, channels, members, overwrites, threads
		return core.Denied

	case 50007, 50278: // cannot send messages to this user; no mutual guilds
		return core.Unreachable

	case 50033, 10013: // invalid recipient, unknown user
		if method == "create_dm" {
			return core.Unreachable
		}
		return core.NotFound

	case 10003, 10007, 10008, 10009, 10011: // unknown channel, member, message, overwrite, role
		return core.NotFound

	case 50008, 50024: // no text channel, wrong type of channel
		return core.Unsupported

	case 50035, 50109, 20031, 40005, 50006: // invalid form, invalid JSON, harmful title, too large, empty
		return core.Invalid

	case 20016, 20028, 20029, 40003, 40062: // slow mode, too many writes, direct channels opened too fast
		return core.RateLimited

	case 130000, 40333: // overloaded; Discord's proxy
		return core.Unavailable
	}
	return ""
}

// firstProblem finds the first problem in the tree of an invalid form:
// "embeds.0.title:BASE_TYPE_MAX_LENGTH". The messages stay out: they repeat what
// was sent. See https://docs.discord.com/developers/reference#error-messages.
func firstProblem(tree json.RawMessage) string {
	var here map[string]json.RawMessage
	if json.Unmarshal(tree, &here) != nil {
		return ""
	}
	var problems []struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(here["_errors"], &problems) == nil && len(problems) > 0 {
		return ":" + cutBytes(problems[0].Code, maxProblem)
	}
	for _, key := range slices.Sorted(maps.Keys(here)) {
		if p := firstProblem(here[key]); p != "" {
			sep := "."
			if strings.HasPrefix(p, ":") {
				sep = ""
			}
			return cutBytes(key+sep+p, maxProblem)
		}
	}
	return ""
}

// maxProblem bounds what a report says of an invalid form, in bytes.
const maxProblem = 120

func cutBytes(s string, n int) string { return strings.ToValidUTF8(s[:min(len(s), n)], "") }

// lostGroup tells whether err says that the group itself cannot be reached, so
// that nothing else can be done in it either.
func lostGroup(err error) bool {
	switch core.DetailOf(err) {
	case "10003", "50001":
		return true
	}
	return false
}

// unless returns nil where err is a refusal with one of the codes: the call
// found done what it was to do.
func unless(err error, codes ...int) error {
	if r, ok := errors.AsType[*refusal](err); ok && slices.Contains(codes, r.code) {
		return nil
	}
	return err
}
