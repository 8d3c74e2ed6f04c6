package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// Weight is how bad a finding is.
type Weight string

// The weights of findings.
const (
	Note    Weight = "note"    // information
	Caution Weight = "caution" // some data may be lost
	Refusal Weight = "refusal" // risks would be lost: riskroom doesn't start
)

// Finding is a fact about the server that an administrator should know.
type Finding struct {
	Code   string
	Weight Weight
	Node   string // its address in a cluster, else ""
	Value  string // reported by the server
}

// The codes of findings. Those marked "strict" are refusals with Options.Strict.
const (
	FoundEmbedded    = "embedded"     // in this process: all data is lost when it ends
	FoundEviction    = "eviction"     // maxmemory_policy is not noeviction: keys are deleted when memory is short
	FoundVolatile    = "volatile"     // neither AOF nor RDB: all data is lost when the server ends
	FoundSnapshots   = "snapshots"    // RDB only: a crash loses what came after the last snapshot (strict)
	FoundEverySec    = "every_sec"    // appendfsync everysec: a power loss loses up to 2 s (strict)
	FoundSyncAwaited = "sync_awaited" // everysec, but Options.Strict waits for the sync
	FoundSyncLies    = "sync_lies"    // everysec, and WAITAOF returns before anything is synced (strict)
	FoundAlways      = "always"       // appendfsync always: nothing is lost
	FoundSyncByOS    = "sync_by_os"   // appendfsync no: a power loss loses what the system has not written yet (strict)
	FoundSyncHidden  = "sync_hidden"  // AOF, but the server doesn't report when it syncs (strict)
	FoundReplica     = "replica"      // the server is a replica
	FoundAlone       = "alone"        // Options.Strict, and there is no replica
	FoundFailover    = "failover"     // replicas, and not Strict: a failover loses what has not reached them
	FoundUnguarded   = "unguarded"    // replicas, and min-replicas-to-write 0: a master that can't reach them still accepts writes (strict)
	FoundClock       = "clock"        // the server's clock differs from ours (strict, if by more than clockRefusal)
	FoundWriteError  = "write_error"  // the last write of AOF or RDB failed
	FoundCommands    = "commands"     // the user may not use these commands: changes would fail, some halfway
	FoundKeys        = "keys"         // the user may not use keys of these patterns
	FoundChannel     = "channel"      // the user may not use the channel that wakes workers
)

// Check finds out how the server keeps data, and returns what may be lost. After a
// refusal Ready fails until the next Check, so a serving program repeats Check.
func (s *Store) Check(ctx context.Context) ([]Finding, error) {
	if s.opts.Embedded {
		return []Finding{{Code: FoundEmbedded, Weight: Caution}}, nil
	}
	all, err := s.permissions(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	awaited, lossless := false, true
	err = s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, name string) error {
		info, err := s.inspect(ctx, node)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		lossless = lossless && !loses(info)
		for _, f := range assess(info, s.opts) {
			f.Node = name
			all = append(all, f)
			awaited = awaited || f.Code == FoundSyncAwaited
		}
		return nil
	})
	if err != nil {
		return nil, failed("check", err)
	}
	s.awaitSync.Store(awaited)
	s.lossless.Store(lossless)
	if s.blocks() && !s.risks.known() {
		s.reserveSoon(&s.risks) // so that the first person who files needn't wait
	}
	refusal := slices.IndexFunc(all, func(f Finding) bool { return f.Weight == Refusal })
	if refusal < 0 {
		s.refusal.Store(nil)
	} else {
		s.refusal.Store(&all[refusal])
	}
	return all, nil
}

// What inspect adds to the values of INFO.
const (
	askedFsync = "appendfsync" // "" if the server refuses CONFIG
	askedSave  = "save"        // "unknown" if it refuses
	triedSync  = "waitaof"     // the result of probeSync, if it ran
	triedClock = "clock"       // how far the server's clock is off, if by more than clockCaution
)

// inspect asks a server for everything that assess needs.
func (s *Store) inspect(ctx context.Context, node *redis.Client) (map[string]string, error) {
	info, err := readModes(ctx, node)
	if err != nil {
		return nil, err
	}
	if s.opts.Strict && info["aof_enabled"] == "1" && info[askedFsync] == "everysec" && info["role"] != "slave" {
		info[triedSync] = s.probeSync(ctx, node, info["run_id"])
	}
	if s.clock == nil { // otherwise the server's clock isn't used
		off, err := clockOff(ctx, node)
		if err != nil {
			return nil, err
		}
		if off.Abs() > clockCaution {
			info[triedClock] = off.Round(time.Millisecond).String()
		}
	}
	return info, nil
}

// assess turns what a server reports into findings.
func assess(info map[string]string, o Options) []Finding {
	list := assessDurability(info, o)
	if off, err := time.ParseDuration(info[triedClock]); err == nil {
		w := Caution
		if o.Strict && off.Abs() > clockRefusal {
			w = Refusal
		}
		list = append(list, Finding{Code: FoundClock, Weight: w, Value: info[triedClock]})
	}
	return append(assessState(info, o), list...)
}

// inStrict returns Refusal if Options.Strict is set.
func (o Options) inStrict(otherwise Weight) Weight {
	if o.Strict {
		return Refusal
	}
	return otherwise
}

