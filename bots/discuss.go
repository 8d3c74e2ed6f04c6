package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formDiscuss is the ID of the form that opens a topic group. Its state holds riskState, if
// the group is of a risk, and the message in SourceState, if it discusses one.
const formDiscuss = "discuss"

// membersName is the key of the field for the members of a group.
const membersName = "members"

const (
	// maxOffered is how many members a channel may have for all of them to be offered.
	maxOffered = 30
	// maxWords is how many characters of a message become the name of a topic group.
	maxWords = 60
)

// discussion is what the form starts with.
type discussion struct {
	name    string
	risk    core.RiskKey
	members []core.Ref
	source  string // as SourceState has it
}

// discussMessage opens the form for a topic group about a message. It offers its author,
// the people mentioned in it, the person and, if there are few, the channel's members.
func (b *Bot) discussMessage(ctx context.Context, c Command) (Reply, error) {
	m := c.Shortcut.Message
	if m == nil {
		return b.unknown(ctx, c)
	}
	short, cancel := context.WithTimeout(ctx, glance/2)
	defer cancel()
	d := discussion{name: firstWords(m.Text), source: sourceOf(m.Quote)}
	if key, err := b.riskHere(short, c); err == nil {
		d.risk = key
	}
	people := []core.Account{m.Quote.By.Account, c.Actor.Account}
	people = append(people, m.Mentions...)
	if here, err := b.handling.Members(short, c.Channel, maxOffered); err == nil {
		people = append(people, here...)
	}
	for _, a := range people {
		if ref := core.RefOf(a); !a.IsZero() && !slices.Contains(d.members, ref) {
			d.members = append(d.members, ref)
		}
	}
	return b.openDiscussForm(ctx, c, d)
}

// firstWords returns the first words of a message, for a name.
func firstWords(said string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return core.Shorten(strings.Join(strings.Fields(line), " "), maxWords)
}

// openDiscussForm opens the form of a new topic group.
func (b *Bot) openDiscussForm(ctx context.Context, c Command, d discussion) (Reply, error) {
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	if err := b.filing.MayFile(short, c.Actor); err != nil && refused(err) {
		return Reply{}, err
	}
	p := b.printer(c)
	members := b.peopleField(ctx, c, membersName, refStrings(d.members))
	members.Label = p.S("topic.form.members")
	f := Form{
		ID: formDiscuss, State: map[string]string{},
		Title: p.S("topic.form.title"), Submit: p.S("topic.form.submit"), Cancel: p.S("commands.form.cancel"),
		Fields: []Field{
			{Key: nameName, Kind: TextKind, Label: p.S("topic.form.name"), Required: true, Max: core.MaxTitle, Initial: oneOf(d.name)},
			members,
		},
	}
	if d.source != "" {
		f.State[SourceState] = d.source
	}
	if d.risk != "" {
		f.State[riskState] = string(d.risk)
		f.notice(p.S("topic.form.risk", text.Args{"Key": string(d.risk)}))
	}
	r := Say(p.S("topic.again", text.Args{"Command": b.org.Command}))
	r.Form = &f
	return r, nil
}

// discussForm opens the topic group.
func (b *Bot) discussForm(ctx context.Context, c Command) (Reply, error) {
	f := c.Filled
	if f.Refresh {
		return b.unknown(ctx, c)
	}
	o := engine.OpenTopic{Name: f.Values.Get(nameName), Origin: quoteFrom(f.State[SourceState])}
	if typed := f.State[riskState]; typed != "" {
		key, err := b.parseKey(typed)
		if err != nil {
			return b.unknown(ctx, c)
		}
		o.Risk = key
	}
	if q := o.Origin; q != nil && !q.By.Account.IsZero() {
		q.By.Name = b.refName(ctx, c, core.RefOf(q.By.Account))
	}
	r := draftReader{bot: b, values: Values{membersName: f.Values[membersName]}, mentions: b.mentions(c), lang: b.printer(c).Lang()}
	if o.Members = r.people(membersName); len(r.faults) > 0 {
		return b.faulty(c, r.faults), nil
	}
	return b.doOpenTopic(ctx, c, o, glance)
}
