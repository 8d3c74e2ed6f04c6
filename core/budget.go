package core

import (
	"context"
	"time"
)

// Bucket is a published limit that a call draws on: at most N calls in a
// Window, counted per workspace, name and scope. N 0 or less is no limit. Who
// makes several calls names it as often.
type Bucket struct {
	Workspace string
	Name      string // the method or route, as the platform names it
	Scope     string // a channel's ID for limits per channel, else ""
	N         int
	Window    time.Duration
	All       bool // of all calls together: held back only by an Error that is All too
}

// Budget grants calls within the rate limits of a platform. Directories,
// lookers and answers to people draw on it. Actions draw on it through Once,
// but for reads whose number is not known beforehand.
type Budget interface {
	// Spend waits until all of cost may be drawn, for two seconds at most,
	// then runs call. If the wait were longer it answers RateLimited with
	// RetryAfter, and call does not run. A call that itself ends RateLimited
	// holds back everybody who draws on the same buckets, for its RetryAfter:
	// on those of all calls where its Error is All, else on the others.
	Spend(ctx context.Context, cost []Bucket, call func(ctx context.Context) error) error
}

// personWaits marks a context in which a person waits for the answer.
type personWaits struct{}

// ForPerson marks ctx: calls to a platform that a person waits for have a share of the
// rate budget of their own.
func ForPerson(ctx context.Context) context.Context {
	return context.WithValue(ctx, personWaits{}, true)
}

// PersonWaits reports whether a person waits for what is done in ctx.
func PersonWaits(ctx context.Context) bool { return ctx.Value(personWaits{}) != nil }
