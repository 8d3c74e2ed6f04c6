package platform

import (
	"context"
	"net/http"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Demo describes how the demo works on a platform.
type Demo struct {
	UserID  func(n int) string // the ID of the n-th person without one in the config file
	Changes []string           // the methods, in the emulator's log, that the engine changes something with
	// Line returns what readers of p type to give a command.
	Line func(p text.Printer, command string, typed Typed) string
	// Open starts an emulator with a cast, and sets its URLs in s.
	Open func(c Cast, s *config.WorkspaceSettings, now func() time.Time) (Stage, error)
	// Placeholder returns a value for an unset key of the workspace, or for
	// "channel".
	Placeholder func(key string) string
}

// Typed is a command that somebody types.
type Typed struct {
	Name   string       // of the command, as for bots.Word
	Key    core.RiskKey // "" leaves it out
	Word   string       // before the value on a line, "" for none
	Option string       // which has the value where commands have options
	Value  string       // "" leaves it out
}

// Keys of the form for a new risk.
const (
	TitleKey       = "title"
	ModuleKey      = "module"
	HandlersKey    = "handlers"
	DiscoveredKey  = "discovered_at"
	DescriptionKey = "description"

	OwnPrefix = "fields." // of own fields
)

// Cast is what an emulator must contain.
type Cast struct {
	Lang     string // of all people
	Zone     string // of all people, an IANA name
	People   []Member
	Managers []string // user IDs of who may manage channels, where only some people may
	Groups   []Group
	Channels []Channel // with everybody and the bot as members
}

// Member is a person with an account.
type Member struct{ ID, Name, Email string }

// Group is a user group, or a role.
type Group struct {
	Name    string
	Members []string // user IDs
}

// Channel is a channel that the config file names.
type Channel struct{ ID, Name string }

// Stage is a running emulator.
type Stage struct {
	StandIn
	Hands   stage.Acts
	Connect func(public string) // sets the address of the server to call
}

// StandIn is the common interface of the emulators.
type StandIn interface {
	stage.Platform
	Log() *stage.Log
	Faults() *stage.Faults
	FlushEvents(ctx context.Context) error
	Client() *http.Client // reaches it without a connection
	Close() error
}
