package engine

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// GroupView is a group as a person sees it.
type GroupView struct {
	Group  Group
	Lines  []string // its owner, its admins, whom riskroom couldn't add and who is muted, in the reader's language
	MaySet bool     // may change it
	Can    core.Capabilities
}

// Groups implements Handling.
func (e *Engine) Groups(ctx context.Context, by core.Actor, key core.RiskKey, at core.GroupRef, lang string) ([]GroupView, error) {
	ctx = core.ForPerson(ctx)
	rec, all, err := e.groupsOf(ctx, key, at)
	if core.KindOf(err) == core.NotFound {
		rec, all, err = Record{}, nil, nil
	}
	if err != nil {
		return nil, err
	}
	reads := false
	if rec.OfRisk() {
		if reads, err = e.rights.MayRead(ctx, by.Account, rec.Risk); err != nil {
			return nil, core.Unanswered("rights to read", err)
		}
	}
	mine := e.accountsOf(ctx, by)
	var out []GroupView
	for _, g := range all {
		may, err := e.rights.MayOperate(ctx, by.Account, g.Owner, g.Admins...)
		if err != nil {
			e.log.WarnContext(ctx, "rights could not be checked", "group", g.Ref, "err", err)
		}
		sees := may || reads
		if g.Type == core.Topic {
			sees = may || g.Ref == at || g.seenBy(mine)
		}
		pl, err := e.workspaces.Get(g.Ref.Workspace)
		if err != nil || g.Life == GoneGroup || !sees {
			continue
		}
		p := e.text.In(lang)
		out = append(out, GroupView{Group: g, Lines: append(e.groupLines(ctx, p, g), e.mutedLines(ctx, p, g)...), MaySet: may, Can: pl.Capabilities()})
	}
	switch {
	case len(out) > 0 || reads || key == "":
		return out, nil
	case e.org.IsTopic(key):
		return nil, core.Refuse(core.NotFound, "no_topic", "", "Key", string(key))
	}
	return nil, core.Refuse(core.NotFound, "not_found", "", "Key", string(key))
}

// groupsOf returns the groups of a key, or without a key the one at a place.
func (e *Engine) groupsOf(ctx context.Context, key core.RiskKey, at core.GroupRef) (Record, []Group, error) {
	if key == "" {
		if at.IsZero() {
			return Record{}, nil, nil
		}
		rec, here, err := e.groupAt(ctx, at)
		return rec, []Group{here}, err
	}
	rec, err := e.store.Get(ctx, key)
	if err != nil {
		return rec, nil, err
	}
	all := rec.Groups
	if old, err := e.groupOf(ctx, rec, rec.Binding.Group); err == nil && old.Rev == 0 {
		all = append(slices.Clone(all), old)
	}
	return rec, all, nil
}

// mutedLines says who may not post in a group.
func (e *Engine) mutedLines(ctx context.Context, p text.Printer, g Group) []string {
	switch {
	case g.Muted.All:
		return []string{p.S("card.group.muted.all")}
	case len(g.Muted.People) == 0:
		return nil
	}
	var names []string
	for _, a := range g.Muted.People {
		names = append(names, core.Text([]core.Span{e.people.Name(ctx, p, core.RefOf(a), "")}))
	}
	return []string{p.S("card.group.muted.people", text.Args{"Names": p.List(names)})}
}
