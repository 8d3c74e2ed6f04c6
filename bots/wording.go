package bots

import (
	"context"
	"errors"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// faulty replies with all faults, and repeats what was typed.
func (b *Bot) faulty(c Command, faults []fault) Reply {
	p := b.printer(c)
	if c.Filled != nil {
		var r Reply
		for _, f := range faults {
			r.Errors = append(r.Errors, FieldError{Field: f.field, Text: b.faultText(p, f)})
		}
		return r
	}
	lines := []string{p.S("commands.nothing_done")}
	for _, f := range faults {
		lines = append(lines, "• "+b.faultText(p, f))
	}
	return undone(strings.Join(append(lines, b.typedAgain(c)...), "\n"))
}

func (b *Bot) faultText(p text.Printer, f fault) string {
	args := text.Args{"Field": b.fieldLabel(p, f.field)}
	for k, v := range f.args {
		args[k] = v
	}
	s := p.S("commands.fault."+f.code, args)
	if near, _ := f.args["Near"].(string); near != "" {
		s += " " + p.S("commands.near", text.Args{"Word": near})
	}
	return s
}

// fieldLabel returns the label of a field of Values, or "" if there is no such field.
func (b *Bot) fieldLabel(p text.Printer, field string) string {
	if own, ok := core.OwnField(field); ok {
		f, ok := b.org.Field(own)
		if !ok {
			return ""
		}
		return core.LabelIn(f.Label, p.Lang(), own)
	}
	switch field {
	case "", anywayKey:
		return ""
	case "note":
		return p.S("commands.note")
	case closedName, sortName:
		return p.S("commands.list." + field)
	}
	return p.Field(field)
}

// typedAgain repeats what was typed, so that nothing is lost.
func (b *Bot) typedAgain(c Command) []string {
	if c.Typed == nil {
		return nil
	}
	return []string{b.printer(c).S("commands.you_typed", text.Args{"Line": b.typedLine(c)})}
}

// refused replies to a refusal of the engine.
func (b *Bot) refused(ctx context.Context, c Command, r *core.Refusal) Reply {
	p := b.printer(c)
	if r.Risk != nil {
		return b.currentState(ctx, c, r)
	}
	if c.Filled != nil {
		var reply Reply
		for _, one := range r.All() {
			reply.Errors = append(reply.Errors, FieldError{Field: one.Field, Text: b.refusalText(p, one)})
		}
		return reply
	}
	var lines []string
	for _, one := range r.All() {
		lines = append(lines, b.refusalText(p, one))
	}
	if len(lines) > 1 {
		for i := range lines {
			lines[i] = "• " + lines[i]
		}
	}
	if b.mayStore(c) {
		lines = append(lines, b.typedAgain(c)...)
	}
	return undone(strings.Join(lines, "\n"))
}

func (b *Bot) refusalText(p text.Printer, r *core.Refusal) string {
	args := text.Args{}
	for k, v := range r.Args {
		if d, ok := v.(time.Duration); ok {
			v = p.Duration(d)
		}
		args[k] = v
	}
	if there, ok := args["Workspace"].(string); ok { // where to type what helps
		p = p.In(b.org.Workspaces[there])
	}
	// In the reader's language, which may not be the engine's.
	if label := b.fieldLabel(p, r.Field); label != "" {
		args["Field"], args["Label"] = label, label
	}
	if r.Risk != nil {
		args["Status"] = p.Status(r.Risk.Status)
		if len(b.org.Process) > 0 {
			args["Node"], args["Position"] = p.Node(b.org, r.Risk.Node), p.Position(b.org, *r.Risk)
		}
	}
	if id := "refusal." + r.Code; len(b.org.Process) > 0 {
		return p.First(args, id+".process", id)
	}
	return p.S("refusal."+r.Code, args)
}

// currentState replies to a change that came too late with the current state of the
// risk.
func (b *Bot) currentState(ctx context.Context, c Command, r *core.Refusal) Reply {
	p := b.printer(c)
	lines := []string{b.refusalText(p, r), b.statusLine(c, *r.Risk)}
	if b.mayStore(c) {
		lines = append(lines, b.typedAgain(c)...)
	}
	reply := undone(strings.Join(lines, "\n"))
	if v, err := b.handling.Show(ctx, c.Actor, r.Risk.Key); err == nil {
		card := b.handling.Card(ctx, v, c.Actor.Account.Workspace, p.Lang())
		reply.Card = &card
	}
	return reply
}

// failed replies to a command that failed with err, nil if it ran out of time. It may
// have been done.
func (b *Bot) failed(c Command, err error) Reply {
	p := b.printer(c)
	cause := b.cause(p, err)
	say := func(id string, args ...text.Args) string {
		return strings.TrimSpace(p.S(id, args...) + " " + cause)
	}
	if !b.mayStore(c) {
		if cause == "" {
			cause = p.S("commands.again")
		}
		return undone(say("commands.cannot_read"))
	}
	done := err == nil || passing(err) || core.EffectOf(err) != core.None // perhaps
	id := "commands.unconfirmed"
	switch {
	case !done && cause != "":
		id = "commands.not_done"
	case !done:
		id = "commands.broken"
	case c.Filled != nil:
		id = "commands.late.form"
	}
	if c.Filled != nil {
		return Reply{Errors: []FieldError{{Text: say(id, text.Args{"Command": b.org.Command})}}}
	}
	if _, r := b.route(c); r.entry != nil && r.entry.unconfirmed != "" && id != "commands.not_done" {
		id = r.entry.unconfirmed
	}
	return undone(strings.Join(append([]string{say(id, text.Args{"Command": b.org.Command})}, b.typedAgain(c)...), "\n"))
}

// cause returns a sentence about what err failed for, and what helps; "" if there is
// none. It tells the platforms from riskroom's own store.
func (b *Bot) cause(p text.Printer, err error) string {
	workspace := people.WorkspaceOf(err)
	id := ""
	switch kind := core.KindOf(err); {
	case workspace == "" && passing(err):
		id = "store"
	case workspace != "":
		id = reasonOf(kind)
	}
	if id == "" {
		return ""
	}
	return p.S("commands.cause."+id, text.Args{"Workspace": workspace})
}

// reasonOf returns the end of the names of the texts about a platform's error, "" if
// there are none.
func reasonOf(kind core.Kind) string {
	switch kind {
	case core.Unauthorized:
		return "unauthorized"
	case core.Denied:
		return "denied"
	case core.RateLimited:
		return "rate_limited"
	case core.Unavailable:
		return "unavailable"
	case core.Invalid, core.NotFound, core.Conflict, core.Unreachable, core.Unsupported, core.Lost, core.Unknown:
	}
	return ""
}

// NotOpened returns r, a reply with a form, for a platform that failed to open the form
// with err: the reply says why and how to go on.
func (b *Bot) NotOpened(c Command, r Reply, err error) Reply {
	reason, field := reasonOf(core.KindOf(err)), ""
	long, tooLong := errors.AsType[*TooLongError](err)
	switch kind := core.KindOf(err); {
	case tooLong:
		reason, field = "field", long.Label
	case errors.Is(err, ErrNotKept):
		reason = "store"
	case errors.Is(err, context.DeadlineExceeded), kind == core.NotFound, kind == core.Conflict:
		reason = "late" // the platform forgets who asked after some seconds
	case kind == core.Invalid:
		reason = "too_long"
	case reason == "":
		reason = "other"
	}
	r.Form = nil
	if r.Card != nil {
		return r // shown instead of the form
	}
	why := b.printer(c).S("commands.not_opened."+reason, text.Args{"Workspace": c.Actor.Account.Workspace, "Field": field})
	r.Text = append([]core.Span{core.Plain(why + "\n")}, r.Text...)
	return r
}

// late replies to a command that isn't done in time.
func (b *Bot) late(c Command, goesOn bool) Reply {
	p := b.printer(c)
	switch {
	case !goesOn:
		return b.failed(c, nil)
	case !b.mayStore(c):
		return Say(p.S("commands.late.read"))
	}
	lines := []string{p.S("commands.late.change", text.Args{"Duration": p.Duration(b.giveUp)})}
	return Say(strings.Join(append(lines, b.typedAgain(c)...), "\n"))
}

// notStarted replies to a command that wasn't started.
func (b *Bot) notStarted(c Command) Reply {
	s := b.printer(c).S("commands.busy")
	if c.Filled != nil {
		return Reply{Errors: []FieldError{{Text: s}}}
	}
	return undone(strings.Join(append([]string{s}, b.typedAgain(c)...), "\n"))
}

// inForm puts the plain reply to a form, or where only forms can be shown, into a read-only
// form.
func (b *Bot) inForm(c Command, r Reply) Reply {
	if c.Filled == nil && !c.FormsOnly || r.Form != nil || r.Errors != nil || r.Close {
		return r
	}
	p := b.printer(c)
	r.Form = &Form{Title: p.S("commands.form.answer.title"), Cancel: p.S("commands.form.close"), Notice: r.Text, Card: r.Card}
	return r
}

// value returns the content of a risk's field for the sender of c.
func (b *Bot) value(ctx context.Context, c Command, field string, v core.Value) []core.Span {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	p := b.printer(c)
	if s := b.handling.Value(ctx, field, v, c.Actor.Account.Workspace, p.Lang()); len(s) > 0 {
		return s
	}
	return []core.Span{core.Plain(p.S("common.none"))}
}

// people returns refs for readers in a workspace: mentions of accounts there, and names
// of others.
func (b *Bot) people(ctx context.Context, p text.Printer, workspace string, refs ...core.Ref) []core.Span {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	var out []core.Span
	for _, ref := range refs {
		if ref == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, core.Plain(p.S("common.list.between")))
		}
		out = append(out, b.persons.Name(ctx, ref, workspace, p.Lang()))
	}
	if out == nil {
		return []core.Span{core.Plain(p.S("common.nobody"))}
	}
	return out
}

// actor returns the name of who did something, without a mention.
func (b *Bot) actor(ctx context.Context, c Command, a core.Actor) string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Account.IsZero():
		return b.printer(c).S("commands.riskroom")
	}
	return b.refName(ctx, c, core.RefOf(a.Account))
}

// refName returns a ref without a mention: the name in the config file, or else the name
// on the platform.
func (b *Bot) refName(ctx context.Context, c Command, ref core.Ref) string {
	if name, ok := ref.Name(); ok {
		return name
	}
	if a, ok := ref.Account(); ok {
		for name, person := range b.org.People {
			if person.Accounts[a.Workspace] == a.ID {
				return name
			}
		}
	}
	workspace := "" // nobody has an account there, so everybody is named
	if _, _, ok := ref.Group(); ok {
		workspace = c.Actor.Account.Workspace
	}
	return b.persons.Name(ctx, ref, workspace, b.printer(c).Lang()).Text
}
