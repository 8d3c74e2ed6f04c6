package engine

import (
	"slices"
	"time"

	"riskroom/core"
)

// Query says which risks to find: those that match every field that is set.
type Query struct {
	Statuses []core.Status // any of them
	Who      []core.Ref    // any of them is a handler or (as an account) the submitter
	Led      []string      // modules whose risks match Who too
	Handlers []core.Ref    // any of them is a handler
	By       []core.Ref    // any of them is the submitter, as an account
	Modules  []string      // any of them
	Filed    Period        // submitted then
	Due      Period        // due then
	Closed   Period        // resolved or shelved then, and not open now

	// ByDue lists risks that have a due date, the earliest first. Otherwise the newest
	// are first.
	ByDue bool
	After Place // where an earlier search ended; zero: from the start
	Limit int   // of Found.Risks

	// Keep filters by what the indexes don't hold. It may be nil. At most Read risks are
	// read for it.
	Keep func(core.Risk) bool
	Read int
}

// Period is the time from From, inclusive, to Before, exclusive. A zero bound is open.
type Period struct{ From, Before time.Time }

// IsZero reports whether p is any time.
func (p Period) IsZero() bool { return p.From.IsZero() && p.Before.IsZero() }

// Has reports whether t is in p. The zero time is only in a period without bounds.
func (p Period) Has(t time.Time) bool {
	if t.IsZero() {
		return p.IsZero()
	}
	return !t.Before(p.From) && (p.Before.IsZero() || t.Before(p.Before))
}

// Place is a place in a list of risks: after the risk that is named.
type Place struct {
	At  int64 // the date that the list is ordered by, in ms
	Key core.RiskKey
}

// IsZero reports whether p is the start of a list.
func (p Place) IsZero() bool { return p == Place{} }

// Found is a part of the risks that match a Query.
type Found struct {
	Risks []core.Risk
	Total int   // how many match, with those before Query.After; -1 if that isn't known
	Read  int   // how many risks were read for Keep
	Next  Place // where to search on; zero if everything was searched
	// Unindexed means that risks from before an upgrade may be missing.
	Unindexed bool
}

// OpenStatuses returns the statuses of open risks.
func OpenStatuses() []core.Status {
	return slices.DeleteFunc(core.Statuses(), func(s core.Status) bool { return !s.Open() })
}

// ClosedAt returns when a risk was resolved or shelved; zero if it is open.
func ClosedAt(r core.Risk) time.Time {
	if r.Status.Open() {
		return time.Time{}
	}
	return r.StatusSince
}

// Matches reports whether r matches every field except Keep.
func (q Query) Matches(r core.Risk) bool {
	among := func(refs []core.Ref, of ...core.Ref) bool {
		return slices.ContainsFunc(of, func(ref core.Ref) bool { return slices.Contains(refs, ref) })
	}
	var by []core.Ref
	if a := r.Submitter.Account; !a.IsZero() {
		by = []core.Ref{core.RefOf(a)}
	}
	involved := among(q.Who, r.Handlers...) || among(q.Who, by...) || slices.Contains(q.Led, r.Module)
	return (len(q.Statuses) == 0 || slices.Contains(q.Statuses, r.Status)) &&
		(len(q.Who)+len(q.Led) == 0 || involved) &&
		(len(q.Handlers) == 0 || among(q.Handlers, r.Handlers...)) &&
		(len(q.By) == 0 || among(q.By, by...)) &&
		(len(q.Modules) == 0 || slices.Contains(q.Modules, r.Module)) &&
		q.Filed.Has(r.SubmittedAt) && q.Due.Has(r.DueAt) && q.Closed.Has(ClosedAt(r)) &&
		(!q.ByDue || !r.DueAt.IsZero())
}
