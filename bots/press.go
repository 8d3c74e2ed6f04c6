package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// The forms that ask for a resolution or a reason. Their state holds "risk" and "seen",
// the version that the person saw.
const (
	formResolve = "resolve"
	formShelve  = "shelve"
)

func (b *Bot) start(ctx context.Context, c Command) (Reply, error) {
	return b.change(ctx, c, engine.ChangeStatus{Risk: c.Pressed.Risk, To: core.InProgress, Seen: c.Pressed.Seen})
}

func (b *Bot) reopen(ctx context.Context, c Command) (Reply, error) {
	return b.change(ctx, c, engine.ChangeStatus{Risk: c.Pressed.Risk, To: core.Pending, Seen: c.Pressed.Seen})
}

func (b *Bot) askResolution(ctx context.Context, c Command) (Reply, error) {
	return b.askNote(ctx, c, core.Resolved)
}

func (b *Bot) askReason(ctx context.Context, c Command) (Reply, error) {
	return b.askNote(ctx, c, core.Shelved)
}

// askNote opens the form for a resolution or a reason, without the risk's title if the
// risk can't be read in time. The form is checked when it is submitted.
func (b *Bot) askNote(ctx context.Context, c Command, to core.Status) (Reply, error) {
	p := b.printer(c)
	press := c.Pressed
	title, seen := "", press.Seen
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	v, err := b.handling.Show(short, c.Actor, press.Risk)
	switch {
	case err != nil && refused(err):
		return Reply{}, err
	case err == nil && !v.Risk.Status.Open():
		card := b.handling.Card(ctx, v, c.Actor.Account.Workspace, p.Lang())
		r := Say(b.statusLine(c, v.Risk))
		r.Card = &card
		return r, nil
	case err == nil && !v.MayChange:
		return Reply{}, b.denied(ctx, c, engine.ChangeStatus{Risk: v.Risk.Key, To: to}, "may_not_change", v.Risk.Key)
	case err == nil && to == core.Resolved && v.CantResolve != nil:
		return Reply{}, b.handling.Reject(ctx, c.Op, c.Actor, engine.ChangeStatus{Risk: v.Risk.Key, To: to}, v.CantResolve)
	case err == nil:
		title, seen = v.Risk.Title, v.Risk.Version
	}
	f := b.statusFormOf(c, press.Risk, title, to, seen)
	r := Say(p.S("commands.press_again", text.Args{
		"Command": b.org.Command, "Key": string(press.Risk), "Status": p.Status(to),
	}))
	r.Form = &f
	return r, nil
}

// denied refuses an operation before its form opens. The attempt is recorded like one that
// the engine refuses.
func (b *Bot) denied(ctx context.Context, c Command, o engine.Operation, code string, key core.RiskKey) error {
	return b.handling.Reject(ctx, c.Op, c.Actor, o, core.Refuse(core.Denied, code, "", "Key", string(key)))
}

// statusFormOf returns the form that asks for a resolution or a reason.
func (b *Bot) statusFormOf(c Command, key core.RiskKey, title string, to core.Status, seen int64) Form {
	p := b.printer(c)
	id := formResolve
	if to == core.Shelved {
		id = formShelve
	}
	f := Form{
		ID: id, State: seenAt(key, seen),
		Title: p.S("commands.form."+id+".title", text.Args{"Key": string(key)}), Submit: p.S("commands.form." + id + ".submit"),
		Cancel: p.S("commands.form.cancel"),
		Fields: []Field{{
			Key: "note", Kind: LongTextKind, Label: p.S("commands.form." + id + ".note"), Max: core.MaxNote,
			Required: to == core.Shelved,
		}},
	}
	f.Notice = titleOf(core.Risk{Key: key, Title: title})
	return f
}

// statusForm handles the form that asks for a resolution or a reason.
func (b *Bot) statusForm(ctx context.Context, c Command) (Reply, error) {
	form := c.Filled
	key, seen, ok := b.readSeen(form.State)
	if !ok || form.Refresh {
		return b.unknown(ctx, c)
	}
	to := core.Resolved
	if form.Form == formShelve {
		to = core.Shelved
	}
	note := form.Values.Get(noteName)
	r, err := b.change(ctx, c, engine.ChangeStatus{Risk: key, To: to, Note: note, Seen: seen})
	if now, refusal := moved(err); refusal != nil && note != "" {
		return b.noteAgain(c, now, to, note, refusal), nil
	}
	return r, err
}

// noteAgain shows what the person typed for a change that came too late: in the same form,
// or in that of a note if somebody else has closed the risk.
func (b *Bot) noteAgain(c Command, now core.Risk, to core.Status, note string, refusal *core.Refusal) Reply {
	f := b.noteFormOf(c, now, note)
	if now.Status.Open() {
		f = b.statusFormOf(c, now.Key, now.Title, to, now.Version)
		f.Fields[0].Initial = oneOf(note)
	}
	r := b.askAgain(c, f, refusal)
	r.Form.Notice = append(r.Form.Notice, core.Plain("\n"+b.statusLine(c, now)))
	return r
}

// statusLine returns the status of a risk in a sentence.
func (b *Bot) statusLine(c Command, r core.Risk) string {
	p := b.printer(c)
	return p.S("commands.stands", text.Args{
		"Key": string(r.Key), "Title": r.Title, "Status": p.Status(r.Status), "Since": p.Time(r.StatusSince, b.zone(c)),
	})
}
