package store

import (
	"context"
	"log/slog"
	"net"
	"sync"

	"github.com/alicebob/miniredis/v2"

	"riskroom/core"
)

// OpenEmbedded opens a new, empty store in this process, without a server or a
// network. Its data is gone after Stop. It is for demos and tests. A nil clock is the
// wall clock.
func OpenEmbedded(ctx context.Context, clock core.Clock, log *slog.Logger) (*Store, error) {
	return OpenEmbeddedWith(ctx, Options{Clock: clock, Shards: 4, Logger: log}) // reading the timers takes a command per shard
}

// OpenEmbeddedWith is OpenEmbedded with options other than how to connect. With one shard,
// runs that are due at the same moment are always claimed in the same order.
func OpenEmbeddedWith(ctx context.Context, o Options) (*Store, error) {
	m := miniredis.NewMiniRedis()
	o.Embedded, o.Volatile = true, true
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		c, err := m.Dial()
		if err != nil {
			return nil, err
		}
		return queueing(c), nil
	}
	s, err := Open(ctx, o)
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

// Another opens the same database again over its own connections. Stopping one store
// leaves the other running. If the store is embedded, stop the first one last: the
// database belongs to it.
func (s *Store) Another(ctx context.Context) (*Store, error) {
	o := s.opts
	o.Snapshot = nil
	return Open(ctx, o)
}
