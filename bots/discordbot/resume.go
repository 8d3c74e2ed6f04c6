package discordbot

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// fill answers a submitted modal. Its op derives from the one that opened the form, so
// that a form acts once however often it is submitted.
func (b *Bot) fill(ctx context.Context, req request, c bots.Command, in interaction, s submitted) response {
	if _, older := s.sent[olderInput]; older {
		return only(b.private(core.Message{Text: []core.Span{core.Plain(b.text.In(c.Lang).S("commands.outdated"))}, Card: s.typed(b.text.In(c.Lang))}))
	}
	if !s.part {
		return b.submit(ctx, req, c, in, s)
	}
	c.Filled = &s.filled
	return b.respond(ctx, req, c, in, &s, func(ctx context.Context, f *followUp) bots.Reply { return b.goOn(ctx, c, s, f) })
}

// submit answers a form with all its values.
func (b *Bot) submit(ctx context.Context, req request, c bots.Command, in interaction, s submitted) response {
	c = b.submitting(c, &s)
	return b.answer(ctx, req, c, in, &s)
}

func (b *Bot) submitting(c bots.Command, s *submitted) bots.Command {
	c.Op, c.Filled = core.MakeOp("discord", b.guild, "form", s.op, c.Actor.Account.ID), &s.filled
	return c
}

// How long and how often a form is looked up while the store is down.
const (
	lookUpFor   = 2 * time.Minute
	lookUpPause = time.Second
)

// goOn returns the reply to a modal of a form that has several. While the store is down it
// goes on later.
func (b *Bot) goOn(ctx context.Context, c bots.Command, s submitted, f *followUp) bots.Reply {
	done := make(chan bots.Reply, 1)
	b.showing.Go(func() { done <- b.next(context.WithoutCancel(ctx), c, s, f) })
	select {
	case r := <-done:
		return r
	case <-ctx.Done():
	}
	b.showing.Go(func() {
		r := <-done
		ctx, cancel := context.WithTimeout(context.Background(), 4*callTimeout)
		defer cancel()
		if err := f.last(ctx, r); err != nil {
			b.log.Warn("discordbot: a reply could not be shown", "error", err)
		}
	})
	return bots.Say(b.text.In(c.Lang).S("options.form.waiting"))
}

// next enters a modal into its form. It returns the reply to the form if the modal was
// the last, else the form.
func (b *Bot) next(ctx context.Context, c bots.Command, s submitted, f *followUp) bots.Reply {
	u, err := b.kept(ctx, c, s.op)
	for end := time.Now().Add(lookUpFor); passing(err) && time.Now().Before(end) && b.pause(lookUpPause); {
		u, err = b.kept(ctx, c, s.op)
	}
	if err != nil {
		return b.bot.Lost(c, err)
	}
	changes := b.enter(c, &u, s)
	s.form = &u
	f.about(&s)
	if changes {
		if errs := b.refresh(ctx, c, &u); errs != nil {
			return bots.Reply{Errors: errs}
		}
	}
	if len(u.left()) > 0 {
		return bots.Reply{Form: &u.Form}
	}
	s.filled = u.filled()
	ctx, cancel := context.WithTimeout(ctx, thinkFor)
	defer cancel()
	return b.bot.Answer(ctx, b.submitting(c, &s), f.last)
}

// passing reports whether the same call may succeed later.
func passing(err error) bool { return core.KindOf(err) == core.Unavailable }

// pause waits, and reports whether the bot is still open.
func (b *Bot) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.closing:
		return false
	}
}

// refreshWithin is how long a form may take to follow a choice.
const refreshWithin = 1500 * time.Millisecond

// refresh updates a form after a choice that changes it. It returns what went wrong.
func (b *Bot) refresh(ctx context.Context, c bots.Command, u *unfinished) []bots.FieldError {
	ctx, cancel := context.WithTimeout(ctx, refreshWithin)
	defer cancel()
	filled := u.filled()
	filled.Refresh = true
	c.Op, c.Filled = core.MakeOp("discord", b.guild, "choose", c.Actor.Account.ID, u.Form.ID), &filled
	r := b.bot.Answer(ctx, c, nil)
	switch {
	case r.Form != nil && r.Form.Submit != "":
		u.update(*r.Form)
		return nil
	case r.Form != nil:
		return []bots.FieldError{{Text: core.Text(r.Form.Notice)}}
	case r.Errors != nil:
		return r.Errors
	}
	return []bots.FieldError{{Text: core.Text(r.Text)}}
}

// resume opens a kept form again, or submits it. A modal can't answer a modal, nor follow
// a deferred answer.
func (b *Bot) resume(ctx context.Context, req request, c bots.Command, in interaction, op string, submit bool) response {
	u, err := b.kept(ctx, c, op)
	switch {
	case core.KindOf(err) == core.NotFound:
		return b.tell(in, "options.form.expired")
	case err != nil:
		return b.tell(in, "options.form.unreadable")
	case submit:
		s := submitted{op: op, filled: u.filled(), form: &u}
		b.unpack(s.filled.State)
		return b.submit(ctx, req, c, in, s)
	}
	answer, err := b.open(ctx, c, op, u)
	if err != nil {
		return b.tell(in, "options.form.unreadable")
	}
	return answer
}

