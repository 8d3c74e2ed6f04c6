package store

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// Clock returns the time by which the store decides what is due: the clock that it was
// given, else the server's time as estimated at the last look at the timers. Leases and
// due times must be computed from it, so that a machine with a wrong clock neither
// spins nor starves.
func (s *Store) Clock() core.Clock { return core.ClockFunc(s.now) }

func (s *Store) now() time.Time {
	if s.clock != nil {
		return s.clock.Now()
	}
	return time.Now().Add(time.Duration(s.skew.Load()))
}

// learnTime asks for the server's time.
func (s *Store) learnTime(ctx context.Context) error {
	if s.clock != nil {
		return nil
	}
	now, err := s.db.Time(ctx).Result()
	if err != nil {
		return failed("time", err)
	}
	s.skew.Store(int64(time.Until(now)))
	return nil
}

// How far the server's clock may be off. Timers follow the server's clock, the dates
// that people see follow ours.
const (
	clockCaution = 100 * time.Millisecond
	clockRefusal = time.Second
)

// clockOff returns by how much the server's clock is ahead of ours at least. The round
// trip is counted in the server's favour.
func clockOff(ctx context.Context, node *redis.Client) (time.Duration, error) {
	best := time.Duration(-1) // of the round trips
	var off time.Duration
	for range 3 {
		asked := time.Now()
		at, err := node.Time(ctx).Result()
		if err != nil {
			return 0, err
		}
		trip := time.Since(asked)
		if best < 0 || trip < best {
			best, off = trip, at.Sub(asked.Add(trip/2))
		}
	}
	switch {
	case off > best/2:
		return off - best/2, nil
	case off < -best/2:
		return off + best/2, nil
	}
	return 0, nil
}
