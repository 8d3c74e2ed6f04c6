package core

import (
	"context"
	"errors"
	"time"
)

// Once makes sure that each call of an action happens once, even after a crash.
//
// Do works in this order:
//
//  1. Look up c.Key. If a result is recorded, return it. If an intent is open, the
//     call may have happened. Until it can no longer take effect, return
//     Unavailable with RetryAfter. After that, draw ProbeCost and call Probe:
//     Yes records and returns the value, No goes on to step 2, and CannotTell
//     follows c.Unsure. If Probe fails, return its error; the intent stays open.
//     If the store may have lost the intent, do the same, but let CannotTell go
//     on to step 2.
//  2. Draw Cost from the rate budget. If that would take more than two seconds,
//     return RateLimited with RetryAfter, without opening an intent.
//  3. Check that the worker still holds the run, write the intent, and extend the
//     lease past the end of the call.
//  4. Call Make, with a deadline one call timeout after step 3 began.
//  5. Record the result, with the next intent or the end of the step, which follow at
//     once, or else on its own a few milliseconds later. If Make fails, return its
//     error. With Effect None, close the intent; with Maybe, leave it open for the next
//     probe.
//
// Errors of Make are returned as they are. All other errors are refusals by Do and
// satisfy IsStop, with one exception. If the run is being cancelled, but the action
// has other calls that were or may have been made, Do refuses a new call with a
// Conflict for which IsStop is false. The action then goes on to those other calls,
// so that their results become known.
//
// Each time an action is performed, it gets one Once. It calls Do for one call after
// another, never nested, and uses each Key for one call only. The engine implements
// Once; adaptertest has its own implementation for testing adapters.
type Once interface {
	Do(ctx context.Context, c Call) (value string, err error)
}

// Call is one call, made by an action, that changes something on a platform.
type Call struct {
	Key       string   // names the content, never a position: "create", "invite:U12"; stable across releases
	Cost      []Bucket // rate budget that Make uses
	ProbeCost []Bucket // rate budget that Probe uses

	// Probe asks the platform whether the call of an open intent happened, and if
	// so returns its value. Nil means that the call is idempotent on the platform:
	// then Make is simply repeated.
	Probe func(ctx context.Context, in Intent) (value string, found Found, err error)
	// Make makes the call and returns what later steps need: an ID, or "".
	Make func(ctx context.Context, in Intent) (value string, err error)

	Unsure Unsure // what to do when Probe can't tell; required with Probe, "" counts as Park
}

// KeyCreate is the Key of the call that creates a group. Its value is the group's
// ID. For an item group, recording it also binds the group to its risk.
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
	Resend Unsure = "resend" // for messages: better twice than never
	Park   Unsure = "park"   // for groups: better ask a person
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
