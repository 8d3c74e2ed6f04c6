package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

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

// The codes of findings.
const (
	FoundEmbedded   = "embedded"    // in this process: nothing outlives it
	FoundEviction   = "eviction"    // maxmemory_policy is not noeviction: keys vanish when memory is short
	FoundVolatile   = "volatile"    // neither AOF nor RDB: nothing outlives the server
	FoundSnapshots  = "snapshots"   // RDB only: what came after the last snapshot is lost with the server
	FoundEverySec   = "every_sec"   // appendfsync everysec: a power loss takes up to 2 s
	FoundAlways     = "always"      // appendfsync always: nothing is lost
	FoundSyncByOS   = "sync_by_os"  // appendfsync no: a power loss takes what the system had not written yet
	FoundSyncHidden = "sync_hidden" // AOF, but the server does not tell when it syncs
	FoundReplica    = "replica"     // the server is a replica
	FoundAlone      = "alone"       // Options.Strict, and no replica is there
	FoundFailover   = "failover"    // replicas, and not Strict: a failover takes what had not reached them
	FoundWriteError = "write_error" // the last write of AOF or RDB failed
)

// Check looks at how the server keeps data, and says what may be lost. What
// the server does not tell is left out.
func (s *Store) Check(ctx context.Context) ([]Finding, error) {
	if s.opts.Embedded {
		return []Finding{{Code: FoundEmbedded, Weight: Caution}}, nil
	}
	var mu sync.Mutex
	var all []Finding
	err := s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, name string) error {
		info, err := readInfo(ctx, node)
		if err != nil {
			return err
		}
		// Managed servers refuse CONFIG; then the mode stays unknown.
		if fsync, err := node.ConfigGet(ctx, "appendfsync").Result(); err == nil {
			info["appendfsync"] = fsync["appendfsync"]
		}
		if save, err := node.ConfigGet(ctx, "save").Result(); err == nil {
			info["save"] = save["save"]
		} else {
			info["save"] = "unknown"
		}
		mu.Lock()
		defer mu.Unlock()
		for _, f := range judge(info, s.opts) {
			f.Node = name
			all = append(all, f)
		}
		return nil
	})
	return all, failed("check", err)
}

// judge turns what a server says of itself into findings.
func judge(info map[string]string, o Options) []Finding {
	var list []Finding
	add := func(code string, w Weight, value string) {
		list = append(list, Finding{Code: code, Weight: w, Value: value})
	}
	volatile := Refusal
	if o.Volatile {
		volatile = Caution
	}
	if p := info["maxmemory_policy"]; p != "" && p != "noeviction" {
		add(FoundEviction, Refusal, p)
	}
	switch {
	case info["aof_enabled"] == "1":
		switch fsync := info["appendfsync"]; fsync {
		case "always":
			add(FoundAlways, Note, fsync)
		case "everysec":
			add(FoundEverySec, Note, fsync)
		case "no":
			add(FoundSyncByOS, Caution, fsync)
		default:
			add(FoundSyncHidden, Note, fsync)
		}
	case info["aof_enabled"] == "":
	case info["save"] == "":
		add(FoundVolatile, volatile, "")
	default:
		add(FoundSnapshots, Caution, info["save"])
	}
	replicas, _ := strconv.Atoi(info["connected_slaves"])
	switch {
	case info["role"] == "slave":
		add(FoundReplica, Refusal, info["master_host"])
	case o.Strict && replicas == 0:
		add(FoundAlone, Refusal, "")
	case !o.Strict && replicas > 0:
		add(FoundFailover, Note, strconv.Itoa(replicas))
	}
	for _, k := range []string{"aof_last_write_status", "rdb_last_bgsave_status"} {
		if v := info[k]; v != "" && v != "ok" {
			add(FoundWriteError, Refusal, k)
		}
	}
	return list
}

// Ready answers nil when the server takes writes, and Unavailable otherwise,
// with the code of the finding that stands against it as Detail.
func (s *Store) Ready(ctx context.Context) error {
	const op = "ready"
	if s.opts.Embedded {
		return failed(op, s.db.Ping(ctx).Err())
	}
	return failed(op, s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, _ string) error {
		info, err := readInfo(ctx, node)
		if err != nil {
			return err
		}
		info["save"] = "unknown" // how data is kept is Check's business
		for _, f := range judge(info, s.opts) {
			if f.Weight == Refusal {
				return refused(op, core.Unavailable, f.Code)
			}
		}
		return nil
	}))
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

// readInfo reads what INFO says of memory, persistence and replication. It is
// allowed where CONFIG is not.
func readInfo(ctx context.Context, node *redis.Client) (map[string]string, error) {
	info := map[string]string{}
	for _, section := range []string{"memory", "persistence", "replication"} {
		text, err := node.Info(ctx, section).Result()
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(text) {
			if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				info[k] = v
			}
		}
	}
	return info, nil
}
