package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// formLink is the ID of the form that asks whether to link accounts.
const formLink = "link"

// Words after `link`.
var (
	unlinkWords = synonyms{text.English: {"remove", "off"}, text.Chinese: {"解除", "移除", "取消"}}
	hereWords   = synonyms{text.English: {"here"}, text.Chinese: {"此处", "这里"}}
	sureWords   = synonyms{text.English: {"yes"}, text.Chinese: {"确认", "是"}}
)

func linkCommand() command {
	return command{
		name: "link", aliases: synonyms{text.Chinese: {"关联"}},
		args: (*Bot).linkArgs, changes: true, handle: (*Bot).link,
		several: true, unconfirmed: "commands.link.unconfirmed",
		forms: map[string]handler{formLink: (*Bot).linkForm},
	}
}

// Names of arguments of link.
const (
	codeName   = "code"
	unlinkName = "unlink"
	sureName   = "sure"
)

// maxCode is the maximum length of a code, and of the person whose links to remove.
const maxCode = 100

func (b *Bot) linkArgs() []Arg {
	return []Arg{
		{Name: codeName, Option: "code", Max: maxCode, Help: helpText("options.code"), take: takeCode},
		{
			Name: unlinkName, Option: "remove", Max: maxCode, Help: helpText("options.remove"), suggest: b.suggestUnlinking,
			take: takeUnlinking,
		},
		{Name: sureName, take: theRest},
	}
}

// takeCode takes the words of a code, and leaves the word that confirms it.
func takeCode(line string) (value []string, rest string, ok bool) {
	words := strings.Fields(line)
	if len(words) == 0 || unlinkWords.has(words[0]) {
		return nil, line, false
	}
	if n := len(words) - 1; n > 0 && sureWords.has(words[n]) {
		words, rest = words[:n], words[n]
	}
	return []string{strings.Join(words, "")}, rest, true
}

func takeUnlinking(line string) (value []string, rest string, ok bool) {
	word, who := cutWord(line)
	if !unlinkWords.has(word) {
		return nil, line, false
	}
	if who == "" {
		who = hereWords[text.English][0]
	}
	return []string{who}, "", true
}

// link links accounts of one person. `link` shows a code, `link ABCD-EFGH` takes the
// code that the other account was shown, and `link remove` removes the link.
func (b *Bot) link(ctx context.Context, c Command) (Reply, error) {
	args := c.Typed.Args
	code := strings.ReplaceAll(text.Fold(args.Get(codeName)), " ", "")
	switch {
	case args[unlinkName] != nil:
		return b.unlink(ctx, c, args.Get(unlinkName))
	case code == "":
		return b.offerLink(ctx, c)
	case args[sureName] != nil:
		return b.linkNow(ctx, c, code)
	}
	return b.askLink(ctx, c, code)
}

// offerLink shows a code, and the accounts that are linked already.
func (b *Bot) offerLink(ctx context.Context, c Command) (Reply, error) {
	code, err := b.persons.OfferLink(ctx, c.Actor)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	var lines []string
	for _, name := range b.otherWorkspaces(c) {
		there := p.In(b.org.Workspaces[name])
		lines = append(lines, there.S("commands.link.type", text.Args{"Workspace": name, "Command": b.org.Command, "Code": code.Text}))
	}
	r := Say(p.S("commands.link.code", text.Args{
		"Code": code.Text, "Time": p.Time(code.Until, b.zone(c)), "Lines": strings.Join(lines, "\n"),
	}))
	// The code is what matters, so the list is left out if it can't be read.
	if all, err := b.persons.Accounts(ctx, c.Actor); err == nil && len(all) > 1 {
		r.Text = append(r.Text, core.Plain("\n"+p.S("commands.link.accounts")))
		for _, k := range all[1:] {
			id := "commands.link.account.file"
			if k.Linked {
				id = "commands.link.account"
			}
			r.List = append(r.List, []core.Span{core.Plain(p.S(id, accountArgs(k)))})
		}
	}
	return r, nil
}

