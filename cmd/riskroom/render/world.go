package render

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/cast"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
	"riskroom/core/text"
)

// world is everything that carrying out a flow needs.
type world struct {
	cfg       *config.Config // with emulated workspaces
	home      string
	clock     clock
	places    []*place
	db        *store.Store
	engine    *engine.Engine
	given     *flow.Flow
	flow      *flow.Flow // without conditions
	itemGroup *flow.Flow // creates the group that the flow expects; nil if it expects none
	risk      core.Risk

	mu    sync.Mutex
	steps []Step
	at    int // the step that the run is at, -1 before
}

// place is one emulated workspace.
type place struct {
	*emulated.Place
	tap   *tap
	rooms map[string]bool // that were there
	posts map[string]bool // likewise, by room and ID
}

func build(ctx context.Context, o Options) (w *world, err error) {
	w = &world{cfg: emulated.Copied(o.Config), home: o.Home, clock: clock{emulated.NewClock(o.Now)}, given: o.Flow, flow: o.Flow.Unconditional(), at: -1}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	for _, s := range o.Flow.Steps {
		step := Step{Key: s.Key(), Action: s.Action.Kind(), If: s.If, ReplyTo: s.ReplyTo()}
		if wait, ok := s.Action.(*flow.Wait); ok {
			step.Wait = wait.For
		}
		w.steps = append(w.steps, step)
	}
	if o.Risk != nil {
		w.risk = *o.Risk
		w.risk.Version, w.risk.Home, w.risk.Files = 1, o.Home, nil
	}
	adapters := map[string]core.Platform{}
	for i := range w.cfg.Workspaces {
		s := &w.cfg.Workspaces[i]
		if err := w.standIn(ctx, s); err != nil {
			return w, err
		}
		connected, err := inspect.Connect(platform.Connection{Settings: *s, Config: w.cfg, Clock: w.clock, Log: o.Log})
		if err != nil {
			return w, err
		}
		if err := connected.Ask(ctx); err != nil {
			return w, err
		}
		adapters[s.Name] = connected.Adapter
	}
	if o.Risk == nil {
		w.risk = w.sample()
	}
	if w.itemGroup, err = w.creator(); err != nil {
		return w, err
	}
	if w.db, err = store.OpenEmbedded(ctx, w.clock, o.Log); err != nil {
		return w, err
	}
	words, err := text.Load()
	if err != nil {
		return w, err
	}
	flows := []*flow.Flow{w.flow}
	if w.itemGroup != nil {
		flows = append(flows, w.itemGroup)
	}
	w.engine, err = engine.New(engine.Options{
		Organisation: &w.cfg.Organisation, Flows: flows, Platforms: adapters, Store: watched{w.db, w}, Text: words,
		Instance: "render", Clock: w.clock, Log: o.Log, CallTimeout: w.cfg.CallTimeout, Settle: w.cfg.Settle,
	})
	return w, err
}

// standIn starts an emulator for a workspace.
func (w *world) standIn(ctx context.Context, s *config.WorkspaceSettings) error {
	var also cast.Also
	also.Risk(w.risk)
	up, err := emulated.Open(w.cfg, s, w.cfg.Organisation.Language, also, w.clock.Now)
	if err != nil {
		return err
	}
	p := &place{Place: up, rooms: map[string]bool{}, posts: map[string]bool{}}
	w.places = append(w.places, p)
	p.harvest(nil)
	p.tap, s.APIURL, err = listen(ctx, s.APIURL, up.Log(), func(c Call) { w.called(p, c) })
	if err != nil {
		return fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	return nil
}

func (w *world) place(name string) *place {
	i := slices.IndexFunc(w.places, func(p *place) bool { return p.Name == name })
	return w.places[i]
}

// close stops whatever was started.
func (w *world) close() error {
	var err error
	if w.db != nil {
		err = w.db.Stop()
	}
	for _, p := range w.places {
		if p.tap != nil {
			err = errors.Join(err, p.tap.close())
		}
		err = errors.Join(err, p.Close())
	}
	return err
}

// failures adds what steps couldn't do.
func (w *world) failures(ctx context.Context) error {
	events, err := w.db.Trail(ctx, w.risk.Key, "", trailLength)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if !slices.Contains([]string{engine.EventFailed, engine.EventPartial, engine.EventPassed}, e.Kind) {
			continue
		}
		for i := range w.steps {
			if id, err := engine.ParseRunID(e.Run); err == nil && id.Flow == w.given.Name && w.steps[i].Key == e.Step {
				w.steps[i].Failed = append(w.steps[i].Failed, e)
			}
		}
	}
	return nil
}

// trailLength is how many events are searched for failures: all that a flow can write.
const trailLength = 1000

// watched is the store of the engine. It notices which step the run is at, and grants every
// call at once.
type watched struct {
	*store.Store
	world *world
}

// Begin implements engine.Runs.
func (s watched) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	if b.Lease.Run.Flow == s.world.given.Name {
		s.world.enter(b.Step)
	}
	return s.Store.Begin(ctx, b)
}

// TakeSlot implements engine.Slots.
func (watched) TakeSlot(context.Context, []core.Bucket, bool, time.Duration) (time.Duration, error) {
	return 0, nil
}

// enter notes that the run is at a step, after it has looked at what the step before did.
func (w *world) enter(step int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if step == w.at {
		return
	}
	if w.at >= 0 {
		w.harvest(&w.steps[w.at])
	}
	w.at = step
}

func (w *world) called(p *place, c Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at >= 0 && w.at < len(w.steps) {
		c.Workspace = p.Name
		w.steps[w.at].Calls = append(w.steps[w.at].Calls, c)
	}
}

// harvest adds to a step what is new in the workspaces; nil only notes what is there.
func (w *world) harvest(s *Step) {
	for _, p := range w.places {
		p.harvest(s)
	}
}

func (p *place) harvest(s *Step) {
	if s == nil {
		s = &Step{}
	}
	v := p.View()
	made := map[string]bool{}
	for _, r := range v.Rooms {
		if p.rooms[r.ID] {
			continue
		}
		p.rooms[r.ID] = true
		if r.Kind == stage.DirectRoom || r.Kind == stage.HomeRoom {
			continue
		}
		made[r.ID] = true
		g := Group{Workspace: p.Name, Room: r}
		for _, id := range r.Members {
			if who, ok := v.Person(id); ok && id != p.Bot {
				g.Members = append(g.Members, who.Name)
			}
		}
		s.Groups = append(s.Groups, g)
	}
	for _, post := range v.Posts {
		id := post.Room + "/" + post.ID
		if p.posts[id] {
			continue
		}
		p.posts[id] = true
		room, _ := v.Room(post.Room)
		switch {
		case post.Notice && !made[post.Room]:
			s.Says = append(s.Says, said(v, room, post))
		case !post.Notice && post.Author == p.Bot:
			s.Posts = append(s.Posts, Post{Post: post, Workspace: p.Name, Room: room, Pinned: slices.Contains(room.Pinned, post.ID)})
		}
	}
}

// said returns what a platform says that somebody did in a room.
func said(v stage.View, room stage.Room, post stage.Post) string {
	by, _ := v.Person(post.Author)
	return "#" + room.Name + ": @" + by.Name + " " + post.Text
}
