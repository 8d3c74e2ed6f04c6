// Package discord maps the actions of riskroom onto one Discord guild.
//
// All calls go through the guild's client in the package api, which the bot
// shares. calls.go and queries.go hold one function per operation of Discord's
// API, named as in its OpenAPI document: those that change something go through
// effect.Write, those that only read through rest.Read. The actions themselves
// (send.go, create.go, set.go, badge.go) are then lists of calls. render.go lays
// messages and cards out as embeds and action rows; the bot uses it too.
package discord

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Platform is Discord's name in config files.
const Platform = api.Platform

// Config is what an Adapter is made of.
type Config struct {
	API      *api.Client // of the guild; its bot has the same
	GuildID  string
	Category string       // the category under which groups are made; "" is DefaultCategory
	Budget   core.Budget  // paces the reads outside of actions; nil lets all of them through
	Logger   *slog.Logger // nil: says nothing
}

// Adapter is one Discord guild. It is safe for concurrent use.
type Adapter struct {
	workspace string
	guild     string
	category  string
	client    *api.Client
	budget    core.Budget
	writer    effect.Writer
	render    Renderer
	building  chan struct{} // held by whoever makes a category

	mu   sync.Mutex
	self string // the bot's own user, "" until the first get_my_user
}

var _ core.Platform = (*Adapter)(nil)

// New returns the adapter of the guild that c describes. It does no I/O; Check
// does.
func New(c Config) (*Adapter, error) {
	if !isID(c.GuildID) {
		return nil, errors.New("discord: the guild's ID is not a number of Discord's")
	}
	a := &Adapter{
		workspace: c.API.Workspace(),
		guild:     c.GuildID,
		category:  cmp.Or(strings.TrimSpace(c.Category), DefaultCategory),
		client:    c.API,
		budget:    c.Budget,
		writer: effect.Writer{
			Platform: Platform, Workspace: c.API.Workspace(), Log: c.Logger,
			Classify: func(method string, err error) error { return rest.Failure(Platform, method, err) },
		},
		render:   Renderer{Workspace: c.API.Workspace()},
		building: make(chan struct{}, 1),
	}
	if a.budget == nil {
		a.budget = rest.Unpaced{}
	}
	return a, nil
}

// own refuses what belongs to another workspace, and IDs that Discord cannot
// have given: they would become part of a path.
func (a *Adapter) own(action, workspace string, ids ...string) error {
	if workspace != a.workspace {
		return &core.Error{
			Op: "discord: " + action, Kind: core.Invalid, Detail: "other_workspace",
			Err: fmt.Errorf("%q is not %q", workspace, a.workspace),
		}
	}
	for _, id := range ids {
		if !isID(id) {
			return &core.Error{Op: "discord: " + action, Kind: core.Invalid, Detail: "not_an_id", Err: fmt.Errorf("%.40q", id)}
		}
	}
	return nil
}

var snowflakes = regexp.MustCompile(`^` + idPattern + `$`)

// idPattern matches Discord's IDs: https://docs.discord.com/developers/reference#snowflakes.
const idPattern = `[1-9][0-9]{4,19}`

func isID(s string) bool { return snowflakes.MatchString(s) }

// epoch is where the time in Discord's IDs begins, in milliseconds of Unix time.
const epoch = 1420070400000

// firstID returns the smallest ID that something made at t can have.
func firstID(t time.Time) string { return formatID(max(t.UnixMilli()-epoch, 0) << 22) }

func parseID(id string) (int64, error) { return strconv.ParseInt(id, 10, 64) }

func formatID(n int64) string { return strconv.FormatInt(n, 10) }
