package app

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/private"
	"riskroom/core/text"
)

// AttachStore opens the store of a config file. If the file names no Redis, it uses the
// private one that is running and leaves it running, or else starts one on the data that is
// there. stop stops what it started.
func AttachStore(ctx context.Context, c *config.Config, log *slog.Logger) (db *store.Store, stop func() error, err error) {
	return openStore(ctx, c, attach, store.Options{Logger: log})
}

// ReadStore opens the store of a config file for reading. Unlike AttachStore it writes
// nothing, so it fails if there is no database, or one that serve has yet to upgrade.
func ReadStore(ctx context.Context, c *config.Config, log *slog.Logger) (db *store.Store, stop func() error, err error) {
	return openStore(ctx, c, attach, store.Options{Logger: log, ReadOnly: true})
}

// attach returns the private Redis that is running, or starts one. It creates no data folder.
func attach(ctx context.Context, o private.Options) (*private.Server, error) {
	s, err := private.Attach(ctx, o)
	if !errors.Is(err, private.ErrNotRunning) {
		return s, err
	}
	if !private.HasData(o) {
		return nil, text.NewError(noDatabase(privateRedis(o.DataDir)), err)
	}
	return private.Start(ctx, o)
}

type startPrivate func(context.Context, private.Options) (*private.Server, error)

// openStore opens the store of a config file. If the file names no Redis, it gets a
// private one from start. o has the logger and the clock. stop stops both. Errors say what an administrator can do, and
// never contain a password.
func openStore(ctx context.Context, c *config.Config, start startPrivate, o store.Options) (db *store.Store, stop func() error, err error) {
	if !c.Redis.Private {
		if db, err = openNamed(ctx, c, o); err != nil {
			return nil, nil, err
		}
		return db, db.Stop, nil
	}
	if c.Durability == config.Strict {
		return nil, nil, text.NewError(text.Plain(`durability: strict needs a replica for every write, and a private Redis has none. Use a Redis with a replica
  redis: { url: "redis://localhost:6379/0" }
or set durability: standard, where the private Redis syncs every write to disk before it answers`))
	}
	server, err := start(ctx, private.Options{DataDir: c.DataDir, Log: o.Logger})
	if err != nil {
		return nil, nil, err
	}
	o.Dial, o.Prefix = server.Dial, c.Redis.Prefix
	db, err = store.Open(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(openError(privateRedis(server.Dir()), err), server.Stop())
	}
	return db, func() error { return errors.Join(db.Stop(), server.Stop()) }, nil
}

// named returns options that open the store in the Redis of the config file.
func named(c *config.Config, o store.Options) (store.Options, error) {
	u, err := url.Parse(c.Redis.URL)
	if err != nil || c.Redis.URL == "" {
		return o, text.NewError(text.Plain("the url of redis is not a valid URL")) // err would repeat it
	}
	if c.Redis.Mode != config.Standalone {
		u.Scheme += "-" + string(c.Redis.Mode)
	}
	o.URL, o.Username, o.Password, o.Prefix = u.String(), c.Redis.Username, c.Redis.Password, c.Redis.Prefix
	o.Strict = c.Durability == config.Strict
	return o, nil
}

// TakeSnapshot copies the open risks from the Redis of a config file. It only reads, as
// ReadStore does. o has the logger and, for tests, the dialer.
func TakeSnapshot(ctx context.Context, c *config.Config, o store.Options) (*store.Snapshot, error) {
	where := text.Plain(inspect.StoreName(c))
	if c.Redis.Private {
		server, err := attach(ctx, private.Options{DataDir: c.DataDir, Log: o.Logger})
		if err != nil {
			return nil, err
		}
		defer func() { _ = server.Stop() }()
		where, o.Dial, o.Prefix = privateRedis(server.Dir()), server.Dial, c.Redis.Prefix
	} else {
		var err error
		if o, err = named(c, o); err != nil {
			return nil, err
		}
	}
	s, err := store.TakeSnapshot(ctx, o)
	if err != nil {
		return nil, openError(where, err)
	}
	return s, nil
}

func privateRedis(dir string) text.Phrase { return text.Phrasef("the private redis in %s", dir) }

func noDatabase(where text.Phrase) text.Phrase {
	return text.Phrasef("%s has no risks yet: the first start of serve creates the database", where)
}

