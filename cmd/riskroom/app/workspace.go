package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/slack"
	"riskroom/bots"
	"riskroom/bots/web"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// workspace is one workspace of any platform: the way out and the way in.
type workspace struct {
	settings  config.WorkspaceSettings
	adapter   core.Platform
	home      home
	inspector inspector
	way       way

	// What the platform said when it was asked first, set by introduce.
	standing standing
	failure  error

	mu      sync.Mutex
	checked time.Time // when the platform was last asked whether it accepts the bot
	refusal error
	room    int // as the platform said; endless too while it has not
}

// home is what differs between platforms.
type home interface {
	// check asks whom the token speaks for.
	check(ctx context.Context) (standing, error)
	// entrance names what Socket keeps open.
	entrance() string
	// open makes the way in.
	open(p parts) (way, error)
}

// standing is what a platform says of the bot.
type standing struct {
	id   string // of the workspace, the platform's own
	name string // of the workspace, as people there read it
	bot  string // its name there
	room int    // how many more groups the workspace takes
}

// endless is the room of a workspace that takes any number of groups.
const endless = -1

// parts are what a way in is made of.
type parts struct {
	bot     *bots.Bot
	engine  *engine.Engine
	store   *store.Store
	org     *core.Organisation
	text    *text.Catalogue
	budget  core.Budget
	counted *metrics
	log     *slog.Logger
}

// way is a way in.
type way interface {
	// Socket is what keeps it open, nil where platforms call by themselves and
	// nothing has to be done for it.
	Socket() socket
	// mount adds what is reached over HTTP.
	mount(routes *web.Routes, workspace string)
	Close(ctx context.Context) error
}

// socket keeps a way in open.
type socket interface {
	Run(ctx context.Context) error
	Ready(ctx context.Context) error
}

// led is a socket that one of the replicas keeps open for all.
type led interface {
	socket
	// Leads tells whether it is this one.
	Leads() bool
	// State says in a few words who it is.
	State() string
}

// botTokenKey is the key of the bot's token in the config file, on every platform.
const botTokenKey = "bot_token"

// calling says how calls to a platform are made.
type calling struct {
	timeout time.Duration
	budget  core.Budget                  // nil: they are not paced
	called  func(method, outcome string) // counts them; nil: nobody
	log     *slog.Logger
}

// newWorkspace makes what s says, one of c's. Where budget is nil calls are not
// paced, where called is nil they are not counted.
func newWorkspace(c *config.Config, s config.WorkspaceSettings, budget core.Budget, called func(method, outcome string), log *slog.Logger) (*workspace, error) {
	w := &workspace{settings: s, room: endless}
	o := calling{timeout: c.CallTimeout, budget: budget, called: called, log: log}
	switch s.Platform {
	case slack.Platform:
		h, err := newSlack(s, o)
		if err != nil {
			return nil, err
		}
		h.uses = c.Uses(s.Name)
		w.adapter, w.home, w.inspector = h.adapter, h, h
	case discord.Platform:
		h, err := newDiscord(s, o)
		if err != nil {
			return nil, err
		}
		h.uses, h.command = c.Uses(s.Name), c.Organisation.Command
		w.adapter, w.home, w.inspector = h.adapter, h, h
	default:
		return nil, fmt.Errorf("workspace %s: there is no platform %q", s.Name, s.Platform)
	}
	return w, nil
}

// introduce asks the platform whom the token speaks for, and keeps what it says.
func (w *workspace) introduce(ctx context.Context) error {
	w.standing, w.failure = w.home.check(ctx)
	switch {
	case w.failure == nil:
		w.furnish(w.standing)
		w.note(nil)
	case core.KindOf(w.failure) == core.Unauthorized:
		w.note(refused(w.failure))
	default:
		w.note(nil) // it may come back
	}
	return w.failure
}

// How often await asks.
const (
	firstAwait   = time.Second
	longestAwait = 30 * time.Second
)

// await returns once a platform answers that did not at the start, or ctx ends.
// Until then whoever needs it could only fail, and say so again and again.
func (w *workspace) await(ctx context.Context) {
	failure := w.failure
	for wait := firstAwait; core.KindOf(failure) == core.Unavailable; wait = min(2*wait, longestAwait) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		_, failure = w.home.check(ctx)
	}
}

// place is what a workspace that accepts the bot is called where it is.
func (w *workspace) place() string { return w.standing.name + " on " + w.inspector.words().platform }

func refused(err error) error {
	return fmt.Errorf("the bot's credentials are refused (%s)", core.DetailOf(err))
}

// checkEvery is how often accepted asks the platform anew.
const checkEvery = time.Minute

// accepted tells whether the platform accepts the bot. That it does not answer says
// nothing about that.
func (w *workspace) accepted(ctx context.Context) error {
	w.mu.Lock()
	due, refusal := time.Since(w.checked) >= checkEvery, w.refusal
	if due {
		w.checked = time.Now()
	}
	w.mu.Unlock()
	if !due {
		return refusal
	}
	found, err := w.home.check(ctx)
	switch {
	case err == nil:
		w.note(nil)
		w.furnish(found)
		return nil
	case core.KindOf(err) == core.Unauthorized:
		w.note(refused(err))
		return refused(err)
	}
	return refusal
}

func (w *workspace) note(refusal error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked, w.refusal = time.Now(), refusal
}

// furnish takes over how many more groups there is room for.
func (w *workspace) furnish(found standing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room = found.room
}

// capacity tells how many more groups the workspace takes, if that has an end.
func (w *workspace) capacity() (room int, limited bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room, w.room != endless
}

// open makes the way in.
func (w *workspace) open(p parts) error {
	var err error
	if w.way, err = w.home.open(p); err != nil {
		return fmt.Errorf("workspace %s: %w", w.settings.Name, err)
	}
	return nil
}
