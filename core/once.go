package core

import (
	"context"
	"errors"
	"time"
)

// Once makes sure that a call of an action happens once, whatever crashes.
//
// Do works in this order:
//
//  1. Look up c.Key. If a result is recorded, return it. If there is an open
//     intent (a call that may have happened), it depends on its age. Younger than
//     a call can last: return Unavailable with RetryAfter, and reserve nothing.
//     Older: draw ProbeCost and call Probe. If it found the effect, record and
//     return its value. If the effect is certainly missing, make the call again.
//     If the probe can't tell, follow c.Unsure. If the probe fails, return its
//     error as a refusal; the intent stays open.
//  2. Draw Cost from the rate budget. If that takes more than two seconds, return
//     RateLimited with RetryAfter; no intent is open.
//  3. Check that the run is still ours, write the intent, and extend the lease
//     past the end of the call.
//  4. Call Make, with a context that ends one call timeout after the intent was
//     sent to the store.
//  5. Record the result. An error is returned; with Effect None it closes the
//     intent, with Maybe it leaves it open for the next probe.
//
// When Do itself refuses, the error satisfies IsStop, with one exception: if the run
// is being cancelled and other calls were made or may have been, a call that
// must no longer be made is refused with a plain Conflict. The action then goes on
// to those other calls, so that each is resolved and its result is known.
//
// One call of an action has one Once. The action makes its calls one after another,
// never nested, and a Key means one call. The engine implements Once;
// adaptertest has its own implementation for testing adapters.
type Once interface {
	Do(ctx context.Context, c Call) (value string, err error)
}

// Call is one call, made by an action, that changes something on a platform.
type Call struct {
	Key       string   // names the content, never a position: "create", "invite:U12"; stable across releases
	Cost      []Bucket // rate budget that Make uses
	ProbeCost []Bucket // rate budget that Probe uses

	// Probe asks the platform whether the call of an open intent happened, and
	// returns its value if so. If it is nil, the platform itself makes the call
	// idempotent, and Make is simply repeated.
	Probe func(ctx context.Context, in Intent) (value string, found Found, err error)
	// Make makes the call and returns what later steps need: an ID, or "".
	Make func(ctx context.Context, in Intent) (value string, err error)

	Unsure Unsure // what to do when Probe can't tell; must be set if Probe is, "" counts as Park
}

// KeyCreate is the Key of the call that creates a group. Its value is just the
// group's ID. Recording it binds an item group to its risk.
const KeyCreate = "create"

// Intent describes a call that is about to be made, or may have been.
type Intent struct {
	Op      string    // the marker that the call leaves on the platform, see MakeOp
	First   time.Time // when this key was first tried: the start of the window that a probe searches
	Begun   time.Time // when the latest attempt began
	Attempt int       // 1 for the first
}

// Found is what a probe found.
type Found string

// The results of a probe.
const (
	Yes        Found = "yes"
	No         Found = "no"
	CannotTell Found = "cannot_tell"
)

// Unsure is what to do when a probe can't tell whether a call happened.
type Unsure string

// The policies for such a call.
const (
	Resend Unsure = "resend" // better twice than never: a message
	Park   Unsure = "park"   // better ask a person: a group
)

// stop marks an error with which Once itself refused to continue.
type stop struct{ err error }

func (s stop) Error() string { return s.err.Error() }
func (s stop) Unwrap() error { return s.err }

// Stop marks err as a refusal of Once.Do: the lease is lost, the run is cancelled,
// a probe failed, or the rate budget or the store isn't available. Only
// implementations of Once call it.
func Stop(err error) error { return stop{err} }

// IsStop reports whether err is a refusal of Once.Do. An action returns such an
// error immediately and unchanged. After any other error that concerns one person,
// it continues with the next person.
func IsStop(err error) bool {
	_, ok := errors.AsType[stop](err)
	return ok
}
