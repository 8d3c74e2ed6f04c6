package core

import (
	"errors"
	"fmt"
	"time"
)

// Kind classifies an error, from a closed set. Callers branch on the Kind of an
// error, never on its text or on a platform's own type.
type Kind string

// The kinds of error.
const (
	Invalid      Kind = "invalid"      // the input is wrong
	NotFound     Kind = "not_found"    // it doesn't exist, or no longer
	Conflict     Kind = "conflict"     // it exists already, or has changed
	Unauthorized Kind = "unauthorized" // the bot's credentials are refused: nothing works in that workspace
	Denied       Kind = "denied"       // the credentials are fine, this one thing is forbidden
	Unreachable  Kind = "unreachable"  // this person can never be messaged
	Unsupported  Kind = "unsupported"  // the platform has no such thing
	RateLimited  Kind = "rate_limited" // try again after RetryAfter
	Unavailable  Kind = "unavailable"  // try again later: the other side is down or not ready
	Lost         Kind = "lost"         // the lease is gone: another worker has this run
	Unknown      Kind = "unknown"      // none of the above
)

// Final reports whether asking again later can't help.
func (k Kind) Final() bool {
	switch k {
	case Invalid, NotFound, Conflict, Denied, Unreachable, Unsupported:
		return true
	case Unauthorized, RateLimited, Unavailable, Lost, Unknown:
		return false
	}
	return false
}

// Effect says whether a failed call may have had its effect.
type Effect string

// The effects of a failed call.
const (
	None  Effect = "none"  // certainly not done
	Maybe Effect = "maybe" // sent but not answered: it may have happened, or may still happen
)

// Error is the only error type that crosses a contract of this package, possibly
// wrapped. Use KindOf and the functions beside it, never a type assertion. Its
// message begins with Op and never contains a secret.
type Error struct {
	Op         string // what was tried, and where: "store: claim"
	Kind       Kind
	Effect     Effect        // "" counts as None: code that sends a request must set it, or a call may be made twice
	RetryAfter time.Duration // how long to wait before trying again; 0 if unknown
	All        bool          // RateLimited: the limit on all calls together was hit, not only the one on calls like this
	Detail     string        // a code for people and audit events, such as a platform's error code; never prose
	Err        error         // the cause, may be nil
}

// Error returns "op: detail: cause", without the parts that are empty. If there is
// neither a detail nor a cause, the kind follows op.
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

// EffectOf returns whether the call that failed with err may have had its effect.
// An error that is not an *Error says nothing about effects, so it counts as
// Maybe. nil counts as None.
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

// RetryAfterOf returns how long err asks to wait, or 0.
func RetryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// AllOf reports whether err says that the limit on all calls together was hit.
func AllOf(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.All
}

// DetailOf returns the Detail of the *Error in err's tree, or the Kind if it has
// none.
func DetailOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Detail != "" {
		return e.Detail
	}
	return string(KindOf(err))
}

// Transient reports whether asking again later may help.
func Transient(err error) bool {
	k := KindOf(err)
	return k != "" && !k.Final()
}

// Unanswered returns an Unavailable error for a question that couldn't be answered
// because of err, whatever its kind. It has no effect.
func Unanswered(op string, err error) error {
	return &Error{Op: op, Kind: Unavailable, Effect: None, RetryAfter: RetryAfterOf(err), Err: err}
}
