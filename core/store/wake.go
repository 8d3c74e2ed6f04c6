package store

import (
	"context"
	"strconv"
	"strings"

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
		listening := false
		defer func() {
			if listening {
				s.upcoming.listen(false)
			}
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case m, ok := <-messages:
				if !ok {
					return
				}
				switch m := m.(type) {
				case *redis.Message:
					s.upcoming.armed(shardOf(m.Payload))
				case *redis.Subscription:
					if !listening {
						listening = true
						s.upcoming.listen(true)
					}
					s.upcoming.armed(anyShard) // messages may have been lost
				default:
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

// anyShard is the shard of a message that names none.
const anyShard = -1

// shardOf returns the shard in which a timer was armed, according to a message: the
// timer's ms and its shard, separated by "|". Those of older versions have only the ms.
func shardOf(payload string) int {
	_, text, _ := strings.Cut(payload, "|")
	shard, err := strconv.Atoi(text)
	if err != nil {
		return anyShard
	}
	return shard
}
