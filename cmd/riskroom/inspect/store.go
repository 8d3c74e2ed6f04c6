package inspect

import (
	"net/url"

	"riskroom/core/config"
	"riskroom/core/store"
	"riskroom/core/text"
)

// StoreName returns where the store of a config file is, without a password.
func StoreName(c *config.Config) string {
	if at, public := addressOf(c); public {
		return "redis at " + at
	}
	return storeAt(c).String()
}

// storeAt is StoreName for a place that already names Redis.
func storeAt(c *config.Config) text.Phrase {
	if at, public := addressOf(c); public {
		return text.Plain(at)
	}
	return text.Phrasef("the private redis in %s", c.DataDir)
}

// addressOf returns the URL of the store without a password, and false if the store is
// private.
func addressOf(c *config.Config) (string, bool) {
	u, err := url.Parse(c.Redis.URL)
	if c.Redis.Private || err != nil {
		return "", false
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String(), true
}

// FindingText describes a finding of store.Check.
func FindingText(f store.Finding) text.Phrase {
	switch f.Code {
	case store.FoundEmbedded:
		return text.Plain("the store is in this process's memory, so everything is lost when it ends")
	case store.FoundEviction:
		return text.Phrasef("Redis evicts keys when its memory is full (maxmemory-policy %s), including risks: set maxmemory-policy noeviction", f.Value)
	case store.FoundVolatile:
		return text.Plain("Redis writes nothing to disk, so every risk is lost when it restarts: set appendonly yes")
	case store.FoundSnapshots:
		return text.Phrasef("Redis writes snapshots only (save %s), so a crash loses what came after the last one: set appendonly yes", f.Value)
	case store.FoundEverySec:
		return text.Plain("Redis syncs its file every second, so a power cut loses up to two seconds of changes. With appendfsync always it loses none. durability: strict needs that, or a Redis with a working WAITAOF (7.2 or newer)")
	case store.FoundSyncAwaited:
		return text.Plain("Redis syncs its file every second, and durability: strict waits for that, up to a second for each change and each call; appendfsync always is faster")
	case store.FoundSyncLies:
		return text.Phrasef("Redis syncs its file every second, and its WAITAOF (version %s) doesn't wait for that, so a power cut loses up to two seconds of changes: set appendfsync always", f.Value)
	case store.FoundAlways:
		return text.Plain("Redis syncs its file with every change, so nothing that was acknowledged is lost")
	case store.FoundSyncByOS:
		return text.Plain("Redis leaves syncing to the system (appendfsync no), so a power cut loses what was not written yet")
	case store.FoundSyncHidden:
		return text.Plain("Redis doesn't report when it syncs its file, so it is unknown what a power cut loses")
	case store.FoundReplica:
		return text.Phrasef("this Redis is a replica of %s: use the master's address, or the sentinels'", f.Value)
	case store.FoundAlone:
		return text.Plain("durability is strict, and this Redis has no replica that could confirm a write")
	case store.FoundFailover:
		return text.Phrasef("Redis has replicas (%s), and a failover loses what has not reached them: durability: strict waits for them", f.Value)
	case store.FoundUnguarded:
		return text.Plain("Redis has replicas but accepts writes without them (min-replicas-to-write 0), so a master that is cut off accepts writes that a failover loses: set min-replicas-to-write 1")
	case store.FoundClock:
		return text.Phrasef("the clock of Redis is %s ahead of this machine's (behind, if negative), so timers are off: fix the clocks", f.Value)
	case store.FoundCommands:
		return text.Phrasef("riskroom's Redis user may not run %s, so changes fail, some of them halfway: allow these commands (ACL SETUSER)", f.Value)
	case store.FoundKeys:
		return text.Phrasef("riskroom's Redis user may not read and write keys like %s: allow them (ACL SETUSER, with ~ before each)", f.Value)
	case store.FoundChannel:
		return text.Phrasef("riskroom's Redis user may not use the channel %s, so runs that are due at once start up to a second late: allow it (ACL SETUSER, with & before it)", f.Value)
	case store.FoundWriteError:
		return text.Phrasef("the last write of Redis to disk failed (%s): check its log and the disk", f.Value)
	}
	return text.Phrasef("%s %s", f.Code, f.Value)
}