// openNamed opens the store in the Redis of the config file.
func openNamed(ctx context.Context, c *config.Config, o store.Options) (*store.Store, error) {
	o, err := named(c, o)
	if err != nil {
		return nil, err
	}
	where := text.Plain(inspect.StoreName(c))
	s, err := store.Open(ctx, o)
	if err != nil {
		return nil, openError(where, err)
	}
	// Opening uses a single key. The user may not have access to the others.
	if _, _, err := s.Counts(ctx); err != nil {
		return nil, errors.Join(openError(where, err), s.Stop())
	}
	return s, nil
}

// openError returns an error that says what to do if a store can't be opened.
func openError(where text.Phrase, err error) error {
	var says text.Phrase
	switch {
	case core.DetailOf(err) == engine.Denied:
		says = text.Phrasef("%s refuses the user or the password (%v). Check them in the config file, and allow the user every command on every key and channel", where, err)
	case core.DetailOf(err) == "certificate":
		says = text.Phrasef("%s has a certificate that this machine does not trust (%v). Check that it names the host of the url. If your own authority signed it, set SSL_CERT_FILE to that authority's certificate", where, err)
	case core.DetailOf(err) == store.FoundReplica:
		says = text.Phrasef("%s is a replica, which takes no writes: use the master, or the sentinels (mode: sentinel)", where)
	case core.KindOf(err) == core.Unavailable:
		says = text.Phrasef("%s does not answer (%v). Check that it is running, that the url in the config file is right, and that this machine can reach it", where, err)
	case core.DetailOf(err) == "schema":
		says = text.Phrasef("the database of %s was written by a newer riskroom: run that version, or set another prefix (%v)", where, err)
	case core.DetailOf(err) == store.OlderSchema:
		says = text.Phrasef("the database of %s was written by an older riskroom: the next start of serve upgrades it. Until then, only that version can read it (%v)", where, err)
	case core.DetailOf(err) == store.NoDatabase:
		says = noDatabase(where)
	default:
		says = text.Phrasef("%s: %s", where, err)
	}
	return text.NewError(says, err)
}

// checkStore returns what s may lose. It returns an error that says what to fix if s may
// lose acknowledged risks.
func checkStore(ctx context.Context, s *store.Store) ([]store.Finding, error) {
	found, err := s.Check(ctx)
	if err != nil {
		return nil, text.NewError(text.Phrasef("cannot check redis: %v", err), err)
	}
	unsafe := text.Plain("risks would be lost in this Redis, so nothing was started")
	refused := false
	for _, f := range found {
		if f.Weight == store.Refusal {
			refused = true
			said := inspect.FindingText(f)
			if f.Node != "" {
				said = text.Phrasef("%s %s", f.Node, said)
			}
			unsafe = text.Phrasef("%s\n%s", unsafe, said)
		}
	}
	if refused {
		return found, text.NewError(unsafe)
	}
	return found, nil
}

func logFinding(ctx context.Context, log *slog.Logger, f store.Finding) {
	var level slog.Level
	switch f.Weight {
	case store.Note:
		level = slog.LevelInfo
	case store.Caution:
		level = slog.LevelWarn
	case store.Refusal:
		level = slog.LevelError
	}
	var args []any
	if f.Node != "" {
		args = append(args, "node", f.Node)
	}
	log.Log(ctx, level, inspect.FindingText(f).String(), args...)
}

// checkStoreEvery is how often serve checks its Redis again.
const checkStoreEvery = 30 * time.Second

// watchStore checks s repeatedly until ctx ends, and logs new findings. The store is
// not ready while it may lose risks. A finding whose numbers change is not new.
func watchStore(ctx context.Context, s *store.Store, known []store.Finding, every time.Duration, log *slog.Logger) {
	isNew := func(f store.Finding) bool {
		return !slices.ContainsFunc(known, func(k store.Finding) bool {
			return k.Code == f.Code && k.Node == f.Node && k.Weight == f.Weight
		})
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		found, err := s.Check(ctx)
		if err != nil {
			log.DebugContext(ctx, "cannot check redis", "err", err) // those who use it report this
			continue
		}
		for _, f := range found {
			if isNew(f) {
				logFinding(ctx, log, f)
			}
		}
		known = found
	}
}

// storeReady returns nil if the store is reachable and safe, else what to do.
func (a *App) storeReady(ctx context.Context) error {
	err := a.store.Ready(ctx)
	if u, ok := errors.AsType[*store.Unsafe](err); ok {
		return errors.New(inspect.FindingText(u.Finding).String())
	}
	return err
}
