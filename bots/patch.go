package bots

import (
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// patch converts values to what an Edit changes: every field that v has. A field without
// a value is cleared. A fault is a value that can't be read; the engine checks the rest.
func (b *Bot) patch(v Values, mentions map[string]core.Ref, lang string) (engine.Patch, []fault) {
	r := draftReader{bot: b, values: Values{}, mentions: mentions, lang: lang}
	p := engine.Patch{Fields: map[string]core.Value{}}
	for _, a := range b.editKeys {
		given, ok := v[a.Name]
		if !ok {
			continue
		}
		if !b.clears(a.Name, given) {
			r.values[a.Name] = given
		}
		r.patch(&p, a.Name)
	}
	return p, r.faults
}

// patch reads one field into p.
func (r *draftReader) patch(p *engine.Patch, field string) {
	switch field {
	case "title":
		p.Title = new(r.values.Get(field))
	case "module":
		p.Module = new(r.module())
	case "severity":
		p.Severity = new(r.severity())
	case "description":
		p.Description = new(r.values.Get(field))
	case "discovered_at":
		p.DiscoveredAt = new(r.discovered())
	case "due_at":
		p.DueAt = new(r.date(field))
	case "handlers":
		p.Handlers = new(r.people(field))
	default:
		if f, ok := r.bot.ownNamed(field); ok {
			p.Fields[f.Key] = r.own(f)
		}
	}
}

// ownNamed returns the own field with that name in Values.
func (b *Bot) ownNamed(name string) (core.Field, bool) {
	key, ok := core.OwnField(name)
	if !ok {
		return core.Field{}, false
	}
	return b.org.Field(key)
}

// clearing are the words that clear a field.
var clearing = synonyms{text.English: {"none", "-"}, text.Chinese: {"无"}}

// clears reports whether what was typed clears a field. Fields that every risk has can't
// be cleared, and a word that the field can have as its value is that value.
func (b *Bot) clears(field string, typed []string) bool {
	if len(typed) != 1 || !clearing.has(strings.TrimSpace(typed[0])) {
		return false
	}
	switch field {
	case "title", "module", "severity", "discovered_at":
		return false
	case "handlers":
		return b.personNamed(typed[0]) == ""
	}
	f, ok := b.ownNamed(field)
	return !ok || optionNamed(f, typed[0]) == "" && (f.Type != core.PeopleField || b.personNamed(typed[0]) == "")
}

// asBefore replaces accounts with the names from the config file by which the risk already
// names the same people, because a picker only has accounts.
func (b *Bot) asBefore(p *engine.Patch, r core.Risk) {
	name := func(refs, before []core.Ref) {
		for i, ref := range refs {
			for _, was := range before {
				known, ok := was.Name()
				if a, account := ref.Account(); ok && account && b.org.People[known].Accounts[a.Workspace] == a.ID && !slices.Contains(refs, was) {
					refs[i] = was
				}
			}
		}
	}
	if p.Handlers != nil {
		name(*p.Handlers, r.Handlers)
	}
	for key, v := range p.Fields {
		name(v.People, r.Fields[key].People)
	}
}
