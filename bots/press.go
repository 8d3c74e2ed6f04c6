package bots

import (
	"context"
	"strconv"

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
		r := Say(p.S("commands.stands", text.Args{
			"Key": string(v.Risk.Key), "Title": v.Risk.Title, "Status": p.Status(v.Risk.Status),
			"Since": p.Time(v.Risk.StatusSince, b.zone(c)),
		}))
		r.Card = &card
		return r, nil
	case err == nil && !v.MayChange:
		return Say(p.S("refusal.may_not_change", text.Args{"Key": string(v.Risk.Key)})), nil
	case err == nil && to == core.Resolved && v.CantResolve != nil:
		return Reply{}, v.CantResolve
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

// statusFormOf returns the form that asks for a resolution or a reason.
func (b *Bot) statusFormOf(c Command, key core.RiskKey, title string, to core.Status, seen int64) Form {
	p := b.printer(c)
	id := formResolve
	if to == core.Shelved {
		id = formShelve
	}
	f := Form{
		ID: id, State: map[string]string{"risk": string(key), "seen": strconv.FormatInt(seen, 10)},
		Title: p.S("commands.form."+id+".title", text.Args{"Key": string(key)}), Submit: p.S("commands.form." + id + ".submit"),
		Cancel: p.S("commands.form.cancel"),
		Fields: []Field{{
			Key: "note", Kind: LongTextKind, Label: p.S("commands.form." + id + ".note"), Max: core.MaxNote,
			Required: to == core.Shelved,
		}},
	}
	if title != "" {
		f.Notice = []core.Span{core.Plain(string(key) + " " + core.Isolate(title))}
	}
	return f
}

// statusForm handles the form that asks for a resolution or a reason.
func (b *Bot) statusForm(ctx context.Context, c Command) (Reply, error) {
	form := c.Filled
	key, err := core.ParseRiskKey(b.org.KeyPrefix, form.State["risk"])
	seen, numErr := strconv.ParseInt(form.State["seen"], 10, 64)
	if err != nil || numErr != nil || form.Refresh {
		return b.unknown(ctx, c)
	}
	to := core.Resolved
	if form.Form == formShelve {
		to = core.Shelved
	}
	return b.change(ctx, c, engine.ChangeStatus{Risk: key, To: to, Note: form.Values.Get("note"), Seen: seen})
}
