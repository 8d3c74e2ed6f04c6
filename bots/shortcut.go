package bots

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/text"
)

// Shortcut is an entry of a platform's menus that somebody chose.
type Shortcut struct {
	Name    string   // ShortcutSpec.Name
	Message *Message // that it was chosen for, nil if it isn't for a message
}

// Message is a message in a channel that the bot may not be in.
type Message struct {
	Text   string // as people read it
	Quote  core.Quote
	SentAt time.Time // zero if unknown
	// Mentions are the people mentioned in Text.
	Mentions []core.Account
	// Limit is how many characters of Text an input of the platform's forms takes.
	Limit int
}

// The names of the shortcuts. Platforms keep them in what they have registered.
const (
	shortcutNew  = "new"
	shortcutFile = "file_message"
	shortcutNote = "note_message"
	// shortcutDiscuss opens a topic group about a message.
	shortcutDiscuss = "discuss_message"
)

// shortcut is an entry of the platforms' menus that leads to a command. Its texts are
// "shortcuts.name.<name>" and "shortcuts.help.<name>".
type shortcut struct {
	name    string
	message bool // it is for a message
	changes bool
	handle  handler
}

// ShortcutSpec describes a shortcut for platforms.
type ShortcutSpec struct {
	Name    string
	Message bool // it is in the menu of every message, else in a menu of its own
}

// Label returns what people see in the menu, in at most 24 characters.
func (s ShortcutSpec) Label(p text.Printer) string { return p.S("shortcuts.name." + s.Name) }

// Named reports whether s has that label in any language.
func (s ShortcutSpec) Named(label string, c *text.Catalogue) bool {
	return slices.ContainsFunc(text.Languages(), func(lang string) bool { return s.Label(c.In(lang)) == label })
}

// Help returns one line about the shortcut.
func (s ShortcutSpec) Help(p text.Printer) string { return p.S("shortcuts.help." + s.Name) }

// Shortcuts returns all shortcuts in the order in which they are shown.
func Shortcuts() []ShortcutSpec {
	var all []ShortcutSpec
	for _, c := range table() {
		for _, s := range c.shortcuts {
			all = append(all, ShortcutSpec{Name: s.name, Message: s.message})
		}
	}
	return all
}

// newRisk opens the form of a new risk.
func (b *Bot) newRisk(ctx context.Context, c Command) (Reply, error) {
	return b.openFileForm(ctx, c, Values{}, map[string]string{})
}

// fileMessage opens the form of a new risk for a message.
func (b *Bot) fileMessage(ctx context.Context, c Command) (Reply, error) {
	m := c.Shortcut.Message
	if m == nil {
		return b.unknown(ctx, c)
	}
	description, cut := m.cut(core.MaxDescription)
	given := Values{"description": oneOf(description)}
	if !m.SentAt.IsZero() && m.SentAt.Before(b.clock.Now()) {
		given["discovered_at"] = oneOf(m.SentAt.In(b.org.Zone).Format(time.DateOnly))
	}
	r, err := b.openFileForm(ctx, c, given, map[string]string{SourceState: sourceOf(m.Quote)})
	if cut && r.Form != nil {
		r.Form.notice(b.printer(c).S("shortcuts.cut"))
	}
	return r, err
}

// again returns how to try again if a form can't be opened.
func (b *Bot) again(c Command) string {
	p := b.printer(c)
	if c.Shortcut != nil {
		return p.S("shortcuts.again", text.Args{"Command": b.org.Command})
	}
	return p.S("commands.form_again", text.Args{"Line": b.typedLine(c), "Command": b.org.Command})
}

// cut returns the text of m in at most limit characters, and whether it is shorter than
// the message.
func (m *Message) cut(limit int) (string, bool) {
	if m.Limit > 0 {
		limit = min(limit, m.Limit)
	}
	all := strings.TrimSpace(m.Text)
	return core.Shorten(all, limit), utf8.RuneCountInString(all) > limit
}

// SourceState is the key of a form's state for the message that the form is about: its
// link and, if known, a blank and the ref of its author.
const SourceState = "from"

// sourceOf returns a message as SourceState has it. The author's name is looked up when it
// is shown.
func sourceOf(q core.Quote) string {
	if q.By.Account.IsZero() {
		return q.Link
	}
	return q.Link + " " + string(core.RefOf(q.By.Account))
}

// quoteFrom reads what sourceOf returned, nil for anything else.
func quoteFrom(state string) *core.Quote {
	link, by, _ := strings.Cut(state, " ")
	if !strings.HasPrefix(link, "https://") {
		return nil
	}
	q := core.Quote{Link: link}
	q.By.Account, _ = core.Ref(by).Account()
	return &q
}

// audience describes who may read a new risk.
func (b *Bot) audience(ctx context.Context, c Command) string {
	p := b.printer(c)
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	var who []string
	read := b.org.Permissions.Read
	if read.Everyone {
		var workspaces []string
		for name := range b.org.Workspaces {
			workspaces = append(workspaces, name)
		}
		slices.Sort(workspaces)
		who = append(who, p.S("shortcuts.readers.everyone", text.Args{"Workspaces": p.List(workspaces)}))
	}
	if read.Involved {
		who = append(who, p.S("shortcuts.readers.involved"))
	}
	for _, ref := range read.Refs {
		who = append(who, b.refName(ctx, c, ref))
	}
	if !read.Everyone {
		who = append(who, p.S("shortcuts.readers.administrators"))
	}
	return p.S("shortcuts.readers", text.Args{"Who": strings.Join(who, p.S("shortcuts.readers.between"))})
}
