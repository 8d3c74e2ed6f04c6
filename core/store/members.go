package store

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// membersRead is about how many members of a set are read at a time.
const membersRead = 200

// unread is what is left of a set.
type unread struct {
	set    string
	cursor uint64
}

// eachMember calls f with the members of plain sets, once each.
func (s *Store) eachMember(ctx context.Context, op string, sets []string, f func(members []string) error) error {
	seen := map[string]bool{}
	return s.inParts(ctx, op, sets, func(p redis.Pipeliner, u unread) *redis.ScanCmd {
		return p.SScan(ctx, u.set, u.cursor, "", membersRead)
	}, func(part []string) error {
		var members []string
		for _, m := range part {
			if !seen[m] {
				seen[m] = true
				members = append(members, m)
			}
		}
		return f(members)
	})
}

// eachSorted calls f with the members of a sorted set, perhaps twice.
func (s *Store) eachSorted(ctx context.Context, op, set string, f func(member string) error) error {
	return s.inParts(ctx, op, []string{set}, func(p redis.Pipeliner, u unread) *redis.ScanCmd {
		return p.ZScan(ctx, u.set, u.cursor, "", membersRead)
	}, func(part []string) error {
		for i := 0; i < len(part); i += 2 { // each is followed by its score
			if err := f(part[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// inParts calls f with what read returns of sets, so that no command takes longer where
// there are more members. What is in a set all the time is in some part, or in several.
func (s *Store) inParts(ctx context.Context, op string, sets []string, read func(redis.Pipeliner, unread) *redis.ScanCmd, f func(part []string) error) error {
	var left []unread
	for _, set := range sets {
		left = append(left, unread{set: set})
	}
	for len(left) > 0 {
		pipe := s.db.Pipeline()
		var cmds []*redis.ScanCmd
		for _, u := range left {
			cmds = append(cmds, read(pipe, u))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return failed(op, err)
		}
		var more []unread
		for i, cmd := range cmds {
			part, cursor := cmd.Val()
			if err := f(part); err != nil {
				return err
			}
			if cursor != 0 {
				more = append(more, unread{left[i].set, cursor})
			}
		}
		left = more
	}
	return nil
}

// each returns a key of every shard.
func (k keys) each(of func(shard int) string) []string {
	var all []string
	for shard := range k.shards {
		all = append(all, of(shard))
	}
	return all
}
