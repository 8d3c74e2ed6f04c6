package bots

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
	"riskroom/core/text"
)

// Config configures a Bot.
type Config struct {
	Filing   engine.Filing
	Handling engine.Handling
	Persons  people.Persons
	Org      *core.Organisation
	Text     *text.Catalogue
	Clock    core.Clock   // for risks; timeouts use wall time
	Logger   *slog.Logger // nil: no logging

	// GiveUp is how long a command is retried; 0 is two minutes.
	GiveUp time.Duration
	// Limit is the number of commands that may run at a time; 0 is 256.
	Limit int
}

// Bot answers the commands of every workspace. It is safe for concurrent use.
type Bot struct {
	filing   engine.Filing
	handling engine.Handling
	persons  people.Persons
	org      *core.Organisation
	text     *text.Catalogue
	clock    core.Clock
	log      *slog.Logger
	giveUp   time.Duration

	routes
	keys []Arg // of a new risk

	slots chan struct{}
	base  context.Context // of running commands; ends when Close stops waiting
	stop  context.CancelCauseFunc

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

const (
	defaultGiveUp = 2 * time.Minute
	defaultLimit  = 256
)

// New returns a Bot with every command.
func New(c Config) (*Bot, error) {
	if c.Filing == nil || c.Handling == nil || c.Persons == nil || c.Org == nil || c.Text == nil || c.Clock == nil {
		return nil, errors.New("bots: something is missing in the configuration of the bot")
	}
	if c.GiveUp == 0 {
		c.GiveUp = defaultGiveUp
	}
	if c.Limit == 0 {
		c.Limit = defaultLimit
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	persist := persistent{filing: c.Filing, handling: c.Handling, persons: c.Persons}
	b := &Bot{
		filing: persist, handling: persist, persons: persist, org: c.Org, text: c.Text, clock: c.Clock, log: c.Logger,
		giveUp: c.GiveUp,
		slots:  make(chan struct{}, c.Limit),
	}
	b.base, b.stop = context.WithCancelCause(context.Background())
	b.keys = b.fieldArgs()
	b.routes = b.routesOf(table())
	return b, nil
}

// printer returns the printer for the sender of c.
func (b *Bot) printer(c Command) text.Printer {
	if c.Lang == "" {
		return b.text.In(b.org.Language)
	}
	return b.text.In(c.Lang)
}

// zone returns the reader's time zone.
func (b *Bot) zone(c Command) *time.Location {
	if c.Zone == nil {
		return b.org.Zone
	}
	return c.Zone
}

// typedLine returns the line to type to send c again.
func (b *Bot) typedLine(c Command) string {
	if c.Typed == nil {
		return ""
	}
	c, _ = b.route(c)
	line := strings.TrimSpace(c.Typed.Text)
	if len(c.Typed.Path) > 0 {
		line = strings.TrimSpace(strings.Join(c.Typed.Path, " ") + " " + b.argLine(c))
	}
	return strings.TrimSpace(b.org.Command + " " + line)
}

// argLine returns the arguments of a command as they can be typed, without some of
// them.
func (b *Bot) argLine(c Command, without ...string) string {
	if c.Typed.entry == nil {
		return ""
	}
	var parts []string
	for _, a := range c.Typed.entry.args {
		if v := c.Typed.Args[a.Name]; len(v) > 0 && !slices.Contains(without, a.Name) {
			parts = append(parts, a.typed(v, b.printer(c).Lang()))
		}
	}
	return strings.Join(parts, " ")
}
