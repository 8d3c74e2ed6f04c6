package core

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"
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
//     follows c.Unsure.
//  2. Draw Cost from the rate budget: wait for at most two seconds, else answer
//     RateLimited with RetryAfter, no intent open.
//  3. Begin: check that the run is still ours, write the intent, renew the
//     lease to outlast the call.
//  4. Make, under a context that ends one call timeout after the intent was
//     sent to the store.
//  5. Record the result. An error with Effect None closes the intent, one with
//     Maybe leaves it open for the next probe, and is returned.
//
// Refusals of Do itself satisfy IsStop. The engine implements Once, and
// adaptertest does to try adapters out.
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

	Unsure Unsure // what follows when Probe cannot tell
}

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

// OpLen is the length of an op in characters: it fits every place on every
// platform where a marker can stand.
const OpLen = 20

var opEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// MakeOp derives the op of a call from what identifies it: instance, risk,
// flow, occurrence, step and key. The same parts give the same op, so that an
// intent which was lost is found again. It is OpLen lower-case base32 letters.
func MakeOp(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		// A length before each part keeps ("ab","c") and ("a","bc") apart.
		h.Write([]byte{byte(len(p) >> 8), byte(len(p))})
		h.Write([]byte(p))
	}
	return strings.ToLower(opEncoding.EncodeToString(h.Sum(nil))[:OpLen])
}

// Bucket is a published limit that a call draws on: at most N calls in a
// Window, counted per workspace, name and scope. N 0 is no limit.
type Bucket struct {
	Workspace string
	Name      string // the method or route, as the platform names it
	Scope     string // a channel's ID for limits per channel, else ""
	N         int
	Window    time.Duration
}

// Budget grants calls within the rate limits of a platform. Directories,
// lookers and answers to people draw on it; actions do through Once.
type Budget interface {
	// Spend waits until all of cost may be drawn, for two seconds at most,
	// then runs call. If the wait were longer it answers RateLimited with
	// RetryAfter, and call does not run. A call that itself ends RateLimited
	// holds back everybody who draws on the same buckets, for its RetryAfter.
	Spend(ctx context.Context, cost []Bucket, call func(ctx context.Context) error) error
}
