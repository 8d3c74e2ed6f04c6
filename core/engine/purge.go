package engine

import (
	"slices"
	"time"

	"riskroom/core"
)

// purgeAfter is how long a risk must have been closed before it can be deleted for good.
// Until then a platform may deliver its filing again, which the risk must recognise.
const purgeAfter = 2 * core.Day

// Purgeable returns why a risk can't be deleted for good: "open", or "recent" if it was
// closed less than purgeAfter ago; "group" if it has an item or topic group; "run" if a run of it
// hasn't ended; "intent" if it is unknown whether a call happened. It returns "" if the
// risk can be deleted.
func Purgeable(rec Record, now time.Time) string {
	switch {
	case rec.Risk.Status.Open():
		return "open"
	case ClosedAt(rec.Risk).After(now.Add(-purgeAfter)):
		return "recent"
	case rec.Binding.State != Free:
		return "group"
	case slices.ContainsFunc(rec.Groups, func(g Group) bool { return g.Type == core.Topic && g.Life == LiveGroup }):
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
