package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func listCommand() command {
	return command{
		name: "list", aliases: synonyms{text.English: {"ls", "search", "find"}, text.Chinese: {"列表", "搜索", "查找"}},
		args: (*Bot).listArgs, handle: (*Bot).list,
		pages: map[string]handler{listPages: (*Bot).turnList, openPages: (*Bot).open},
	}
}

// Pages of lists, and of the risks on them.
const (
	listPages = "list"
	openPages = "risk"
)

// listPage is the number of risks on a page: on each platform, as many lines as one message
// holds.
const listPage = 10

// list lists risks, the open ones unless something else was asked for.
func (b *Bot) list(ctx context.Context, c Command) (Reply, error) {
	q, faults := b.listQuery(c, c.Typed.Args)
	if faults = append(slices.Clone(c.Typed.faults), faults...); len(faults) > 0 {
		r := b.faulty(c, faults)
		r.Text = append(r.Text, core.Plain("\n"+b.printer(c).S("commands.help.list", text.Args{"Command": b.org.Command})))
		return r, nil
	}
	return b.listed(ctx, c, q, nil)
}

// turnList shows another page of a list.
func (b *Bot) turnList(ctx context.Context, c Command) (Reply, error) {
	subject, at := readTurn(c.Turned.State)
	values, ok, err := b.askedFor(ctx, c, subject)
	switch {
	case core.KindOf(err) == core.NotFound:
		return Say(b.printer(c).S("commands.list.expired")), nil
	case err != nil:
		return Reply{}, err
	}
	after, okay := b.readCursor(at.cursor())
	q, faults := b.listQuery(c, values)
	if !ok || !okay || len(faults) > 0 {
		return b.unknown(ctx, c)
	}
	q.After, q.kept = after, keptSubject(subject)
	r, err := b.listed(ctx, c, q, at)
	r.Replace = true
	return r, err
}

// open shows a risk on a list.
func (b *Bot) open(ctx context.Context, c Command) (Reply, error) {
	key, err := core.ParseRiskKey(b.org.KeyPrefix, c.Turned.State)
	if err != nil {
		return b.unknown(ctx, c)
	}
	c.Turned, c.Pressed = nil, &Pressed{Press: core.PressDetails, Risk: key}
	return b.details(ctx, c)
}

// listed replies with the page of a list that starts at a place.
func (b *Bot) listed(ctx context.Context, c Command, q listQuery, at place) (Reply, error) {
	q.Limit = listPage
	found, err := b.handling.List(ctx, c.Actor, q.ListQuery)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	lines := []string{b.listHead(p, q, found, len(at) > 0)}
	more := !found.Next.IsZero()
	full := len(found.Risks) == listPage
	switch {
	case more && !full && found.Read > 0:
		lines = append(lines, p.S("commands.list.searched", text.Args{"Count": found.Read}))
	case more && !full:
		lines = append(lines, p.S("commands.list.searched_part"))
	}
	if found.Unindexed && !q.onlyOpen() {
		lines = append(lines, p.S("commands.list.unindexed"))
	}
	var r Reply
	for _, risk := range found.Risks {
		r.List = append(r.List, []core.Span{core.Plain(b.listLine(p, risk))})
		r.Lines = append(r.Lines, Turn{Pages: openPages, State: string(risk.Key), Label: string(risk.Key)})
	}
	next := ""
	if more {
		next = b.cursor(found.Next)
	}
	on := p.S("commands.list.on")
	if more && !full {
		on = p.S("commands.list.search_on")
	}
	pages := func(subject string) []Turn { return turns(listPages, subject, at, next, p.S("commands.list.back"), on) }
	subject, ok := b.listSubject(q.values)
	if r.Turns = pages(subject); len(r.Turns) > 0 && (!ok || tooLong(r.Turns)) {
		if subject, ok = b.keepAsked(ctx, c, q); ok {
			r.Turns = pages(subject)
		} else if r.Turns = nil; more {
			lines = append(lines, p.S("commands.list.narrow"))
		}
	}
	r.Text = []core.Span{core.Plain(strings.Join(lines, "\n"))}
	return r, nil
}

func tooLong(all []Turn) bool {
	return slices.ContainsFunc(all, func(t Turn) bool { return len(t.State) > MaxTurn })
}

// listHead returns how many risks match, as far as that is known, and which are shown.
func (b *Bot) listHead(p text.Printer, q listQuery, l engine.Listing, further bool) string {
	shown := len(l.Risks)
	args := text.Args{"Count": max(l.Total, 0), "Shown": shown}
	of := "commands.list.found"
	if q.onlyOpen() {
		of = "commands.list.head"
	}
	switch {
	case shown == 0 && (further || !l.Next.IsZero()):
		return p.S("commands.list.none_here")
	case shown == 0 && q.onlyMine():
		return p.S("commands.list.none_mine")
	case shown == 0 && q.onlyOpen():
		return p.S("commands.list.none")
	case shown == 0:
		return p.S("commands.list.none_found")
	case further && l.Total < 0:
		return p.S("commands.list.further")
	case further:
		return p.S(of, args) + p.S("commands.list.further.between")
	case l.Total < 0 && q.ByDue:
		return p.S("commands.list.some_due", args)
	case l.Total < 0:
		return p.S("commands.list.some", args)
	case shown < l.Total && q.ByDue:
		return p.S(of, args) + p.S("commands.list.due_first.between", args)
	case shown < l.Total:
		return p.S(of, args) + p.S("commands.list.newest.between", args)
	}
	return p.S(of, args)
}

func (b *Bot) listLine(p text.Printer, r core.Risk) string {
	return p.Listed(b.org, r, b.clock.Now())
}
