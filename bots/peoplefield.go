package bots

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/people"
)

// peopleField returns the field for people who work on a risk, without a label. Everybody in
// the workspace can be picked. The options are the names and groups from the config file that
// have no account there, and what else is chosen.
func (b *Bot) peopleField(ctx context.Context, c Command, key string, chosen []string) Field {
	p, here := b.printer(c), c.Actor.Account.Workspace
	f := Field{Key: key, Kind: PeopleKind, Many: true, Others: p.S("commands.form.others")}
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	option := func(ref string) {
		if !slices.ContainsFunc(f.Options, func(o Choice) bool { return o.Key == ref }) {
			f.Options = append(f.Options, Choice{Key: ref, Label: b.refName(ctx, c, core.Ref(ref))})
		}
	}
	for _, ref := range b.namesAndGroups() {
		if _, pickable := b.accounts(here, []string{ref}); !pickable {
			option(string(people.Qualify([]core.Ref{core.Ref(ref)}, here)[0]))
		}
	}
	for _, ref := range chosen {
		account, pickable := b.accounts(here, []string{ref})
		if !pickable {
			option(ref)
			account = []string{ref}
		}
		f.Initial = append(f.Initial, account...)
	}
	return f
}
