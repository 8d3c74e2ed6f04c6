package discordbot

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"riskroom/bots"
	"riskroom/core"
)

// typed converts the options of a command.
func (b *Bot) typed(ctx context.Context, req request, lang string, options []option) bots.Typed {
	if len(options) == 0 {
		return bots.Typed{}
	}
	path, sub := used(options)
	t, read := bots.Typed{Path: path, Args: bots.Values{}}, b.reader(req, lang)
	spec := specOf(b.bot.Commands(), path)
	for _, o := range sub.Options {
		a, ok := spec.Arg(o.Name)
		v := strings.TrimSpace(o.text())
		if !ok || v == "" || a.Kind == bots.SwitchArg && v != "true" {
			continue
		}
		switch a.Kind {
		case bots.ProseArg:
			v = read.prose(ctx, v)
		case bots.NumberArg:
			v = bots.AsNumber(v)
		case bots.WordArg, bots.SwitchArg:
			v = b.refs(v)
		}
		t.Args[a.Name] = []string{v}
	}
	return t
}

// specOf returns the command at a path, the zero Spec if there is none.
func specOf(all []bots.Spec, path []string) bots.Spec {
	for _, spec := range all {
		if slices.Equal(spec.Path, path) {
			return spec
		}
		if sub := specOf(spec.Subs, path); sub.Path != nil {
			return sub
		}
	}
	return bots.Spec{}
}

// used returns the subcommand that was used, with its path.
func used(options []option) (path []string, sub option) {
	for len(options) > 0 {
		sub = options[0]
		if path = append(path, sub.Name); sub.Type != optionGroup {
			break
		}
		options = sub.Options
	}
	return path, sub
}

// mentioned matches a mention in a text, see
// https://docs.discord.com/developers/reference#message-formatting.
var mentioned = regexp.MustCompile(`<@([!&]?)([0-9]{5,20})>`)

// refs replaces mentions with refs, with blanks around: between two mentions there may be
// none.
func (b *Bot) refs(s string) string {
	return strings.TrimSpace(mentioned.ReplaceAllStringFunc(s, func(m string) string {
		parts := mentioned.FindStringSubmatch(m)
		if parts[1] == "&" {
			return " @" + parts[2] + " "
		}
		return " " + string(core.RefOf(core.Account{Workspace: b.workspace, ID: parts[2]})) + " "
	}))
}
