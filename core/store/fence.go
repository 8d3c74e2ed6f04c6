package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// fence keeps programs before schema 3 that still run from claiming runs, and from taking
// numbers for new risks and topic groups. They go on with what they have claimed and with
// the risks that they know, which stay as they are. It returns the highest number that they
// may have given. It can be interrupted and repeated. If a program has taken numbers since
// an earlier fence, of which the server has lost the rest, it returns what it did then.
func (s *Store) fence(ctx context.Context) (since int64, err error) {
	const op = "open"
	known := int64(-1)
	for shard := range s.keys.shards {
		if _, err := s.do(ctx, op, s.call("fence", s.keys.in(shard, "server"), s.keys.server(shard))); err != nil {
			return 0, err
		}
	}
	for _, counter := range []string{"", ofTopics} {
		if _, err := s.do(ctx, op, s.call("fence", s.keys.counted(counter, "block"), s.keys.numbers(counter))); err != nil {
			return 0, err
		}
		last, err := s.lastNumber(ctx, counter)
		if err != nil {
			return 0, failed(op, err)
		}
		since = max(since, last)
		was, err := s.db.HGet(ctx, s.keys.numbers(counter), "since").Int64()
		if err == nil {
			known = max(known, was)
		} else if !errors.Is(err, redis.Nil) {
			return 0, failed(op, err)
		}
	}
	if known >= 0 {
		return known, nil
	}
	return since, nil
}
