package bots

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
	"riskroom/core/text"
)

// Config is what a Bot is made of.
type Config struct {
	Filing   engine.Filing
	Handling engine.Handling
	Persons  people.Persons
	Org      *core.Organisation
	Text     *text.Catalogue
	Clock    core.Clock   // of risks; waiting goes by wall time
	Logger   *slog.Logger // nil: says nothing

	// GiveUp is how long a command is tried for; 0 is two minutes.
	GiveUp time.Duration
	// Limit is how many commands may be under way at a time; 0 is 256.
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

	mux  *Mux
	keys []key

	slots chan struct{}
	base  context.Context // of commands under way; ends when Close loses patience
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
	b.keys = b.lineKeys()
	b.mux = b.routes()
	return b, nil
}

// routes says which command is handled where: a new command is a file and its
// lines here.
func (b *Bot) routes() *Mux {
	m := NewMux(HandlerFunc(b.unknown))
	m.Word(HandlerFunc(b.new), true, "new", "file", "新建", "填报")
	m.Word(HandlerFunc(b.show), false, "show", "查看", "详情")
	m.Word(HandlerFunc(b.list), false, "list", "ls", "列表")
	m.Word(HandlerFunc(b.status), true, "status", "状态")
	m.Word(HandlerFunc(b.group), true, "group", "群组", "群")
	m.Word(HandlerFunc(b.link), true, "link", "关联")
	m.Word(HandlerFunc(b.help), false, "help", "?", "帮助")
	m.Press(HandlerFunc(b.start), true, core.PressStart)
	m.Press(HandlerFunc(b.reopen), true, core.PressReopen)
	m.Press(HandlerFunc(b.askResolution), false, core.PressResolve)
	m.Press(HandlerFunc(b.askReason), false, core.PressShelve)
	m.Press(HandlerFunc(b.details), false, core.PressDetails)
	m.Form(HandlerFunc(b.fileForm), formFile)
	m.Form(HandlerFunc(b.statusForm), formResolve)
	m.Form(HandlerFunc(b.statusForm), formShelve)
	m.Form(HandlerFunc(b.linkForm), formLink)
	return m
}

// commandNames lists the commands in the order that help shows them.
func commandNames() []string {
	return []string{"new", "show", "list", "status", "group", "link", "help"}
}

// printer words things for whoever sent c.
func (b *Bot) printer(c Command) text.Printer {
	if c.Lang == "" {
		return b.text.In(b.org.Language)
	}
	return b.text.In(c.Lang)
}

// zone is where the reader's clock is.
func (b *Bot) zone(c Command) *time.Location {
	if c.Zone == nil {
		return b.org.Zone
	}
	return c.Zone
}

// typedLine is what somebody typed, as they would type it again.
func (b *Bot) typedLine(c Command) string {
	if c.Typed == nil {
		return ""
	}
	line := b.org.Command
	for _, part := range []string{c.Typed.Name, c.Typed.Text, b.optionLine(c)} {
		if part != "" {
			line += " " + part
		}
	}
	return line
}
