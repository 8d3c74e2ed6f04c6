package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// groupLines returns what a pinned card shows of a group's record: its owner, its admins,
// and whom riskroom couldn't add, with the reason. Nobody is mentioned, so that no change
// notifies anyone.
func (e *Engine) groupLines(ctx context.Context, p text.Printer, g Group) []string {
	var out []string
	name := func(r core.Ref) string { return core.Text([]core.Span{e.people.Name(ctx, p, r, "")}) }
	if !g.Owner.IsZero() {
		out = append(out, p.S("card.group.owner", text.Args{"Name": name(core.RefOf(g.Owner))}))
	}
	if len(g.Admins) > 0 {
		var names []string
		for _, a := range g.Admins {
			names = append(names, name(core.RefOf(a)))
		}
		out = append(out, p.S("card.group.admins", text.Args{"Names": p.List(names)}))
	}
	if absent := g.absent(); len(absent) > 0 {
		var names []string
		for i, r := range absent {
			if i == maxNamed {
				names = append(names, p.S("card.people.more", text.Args{"Count": len(absent) - i}))
				break
			}
			code := g.Members[string(r)].Code
			why := p.First(text.Args{"Workspace": g.Ref.Workspace}, "card.absent."+code, "card.unreached."+code, "card.absent.other")
			names = append(names, p.S("card.unreached", text.Args{"Who": name(r), "Why": why}))
		}
		out = append(out, p.S("card.group.absent", text.Args{"Names": p.List(names)}))
	}
	return out
}

// absent returns the people whom riskroom couldn't add to the group, in order.
func (g Group) absent() []core.Ref {
	var out []core.Ref
	for _, who := range slices.Sorted(maps.Keys(g.Members)) {
		if g.Members[who].Code != "" {
			out = append(out, core.Ref(who))
		}
	}
	return out
}

// groupMarks returns what groupLines shows, in a form to compare.
func groupMarks(g Group) string {
	var out []string
	if !g.Owner.IsZero() {
		out = append(out, g.Owner.String())
	}
	for _, a := range g.Admins {
		out = append(out, "+"+a.String())
	}
	for _, r := range g.absent() {
		out = append(out, "-"+string(r)+" "+g.Members[string(r)].Code)
	}
	return strings.Join(out, "\n")
}
