package rest

import (
	"time"

	"riskroom/core"
)

// Rate is a limit of N calls in a Window; N 0 is no limit.
type Rate struct {
	N      int
	Window time.Duration
}

// PerMinute is a limit of n calls a minute.
func PerMinute(n int) Rate { return Rate{N: n, Window: time.Minute} }

// Rates replaces a platform's published rate limits in one workspace.
type Rates struct {
	Unlimited bool            // no limit on anything
	Methods   map[string]Rate // by the name of the limit, which is mostly the method's
}

// Of returns the limit of that name: the workspace's own, else the published.
func (r Rates) Of(name string, published func(name string) Rate) Rate {
	if r.Unlimited {
		return Rate{}
	}
	if own, ok := r.Methods[name]; ok {
		return own
	}
	return published(name)
}

// Bucket returns what a call draws on that has the limit.
func (r Rate) Bucket(workspace, name, scope string) core.Bucket {
	return core.Bucket{Workspace: workspace, Name: name, Scope: scope, N: r.N, Window: r.Window}
}
