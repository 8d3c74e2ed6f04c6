// Package discord maps the actions of riskroom onto one Discord guild.
//
// Every call that changes something passes through write (write.go), every one
// that only reads through read (read.go); calls.go and queries.go hold one
// function per operation of Discord's API, named as in its OpenAPI document,
// transport.go judges the answers, errors.go names what they mean, rates.go what
// they cost, brake.go what must not even be asked now. The actions themselves
// (send.go, create.go, set.go, badge.go) are then lists of calls. render.go lays
// messages and cards out as embeds and action rows; the bot's half of Discord
// uses it too.
package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// Platform is Discord's name in config files.
const Platform = "discord"

// DefaultAPIURL is where Discord's API is.
const DefaultAPIURL = "https://discord.com/api/v10/"

// Config says how to reach one guild.
type Config struct {
	Workspace   string // its name in the config file
	BotToken    string // without "Bot "
	GuildID     string
	APIURL      string            // where the API is, with its version; "" is DefaultAPIURL
	Category    string            // the category under which groups are made; "" is DefaultCategory
	CallTimeout time.Duration     // of one call with its whole answer; 0 is ten seconds
	Rates       Rates             // in place of published rate limits
	Budget      core.Budget       // paces the reads outside of actions; nil lets all of them through
	Clock       core.Clock        // tells when a rate limit is over; nil is wall time
	Transport   http.RoundTripper // nil: one of its own

	// Observe counts calls by method and outcome: "ok" or a core.Kind; nil for
	// nobody.
	Observe func(method, outcome string)
	Logger  *slog.Logger // nil: says nothing
}

// Adapter is one Discord guild. It is safe for concurrent use.
type Adapter struct {
	workspace string
	guild     string
	category  string
	base      string // with a slash at its end
	session   *discordgo.Session
	rates     Rates
	budget    core.Budget
	writer    effect.Writer
	render    Renderer
	building  chan struct{} // held by whoever makes a category

	mu   sync.Mutex
	self string // the bot's own user, "" until the first get_my_user
}

var _ core.Platform = (*Adapter)(nil)

const defaultTimeout = 10 * time.Second

// New returns the adapter of the guild that c describes. It does no I/O; Check
// does.
func New(c Config) (*Adapter, error) {
	if c.Workspace == "" || c.BotToken == "" {
		return nil, errors.New("discord: a workspace needs a name and a bot token")
	}
	if !isID(c.GuildID) {
		return nil, errors.New("discord: the guild's ID is not a number of Discord's")
	}
	base := cmp.Or(c.APIURL, DefaultAPIURL)
	if !strings.HasSuffix(base, "/") {
		base += "/" // paths are appended as they are
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("discord: the API's URL is not an http or https URL")
	}
	a := &Adapter{
		workspace: c.Workspace,
		guild:     c.GuildID,
		category:  cmp.Or(strings.TrimSpace(c.Category), DefaultCategory),
		base:      base,
		rates:     c.Rates,
		budget:    c.Budget,
		writer:    newWriter(c),
		render:    Renderer{Workspace: c.Workspace},
		building:  make(chan struct{}, 1),
	}
	if a.budget == nil {
		a.budget = unpaced{}
	}
	clock := c.Clock
	if clock == nil {
		clock = core.ClockFunc(time.Now)
	}
	a.session, err = newSession(c.BotToken, newLine(u, c.Transport, cmp.Or(c.CallTimeout, defaultTimeout), newBrake(clock), c.Observe))
	return a, err
}

// unpaced is the budget of an adapter that has none.
type unpaced struct{}

func (unpaced) Spend(ctx context.Context, _ []core.Bucket, call func(context.Context) error) error {
	return call(ctx)
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
