package store

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Wakes returns a channel that receives whenever a timer was armed that is earlier than
// all others or due within a second, and whenever a lost subscription was restored. It
// is never closed.
func (s *Store) Wakes(ctx context.Context) <-chan struct{} {
	wakes := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(ctx)
	end := context.AfterFunc(s.life, cancel)
	sub := s.db.Subscribe(ctx, s.keys.wake())
	messages := sub.ChannelWithSubscriptions()
	s.loops.Go(func() {
		defer end()
		defer cancel()
		defer func() { _ = sub.Close() }()
		for {
			select {
			case <-ctx.Done():
				return
			case m, ok := <-messages:
				if !ok {
					return
				}
				if _, pong := m.(*redis.Pong); pong {
					continue
				}
			}
			select {
			case wakes <- struct{}{}:
			default: // one is waiting already
			}
		}
	})
	return wakes
}
