package inspect

import (
	"net/url"

	"riskroom/core/config"
	"riskroom/core/store"
)

// StoreName says where the store of a config file is, without a password.
func StoreName(c *config.Config) string {
	u, err := url.Parse(c.Redis.URL)
	if c.Redis.Private || err != nil {
		return "the private redis in " + c.DataDir
	}
	return "redis at " + (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// WordFinding says in words what store.Check found.
func WordFinding(f store.Finding) string {
	switch f.Code {
	case store.FoundEmbedded:
		return "the store is part of this process: nothing outlives it"
	case store.FoundEviction:
		return "Redis drops keys when its memory is full (maxmemory-policy " + f.Value + "), risks among them: set maxmemory-policy noeviction"
	case store.FoundVolatile:
		return "Redis writes nothing to disk, so every risk is lost when it restarts: set appendonly yes"
	case store.FoundSnapshots:
		return "Redis writes snapshots only (save " + f.Value + "), so what came after the last one is lost if it dies: set appendonly yes"
	case store.FoundEverySec:
		return "Redis syncs its file every second: a power loss takes up to two seconds of changes; appendfsync always takes none, " +
			"and durability: strict needs that, or a Redis whose WAITAOF waits (7.2 or newer)"
	case store.FoundSyncAwaited:
		return "Redis syncs its file every second, and durability: strict waits for it, up to a second for each change and each call; appendfsync always is faster"
	case store.FoundSyncLies:
		return "Redis syncs its file every second, and its WAITAOF (version " + f.Value + ") answers before it has: " +
			"a power loss takes up to two seconds of changes; set appendfsync always"
	case store.FoundAlways:
		return "Redis syncs its file with every change: nothing that was acknowledged is lost"
	case store.FoundSyncByOS:
		return "Redis leaves syncing to the system (appendfsync no): a power loss takes what was not written yet"
	case store.FoundSyncHidden:
		return "Redis does not tell when it syncs its file: what a power loss takes is not known"
	case store.FoundReplica:
		return "this Redis is a replica of " + f.Value + ": name the master, or the sentinels"
	case store.FoundAlone:
		return "durability is strict, and this Redis has no replica that could confirm a write"
	case store.FoundFailover:
		return "Redis has replicas (" + f.Value + "): a failover takes what had not reached them; durability: strict waits for them"
	case store.FoundUnguarded:
		return "Redis has replicas, and goes on without them (min-replicas-to-write 0): what a master takes that is cut off is lost when another takes over; set min-replicas-to-write 1"
	case store.FoundClock:
		return "the clock of Redis is " + f.Value + " ahead of this machine's (behind, if negative): timers go by the one, dates by the other; mend the time service of both"
	case store.FoundCommands:
		return "the Redis user of riskroom may not use " + f.Value + ", so that changes fail, some of them half-way: allow these commands (ACL SETUSER)"
	case store.FoundKeys:
		return "the Redis user of riskroom may not read and write keys like " + f.Value + ": allow them (ACL SETUSER, with ~ before each)"
	case store.FoundChannel:
		return "the Redis user of riskroom may not use the channel " + f.Value + ", so what is due at once starts up to a second late: allow it (ACL SETUSER, with & before it)"
	case store.FoundWriteError:
		return "Redis could not write to disk the last time (" + f.Value + "): look at its log and at the disk"
	}
	return f.Code + " " + f.Value
}
