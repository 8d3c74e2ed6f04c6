package core

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what went wrong, from a closed set. Callers branch on the Kind of an
// error, never on its text or on a platform's own type.
type Kind string

// The kinds of error.
const (
	Invalid      Kind = "invalid"      // the input is refused as it stands
	NotFound     Kind = "not_found"    // what was named does not exist (any more)
	Conflict     Kind = "conflict"     // it exists already, or changed meanwhile
	Unauthorized Kind = "unauthorized" // the bot's credentials are refused: nothing works in that workspace
	Denied       Kind = "denied"       // the credentials are fine, this one thing is forbidden
	Unreachable  Kind = "unreachable"  // a person cannot be messaged, for good
	Unsupported  Kind = "unsupported"  // the platform has no such thing
	RateLimited  Kind = "rate_limited" // later: RetryAfter says when
	Unavailable  Kind = "unavailable"  // later: the other side is down or not ready
	Lost         Kind = "lost"         // the lease is gone: somebody else goes on with this run
	Unknown      Kind = "unknown"      // none of the above could be told
)

// Effect says whether a failed call may have had its effect.
type Effect string

// The effects of a failed call.
const (
	None  Effect = "none"  // surely not done
	Maybe Effect = "maybe" // sent, and not answered: it may have been done, or yet be
)

// Error is the one error that crosses a contract of this package, perhaps
// wrapped: it is found with KindOf and its siblings, never by type assertion.
// Its message begins with Op and never holds a secret.
type Error struct {
	Op         string // what was tried, and by whom: "store: claim"
	Kind       Kind
	Effect     Effect        // "" counts as None: whoever sends a request must set it, or a call may be made twice
	RetryAfter time.Duration // how long to wait before trying again; 0 is unknown
	All        bool          // RateLimited: all calls together are too many, not only those like this one
	Detail     string        // a code for people and audit events, such as a platform's error code; no prose
	Err        error         // the cause, may be nil
}

// Error returns "op: detail: cause", leaving out what is empty.
func (e *Error) Error() string {
	s := e.Op
	if e.Detail != "" {
		s += ": " + e.Detail
	} else if e.Err == nil {
		s += ": " + string(e.Kind)
	}
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the Kind of the first *Error in err's tree: Unknown for any
// other error, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}

// EffectOf says whether the call that failed with err may have had its effect.
// An error that is not an *Error comes from somewhere that knows nothing of
// effects, and so counts as Maybe; nil counts as None.
func EffectOf(err error) Effect {
	if err == nil {
		return None
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Effect == "" {
			return None
		}
		return e.Effect
	}
	return Maybe
}

// RetryAfterOf returns how long err asks to wait; 0 when it does not say.
func RetryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// AllOf tells whether err says that all calls together are too many.
func AllOf(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.All
}

// DetailOf returns the code that an *Error in err's tree carries, or its Kind.
func DetailOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Detail != "" {
		return e.Detail
	}
	return string(KindOf(err))
}

// Transient reports whether asking again later may help.
func Transient(err error) bool {
	switch KindOf(err) {
	case RateLimited, Unavailable, Unauthorized, Unknown, Lost:
		return true
	}
	return false
}

// Unanswered returns the error of a question that could not be answered now, whatever
// kind of error it met. Nothing was done.
func Unanswered(op string, err error) error {
	return &Error{Op: op, Kind: Unavailable, Effect: None, RetryAfter: RetryAfterOf(err), Err: err}
}
