package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// olderServers and olderNumbers are the names that keys.server and keys.numbers had before
// schema 3 and before schema 4.
func olderServers() []string { return []string{"server", "host"} }
func olderNumbers() []string { return []string{"block", "blocks"} }

// fence keeps programs of an older schema that still run from claiming runs, and from taking
// numbers for new risks and topic groups. They go on with what they have claimed. It returns
// the highest number that a program before schema 3 may have given, if the description of the
// database doesn't say that. It can be interrupted and repeated. If a program has taken
// numbers since an earlier fence, of which the server has lost the rest, it returns what it
// did then.
func (s *Store) fence(ctx context.Context) (since int64, err error) {
	const op = "open"
	known := int64(-1)
	for shard := range s.keys.shards {
		for _, name := range olderServers() {
			if _, err := s.do(ctx, op, s.call("fence", s.keys.in(shard, name), s.keys.server(shard))); err != nil {
				return 0, err
			}
		}
	}
	for _, counter := range []string{"", ofTopics} {
		for _, name := range olderNumbers() {
			if _, err := s.do(ctx, op, s.call("fence", s.keys.counted(counter, name), s.keys.numbers(counter))); err != nil {
				return 0, err
			}
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
