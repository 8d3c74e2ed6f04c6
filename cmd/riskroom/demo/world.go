package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
)

// world is everything that a play needs, up and running.
type world struct {
	cfg        *config.Config
	clock      *clock
	db         *store.Store // keeps the database; engines have connections of their own
	workspaces []*place     // in the file's order
	log        *slog.Logger
	ctx        context.Context // ends with everything

	mu   sync.Mutex
	life *life   // of the engine; nil while there is none
	past []*life // killed ones, which end by themselves
}

// place is one stand-in workspace and who is who in it.
type place struct {
	name string
	*emulator.Workspace
	ids     map[string]string // user ID by the person's name
	general string            // the ID of #general
}

// stopWithin bounds how long it takes to stop.
const stopWithin = 10 * time.Second

// build starts everything for a config file, whose workspaces it turns into
// stand-ins on this machine.
func build(ctx context.Context, cfg *config.Config, lang string, log *slog.Logger) (w *world, err error) {
	w = &world{cfg: cfg, clock: &clock{}, log: log, ctx: ctx}
	w.clock.set(morning(cfg.Organisation.Zone))
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	for i := range cfg.Workspaces {
		p, err := w.standIn(&cfg.Workspaces[i], lang)
		if err != nil {
			return w, err
		}
		w.workspaces = append(w.workspaces, p)
	}
	if w.db, err = store.OpenEmbedded(ctx, w.clock, log); err != nil {
		return w, err
	}
	return w, w.begin(ctx)
}

// morning is where a play begins: today at ten.
func morning(zone *time.Location) time.Time {
	y, m, d := time.Now().In(zone).Date()
	return time.Date(y, m, d, 10, 0, 0, 0, zone)
}

// standIn starts a stand-in for a workspace, and has the config file lead there.
func (w *world) standIn(s *config.WorkspaceSettings, lang string) (*place, error) {
	if s.Platform != slack.Platform {
		return nil, fmt.Errorf("workspace %s: the demo has no stand-in for %s", s.Name, s.Platform)
	}
	c := cast(w.cfg, s.Name, lang)
	c.opts.Now = w.clock.Now
	ws, err := emulator.New(c.opts)
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	p := &place{name: s.Name, Workspace: ws, ids: c.ids}
	if general, ok := ws.ChannelByName("general"); ok {
		p.general = general.ID
	}
	url, err := ws.Start("")
	if err != nil {
		return p, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	s.APIURL = url + "/api/"
	s.Values = map[string]string{"bot_token": ws.BotToken(), "signing_secret": ws.SigningSecret()}
	return p, nil
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

// place returns the workspace of that name.
func (w *world) place(name string) *place {
	for _, p := range w.workspaces {
		if p.name == name {
			return p
		}
	}
	return nil
}

// home is where risks are filed.
func (w *world) home() *place { return w.workspaces[0] }

// zone is where the config file counts its days.
func (w *world) zone() *time.Location { return w.cfg.Organisation.Zone }

// nameOf returns what people call an account.
func (w *world) nameOf(a core.Account) string {
	if p := w.place(a.Workspace); p != nil {
		if who, ok := p.View().Person(a.ID); ok {
			return who.Name
		}
	}
	return a.ID
}
