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

// FieldRisk, FieldStatus and FieldUnlink name, beside the fields of a form, what
// Suggest knows.
const (
	FieldRisk   = "risk"
	FieldStatus = "status"
	FieldUnlink = "unlink"
)

// Suggest returns what may be meant by what somebody has typed so far into a
// field, best first: Choice.Key is what is to stand there. Nothing is an answer
// too, also where the store does not answer at once.
func (b *Bot) Suggest(ctx context.Context, c Command, field, typed string) []Choice {
	p := b.printer(c)
	switch field {
	case "module":
		return matching(b.moduleField(p, "").Options, typed)
	case "severity":
		return matching(b.severityField(p, "").Options, typed)
	case FieldStatus:
		var all []Choice
		for _, s := range core.Statuses() {
			all = append(all, Choice{Key: string(s), Label: p.Status(s)})
		}
		return matching(all, typed)
	case FieldRisk:
		return b.suggestRisk(ctx, c, p, typed)
	case FieldUnlink:
		return matching(b.unlinkable(c, p), typed)
	case "handlers":
		return b.suggestPeople(typed)
	}
	for _, f := range b.org.Fields {
		switch {
		case fieldKey(f.Key) != field:
		case f.Type == core.PeopleField:
			return b.suggestPeople(typed)
		case f.Type == core.SelectField:
			return matching(b.ownField(c, p, f, nil).Options, typed)
		}
	}
	return nil
}

// suggestRisk offers open risks that the reader may see, by key or title.
func (b *Bot) suggestRisk(ctx context.Context, c Command, p text.Printer, typed string) []Choice {
	ctx, cancel := context.WithTimeout(ctx, glance) // nobody waits longer for what they may type
	defer cancel()
	found, err := b.handling.List(ctx, c.Actor, engine.ListQuery{})
	if err != nil {
		return nil
	}
	var all []Choice
	for _, r := range found.Risks {
		title := strings.Join(strings.Fields(r.Title), " ")
		all = append(all, Choice{Key: string(r.Key), Label: string(r.Key) + " " + shorten(title, listTitle)})
	}
	return matching(all, typed)
}

// suggestPeople completes the last of the names typed with commas between, by
// those whom the config file names and the groups that handle modules.
func (b *Bot) suggestPeople(typed string) []Choice {
	names := slices.Sorted(maps.Keys(b.org.People))
	for _, m := range b.org.Modules {
		for _, ref := range m.Handlers {
			if _, _, ok := ref.Group(); ok && !slices.Contains(names, string(ref)) {
				names = append(names, string(ref))
			}
		}
	}
	before, last := "", typed
	if i := strings.LastIndexAny(typed, ",，、"); i >= 0 {
		for _, name := range splitList(typed[:i]) {
			before += name + ", "
		}
		last = strings.TrimLeft(typed[i:], ",，、 ")
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

// matching returns the choices that hold what was typed, first those that begin
// with it.
func matching(all []Choice, typed string) []Choice {
	typed = strings.ToLower(strings.TrimSpace(typed))
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
