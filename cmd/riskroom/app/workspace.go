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
	settings config.WorkspaceSettings
	adapter  core.Platform
	home     home
	way      way

	mu      sync.Mutex
	checked time.Time // when the platform was last asked whether it accepts the bot
	refusal error
	room    int // as the platform said; endless too while it has not
}

// home is what differs between platforms.
type home interface {
	// check asks whom the token speaks for.
	check(ctx context.Context) (standing, error)
	// refused words that the token is not accepted.
	refused(detail string) string
	// lacking words that the bot may not do all that it can be asked to do.
	lacking() string
	// entrance names what Socket keeps open.
	entrance() string
	// open makes the way in.
	open(p parts) (way, error)
}

// standing is what a platform says of the bot.
type standing struct {
	missing string // what it lacks, in words; "" is nothing
	room    int    // how many more groups the workspace takes
	told    []any  // for the log
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

func newWorkspace(s config.WorkspaceSettings, timeout time.Duration, budget core.Budget, called func(method, outcome string), log *slog.Logger) (*workspace, error) {
	w := &workspace{settings: s, room: endless}
	switch s.Platform {
	case slack.Platform:
		a, err := newSlack(s, timeout, budget, called, log)
		if err != nil {
			return nil, err
		}
		w.adapter, w.home = a, &slackHome{settings: s, adapter: a}
	case discord.Platform:
		a, err := newDiscord(s, timeout, budget, called, log)
		if err != nil {
			return nil, err
		}
		w.adapter, w.home = a, &discordHome{settings: s, adapter: a}
	default:
		return nil, fmt.Errorf("workspace %s: there is no platform %q", s.Name, s.Platform)
	}
	return w, nil
}

// introduce asks the platform whom the token speaks for. The error says that it
// refuses the token. That it cannot be reached is no error: it may come back.
func (w *workspace) introduce(ctx context.Context, log *slog.Logger) error {
	found, err := w.home.check(ctx)
	if core.KindOf(err) == core.Unauthorized {
		err = fmt.Errorf("workspace %s: %s", w.settings.Name, w.home.refused(core.DetailOf(err)))
		w.note(err)
		return err
	}
	w.note(nil)
	if err != nil {
		log.WarnContext(ctx, "workspace cannot be reached now; what is due there waits", "workspace", w.settings.Name, "err", err)
		return nil
	}
	if found.missing != "" {
		log.WarnContext(ctx, w.home.lacking(), "workspace", w.settings.Name, "missing", found.missing)
	}
	w.furnish(found)
	log.InfoContext(ctx, "workspace accepts the bot", append([]any{"workspace", w.settings.Name}, found.told...)...)
	return nil
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
		err = fmt.Errorf("the bot's credentials are refused (%s)", core.DetailOf(err))
		w.note(err)
		return err
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
