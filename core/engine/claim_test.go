package engine

import (
	"testing"
	"time"
)

// A run that comes due during a claim is claimed at once. The loop never spins, even if the
// server's clock is behind.
func TestUntilClaim(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		next            time.Time
		claimed, places int
		want            time.Duration
	}{
		"nothing is armed":               {time.Time{}, 0, 8, pollInterval},
		"due in a while":                 {now.Add(time.Hour), 1, 8, pollInterval},
		"due soon":                       {now.Add(300 * time.Microsecond), 0, 8, 300 * time.Microsecond},
		"came due during the claim":      {now.Add(-time.Millisecond), 1, 8, 0},
		"due now, after others":          {now, 1, 8, 0},
		"due, but not claimed":           {now.Add(-time.Minute), 0, 8, time.Millisecond},
		"every place is taken":           {now.Add(time.Hour), 8, 8, 0},
		"every place is taken, no other": {time.Time{}, 8, 8, 0},
	} {
		if got := untilClaim(c.next, now, c.claimed, c.places); got != c.want {
			t.Errorf("%s: wait %v, want %v", name, got, c.want)
		}
	}
}
