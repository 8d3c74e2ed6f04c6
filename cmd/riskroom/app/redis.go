package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
	"riskroom/core/store/private"
)

// OpenStore opens the store that a config file names, and starts the private
// Redis below it where the file names none. stop ends both, the server last. Its
// errors say what an administrator can do, and never hold a password.
func OpenStore(ctx context.Context, c *config.Config, log *slog.Logger) (db *store.Store, stop func() error, err error) {
	return openStore(ctx, c, private.Start, log)
}

// OpenStoreBeside does what OpenStore does, but leaves a private Redis alone that
// is already running.
func OpenStoreBeside(ctx context.Context, c *config.Config, log *slog.Logger) (db *store.Store, stop func() error, err error) {
	return openStore(ctx, c, func(ctx context.Context, o private.Options) (*private.Server, error) {
		s, err := private.Attach(ctx, o)
		if errors.Is(err, private.ErrNotRunning) {
			s, err = private.Start(ctx, o)
		}
		return s, err
	}, log)
}

type startPrivate func(context.Context, private.Options) (*private.Server, error)

func openStore(ctx context.Context, c *config.Config, start startPrivate, log *slog.Logger) (db *store.Store, stop func() error, err error) {
	if !c.Redis.Private {
		if db, err = openNamed(ctx, c, log); err != nil {
			return nil, nil, err
		}
		return db, db.Stop, nil
	}
	if c.Durability == config.Strict {
		return nil, nil, errors.New(`durability: strict waits until a replica has every write, and a private Redis has none. Name a Redis with a replica
  redis: { url: "redis://localhost:6379/0" }
or write durability: standard: the private Redis syncs every write to disk before it answers`)
	}
	server, err := start(ctx, private.Options{DataDir: c.DataDir, Log: log})
	if err != nil {
		return nil, nil, err
	}
	db, err = store.Open(ctx, store.Options{Dial: server.Dial, Prefix: c.Redis.Prefix, Logger: log})
	if err != nil {
		return nil, nil, errors.Join(wordOpen("the private redis in "+server.Dir(), err), server.Stop())
	}
	return db, func() error { return errors.Join(db.Stop(), server.Stop()) }, nil
}

// openNamed opens the store in the Redis that the file names.
func openNamed(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	u, err := url.Parse(c.Redis.URL)
	if err != nil || c.Redis.URL == "" {
		return nil, errors.New("the url of redis is not one") // err would repeat it
	}
	where := inspect.StoreName(c)
	if c.Redis.Mode != config.Standalone {
		u.Scheme += "-" + string(c.Redis.Mode)
	}
	s, err := store.Open(ctx, store.Options{
		URL: u.String(), Username: c.Redis.Username, Password: c.Redis.Password, Prefix: c.Redis.Prefix,
		Strict: c.Durability == config.Strict, Logger: log,
	})
	if err != nil {
		return nil, wordOpen(where, err)
	}
	// It opens with a single key: a user may be refused all others.
	if _, _, err := s.Counts(ctx); err != nil {
		return nil, errors.Join(wordOpen(where, err), s.Stop())
	}
	return s, nil
}

// wordOpen says what to do about a store that cannot be opened.
func wordOpen(where string, err error) error {
	switch {
	case core.DetailOf(err) == "refused":
		return fmt.Errorf("%s refuses the user or the password (%w). Are they right in the config file, and may that user use every command on every key and channel?", where, err)
	case core.DetailOf(err) == "certificate":
		return fmt.Errorf("%s shows a certificate that does not count (%w). Does it name the host of the url, and does this machine know who signed it? SSL_CERT_FILE may name a file that says so", where, err)
	case core.DetailOf(err) == store.FoundReplica:
		return fmt.Errorf("%s is a replica, which takes no writes: name the master, or the sentinels (mode: sentinel)", where)
	case core.KindOf(err) == core.Unavailable:
		return fmt.Errorf("%s does not answer (%w). Is it running, is the url in the config file right, and may this machine reach it?", where, err)
	case core.DetailOf(err) == "schema":
		return fmt.Errorf("the database of %s was written by a newer riskroom; run that version, or name another prefix (%w)", where, err)
	}
	return fmt.Errorf("%s: %w", where, err)
}

// ErrUnsafe says that risks would be lost in the store as it is set up.
var ErrUnsafe = errors.New("risks would be lost in this Redis, so nothing was started")

// CheckStore returns what may be lost in s. It answers ErrUnsafe if that is risks
// that were acknowledged, for reasons that can be mended, and says which.
func CheckStore(ctx context.Context, s *store.Store) ([]store.Finding, error) {
	found, err := s.Check(ctx)
	if err != nil {
		return nil, fmt.Errorf("redis cannot be looked at: %w", err)
	}
	var unsafe []string
	for _, f := range found {
		if f.Weight == store.Refusal {
			unsafe = append(unsafe, strings.TrimSpace(f.Node+" "+inspect.WordFinding(f)))
		}
	}
	if len(unsafe) > 0 {
		return found, fmt.Errorf("%w\n%s", ErrUnsafe, strings.Join(unsafe, "\n"))
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
	log.Log(ctx, level, inspect.WordFinding(f), args...)
}

// checkStoreEvery is how often a serving riskroom looks at its Redis anew.
const checkStoreEvery = 30 * time.Second

// watchStore looks at s again and again until ctx ends: what would lose risks
// stands against its readiness, and what was not found before is logged. What is
// off by a little more or less each time is not news.
func watchStore(ctx context.Context, s *store.Store, known []store.Finding, every time.Duration, log *slog.Logger) {
	news := func(f store.Finding) bool {
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
			log.DebugContext(ctx, "redis cannot be looked at", "err", err) // whoever needs it says so
			continue
		}
		for _, f := range found {
			if news(f) {
				logFinding(ctx, log, f)
			}
		}
		known = found
	}
}

// storeReady reports whether the store is there and safe, and if it is unsafe, what
// to do.
func (a *App) storeReady(ctx context.Context) error {
	err := a.store.Ready(ctx)
	if u, ok := errors.AsType[*store.Unsafe](err); ok {
		return errors.New(inspect.WordFinding(u.Finding))
	}
	return err
}
