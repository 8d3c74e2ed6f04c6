// Package platform declares what riskroom must know about a chat platform: the keys of
// a workspace in the config file, how to connect to it, what to check, how to set up the
// app, and how the demo works on it. Each platform describes itself in a package below
// this one. Package platforms lists them.
package platform

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"riskroom/adapters/rest"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
	"riskroom/core/text"
)

// Platform describes one platform. Fields are required unless noted.
type Platform struct {
	Title    string // the name in texts: "Slack"
	Settings core.PlatformSettings
	// Connect creates the adapter of a workspace. It does no I/O.
	Connect  func(Connection) (Workspace, error)
	Manifest Manifest
	Demo     Demo
	Help     Help
	Chinese  map[string]string // of the phrases of its findings, by the English
	// LeftOut returns the own fields for which the command has no room; nil: it has room for
	// all.
	LeftOut func(org *core.Organisation, t *text.Catalogue) config.LeftOut
}

// Help is a platform's part of the commands' help, in lines of at most 85 characters.
type Help struct {
	Serve     text.Phrase // how people's commands arrive, and which URLs the app's pages take
	Checked   text.Phrase // list items: what check --online checks on this platform only
	Unchecked text.Phrase // list items: what no bot can find out; may be empty
}

// Name returns the platform's name in config files.
func (p Platform) Name() string { return p.Settings.Platform }

// Connection configures a connection to a workspace.
type Connection struct {
	Settings config.WorkspaceSettings
	Config   *config.Config               // contains Settings
	Budget   core.Budget                  // nil: calls are not paced
	Called   func(method, outcome string) // nil: calls are not counted
	Clock    core.Clock                   // for the end of rate limits; nil: the system's clock
	Log      *slog.Logger

	Transport http.RoundTripper // reaches the platform's API; nil: one of its own
}

// Workspace is a connected workspace of the config file.
type Workspace struct {
	Adapter   core.Platform
	Access    Access
	Inspector Inspector
}

// Access checks a workspace's credentials and creates its bot.
type Access interface {
	// Check asks the platform which bot the credentials belong to.
	Check(ctx context.Context) (Identity, error)
	// Need sets what Check and the Inspector expect of the bot.
	Need(core.Uses)
	// SocketName is the name of the bot's Socket in /readyz.
	SocketName() string
	// Open creates the bot that receives commands. It does no I/O.
	Open(BotParts) (Bot, error)
}

// Identity describes the bot and its workspace, according to the platform.
type Identity struct {
	ID   string // of the workspace on the platform
	Name string // of the workspace
	Bot  string // the bot's name
	Room int    // how many more groups can be created
}

// Endless is the Room of a workspace without a limit.
const Endless = -1

// BotParts configures a workspace's bot. Bot, Reports and Org follow a config file that is
// reloaded.
type BotParts struct {
	Bot     Answerer
	Reports Reports
	Store   *store.Store
	Org     func() *core.Organisation
	Text    *text.Catalogue
	Budget  core.Budget
	Observe func(kind, outcome string) // counts requests
	Log     *slog.Logger
}

// Answerer answers commands in time, as bots.Bot does.
type Answerer interface {
	Answer(ctx context.Context, c bots.Command, later bots.Later) bots.Reply
	Busy(c bots.Command) bots.Reply
	NotOpened(c bots.Command, r bots.Reply, err error) bots.Reply
	Commands() []bots.Spec
	Suggest(ctx context.Context, c bots.Command, option, typed string) []bots.Choice
	AsTyped(lang string, f bots.Field) string
	Lost(c bots.Command, err error) bots.Reply
	Home(ctx context.Context, c bots.Command) (bots.Home, error)
	Outdated(ctx context.Context, of []core.Account, made func(core.Account) time.Time) ([]core.Account, error)
}

// Reports takes what platforms report, as engine.Engine does.
type Reports interface {
	Noticed(ctx context.Context, g core.GroupRef) error
	Missed(ctx context.Context, workspace string) error
	Ended(ctx context.Context, g core.GroupRef, how core.Ending) error
	Unarchived(ctx context.Context, g core.GroupRef, by core.Account) error
	Joined(ctx context.Context, workspace string) error
	Home(ctx context.Context, risk core.RiskKey) (workspace string, err error)
}

// Bot receives what people do in one workspace.
type Bot interface {
	// Socket returns the connection to keep open, nil if there is none.
	Socket() Socket
	// Routes returns the handlers for calls over HTTP, by the last part of the path
	// /<platform>/<workspace>/<kind>; nil if the platform doesn't call.
	Routes() map[string]http.Handler
	// Close waits for pending commands.
	Close(ctx context.Context) error
}

// TendedBot is a Bot that has work to do between requests.
type TendedBot interface {
	Bot
	// Tend does it until ctx ends.
	Tend(ctx context.Context)
}

// DefiningBot is a Bot that tells the platform which commands there are.
type DefiningBot interface {
	Bot
	// Define tells it again, until it succeeds or ctx ends.
	Define(ctx context.Context)
}

// SharingBot is a Bot that may receive what is for other workspaces.
type SharingBot interface {
	Bot
	// Share is called with the bots of all workspaces, before any Socket runs.
	Share(all []Bot)
}

// Socket is a connection to a platform that must be kept open.
type Socket interface {
	// Run keeps it open until ctx ends. It returns an error if the platform refuses
	// the connection.
	Run(ctx context.Context) error
	// Ready returns an error if it is not open.
	Ready(ctx context.Context) error
}

// LedSocket is a Socket that only one of the replicas keeps open.
type LedSocket interface {
	Socket
	// Leads reports whether this replica keeps it open.
	Leads() bool
	// State describes in a few words which replica does.
	State() string
}

// Rates returns the rate limits that a workspace of the config file sets.
func Rates(r config.Rates) rest.Rates {
	out := rest.Rates{Unlimited: r.Unlimited, Methods: map[string]rest.Rate{}}
	for method, rate := range r.Methods {
		out.Methods[method] = rest.Rate{N: rate.N, Window: rate.Window}
	}
	return out
}

// BotTokenKey is the key of the bot's token in the config file, on every platform.
const BotTokenKey = "bot_token"
