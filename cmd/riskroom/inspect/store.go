package inspect

import (
	"net/url"

	"riskroom/core/config"
	"riskroom/core/store"
)

// StoreName returns where the store of a config file is, without a password.
func StoreName(c *config.Config) string {
	u, err := url.Parse(c.Redis.URL)
	if c.Redis.Private || err != nil {
		return "the private redis in " + c.DataDir
	}
	return "redis at " + (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// FindingText describes a finding of store.Check.
func FindingText(f store.Finding) string {
	switch f.Code {
	case store.FoundEmbedded:
		return "the store is in this process's memory, so everything is lost when it ends"
	case store.FoundEviction:
		return "Redis evicts keys when its memory is full (maxmemory-policy " + f.Value + "), including risks: set maxmemory-policy noeviction"
	case store.FoundVolatile:
		return "Redis writes nothing to disk, so every risk is lost when it restarts: set appendonly yes"
	case store.FoundSnapshots:
		return "Redis writes snapshots only (save " + f.Value + "), so a crash loses what came after the last one: set appendonly yes"
	case store.FoundEverySec:
		return "Redis syncs its file every second, so a power cut loses up to two seconds of changes. With appendfsync always it loses none. " +
			"durability: strict needs that, or a Redis with a working WAITAOF (7.2 or newer)"
	case store.FoundSyncAwaited:
		return "Redis syncs its file every second, and durability: strict waits for that, up to a second for each change and each call; appendfsync always is faster"
	case store.FoundSyncLies:
		return "Redis syncs its file every second, and its WAITAOF (version " + f.Value + ") doesn't wait for that, " +
			"so a power cut loses up to two seconds of changes: set appendfsync always"
	case store.FoundAlways:
		return "Redis syncs its file with every change, so nothing that was acknowledged is lost"
	case store.FoundSyncByOS:
		return "Redis leaves syncing to the system (appendfsync no), so a power cut loses what was not written yet"
	case store.FoundSyncHidden:
		return "Redis doesn't report when it syncs its file, so it is unknown what a power cut loses"
	case store.FoundReplica:
		return "this Redis is a replica of " + f.Value + ": use the master's address, or the sentinels'"
	case store.FoundAlone:
		return "durability is strict, and this Redis has no replica that could confirm a write"
	case store.FoundFailover:
		return "Redis has replicas (" + f.Value + "), and a failover loses what has not reached them: durability: strict waits for them"
	case store.FoundUnguarded:
		return "Redis has replicas but accepts writes without them (min-replicas-to-write 0), so a master that is cut off accepts writes that a failover loses: set min-replicas-to-write 1"
	case store.FoundClock:
		return "the clock of Redis is " + f.Value + " ahead of this machine's (behind, if negative), so timers are off: fix the clocks"
	case store.FoundCommands:
		return "riskroom's Redis user may not run " + f.Value + ", so changes fail, some of them halfway: allow these commands (ACL SETUSER)"
	case store.FoundKeys:
		return "riskroom's Redis user may not read and write keys like " + f.Value + ": allow them (ACL SETUSER, with ~ before each)"
	case store.FoundChannel:
		return "riskroom's Redis user may not use the channel " + f.Value + ", so runs that are due at once start up to a second late: allow it (ACL SETUSER, with & before it)"
	case store.FoundWriteError:
		return "the last write of Redis to disk failed (" + f.Value + "): check its log and the disk"
	}
	return f.Code + " " + f.Value
}
