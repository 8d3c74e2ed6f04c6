package demo

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"riskroom/cmd/riskroom/cast"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
)

// world is everything that a play needs.
type world struct {
	cfg        *config.Config
	clock      *clock
	db         *store.Store      // keeps the database; engines have connections of their own
	workspaces []*emulated.Place // home first, the others in the file's order
	log        *slog.Logger
	ctx        context.Context // ends when the demo does

	mu   sync.Mutex
	life *life   // of the engine; nil while there is none
	past []*life // killed engines, which may still be ending
}

// stopWithin bounds how long it takes to stop.
const stopWithin = 10 * time.Second

// build starts everything for a config file, and points its workspaces to emulators.
// Risks are filed in the workspace home.
func build(ctx context.Context, cfg *config.Config, home, lang string, log *slog.Logger) (w *world, err error) {
	w = &world{cfg: cfg, clock: &clock{}, log: log, ctx: ctx}
	w.clock.set(morning(cfg.Organisation.Zone))
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	for i := range cfg.Workspaces {
		p, err := emulated.Open(cfg, &cfg.Workspaces[i], lang, cast.Also{}, w.clock.Now)
		if err != nil {
			return w, err
		}
		if p.Name == home {
			w.workspaces = append([]*emulated.Place{p}, w.workspaces...)
		} else {
			w.workspaces = append(w.workspaces, p)
		}
	}
	if w.db, err = store.OpenEmbedded(ctx, w.clock, log); err != nil {
		return w, err
	}
	return w, w.begin(ctx)
}

// morning is where a play begins: today at ten.
func morning(zone *time.Location) time.Time {
	y, m, d := time.Now().In(zone).Date()
	t, _ := core.WallClock(y, m, d, 10*time.Hour, zone)
	return t
}

// close stops whatever was started.
func (w *world) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	w.mu.Lock()
	l, past := w.life, w.past
	w.life = nil
	w.mu.Unlock()
	var err error
	if l != nil {
		err = l.end(ctx)
	}
	for _, l := range past {
		<-l.ended
	}
	for _, p := range w.workspaces {
		err = errors.Join(err, p.Close())
	}
	if w.db != nil {
		err = errors.Join(err, w.db.Stop())
	}
	return err
}

// place returns the workspace with the name.
func (w *world) place(name string) *emulated.Place {
	for _, p := range w.workspaces {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// home returns the workspace where risks are filed.
func (w *world) home() *emulated.Place { return w.workspaces[0] }

// platforms returns the titles of the workspaces' platforms.
func (w *world) platforms() []string {
	var out []string
	for _, p := range w.workspaces {
		if !slices.Contains(out, p.Platform.Title) {
			out = append(out, p.Platform.Title)
		}
	}
	return out
}

// zone returns the config file's time zone.
func (w *world) zone() *time.Location { return w.cfg.Organisation.Zone }

// nameOf returns an account's display name.
func (w *world) nameOf(a core.Account) string {
	if p := w.place(a.Workspace); p != nil {
		if who, ok := p.View().Person(a.ID); ok {
			return who.Name
		}
	}
	return a.ID
}
