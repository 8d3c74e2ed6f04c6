package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
)

// OpenStore opens the store that a config file names. Its errors say what an
// administrator can do, and never hold a password.
func OpenStore(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	if c.Redis.URL == "" {
		return nil, errors.New(`the config file names no redis, and riskroom keeps everything there. Start one that writes to disk
  redis-server --appendonly yes --appendfsync always
and name it in the file:
  redis: { url: "redis://localhost:6379/0" }`)
	}
	u, err := url.Parse(c.Redis.URL)
	if err != nil {
		return nil, errors.New("the url of redis is not one") // err would repeat it
	}
	if c.Redis.Mode != config.Standalone {
		u.Scheme += "-" + string(c.Redis.Mode)
	}
	if c.Redis.Username != "" {
		password, _ := u.User.Password()
		u.User = url.UserPassword(c.Redis.Username, password)
	}
	s, err := store.Open(ctx, store.Options{
		URL: u.String(), Password: c.Redis.Password, Prefix: c.Redis.Prefix,
		Strict: c.Durability == config.Strict, Logger: log,
	})
	if err == nil {
		return s, nil
	}
	where := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	switch {
	case core.KindOf(err) == core.Unavailable:
		return nil, fmt.Errorf("redis at %s does not answer (%w). Is it running, is the url in the config file right, and may this machine reach it?", where, err)
	case core.DetailOf(err) == "schema":
		return nil, fmt.Errorf("the database at %s was written by a newer riskroom; run that version, or name another prefix (%w)", where, err)
	}
	return nil, fmt.Errorf("redis at %s: %w", where, err)
}

// ErrUnsafe says that risks would be lost in the store as it is set up.
var ErrUnsafe = errors.New("risks would be lost in this Redis; see above, nothing was started")

// CheckStore logs what may be lost in s. It answers ErrUnsafe if that is risks
// that were acknowledged, for reasons that can be mended.
func CheckStore(ctx context.Context, s *store.Store, log *slog.Logger) error {
	found, err := s.Check(ctx)
	if err != nil {
		return fmt.Errorf("redis cannot be looked at: %w", err)
	}
	unsafe := false
	for _, f := range found {
		level := slog.LevelInfo
		if f.Weight == store.Caution {
			level = slog.LevelWarn
		}
		if f.Weight == store.Refusal {
			level, unsafe = slog.LevelError, true
		}
		var args []any
		if f.Node != "" {
			args = append(args, "node", f.Node)
		}
		log.Log(ctx, level, wordFinding(f), args...)
	}
	if unsafe {
		return ErrUnsafe
	}
	return nil
}

// wordFinding says in words what store.Check found.
func wordFinding(f store.Finding) string {
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
		return "Redis syncs its file every second: a power loss takes up to two seconds of changes; appendfsync always takes none"
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
	case store.FoundWriteError:
		return "Redis could not write to disk the last time (" + f.Value + "): look at its log and at the disk"
	}
	return f.Code + " " + f.Value
}
