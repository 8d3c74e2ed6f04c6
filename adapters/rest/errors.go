package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"riskroom/core"
)

// ErrIncomplete is the cause of an error when a successful answer lacks its ID.
var ErrIncomplete = errors.New("the answer contains no ID")

// Read makes a call that only reads. Its errors always say that there was no
// effect.
func Read[T any](ctx context.Context, platform, method string, call func(context.Context) (T, error)) (T, error) {
	out, err := call(ctx)
	if err != nil {
		var zero T
		e := Failure(platform, method, err)
		e.Effect = core.None
		return zero, e
	}
	return out, nil
}

// Failure returns err as a *core.Error. Any other error means that a successful
// answer cannot be used.
func Failure(platform, method string, err error) *core.Error {
	if e, ok := errors.AsType[*core.Error](err); ok {
		own := *e
		return &own
	}
	return &core.Error{Op: Op(platform, method), Kind: core.Unknown, Effect: core.Maybe, Detail: "bad_answer", Err: WithoutURL(err)}
}

// TooMany returns the error for HTTP 429. wait is how long the answer asks to
// wait, 0 if it doesn't say. all reports whether every call is limited, and not
// only those like this one.
func (c *Client) TooMany(method string, wait time.Duration, all bool) *core.Error {
	return &core.Error{
		Op: c.Op(method), Kind: core.RateLimited, Effect: core.None, Detail: "http_429", RetryAfter: RetryWait(core.RateLimited, wait), All: all,
	}
}

// Foreign returns the error for an answer that is not in the platform's own
// format. Such an answer comes from a proxy or a firewall, so it is never
// final, whatever its status, and the call may have had its effect.
func (c *Client) Foreign(method string, a Answer) *core.Error {
	if a.Status == http.StatusTooManyRequests {
		e := c.TooMany(method, RetryAfter(a.Header), true)
		e.Err = errForeign
		return e
	}
	return &core.Error{
		Op: c.Op(method), Kind: core.Unavailable, Effect: core.Maybe, Detail: StatusDetail(a.Status),
		RetryAfter: RetryWait(core.Unavailable, RetryAfter(a.Header)), Err: errForeign,
	}
}

var errForeign = errors.New("the answer is not in the platform's format")

// IsForeign reports whether err comes from an answer that the platform itself
// did not write.
func IsForeign(err error) bool { return errors.Is(err, errForeign) }

// StatusDetail returns the Detail of an error that has nothing but an HTTP
// status.
func StatusDetail(status int) string { return fmt.Sprintf("http_%d", status) }

// StatusMeaning returns what an HTTP status means when the answer is in the
// platform's own format but has no error code that says more.
func StatusMeaning(status int) (core.Kind, core.Effect) {
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

// noAnswerDetail returns the Detail of a call that got no answer.
func noAnswerDetail(sent bool, cause error) string {
	timeout, isNet := errors.AsType[net.Error](cause)
	switch {
	case !sent:
		return "no_connection"
	case errors.Is(cause, context.DeadlineExceeded), isNet && timeout.Timeout():
		return "timeout"
	case errors.Is(cause, context.Canceled):
		return "canceled"
	}
	return "connection_lost"
}
