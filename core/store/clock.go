package store

import (
	"context"
	"time"

	"riskroom/core"
)

// Clock tells the time by which the store decides what is due: the clock that it
// was given, else the server's time, as it was known when the timers were last
// looked at. Who asks for leases and moments goes by it, so that a machine whose
// own clock is wrong neither spins nor starves.
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
