package core

import (
	"context"
	"errors"
	"time"
)

// Once makes one call of an action happen once, whatever crashes in between.
//
// Do works in this order:
//
//  1. Read what is known of c.Key. A recorded result is returned. An open
//     intent (a call that may have happened) that is younger than a call can
//     last answers Unavailable with RetryAfter, and nothing is reserved. An
//     older one draws ProbeCost and is probed: what is found is recorded and
//     returned; what surely is not there is made again; what cannot be told
//     follows c.Unsure. If the probe fails, its error is returned as a refusal,
//     and the intent stays open.
//  2. Draw Cost from the rate budget: wait for at most two seconds, else answer
//     RateLimited with RetryAfter, no intent open.
//  3. Begin: check that the run is still ours, write the intent, renew the
//     lease to outlast the call.
//  4. Make, under a context that ends one call timeout after the intent was
//     sent to the store.
//  5. Record the result. An error with Effect None closes the intent, one with
//     Maybe leaves it open for the next probe, and is returned.
//
// Refusals of Do itself satisfy IsStop, but for one: under a wish to cancel, a
// call that must not be made any more is refused with a plain Conflict while
// there are others that were made or may have been, so that the action goes on
// to them: each is settled, and what was done is known.
//
// One call of an action has one Once. It makes its calls one after another,
// never one inside another, and a Key means one call. The engine implements
// Once, and adaptertest does to try adapters out.
type Once interface {
	Do(ctx context.Context, c Call) (value string, err error)
}

// Call is one call of an action that changes something on a platform.
type Call struct {
	Key       string   // names the content, never a position: "create", "invite:U12"; stable across releases
	Cost      []Bucket // rate budget that Make draws on
	ProbeCost []Bucket // rate budget that Probe draws on

	// Probe asks the platform whether the call of an open intent happened, and
	// returns its value if so. It is nil where the platform itself makes the
	// call idempotent: then Make is simply repeated.
	Probe func(ctx context.Context, in Intent) (value string, found Found, err error)
	// Make does it, and returns what later steps need: an ID, or "".
	Make func(ctx context.Context, in Intent) (value string, err error)

	Unsure Unsure // what follows when Probe cannot tell; must be set beside a Probe, "" counts as Park
}

// KeyCreate is the Key of the call that makes a group. Its value is the group's
// ID alone, and recording it binds an item group to its risk.
const KeyCreate = "create"

// Intent is what is known of a call that is about to be made or may have been.
type Intent struct {
	Op      string    // the marker that goes into the platform, see MakeOp
	First   time.Time // when this key was first tried: opens the window that a probe searches
	Begun   time.Time // when the latest attempt began
	Attempt int       // 1 for the first
}

// Found is what a probe found.
type Found string

// What a probe can find.
const (
	Yes        Found = "yes"
	No         Found = "no"
	CannotTell Found = "cannot_tell"
)

// Unsure is the policy for a call of which a probe cannot tell whether it
// happened.
type Unsure string

// The policies for an unsure call.
const (
	Resend Unsure = "resend" // rather twice than never: a message
	Park   Unsure = "park"   // rather ask a person: a group
)

// stop marks an error with which Once itself refused to go on.
type stop struct{ err error }

func (s stop) Error() string { return s.err.Error() }
func (s stop) Unwrap() error { return s.err }

// Stop marks err as a refusal of Once.Do: the lease is lost, the run is
// cancelled, a probe failed, the rate budget or the store is not there now. Only
// implementations of Once call it.
func Stop(err error) error { return stop{err} }

// IsStop tells whether err is a refusal of Once.Do. An action returns such an
// error at once and unchanged; any other error of one person's turn lets the
// next person's turn come.
func IsStop(err error) bool {
	_, ok := errors.AsType[stop](err)
	return ok
}
