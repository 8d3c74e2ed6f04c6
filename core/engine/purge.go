package engine

import (
	"slices"
	"time"

	"riskroom/core"
)

// purgeAfter is how long a risk must have been closed before it can be deleted for good.
// Until then a platform may deliver its filing again, which the risk must recognise. The
// same holds for a topic with a key of its own.
const purgeAfter = 2 * core.Day

// OverSince returns when a risk was closed or, of a key without a risk, when the last of
// its groups ended. It is zero if that hasn't happened.
func OverSince(rec Record) time.Time {
	if rec.Risk.Version > 0 {
		return ClosedAt(rec.Risk)
	}
	var last time.Time
	for _, g := range rec.Groups {
		at := g.overSince()
		if at.IsZero() {
			return at
		}
		if at.After(last) {
			last = at
		}
	}
	return last
}

// overSince returns when nobody needed the group any more: when it or its topic ended. It
// is zero if that hasn't happened.
func (g Group) overSince() time.Time {
	switch {
	case g.Life == GoneGroup && g.Since.IsZero(): // ended under an older version
		return g.At
	case g.Life == GoneGroup:
		return g.Since
	case g.Type == core.Topic && g.State == core.Ended && g.Ended != nil:
		return g.Ended.At
	}
	return time.Time{}
}

// Purgeable returns why a risk, or a topic with a key of its own, can't be deleted for
// good: "open"; "recent" if it was closed less than purgeAfter ago; "group" if it has an
// item group, or a topic group that hasn't ended; "run" if a run of it hasn't ended;
// "intent" if it is unknown whether a call happened. It returns "" if it can be deleted.
func Purgeable(rec Record, now time.Time) string {
	switch at := OverSince(rec); {
	case at.IsZero():
		return "open"
	case at.After(now.Add(-purgeAfter)):
		return "recent"
	case rec.Binding.State != Free:
		return "group"
	case slices.ContainsFunc(rec.Groups, func(g Group) bool { return g.Type == core.Topic && g.overSince().IsZero() }):
		return "group"
	}
	for _, r := range rec.Runs {
		switch {
		case r.Open:
			return "intent"
		case r.State.Live() || r.State == Parked:
			return "run"
		}
	}
	return ""
}
