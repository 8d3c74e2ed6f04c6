package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/config"
)

// email looks for a person in every workspace where people are found by address
// and they have no account in the file. They need be in one only.
func (o *online) email(ctx context.Context, out config.Outside) {
	person := o.cfg.Organisation.People[out.Person]
	var absent []string
	copyID, found := "", len(person.Accounts) > 0
	for _, w := range o.asked {
		if !w.inspector.words().byEmail || person.Accounts[w.settings.Name] != "" {
			continue
		}
		profile, err := find(ctx, w, core.Lookup{Email: out.Name})
		if core.KindOf(err) == core.NotFound {
			absent, copyID = append(absent, w.settings.Name), w.inspector.words().copyID
			continue
		}
		found = true
		o.person(out, w, profile, err)
	}
	if len(absent) == 0 {
		return
	}
	f := finding{
		rule: rulePeople, message: fmt.Sprintf("%s is not found by e-mail address in %s", out.Person, strings.Join(absent, ", ")),
		hint: "mind the spelling, or give the user ID: it is under " + copyID, warning: found,
	}
	if found {
		f.hint += "; or have them link their accounts with " + o.cfg.Organisation.Command + " link"
	}
	o.report(out, f)
}

// person judges what a workspace says of somebody.
func (o *online) person(out config.Outside, w *workspace, p core.Profile, err error) {
	who, name, words := out.Person, w.settings.Name, w.inspector.words()
	if who == "" {
		who = out.Name
	}
	switch {
	case core.KindOf(err) == core.NotFound:
		o.report(out, finding{
			rule: rulePeople, message: fmt.Sprintf("%s has no %s %s", name, words.member, out.Name), hint: "copy the ID anew: it is under " + words.copyID,
		})
	case err != nil:
		o.unasked(out, who, w, err)
	case p.Gone:
		o.report(out, finding{
			rule: rulePeople, message: fmt.Sprintf("%s is deactivated in %s", who, name), hint: "name somebody else, or have the account activated again",
		})
	case p.Bot:
		o.report(out, finding{rule: rulePeople, message: fmt.Sprintf("%s is a bot in %s", who, name), hint: "name a person"})
	case out.Person != "":
		if other, taken := o.accounts[p.Account]; taken && other != out.Person {
			o.report(out, finding{
				rule: ruleTwice, message: fmt.Sprintf("%s and %s are the same person in %s, %s", other, out.Person, name, p.Account.ID), hint: "keep one of the two",
			})
		}
		o.accounts[p.Account] = out.Person
	}
}

// group looks for a user group or role; one that is named without a workspace has
// to be in one of them.
func (o *online) group(ctx context.Context, out config.Outside) {
	var absent, hints []string
	found := false
	for _, w := range o.among(out.Workspace) {
		words := w.inspector.words()
		var members []core.Account
		err := patiently(ctx, func(ctx context.Context) (err error) { members, err = w.adapter.Expand(ctx, out.Name); return err })
		why, none := words.noGroups[core.DetailOf(err)]
		if none || core.KindOf(err) == core.NotFound {
			absent = append(absent, "no "+words.group+" of that name in "+w.settings.Name+why)
			if hint := "a " + words.group + " is made under " + words.groups; !slices.Contains(hints, hint) {
				hints = append(hints, hint)
			}
			continue
		}
		found = true
		o.members(out, w, members, err)
	}
	if len(absent) == 0 {
		return
	}
	o.report(out, finding{
		rule: rulePeople, message: fmt.Sprintf("@%s means nobody: %s", out.Name, strings.Join(absent, ", ")),
		hint: "mind the spelling; " + strings.Join(hints, ", "), warning: found,
	})
}

// members judges what a workspace says of those in a group.
func (o *online) members(out config.Outside, w *workspace, members []core.Account, err error) {
	name, words := w.settings.Name, w.inspector.words()
	unlisted, known := words.unlisted[core.DetailOf(err)]
	switch {
	case core.KindOf(err) == core.Conflict:
		o.report(out, finding{
			rule: ruleTwice, message: fmt.Sprintf("%s has several %ss called %s", name, words.group, out.Name), hint: words.sameName[core.DetailOf(err)],
		})
	case known && o.unlisted[name]: // one cause, told once
	case known:
		o.unlisted[name] = true
		unlisted.message = fmt.Sprintf("who has @%s in %s is not told: %s", out.Name, name, unlisted.message)
		o.report(out, unlisted)
	case err != nil:
		o.unasked(out, "@"+out.Name, w, err)
	case len(members) == 0:
		o.report(out, finding{
			rule: rulePeople, message: fmt.Sprintf("nobody is in the %s @%s in %s", words.group, out.Name, name), hint: words.fill, warning: true,
		})
	}
}

// unasked reports that a workspace did not tell anything of what, unless the reason
// has been told with the workspace itself.
func (o *online) unasked(out config.Outside, what string, w *workspace, err error) {
	if said := w.inspector.words().said; said != "" && strings.HasPrefix(core.DetailOf(err), said) {
		return
	}
	o.report(out, unanswered(what, w.settings.Name, err))
}

func find(ctx context.Context, w *workspace, who core.Lookup) (p core.Profile, err error) {
	err = patiently(ctx, func(ctx context.Context) error { p, err = w.adapter.Find(ctx, who); return err })
	return p, err
}
