package bots

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"regexp"
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

	// Attention returns what waits for the person if they are an administrator. If it is
	// nil, a Home doesn't show that.
	Attention func(ctx context.Context, by core.Actor) (engine.Attention, error)

	// Forms keeps what a list was asked for if a button has no room for it. If it is nil, such
	// a list has no further pages.
	Forms Forms

	// Touched returns when risks of some people last changed since a time. If it is nil,
	// every Home is made again each time.
	Touched func(ctx context.Context, since time.Time, of []core.Account) (map[core.Account]time.Time, error)

	// Answered is called with each command and its reply, for simulations. It may be nil.
	Answered func(c Command, r Reply)

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

	attention func(ctx context.Context, by core.Actor) (engine.Attention, error)
	asked     Forms // what lists were asked for; may be nil
	touched   func(ctx context.Context, since time.Time, of []core.Account) (map[core.Account]time.Time, error)
	answered  func(c Command, r Reply) // may be nil

	routes
	keys     []Arg // of a new risk
	editKeys []Arg // of an existing one

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
		giveUp: c.GiveUp, attention: c.Attention, asked: c.Forms, touched: c.Touched, answered: c.Answered,
		slots: make(chan struct{}, c.Limit),
	}
	b.base, b.stop = context.WithCancelCause(context.Background())
	b.keys, b.editKeys = b.fieldArgs(), b.editableArgs()
	b.routes = b.routesOf(tableFor(b.org))
	return b, nil
}

// printer returns the printer for the sender of c.
func (b *Bot) printer(c Command) text.Printer {
	return b.text.In(cmp.Or(c.Lang, b.org.Language)).In(b.org.Workspaces[c.Actor.Account.Workspace])
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
		line = strings.Join(append(slices.Clone(c.Typed.Path), b.optionsTyped(c)...), " ")
	}
	return strings.TrimSpace(b.org.Command + " " + line)
}

// echoNames is how long to look up the names in a line, which late replies repeat too.
const echoNames = 300 * time.Millisecond

// optionsTyped returns the options of a command as the platform shows them. Quotes
// would be part of a value.
func (b *Bot) optionsTyped(c Command) []string {
	if c.Typed.entry == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(b.base, echoNames)
	defer cancel()
	var parts []string
	for _, a := range c.Typed.entry.args {
		value := strings.Join(c.Typed.Args[a.Name], ", ")
		if value == "" {
			continue
		}
		if a.Kind == WordArg {
			value = b.withNames(ctx, c, value)
		}
		parts = append(parts, a.Option+":"+value)
	}
	return parts
}

// listed matches a word of a list of people.
var listed = regexp.MustCompile(`[^\s,，、]+`)

// withNames replaces the accounts and groups in s with their names.
func (b *Bot) withNames(ctx context.Context, c Command, s string) string {
	return listed.ReplaceAllStringFunc(strings.Join(strings.Fields(s), " "), func(s string) string {
		ref := core.Ref(s)
		a, person := ref.Account()
		_, known := b.org.Workspaces[a.Workspace]
		if _, _, group := ref.Group(); !group && (!person || !known) {
			return s
		}
		name := b.refName(ctx, c, ref)
		if ctx.Err() != nil {
			return s // which can be typed too
		}
		return "@" + strings.TrimPrefix(name, "@")
	})
}
