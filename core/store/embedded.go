package store

import (
	"context"
	"log/slog"
	"net"
	"sync"

	"github.com/alicebob/miniredis/v2"

	"riskroom/core"
)

// OpenEmbedded opens a new, empty store in this process: no server and no
// network is involved, and nothing outlives Stop. It is for demonstrations
// and tests. A nil clock is the wall clock.
func OpenEmbedded(ctx context.Context, clock core.Clock, log *slog.Logger) (*Store, error) {
	m := miniredis.NewMiniRedis()
	s, err := Open(ctx, Options{
		Dial: func(context.Context, string, string) (net.Conn, error) {
			c, err := m.Dial()
			if err != nil {
				return nil, err
			}
			return queueing(c), nil
		},
		Clock:    clock,
		Shards:   4, // each look at the timers costs a command per shard, and there is one core
		Embedded: true,
		Volatile: true,
		Logger:   log,
	})
	if err != nil {
		m.Close()
		return nil, err
	}
	client := s.stop
	s.stop = sync.OnceValue(func() error {
		defer m.Close()
		return client()
	})
	return s, nil
}

// Another opens the same database again, over connections of its own. Each sees what
// the other does, and stopping one leaves the other running. The database of an
// embedded store belongs to the first one, which must be stopped last.
func (s *Store) Another(ctx context.Context) (*Store, error) { return Open(ctx, s.opts) }
