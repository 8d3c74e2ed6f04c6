package core

import (
	"context"
	"time"
)

// Bucket is a published limit that a call draws on: at most N calls in a
// Window, counted per workspace, name and scope. N <= 0 means no limit. A cost of
// several calls lists its bucket once per call.
type Bucket struct {
	Workspace string
	Name      string // the method or route, as the platform names it
	Scope     string // a channel's ID for limits per channel, else ""
	N         int
	Window    time.Duration
	All       bool // limits all calls together: only an Error with All blocks it
}

// Budget grants calls within a platform's rate limits. Directories, lookers and
// answers to people draw on it directly. Actions draw on it through Once, except
// for reads whose number isn't known in advance.
type Budget interface {
	// Spend waits until it can draw all of cost, for at most two seconds, then
	// runs call. If the wait would be longer, it returns RateLimited with
	// RetryAfter and doesn't run call. If call itself ends in RateLimited, everyone
	// who draws on the same buckets waits for its RetryAfter. An Error with All
	// blocks the buckets with All; any other blocks the rest.
	Spend(ctx context.Context, cost []Bucket, call func(ctx context.Context) error) error
}

// personWaits marks a context in which a person waits for the answer.
type personWaits struct{}

// ForPerson marks ctx as that of a person waiting for an answer. Platform calls
// made with it have their own share of the rate budget.
func ForPerson(ctx context.Context) context.Context {
	return context.WithValue(ctx, personWaits{}, true)
}

// PersonWaits reports whether ctx was marked by ForPerson.
func PersonWaits(ctx context.Context) bool { return ctx.Value(personWaits{}) != nil }
