package rest

import (
	"time"

	"riskroom/core"
)

// Rate is a limit of N calls per Window. N 0 means no limit.
type Rate struct {
	N      int
	Window time.Duration
}

// PerMinute returns a limit of n calls a minute.
func PerMinute(n int) Rate { return Rate{N: n, Window: time.Minute} }

// Rates replaces a platform's published rate limits in one workspace.
type Rates struct {
	Unlimited bool            // no limit on anything
	Methods   map[string]Rate // by the limit's name, usually the method's
}

// Of returns the limit with this name: the workspace's own, or else the
// published one.
func (r Rates) Of(name string, published func(name string) Rate) Rate {
	if r.Unlimited {
		return Rate{}
	}
	if own, ok := r.Methods[name]; ok {
		return own
	}
	return published(name)
}

// Bucket returns the bucket that calls under this limit draw on.
func (r Rate) Bucket(workspace, name, scope string) core.Bucket {
	return core.Bucket{Workspace: workspace, Name: name, Scope: scope, N: r.N, Window: r.Window}
}
