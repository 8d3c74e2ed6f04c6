package inspect

import (
	"context"
	"slices"
	"strings"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// email looks up a person in every workspace that supports addresses and where the file
// has no account for them. It is enough to find them in one.
func (o *online) email(ctx context.Context, out config.Outside) {
	person := o.cfg.Organisation.People[out.Person]
	var absent []string
	copyID, found := text.Phrase{}, len(person.Accounts) > 0
	for _, w := range o.asked {
		if !w.Inspector.Words().ByEmail || person.Accounts[w.Settings.Name] != "" {
			continue
		}
		profile, err := find(ctx, w, core.Lookup{Email: out.Name})
		if core.KindOf(err) == core.NotFound {
			absent, copyID = append(absent, w.Settings.Name), w.Inspector.Words().CopyID
			continue
		}
		found = true
		o.person(out, w, profile, err)
	}
	if len(absent) == 0 {
		return
	}
	f := platform.Finding{
		Rule: platform.RulePeople, Message: text.Phrasef("%s can't be found by e-mail address in %s", out.Person, strings.Join(absent, ", ")),
		Hint: text.Phrasef("check the spelling, or use the user ID: %s", copyID), Warning: found,
	}
	if found {
		f.Hint = text.Phrasef("%s; or ask them to link their accounts with %s link", f.Hint, o.cfg.Organisation.Command)
	}
	o.report(out, f)
}

// person reports problems with a person who was looked up.
func (o *online) person(out config.Outside, w *Workspace, p core.Profile, err error) {
	who, name, words := out.Person, w.Settings.Name, w.Inspector.Words()
	if who == "" {
		who = out.Name
	}
	switch {
	case core.KindOf(err) == core.NotFound:
		o.report(out, platform.Finding{
			Rule: platform.RulePeople, Message: text.Phrasef("%s has no %s %s", name, words.Member, out.Name), Hint: text.Phrasef("copy the ID again: %s", words.CopyID),
		})
	case err != nil:
		o.unasked(out, text.Phrasef("%s", who), w, err)
	case p.Gone:
		o.report(out, platform.Finding{
			Rule: platform.RulePeople, Message: text.Phrasef("%s is deactivated in %s", who, name), Hint: text.Plain("name somebody else, or have the account reactivated"),
		})
	case p.Bot:
		o.report(out, platform.Finding{Rule: platform.RulePeople, Message: text.Phrasef("%s is a bot in %s", who, name), Hint: text.Plain("name a person")})
	case out.Person != "":
		if other, taken := o.accounts[p.Account]; taken && other != out.Person {
			o.report(out, platform.Finding{
				Rule: platform.RuleTwice, Message: text.Phrasef("%s and %s are the same account in %s, %s", other, out.Person, name, p.Account.ID), Hint: text.Plain("keep one of the two"),
			})
		}
		o.accounts[p.Account] = out.Person
	}
}

// group looks up a user group or role. Without a workspace, it must exist in at least one.
func (o *online) group(ctx context.Context, out config.Outside) {
	absent, remedy := text.Phrase{}, text.Plain("check the spelling")
	var groups []string // that the remedy has
	found := false
	for _, w := range o.among(out.Workspace) {
		words := w.Inspector.Words()
		var members []core.Account
		err := platform.Patiently(ctx, func(ctx context.Context) (err error) { members, err = w.Adapter.Expand(ctx, out.Name); return err })
		why, none := words.NoGroups[core.DetailOf(err)]
		if none || core.KindOf(err) == core.NotFound {
			one := text.Phrasef("no %s of that name in %s", words.Group, w.Settings.Name)
			if none && !why.IsZero() {
				one = text.Phrasef("%s (%s)", one, why)
			}
			if !absent.IsZero() {
				one = text.Phrasef("%s, %s", absent, one)
			}
			absent = one
			if !slices.Contains(groups, words.Groups.String()) {
				groups = append(groups, words.Groups.String())
				remedy = text.Phrasef("%s, or create a %s under %s", remedy, words.Group, words.Groups)
			}
			continue
		}
		found = true
		o.members(out, w, members, err)
	}
	if absent.IsZero() {
		return
	}
	o.report(out, platform.Finding{
		Rule: platform.RulePeople, Message: text.Phrasef("@%s doesn't exist: %s", out.Name, absent), Hint: remedy, Warning: found,
	})
}

// members reports problems with a group that was looked up.
func (o *online) members(out config.Outside, w *Workspace, members []core.Account, err error) {
	name, words := w.Settings.Name, w.Inspector.Words()
	unlisted, known := words.Unlisted[core.DetailOf(err)]
	switch {
	case core.KindOf(err) == core.Conflict:
		o.report(out, platform.Finding{
			Rule: platform.RuleTwice, Message: text.Phrasef("%s has several %ss called %s", name, words.Group, out.Name), Hint: words.SameName[core.DetailOf(err)],
		})
	case known && o.unlisted[name]: // report one cause once
	case known:
		o.unlisted[name] = true
		unlisted.Message = text.Phrasef("the members of @%s in %s can't be listed: %s", out.Name, name, unlisted.Message)
		o.report(out, unlisted)
	case err != nil:
		o.unasked(out, text.Phrasef("@%s", out.Name), w, err)
	case len(members) == 0:
		o.report(out, platform.Finding{
			Rule: platform.RulePeople, Message: text.Phrasef("the %s @%s in %s has no members", words.Group, out.Name, name), Hint: words.Fill, Warning: true,
		})
	}
}

// unasked reports that a lookup failed, unless Examine has already reported the reason.
func (o *online) unasked(out config.Outside, what text.Phrase, w *Workspace, err error) {
	if said := w.Inspector.Words().Reported; said != "" && strings.HasPrefix(core.DetailOf(err), said) {
		return
	}
	o.report(out, platform.Unanswered(what, w.Settings.Name, err))
}

func find(ctx context.Context, w *Workspace, who core.Lookup) (p core.Profile, err error) {
	err = platform.Patiently(ctx, func(ctx context.Context) error { p, err = w.Adapter.Find(ctx, who); return err })
	return p, err
}
