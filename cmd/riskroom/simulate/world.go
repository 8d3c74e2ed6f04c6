package simulate

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"riskroom/adapters/stage"
	"riskroom/bots"
	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/private"
	"riskroom/core/text"
)

// world is everything that a simulation needs.
type world struct {
	cfg    *config.Config // with emulated workspaces
	lang   string
	words  *text.Catalogue
	clock  clock
	db     *store.Store
	redis  *private.Throwaway // nil if the store is in this process
	places []*emulated.Place
	reach  map[string]http.RoundTripper // their APIs, by name
	typed  bool                         // people type commands
	o      Options
	rec    *recorder
	runner *runner

	// What a restart replaces.
	app    *app.App
	server *emulated.Server // nil if nobody types commands, or while riskroom isn't running

	replies chan bots.Reply // to the command that somebody types
	answers []Answer
}

// firstGroup is the number of a group that is there from the start, far from those of topics
// that people open.
const firstGroup = 900_001

// stopWithin bounds how long it takes to stop.
const stopWithin = 10 * time.Second

func build(ctx context.Context, cfg *config.Config, s Scenario, o Options) (w *world, err error) {
	w = &world{
		cfg: cfg, lang: text.Match(o.Lang), clock: clock{emulated.NewClock(s.Start)}, reach: map[string]http.RoundTripper{}, typed: len(s.Actions) > 0, o: o,
		replies: make(chan bots.Reply, 1),
	}
	if o.Lang == "" {
		w.lang = cfg.Organisation.Language
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.words, err = text.Load(); err != nil {
		return w, err
	}
	also := s.Cast()
	if o.Live != nil {
		for _, r := range o.Live.Risks {
			also.Risk(r)
		}
		also.Groups = o.Live.Groups
	}
	for i := range cfg.Workspaces {
		p, err := emulated.Open(cfg, &cfg.Workspaces[i], w.lang, also, w.clock.Now)
		if err != nil {
			return w, err
		}
		w.places = append(w.places, p)
	}
	if err := w.openStore(ctx, len(s.Risks), o); err != nil {
		return w, err
	}
	w.rec = newRecorder(w)
	if o.Live != nil {
		for _, r := range o.Live.Risks {
			w.rec.titles[r.Key] = r.Title
		}
	}
	for _, p := range w.places {
		w.reach[p.Name] = p.Client().Transport
		if in, ok := w.reach[p.Name].(stage.InProcess); ok {
			in.Waits = true
			w.reach[p.Name] = in
		}
	}
	for _, g := range emulated.Groups(cfg.Flows, w.places, firstGroup) {
		if err := w.db.ChangeGroup(ctx, engine.GroupUpdate{Group: g}); err != nil {
			return w, err
		}
	}
	w.runner = &runner{
		clock: w.clock, rec: w.rec, progress: o.Progress, reported: time.Now(),
		off: make(chan *turn), acted: map[engine.RunID]int{}, flush: w.flush,
	}
	return w, w.start(ctx)
}

// start starts riskroom on the store as it is.
func (w *world) start(ctx context.Context) (err error) {
	w.app, err = app.New(ctx, app.Options{
		Config: w.cfg, Store: w.db, Clock: w.clock, Log: w.o.Log, Evaluated: w.o.Evaluated, Transports: w.reach,
		Answered: w.answered,
		Watch:    func(s engine.Store) engine.Store { return watched{s, w.rec} },
	})
	if err != nil {
		return err
	}
	w.runner.start(ctx, w.app.Engine())
	if w.typed {
		if w.server, err = emulated.Connect(ctx, w.app, w.places); err != nil {
			return err
		}
		if err := emulated.WaitReady(ctx, w.app); err != nil {
			return err
		}
	}
	return w.app.Engine().Prepare(ctx)
}

// stop stops riskroom. The store and the workspaces stay.
func (w *world) stop() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	w.runner.stop()
	if w.server != nil {
		err = w.server.Close(ctx, w.app)
		w.server = nil
	}
	return err
}

// manyRisks is from how many risks on a redis-server is worth its start.
const manyRisks = 300

// openStore opens a store in which what is due at the same moment is always claimed in the same
// order: of a redis-server if there are many risks and one can be started, else in this process.
func (w *world) openStore(ctx context.Context, risks int, o Options) (err error) {
	opts := store.Options{Clock: w.clock, Shards: 1, Embedded: true, Volatile: true, Alone: true, Logger: o.Log, Snapshot: o.Live}
	if o.Live != nil {
		risks += len(o.Live.Risks)
	}
	if risks >= manyRisks && !o.inProcess {
		if w.redis, err = private.StartThrowaway(ctx); err == nil {
			opts.Dial = w.redis.Dial
			w.db, err = store.Open(ctx, opts)
			return err
		}
		o.Log.DebugContext(ctx, "no redis-server, so the store is slower", "err", err)
	}
	w.db, err = store.OpenEmbeddedWith(ctx, opts)
	return err
}

// answered notes a reply of the bot. Somebody waits for it, unless the simulation was cancelled.
func (w *world) answered(_ bots.Command, r bots.Reply) {
	select {
	case w.replies <- r:
	default:
	}
}

// flush has the app receive what the platforms tell it.
func (w *world) flush(ctx context.Context) error {
	if w.server != nil {
		for _, p := range w.places {
			if err := p.FlushEvents(ctx); err != nil {
				return err
			}
		}
	}
	w.rec.harvest()
	return nil
}

// close stops whatever was started.
func (w *world) close() error {
	var err error
	if w.runner != nil {
		err = w.stop()
	}
	for _, p := range w.places {
		err = errors.Join(err, p.Close())
	}
	if w.db != nil {
		err = errors.Join(err, w.db.Stop())
	}
	if w.redis != nil {
		err = errors.Join(err, w.redis.Stop())
	}
	return err
}

func (w *world) place(name string) *emulated.Place {
	i := slices.IndexFunc(w.places, func(p *emulated.Place) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return w.places[i]
}
