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
	Note    Weight = "note"    // good to know
	Caution Weight = "caution" // something can be lost
	Refusal Weight = "refusal" // risks would be lost: do not start
)

// Finding is something about the server that an administrator should know, as
// a code; whoever shows it finds the words.
type Finding struct {
	Code   string
	Weight Weight
	Node   string // its address in a cluster, else ""
	Value  string // what the server said
}

// The codes of findings. What is marked "strict" is a refusal with
// Options.Strict.
const (
	FoundEmbedded    = "embedded"     // in this process: nothing outlives it
	FoundEviction    = "eviction"     // maxmemory_policy is not noeviction: keys vanish when memory is short
	FoundVolatile    = "volatile"     // neither AOF nor RDB: nothing outlives the server
	FoundSnapshots   = "snapshots"    // RDB only: what came after the last snapshot is lost with the server (strict)
	FoundEverySec    = "every_sec"    // appendfsync everysec: a power loss takes up to 2 s (strict)
	FoundSyncAwaited = "sync_awaited" // everysec, but Options.Strict waits until what counts is synced
	FoundSyncLies    = "sync_lies"    // everysec, and WAITAOF answers before anything is synced (strict)
	FoundAlways      = "always"       // appendfsync always: nothing is lost
	FoundSyncByOS    = "sync_by_os"   // appendfsync no: a power loss takes what the system had not written yet (strict)
	FoundSyncHidden  = "sync_hidden"  // AOF, but the server does not tell when it syncs (strict)
	FoundReplica     = "replica"      // the server is a replica
	FoundAlone       = "alone"        // Options.Strict, and no replica is there
	FoundFailover    = "failover"     // replicas, and not Strict: a failover takes what had not reached them
	FoundUnguarded   = "unguarded"    // replicas, and min-replicas-to-write 0: a master cut off from them goes on (strict)
	FoundClock       = "clock"        // the server's clock is not ours (strict, if it is off by a second)
	FoundWriteError  = "write_error"  // the last write of AOF or RDB failed
	FoundCommands    = "commands"     // the user may not use these commands: changes would fail, some half-way
	FoundKeys        = "keys"         // the user may not use keys of these patterns
	FoundChannel     = "channel"      // the user may not use the channel that wakes workers
)

// Check looks at how the server keeps data, and says what may be lost. What
// the server does not tell is left out. What it refuses stands against Ready
// until the next Check, so a serving program checks every now and then.
func (s *Store) Check(ctx context.Context) ([]Finding, error) {
	if s.opts.Embedded {
		return []Finding{{Code: FoundEmbedded, Weight: Caution}}, nil
	}
	all, err := s.permissions(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	awaited := false
	err = s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, name string) error {
		info, err := s.inspect(ctx, node)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, f := range judge(info, s.opts) {
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
	refusal := slices.IndexFunc(all, func(f Finding) bool { return f.Weight == Refusal })
	if refusal < 0 {
		s.refusal.Store(nil)
	} else {
		s.refusal.Store(&all[refusal])
	}
	return all, nil
}

// What inspect adds to what INFO says.
const (
	askedFsync = "appendfsync" // "" if the server refuses to tell
	askedSave  = "save"        // "unknown" if it refuses
	triedSync  = "waitaof"     // what probeSync found, if that was asked
	triedClock = "clock"       // by how much the server's clock is off, if that is much
)

// inspect asks a server everything that judge wants to know.
func (s *Store) inspect(ctx context.Context, node *redis.Client) (map[string]string, error) {
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
	if s.opts.Strict && info["aof_enabled"] == "1" && info[askedFsync] == "everysec" && info["role"] != "slave" {
		info[triedSync] = s.probeSync(ctx, node, info["run_id"])
	}
	if s.clock == nil { // else the server's does not count
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

// judge turns what a server says of itself into findings.
func judge(info map[string]string, o Options) []Finding {
	list := judgeKeeping(info, o)
	if off, err := time.ParseDuration(info[triedClock]); err == nil {
		w := Caution
		if o.Strict && off.Abs() > clockRefusal {
			w = Refusal
		}
		list = append(list, Finding{Code: FoundClock, Weight: w, Value: info[triedClock]})
	}
	return append(judgeState(info, o), list...)
}

// inStrict is the weight of what Options.Strict refuses.
func (o Options) inStrict(otherwise Weight) Weight {
	if o.Strict {
		return Refusal
	}
	return otherwise
}

// judgeKeeping is about how the server keeps data on disk, and on replicas.
func judgeKeeping(info map[string]string, o Options) []Finding {
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
	// INFO has this line only where the setting is on.
	if _, guarded := info["min_slaves_good_slaves"]; replicas > 0 && !guarded {
		add(FoundUnguarded, o.inStrict(Caution), "")
	}
	return list
}

// judgeState is about what can change from one moment to the next, and INFO
// alone tells.
func judgeState(info map[string]string, o Options) []Finding {
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

// Unsafe is in the error of Ready where a finding stands against it.
type Unsafe struct{ Finding Finding }

// Error says what follows; which finding it is says the error around it.
func (u *Unsafe) Error() string { return "risks would be lost" }

// against is the error of a finding that stands against readiness.
func against(op string, f Finding) error {
	return &core.Error{Op: "store: " + op, Kind: core.Unavailable, Detail: f.Code, Err: &Unsafe{f}}
}

// Ready answers nil when the server takes writes and the last Check found
// nothing against it, and Unavailable otherwise: of a finding with its code as
// Detail, and an *Unsafe within.
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
		for _, f := range judgeState(info, s.opts) {
			return against(op, f)
		}
		return nil
	})
	if f := s.refusal.Load(); err == nil && f != nil {
		err = against(op, *f)
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

// readInfo reads what INFO says of the server, and how it keeps data. It is
// allowed where CONFIG is not.
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
