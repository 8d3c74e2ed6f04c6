package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// DB returns the client.
func (s *Store) DB() redis.UniversalClient { return s.db }

// AuditKey returns the key of the stream with the trail of a risk.
func (s *Store) AuditKey(risk core.RiskKey) string { return s.keys.audit(s.keys.shard(risk)) }

// MetaKey returns the key of the database's description.
func (s *Store) MetaKey() string { return s.keys.meta() }

// Before makes risks up to a number those that an older program may have filed.
func (s *Store) Before(n int64) { s.keys.since = n }

// TakeOver opens the database of another prefix in place of the one that s has.
func (s *Store) TakeOver(ctx context.Context, prefix string) error {
	s.keys.prefix = prefix
	return s.openMeta(ctx)
}

// RiskKey returns the key of a risk's hash.
func (s *Store) RiskKey(risk core.RiskKey) string { return s.keys.risk(risk) }

// RunKey returns the key of a run.
func (s *Store) RunKey(id engine.RunID) string { return s.keys.run(id) }

// DueKey returns the key of the timers of a risk's shard.
func (s *Store) DueKey(risk core.RiskKey) string { return s.keys.due(s.keys.shard(risk)) }

// WakeChannel returns the channel that wakes workers.
func (s *Store) WakeChannel() string { return s.keys.wake() }

// Prefix returns the prefix of every key.
func (s *Store) Prefix() string { return s.keys.prefix }

// LooksUp reports whether a group has a look-up key.
func (s *Store) LooksUp(ctx context.Context, g core.GroupRef) bool {
	_, err := s.keyOf(ctx, "test", g)
	return err == nil
}

// NumbersTogether takes numbers as callers at the same time do. It returns what each gets,
// and how many scripts that took.
func (s *Store) NumbersTogether(ctx context.Context, list []engine.Numbering) (got []engine.Numbered, scripts int, err error) {
	calls := make([]*call, len(list))
	for i, n := range list {
		calls[i] = s.number(s.counterOf(n), n)
	}
	answers, errs, scripts := s.together(ctx, calls)
	for _, a := range answers {
		got = append(got, engine.Numbered{Number: a.int(1), Alike: a.int(2)})
	}
	return got, scripts, errors.Join(errs...)
}

// BeginTogether opens intents as callers at the same time do, and also returns how many scripts
// that took.
func (s *Store) BeginTogether(ctx context.Context, list []engine.Begin) (got []engine.Begun, errs []error, scripts int) {
	calls := make([]*call, len(list))
	for i, b := range list {
		calls[i], _ = s.beginning(b)
	}
	answers, errs, scripts := s.together(ctx, calls)
	for i, a := range answers {
		var one engine.Begun
		if errs[i] == nil {
			one, errs[i] = readBegun(list[i], a)
		}
		got = append(got, one)
	}
	return got, errs, scripts
}

// CompleteTogether does the same for the ends of turns.
func (s *Store) CompleteTogether(ctx context.Context, list []engine.Complete) (errs []error, scripts int) {
	calls := make([]*call, len(list))
	for i, st := range list {
		calls[i], _ = s.completing("complete", st)
	}
	_, errs, scripts = s.together(ctx, calls)
	return errs, scripts
}

// together makes calls as one batch.
func (s *Store) together(ctx context.Context, calls []*call) (answers []answer, errs []error, scripts int) {
	joint, _ := join(calls)
	for i, became := range s.sendBatch(ctx, s.lane(ctx, calls[0], false), calls) {
		a, err := read(calls[i].name, became.cmd)
		answers, errs = append(answers, a), append(errs, err)
	}
	return answers, errs, len(joint)
}

// The least and the most numbers that are reserved at once.
const (
	BlockSize    = blockSize
	LargestBlock = largestBlock
)

// YieldFor is how much later a process claims where another was faster.
const YieldFor = yieldFor

// ReadAtFirst sets how many entries of an index Find reads in a shard at first.
func (s *Store) ReadAtFirst(n int) { s.firstRead = n }

// Indexes returns what is about some risks in their indexes.
func (s *Store) Indexes(ctx context.Context, risks []core.Risk) map[string][]redis.Z {
	all := map[string][]redis.Z{}
	for _, r := range risks {
		for _, i := range s.keys.reindexChanges(&r) {
			all[i.key] = s.db.ZRangeWithScores(ctx, i.key, 0, -1).Val()
		}
	}
	return all
}

