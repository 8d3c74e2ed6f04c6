package bots

import (
	"context"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// Suggest returns completions of what was typed into an option of the command, best
// first; Choice.Key is the value. It returns nothing if the store doesn't answer at
// once.
func (b *Bot) Suggest(ctx context.Context, c Command, option, typed string) []Choice {
	_, r := b.route(c)
	if r.entry == nil {
		return nil
	}
	a, ok := argOf(r.entry.args, option)
	if !ok || !a.Suggests() {
		return nil
	}
	return a.suggest(ctx, c, typed)
}

func (b *Bot) suggestModule(_ context.Context, c Command, typed string) []Choice {
	return matching(b.moduleField(b.printer(c), "").Options, typed)
}

func (b *Bot) suggestSeverity(_ context.Context, c Command, typed string) []Choice {
	return matching(b.severityField(b.printer(c), "").Options, typed)
}

func (b *Bot) suggestStatus(_ context.Context, c Command, typed string) []Choice {
	var all []Choice
	for _, s := range core.Statuses() {
		all = append(all, Choice{Key: string(s), Label: b.printer(c).Status(s)})
	}
	return matching(all, typed)
}

// suggestOption offers the options of an own field.
func (b *Bot) suggestOption(f core.Field) func(ctx context.Context, c Command, typed string) []Choice {
	return func(_ context.Context, c Command, typed string) []Choice {
		return matching(b.ownField(c, b.printer(c), f, nil).Options, typed)
	}
}

// suggestRisk offers open risks that the reader may see, by key or title, and any risk by
// its whole key.
func (b *Bot) suggestRisk(ctx context.Context, c Command, typed string) []Choice {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	found, err := b.handling.List(ctx, c.Actor, engine.ListQuery{})
	if err != nil {
		return nil
	}
	var all []Choice
	for _, r := range found.Risks {
		all = append(all, riskChoice(r))
	}
	all = matching(all, typed)
	key, err := core.ParseRiskKey(b.org.KeyPrefix, text.Fold(typed))
	if err != nil || slices.ContainsFunc(found.Risks, func(r core.Risk) bool { return r.Key == key }) {
		return all
	}
	if v, err := b.handling.Show(ctx, c.Actor, key); err == nil {
		all = slices.Insert(all, 0, riskChoice(v.Risk))
	}
	return all
}

func riskChoice(r core.Risk) Choice {
	title := strings.Join(strings.Fields(r.Title), " ")
	return Choice{Key: string(r.Key), Label: string(r.Key) + " " + core.Isolate(core.Shorten(title, text.ListedTitle))}
}

// suggestPeople completes the last of several names with people of the config file and
// groups that handle modules.
func (b *Bot) suggestPeople(_ context.Context, _ Command, typed string) []Choice {
	names := b.namesAndGroups()
	before, last := "", typed
	if i := strings.LastIndexFunc(typed, isSeparator); i >= 0 {
		for _, name := range splitList(typed[:i]) {
			before += name + ", "
		}
		last = strings.TrimLeftFunc(typed[i:], func(r rune) bool { return isBlank(r) || isSeparator(r) })
	}
	given := splitList(before)
	var all []Choice
	for _, name := range names {
		if !slices.Contains(given, name) {
			all = append(all, Choice{Key: name, Label: name})
		}
	}
	all = matching(all, last)
	for i, c := range all {
		all[i] = Choice{Key: before + c.Key, Label: before + c.Label}
	}
	return all
}

// namesAndGroups returns the people of the config file and the groups that handle modules.
func (b *Bot) namesAndGroups() []string {
	names := slices.Sorted(maps.Keys(b.org.People))
	for _, m := range b.org.Modules {
		for _, ref := range m.Handlers {
			if _, _, ok := ref.Group(); ok && !slices.Contains(names, string(ref)) {
				names = append(names, string(ref))
			}
		}
	}
	return names
}

// suggestAssignees offers the person who types, the handlers of the module, and people.
func (b *Bot) suggestAssignees(ctx context.Context, c Command, typed string) []Choice {
	p := b.printer(c)
	words := []Choice{
		{Key: meWords[text.English][0], Label: p.S("options.handlers.me")},
		{Key: moduleWords[text.English][0], Label: p.S("options.handlers.module")},
	}
	return append(matching(words, typed), b.suggestPeople(ctx, c, typed)...)
}

// matching returns the choices that contain what was typed. Those that begin with it
// come first.
func matching(all []Choice, typed string) []Choice {
	typed = strings.ToLower(text.Fold(typed))
	var first, then []Choice
	for _, c := range all {
		key, label := strings.ToLower(c.Key), strings.ToLower(c.Label)
		switch {
		case strings.HasPrefix(key, typed), strings.HasPrefix(label, typed):
			first = append(first, c)
		case strings.Contains(key, typed), strings.Contains(label, typed):
			then = append(then, c)
		}
	}
	return append(first, then...)
}