// assessDurability returns findings on how the server keeps data on disk and on
// replicas.
func assessDurability(info map[string]string, o Options) []Finding {
	var list []Finding
	add := func(code string, w Weight, value string) {
		list = append(list, Finding{Code: code, Weight: w, Value: value})
	}
	switch {
	case info["aof_enabled"] == "1":
		switch fsync := info[askedFsync]; {
		case fsync == "always":
			add(FoundAlways, Note, fsync)
		case fsync == "everysec" && info[triedSync] == syncWaits:
			add(FoundSyncAwaited, Note, fsync)
		case fsync == "everysec" && info[triedSync] == syncLies:
			add(FoundSyncLies, Refusal, info["redis_version"])
		case fsync == "everysec":
			add(FoundEverySec, o.inStrict(Note), fsync)
		case fsync == "no":
			add(FoundSyncByOS, o.inStrict(Caution), fsync)
		default:
			add(FoundSyncHidden, o.inStrict(Note), fsync)
		}
	case info["aof_enabled"] == "":
		if o.Strict {
			add(FoundSyncHidden, Refusal, "")
		}
	case info[askedSave] == "" && o.Volatile && !o.Strict:
		add(FoundVolatile, Caution, "")
	case info[askedSave] == "":
		add(FoundVolatile, Refusal, "")
	default:
		add(FoundSnapshots, o.inStrict(Caution), info[askedSave])
	}
	replicas, _ := strconv.Atoi(info["connected_slaves"])
	if replicas > 0 && !o.Strict {
		add(FoundFailover, Note, strconv.Itoa(replicas))
	}
	// INFO has this line only if the setting is on.
	if _, guarded := info["min_slaves_good_slaves"]; replicas > 0 && !guarded {
		add(FoundUnguarded, o.inStrict(Caution), "")
	}
	return list
}

// assessState returns findings on what can change at any moment, from INFO alone.
func assessState(info map[string]string, o Options) []Finding {
	var list []Finding
	add := func(code, value string) {
		list = append(list, Finding{Code: code, Weight: Refusal, Value: value})
	}
	if p := info["maxmemory_policy"]; p != "" && p != "noeviction" {
		add(FoundEviction, p)
	}
	switch {
	case info["role"] == "slave":
		add(FoundReplica, info["master_host"])
	case o.Strict && (info["connected_slaves"] == "" || info["connected_slaves"] == "0"):
		add(FoundAlone, "")
	}
	for _, k := range []string{"aof_last_write_status", "rdb_last_bgsave_status"} {
		if v := info[k]; v != "" && v != "ok" {
			add(FoundWriteError, k)
		}
	}
	return list
}

// Unsafe is wrapped in the error of Ready if a finding is the reason.
type Unsafe struct{ Finding Finding }

// Error implements error. The error around it names the finding.
func (u *Unsafe) Error() string { return "risks would be lost" }

// unready returns the error of Ready for a finding.
func unready(op string, f Finding) error {
	return &core.Error{Op: "store: " + op, Kind: core.Unavailable, Detail: f.Code, Err: &Unsafe{f}}
}

// Ready returns an error unless the server accepts writes and the last Check found
// no refusal. The error is Unavailable. For a finding it has the finding's code as
// Detail, and wraps an *Unsafe.
func (s *Store) Ready(ctx context.Context) error {
	const op = "ready"
	if s.opts.Embedded {
		return failed(op, s.db.Ping(ctx).Err())
	}
	err := s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, _ string) error {
		info, err := readInfo(ctx, node)
		if err != nil {
			return err
		}
		for _, f := range assessState(info, s.opts) {
			return unready(op, f)
		}
		return nil
	})
	if f := s.refusal.Load(); err == nil && f != nil {
		err = unready(op, *f)
	}
	return failed(op, err)
}

// eachMaster calls f for every master of a cluster, or for the one server.
func (s *Store) eachMaster(ctx context.Context, f func(context.Context, *redis.Client, string) error) error {
	switch db := s.db.(type) {
	case *redis.ClusterClient:
		return db.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
			return f(ctx, node, node.Options().Addr)
		})
	case *redis.Client:
		return f(ctx, db, "")
	}
	return fmt.Errorf("a client of type %T", s.db)
}

// readInfo returns the values of INFO, which is allowed even where CONFIG isn't.
func readInfo(ctx context.Context, node redis.Cmdable) (map[string]string, error) {
	text, err := node.Info(ctx).Result()
	if err != nil {
		return nil, err
	}
	return parseInfo(text), nil
}

func parseInfo(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[k] = v
		}
	}
	return info
}

// readModes returns the values of INFO, and how the server keeps its data.
func readModes(ctx context.Context, node redis.Cmdable) (map[string]string, error) {
	pipe := node.Pipeline()
	said, fsync, save := pipe.Info(ctx), pipe.ConfigGet(ctx, askedFsync), pipe.ConfigGet(ctx, askedSave)
	_, _ = pipe.Exec(ctx) // each command has its own error
	text, err := said.Result()
	if err != nil {
		return nil, err
	}
	info := parseInfo(text)
	// Managed servers refuse CONFIG; then the modes stay unknown.
	info[askedFsync], info[askedSave] = fsync.Val()[askedFsync], "unknown"
	if save.Err() == nil {
		info[askedSave] = save.Val()[askedSave]
	}
	return info, nil
}