// IndexMemory returns how many bytes the indexes take.
func (s *Store) IndexMemory(ctx context.Context) (bytes int64, err error) {
	for shard := range s.keys.shards {
		for _, pattern := range []string{"open", "closed", "overdue", "due:closed", "status:*", "who:*", "by:*", "module:*"} {
			keys, err := s.db.Keys(ctx, s.keys.in(shard, pattern)).Result()
			if err != nil {
				return 0, err
			}
			for _, key := range keys {
				n, err := s.db.MemoryUsage(ctx, key, 0).Result()
				if err != nil {
					return 0, err
				}
				bytes += n
			}
		}
	}
	return bytes, nil
}

// Downgrade makes the indexes of some risks what a program of schema 1 left, of which
// another has indexed those up to a number.
func (s *Store) Downgrade(ctx context.Context, risks []core.Risk, done int64) error {
	s.complete.Store(false)
	if err := s.db.HSet(ctx, s.keys.meta(), indexedField, done).Err(); err != nil {
		return err
	}
	for _, r := range risks {
		shard := s.keys.shard(r.Key)
		for key, score := range s.keys.indexed(&r) {
			old := key == s.keys.open(shard) || key == s.keys.module(shard, r.Module) || key == s.keys.dueOpen(shard) || strings.Contains(key, ":who:")
			if !old || !r.Status.Open() {
				if err := s.db.ZRem(ctx, key, string(r.Key)).Err(); err != nil {
					return err
				}
			}
			by := s.keys.who(shard, string(core.RefOf(r.Submitter.Account)))
			if key == s.keys.open(shard) {
				if err := s.db.ZAdd(ctx, by, redis.Z{Score: float64(score), Member: string(r.Key)}).Err(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Assess returns the findings of Check for what a server reports.
func Assess(info map[string]string, o Options) []Finding { return assess(info, o) }

// ServerClock is what a process knows of a server's clock.
type ServerClock struct{ serverClock }

// NewServerClock returns one that knows nothing yet.
func NewServerClock() *ServerClock { return &ServerClock{serverClock{base: time.Now()}} }

// Elapsed asks a server for its time, which takes a while in both directions, and
// returns what Store.Elapsed does.
func (c *ServerClock) Elapsed(t time.Time, server func() time.Time, there, back time.Duration) time.Duration {
	asked := time.Now()
	time.Sleep(there)
	now := server()
	time.Sleep(back)
	c.learn(now, asked)
	return c.elapsed(t)
}

// Repeating makes the client send every script twice, as it does when a reply is lost,
// and calls differs if the second reply is different.
func (s *Store) Repeating(differs func(string)) { s.db.AddHook(repeater(differs)) }

type repeater func(string)

func (r repeater) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r repeater) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if cmd.Name() == "evalsha" && !redis.HasErrorPrefix(err, "NOSCRIPT") {
			again := redis.NewCmd(ctx, cmd.Args()...)
			_ = next(ctx, again)
			r.compare(cmd, again)
		}
		return err
	}
}

func (r repeater) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		var first, again []redis.Cmder
		for _, cmd := range cmds {
			if cmd.Name() == "evalsha" {
				first, again = append(first, cmd), append(again, redis.NewCmd(ctx, cmd.Args()...))
			}
		}
		if len(again) == 0 {
			return err
		}
		_ = next(ctx, again)
		for i, cmd := range first {
			if !redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
				r.compare(cmd, again[i])
			}
		}
		return err
	}
}

func (r repeater) compare(cmd, again redis.Cmder) {
	first, second := values(cmd), values(again)
	if !slices.Equal(first, second) {
		r(fmt.Sprintf("%v\nfirst  %q\nsecond %q", cmd.Args(), first, second))
	}
}

// values returns a script's answer sorted, because Lua's tables have no order.
func values(cmd redis.Cmder) []string {
	var list []string
	var walk func(v any)
	walk = func(v any) {
		if l, ok := v.([]any); ok {
			for _, x := range l {
				walk(x)
			}
			return
		}
		list = append(list, fmt.Sprint(v))
	}
	walk(cmd.(*redis.Cmd).Val())
	slices.Sort(list)
	return append(list, fmt.Sprint(cmd.Err()))
}

// HalfInForce puts a file in force in the description of the database, but in no shard.
func (s *Store) HalfInForce(ctx context.Context, file string) error {
	_, err := s.do(ctx, "half", s.call("putinforce", s.keys.meta()).add(file))
	return err
}
