// Package discord maps riskroom's actions onto one Discord guild.
//
// All calls go through the guild's client in package api, which the bot shares.
// calls.go and queries.go have one function per operation of Discord's API,
// named as in its OpenAPI document: calls.go those that change something,
// through effect.Write, and queries.go those that only read, through rest.Read.
// The actions (send.go, create.go, set.go, badge.go) are lists of these calls.
// render.go lays out messages and cards as embeds and action rows; the bot uses
// it too.
package discord

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"sync"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Config describes an Adapter.
type Config struct {
	API      *api.Client // of the guild; shared with its bot
	GuildID  string
	Category string       // the category for groups; "" is defaultCategory
	Archive  string       // the category for archived groups; "" is that of groups with archiveSuffix
	Shared   bool         // see Renderer
	Budget   core.Budget  // paces reads outside of actions; nil grants them all
	Logger   *slog.Logger // nil logs nothing
}

// Adapter is one Discord guild. It is safe for concurrent use.
type Adapter struct {
	workspace string
	guild     string
	category  shelf // of groups
	archive   shelf // of archived ones
	client    *api.Client
	budget    core.Budget
	writer    effect.Writer
	render    Renderer
	building  chan struct{} // a lock: only one call at a time creates a category

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
	category, archive := shelves(c.Category, c.Archive)
	a := &Adapter{
		workspace: c.API.Workspace(),
		guild:     c.GuildID,
		category:  category,
		archive:   archive,
		client:    c.API,
		budget:    c.Budget,
		writer: effect.Writer{
			Platform: api.Platform, Workspace: c.API.Workspace(), Log: c.Logger,
			Classify: func(method string, err error) error { return rest.Failure(api.Platform, method, err) },
		},
		render:   Renderer{Workspace: c.API.Workspace(), Guild: c.GuildID, Shared: c.Shared},
		building: make(chan struct{}, 1),
	}
	if a.budget == nil {
		a.budget = rest.Unpaced{}
	}
	return a, nil
}

// own returns an error for another workspace, and for anything that cannot be
// one of Discord's IDs, since IDs become parts of a path.
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

// epoch is the start of the time in Discord's IDs, in milliseconds of Unix
// time.
const epoch = 1420070400000

// firstID returns the smallest ID that something made at t can have.
func firstID(t time.Time) string { return formatID(max(t.UnixMilli()-epoch, 0) << 22) }

func parseID(id string) (int64, error) { return strconv.ParseInt(id, 10, 64) }

func formatID(n int64) string { return strconv.FormatInt(n, 10) }
