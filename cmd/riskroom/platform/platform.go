// Package platform says what riskroom has to know of a chat platform: the keys that
// a workspace takes in the config file, how to reach it, what to look at when it is
// checked, how its app is set up, and how the demo plays on it. Each platform
// describes itself in a package below this one; package platforms lists them.
package platform

import (
	"context"
	"log/slog"
	"net/http"

	"riskroom/adapters/rest"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// Platform describes one platform. All members are needed unless they say otherwise.
type Platform struct {
	Title    string // as people write it: "Slack"
	Settings core.PlatformSettings
	// Connect makes the adapter of a workspace. It contacts nobody.
	Connect  func(Connection) (Workspace, error)
	Manifest Manifest
	Demo     Demo
	Help     Help
}

// Help is what the commands' own help says of a platform, as lines of at most 85
// characters.
type Help struct {
	Serve     string // how people's commands arrive, and which URLs the app's pages take
	Checked   string // items of what check --online looks at, in addition to what it looks at everywhere
	Unchecked string // likewise what no bot can find out; may be empty
}

// Name returns what the config file calls the platform.
func (p Platform) Name() string { return p.Settings.Platform }

// Connection is what a workspace is connected with.
type Connection struct {
	Settings config.WorkspaceSettings
	Config   *config.Config               // that Settings are from
	Budget   core.Budget                  // nil: calls are not paced
	Called   func(method, outcome string) // nil: calls are not counted
	Log      *slog.Logger
}

// Workspace is a workspace of the config file on its platform.
type Workspace struct {
	Adapter   core.Platform
	Access    Access
	Inspector Inspector
}

// Access is how the bot gets into a workspace.
type Access interface {
	// Check asks the platform whom the credentials belong to.
	Check(ctx context.Context) (Identity, error)
	// SocketName names what the bot's Socket keeps open.
	SocketName() string
	// Open makes the bot that takes people's commands. It contacts nobody.
	Open(BotParts) (Bot, error)
}

// Identity is what a platform says of the bot and where it is.
type Identity struct {
	ID   string // of the workspace, the platform's own
	Name string // of the workspace, as people there read it
	Bot  string // the bot's name there
	Room int    // how many more groups the workspace takes
}

// Endless is the Room of a workspace that takes any number of groups.
const Endless = -1

// BotParts are what a workspace's bot is made of.
type BotParts struct {
	Bot     *bots.Bot
	Engine  *engine.Engine
	Store   *store.Store
	Org     *core.Organisation
	Text    *text.Catalogue
	Budget  core.Budget
	Observe func(kind, outcome string) // counts what comes in
	Log     *slog.Logger
}

// Bot takes what people do in one workspace.
type Bot interface {
	// Socket is what keeps the bot reachable, nil if the platform calls by itself
	// and nothing has to be kept open.
	Socket() Socket
	// Routes are what the platform calls over HTTP, by the last part of the path
	// /<platform>/<workspace>/<kind>; nil if it does not call.
	Routes() map[string]http.Handler
	// Close takes no more commands and waits for those under way.
	Close(ctx context.Context) error
}

// Socket is a connection to a platform that has to be kept open.
type Socket interface {
	// Run keeps it open until ctx ends; an error is that the platform refuses it.
	Run(ctx context.Context) error
	// Ready returns an error if it is not open.
	Ready(ctx context.Context) error
}

// LedSocket is a Socket that one of the replicas keeps open for all.
type LedSocket interface {
	Socket
	// Leads reports whether it is this one.
	Leads() bool
	// State says in a few words which one it is.
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