// again returns what a person has entered into a form with errors, and a button that opens
// it again.
func (b *Bot) again(ctx context.Context, c bots.Command, in interaction, s submitted, errs []bots.FieldError) (*core.Card, []discordgo.Button) {
	p := b.text.In(c.Lang)
	u := s.form
	if u == nil {
		kept, err := b.kept(ctx, c, s.op)
		if err != nil {
			return s.typed(p), nil
		}
		b.enter(c, &kept, s)
		u = &kept
	}
	card := b.entered(p, *u)
	u.wrong(errs)
	if b.keep(ctx, c, s.op, *u) != nil {
		return card, nil
	}
	return card, []discordgo.Button{button(p.S("options.reopen"), keptID(reopenPrefix, s.op, b.named(in)))}
}

// opens returns the buttons below the notice of a form that a message can't contain.
func (b *Bot) opens(ctx context.Context, c bots.Command, in interaction, s *submitted, f bots.Form) []discordgo.Button {
	op := in.ID
	if s != nil {
		op = s.op // still the same act
	}
	f = b.addressed(in, f)
	if len(f.Fields) == 0 {
		id, err := formID(op, f)
		if err != nil {
			b.log.ErrorContext(ctx, "discordbot: a form could not be shown", "form", f.ID, "error", err)
			return nil
		}
		return []discordgo.Button{button(f.Submit, id)}
	}
	u := unfinished{Form: f}
	if b.keep(ctx, c, op, u) != nil {
		return nil
	}
	open := button(b.text.In(c.Lang).S("options.reopen"), keptID(reopenPrefix, op, b.named(in)))
	if !f.Warn || slices.ContainsFunc(u.left(), needed) {
		return []discordgo.Button{open}
	}
	return []discordgo.Button{button(f.Submit, keptID(submitPrefix, op, b.named(in))), second(open)}
}

// between renders a form that a person has submitted a part of.
func (b *Bot) between(ctx context.Context, c bots.Command, in interaction, s submitted) message {
	p, u := b.text.In(c.Lang), *s.form
	if err := b.keep(ctx, c, s.op, u); err != nil {
		filled := u.filled()
		c.Filled = &filled
		r := b.bot.Lost(c, err)
		return b.private(core.Message{Text: r.Text, Card: r.Card})
	}
	var names []string
	for _, f := range u.left() {
		names = append(names, f.Label)
	}
	id, next := "options.form.continue", []discordgo.Button{button(p.S("options.form.next"), keptID(reopenPrefix, s.op, b.named(in)))}
	if !slices.ContainsFunc(u.left(), needed) {
		id = "options.form.continue_or"
		next = append(next, second(button(u.Form.Submit, keptID(submitPrefix, s.op, b.named(in)))))
	}
	m := b.private(core.Message{
		Text: []core.Span{core.Plain(p.S(id, text.Args{"Fields": p.List(names), "Submit": u.Form.Submit}))}, Card: b.entered(p, u),
	})
	m.buttons(next...)
	return m
}

func button(label, id string) discordgo.Button {
	return discordgo.Button{Label: label, Style: discordgo.PrimaryButton, CustomID: id}
}

// second returns a button as the second choice.
func second(b discordgo.Button) discordgo.Button {
	b.Style = discordgo.SecondaryButton
	return b
}

// longRow is the longest value that a row of a card shows.
const longRow = 1000

// entered lists what was entered so far, nil if nothing was.
func (b *Bot) entered(p text.Printer, u unfinished) *core.Card {
	c := &core.Card{Title: []core.Span{core.Plain(p.S("options.typed"))}}
	for _, f := range u.Form.Fields {
		if _, shown := u.Shown[f.Key]; !shown && u.Shown != nil || len(f.Initial) == 0 {
			continue
		}
		value := b.valueOf(p, f)
		if utf8.RuneCountInString(core.Text(value)) > longRow {
			c.Body = append(append(c.Body, core.Plain(f.Label+"\n")), append(value, core.Plain("\n"))...)
		} else {
			c.Rows = append(c.Rows, core.Row{Label: f.Label, Value: value})
		}
	}
	if c.Rows == nil && c.Body == nil {
		return nil
	}
	return c
}

// valueOf returns the value of a field as people read it.
func (b *Bot) valueOf(p text.Printer, f bots.Field) []core.Span {
	switch f.Kind {
	case bots.SelectKind:
		labels := slices.Clone(f.Initial)
		for i, key := range labels {
			if o := slices.IndexFunc(f.Options, func(c bots.Choice) bool { return c.Key == key }); o >= 0 {
				labels[i] = f.Options[o].Label
			}
		}
		return []core.Span{core.Plain(p.List(labels))}
	case bots.PeopleKind:
	default:
		return []core.Span{core.Plain(b.bot.AsTyped(p.Lang(), f))}
	}
	var out []core.Span
	for n, s := range f.Initial {
		if n > 0 {
			out = append(out, core.Plain(p.S("common.list.between")))
		}
		if a, ok := core.Ref(s).Account(); ok {
			out = append(out, core.Mention(a))
		} else {
			out = append(out, core.Plain(s))
		}
	}
	return out
}

// The prefixes of the custom_id of buttons that open a form, or submit it as it is:
// "<prefix><op>:<workspace>". The workspace is set only in a direct message.
const (
	reopenPrefix = "reopen:"
	submitPrefix = "submit:"
)

func keptID(prefix, op, workspace string) string {
	if workspace == "" {
		return prefix + op
	}
	return prefix + op + ":" + workspace
}

// parseKept reads the custom_id of a button of a kept form.
func parseKept(customID string) (op, workspace string, submit, ok bool) {
	rest, ok := strings.CutPrefix(customID, reopenPrefix)
	if !ok {
		rest, submit = strings.CutPrefix(customID, submitPrefix)
	}
	op, workspace, _ = strings.Cut(rest, ":")
	return op, workspace, submit, ok || submit
}