// otherWorkspaces returns the workspaces that c does not come from.
func (b *Bot) otherWorkspaces(c Command) []string {
	var names []string
	for name := range b.org.Workspaces {
		if name != c.Actor.Account.Workspace {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// suggestUnlinking offers whose links may be removed, except people's.
func (b *Bot) suggestUnlinking(_ context.Context, c Command, typed string) []Choice {
	all := []Choice{{Key: hereWords[text.English][0], Label: b.printer(c).S("commands.link.here")}}
	for _, name := range b.otherWorkspaces(c) {
		all = append(all, Choice{Key: name, Label: name})
	}
	return matching(all, typed)
}

func accountArgs(k people.Known) text.Args {
	name := k.Name
	if name == "" {
		name = "?" // its workspace doesn't answer
	}
	return text.Args{"Name": name, "Workspace": k.Account.Workspace}
}

// askLink asks whether the account that asked for the code is the reader's own. Somebody
// else may have sent it to them.
func (b *Bot) askLink(ctx context.Context, c Command, code string) (Reply, error) {
	k, err := b.persons.Offered(ctx, c.Op, c.Actor, code)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	notice := p.S("commands.link.ask", accountArgs(k))
	line := b.typedLine(c)
	if len(c.Typed.Path) == 0 {
		line = strings.Join([]string{b.org.Command, c.Typed.command(p.Lang()), code, sureWords[p.Lang()][0]}, " ")
	}
	r := Say(notice + "\n" + p.S("commands.link.line", text.Args{"Line": line}))
	r.Form = &Form{
		ID: formLink, State: map[string]string{"code": code}, Title: p.S("commands.form.link.title"),
		Submit: p.S("commands.form.link.submit"), Cancel: p.S("commands.form.cancel"), Notice: []core.Span{core.Plain(notice)}, Warn: true,
	}
	return r, nil
}

// linkForm handles the answer to askLink.
func (b *Bot) linkForm(ctx context.Context, c Command) (Reply, error) {
	return b.linkNow(ctx, c, c.Filled.State["code"])
}

func (b *Bot) linkNow(ctx context.Context, c Command, code string) (Reply, error) {
	k, err := b.persons.Link(ctx, c.Op, c.Actor, code)
	if err != nil {
		return Reply{}, err
	}
	args := accountArgs(k)
	args["Command"] = b.org.Command
	return Say(b.printer(c).S("commands.linked", args)), nil
}

// unlink removes the links of the reader's account, of their account in another
// workspace, or of somebody else.
func (b *Bot) unlink(ctx context.Context, c Command, whose string) (Reply, error) {
	who, err := b.whoseLinks(ctx, c, strings.TrimSpace(whose))
	if err != nil {
		return Reply{}, err
	}
	k, err := b.persons.Unlink(ctx, c.Op, c.Actor, who)
	if err != nil {
		return Reply{}, err
	}
	return Say(b.printer(c).S("commands.unlinked", accountArgs(k))), nil
}

func (b *Bot) whoseLinks(ctx context.Context, c Command, typed string) (core.Ref, error) {
	folded := text.Fold(typed)
	if hereWords.has(folded) {
		return "", nil
	}
	if _, ok := b.org.Workspaces[folded]; ok {
		all, err := b.persons.Accounts(ctx, c.Actor)
		if err != nil {
			return "", err
		}
		for _, k := range all {
			if k.Account.Workspace == folded {
				return core.RefOf(k.Account), nil
			}
		}
	}
	r := draftReader{bot: b, mentions: c.Typed.Mentions}
	if ref, ok := r.ref(typed); ok {
		return ref, nil
	}
	return "", &core.Refusal{Kind: core.NotFound, Code: "link_nobody", Args: map[string]any{"Name": typed}}
}
