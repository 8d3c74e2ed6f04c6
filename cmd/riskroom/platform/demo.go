package platform

import (
	"context"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Demo is how the demo plays on a platform.
type Demo struct {
	UserID  func(n int) string           // of the n-th person who has none in the config file
	Changes []string                     // the calls by which an engine acts, as the stand-in's log names them
	InLine  func(key string) bool        // reports whether a field of a new risk is typed with the command
	Person  func(name, id string) string // what is put in where a form asks for a person
	// File returns what readers of p type to file a risk with some fields.
	File func(p text.Printer, command string, fields []Field) string
	// Resolve returns what readers of p type to resolve a risk; "" leaves the key out.
	Resolve func(p text.Printer, command string, key core.RiskKey, note string) string
	// Open starts a stand-in with a cast, and points s to it.
	Open func(c Cast, s *config.WorkspaceSettings, now func() time.Time) (Stage, error)
	// Placeholder stands in for a value of the config file that is not set: of the
	// workspace's keys, or "channel".
	Placeholder func(key string) string
}

// Field is a field of a new risk with its value.
type Field struct{ Key, Value string }

// Keys of the form of a new risk.
const (
	TitleKey       = "title"
	ModuleKey      = "module"
	HandlersKey    = "handlers"
	DiscoveredKey  = "discovered_at"
	DescriptionKey = "description"

	OwnPrefix = "fields." // of own fields
)

// Cast is who and what has to be in a stand-in.
type Cast struct {
	Lang     string // people's
	Zone     string // people's, by its IANA name
	People   []Member
	Groups   []Group
	Channels []Channel // with everybody and the bot in them
}

// Member is somebody with an account.
type Member struct{ ID, Name, Email string }

// Group is a user group, or a role.
type Group struct {
	Name    string
	Members []string // user IDs
}

// Channel is a channel that a config file names.
type Channel struct{ ID, Name string }

// Stage is a stand-in that is up.
type Stage struct {
	StandIn
	Hands   stage.Acts
	Connect func(public string) // tells it the address of the server that it calls
}

// StandIn is what a stand-in of any platform shows and takes.
type StandIn interface {
	stage.Platform
	Log() *stage.Log
	Faults() *stage.Faults
	FlushEvents(ctx context.Context) error
	Close() error
}
