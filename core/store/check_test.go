package store_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestAssess lists which findings are refusals, and when.
func TestAssess(t *testing.T) {
	t.Parallel()
	sound := map[string]string{
		"aof_enabled": "1", "appendfsync": "always", "save": "", "maxmemory_policy": "noeviction", "role": "master",
		"connected_slaves": "1", "min_slaves_good_slaves": "1", "aof_last_write_status": "ok", "rdb_last_bgsave_status": "ok",
	}
	for _, c := range []struct {
		says             string // differences from a sound server; - means absent
		standard, strict string
	}{
		{"", "always failover", "always"},
		{"connected_slaves=0 min_slaves_good_slaves=-", "always", "REFUSED alone always"},
		{"min_slaves_good_slaves=-", "always failover CAUTION unguarded", "always REFUSED unguarded"},
		{"appendfsync=everysec", "every_sec failover", "REFUSED every_sec"},
		{"appendfsync=everysec waitaof=absent", "every_sec failover", "REFUSED every_sec"},
		{"appendfsync=everysec waitaof=waits", "sync_awaited failover", "sync_awaited"},
		{"appendfsync=everysec waitaof=lies", "REFUSED sync_lies failover", "REFUSED sync_lies"},
		{"appendfsync=no", "CAUTION sync_by_os failover", "REFUSED sync_by_os"},
		{"appendfsync=-", "sync_hidden failover", "REFUSED sync_hidden"},
		{"aof_enabled=-", "failover", "REFUSED sync_hidden"},
		{"aof_enabled=0 save=3600_1", "CAUTION snapshots failover", "REFUSED snapshots"},
		{"aof_enabled=0", "REFUSED volatile failover", "REFUSED volatile"},
		{"maxmemory_policy=volatile-lru", "REFUSED eviction always failover", "REFUSED eviction always"},
		{"role=slave", "REFUSED replica always failover", "REFUSED replica always"},
		{"aof_last_write_status=err", "REFUSED write_error always failover", "REFUSED write_error always"},
		{"rdb_last_bgsave_status=err", "REFUSED write_error always failover", "REFUSED write_error always"},
		{"clock=-300ms", "always failover CAUTION clock", "always CAUTION clock"},
		{"clock=1.2s", "always failover CAUTION clock", "always REFUSED clock"},
	} {
		info := maps.Clone(sound)
		for _, kv := range strings.Fields(c.says) {
			k, v, _ := strings.Cut(kv, "=")
			if info[k] = v; v == "-" {
				delete(info, k)
			}
		}
		for strict, want := range map[bool]string{false: c.standard, true: c.strict} {
			var got []string
			for _, f := range store.Assess(info, store.Options{Strict: strict}) {
				if f.Weight != store.Note {
					got = append(got, map[store.Weight]string{store.Caution: "CAUTION", store.Refusal: "REFUSED"}[f.Weight])
				}
				got = append(got, f.Code)
			}
			if have := strings.Join(got, " "); have != want {
				t.Errorf("%q, strict %v: got %s, want %s", c.says, strict, have, want)
			}
		}
	}
	volatile := map[string]string{"aof_enabled": "0", "role": "master", "connected_slaves": "1", "min_slaves_good_slaves": "1"}
	if f := store.Assess(volatile, store.Options{Strict: true, Volatile: true})[0]; f.Weight != store.Refusal {
		t.Error("strict allows a server without AOF and RDB")
	}
}

// A refusal makes Ready fail until the next Check finds it corrected.
func TestChangedUnderUs(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), s: storetest.Start(t).Open(t, store.Options{})}
	b.same("at first", codes(b, b.s), "always")
	b.ok(b.s.Ready(b.ctx))
	b.ok(b.s.DB().ConfigSet(b.ctx, "appendonly", "no").Err())
	b.ok(b.s.DB().ConfigSet(b.ctx, "save", "").Err())
	b.ok(b.s.Ready(b.ctx)) // not checked yet
	b.same("changed", codes(b, b.s), "refusal volatile")
	b.is(b.s.Ready(b.ctx), core.Unavailable, "volatile")
	b.ok(b.s.DB().ConfigSet(b.ctx, "appendonly", "yes").Err())
	b.same("repaired", codes(b, b.s), "always")
	b.ok(b.s.Ready(b.ctx))
}

// Check reports a server whose clock differs.
func TestClockOff(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	for off, want := range map[time.Duration]string{
		50 * time.Millisecond:  "always",
		-2 * time.Minute:       "always clock",
		500 * time.Millisecond: "always clock",
	} {
		b := &bench{T: t, ctx: t.Context(), s: p.Open(t, store.Options{})}
		b.s.DB().AddHook(shifted(off))
		b.same(off.String(), codes(b, b.s), want)
	}
}

// shifted sets the server's clock.
type shifted time.Duration

func (s shifted) DialHook(next redis.DialHook) redis.DialHook { return next }

func (s shifted) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if c, ok := cmd.(*redis.TimeCmd); ok {
			c.SetVal(c.Val().Add(time.Duration(s)))
		}
		return err
	}
}

func (s shifted) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// With Strict, the store waits for the sync of a server that syncs every second, if the
// server supports WAITAOF. That is Redis 7.2 and later. Some releases return too early,
// which the probe detects.
func TestAwaitSync(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t, "--appendfsync", "everysec")
	storetest.Replica(t, p)
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: p.Open(t, store.Options{Strict: true})}
	b.ok(b.s.DB().ConfigSet(b.ctx, "min-replicas-to-write", "1").Err())
	found := codes(b, b.s)
	if b.s.DB().Do(b.ctx, "WAITAOF", 0, 0, 1).Err() != nil {
		b.same("without WAITAOF", found, "refusal every_sec")
		return
	}
	if found == "refusal sync_lies" {
		b.is(b.s.Ready(b.ctx), core.Unavailable, "sync_lies")
		return
	}
	b.same("with WAITAOF", found, "sync_awaited")
	begun := time.Now()
	for n := range int64(4) {
		b.file(n + 1)
	}
	if took := time.Since(begun); took < 500*time.Millisecond {
		t.Errorf("four filings took only %v", took)
	}
}
