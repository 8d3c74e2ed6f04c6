package bots

import (
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// anywayKey is the key for filing the same title again.
const anywayKey = "anyway"

// fieldArgs returns the fields of a new risk as arguments. Text outside of values is the
// title.
func (b *Bot) fieldArgs() []Arg {
	args := b.fieldsOf(core.Reported)
	args[0].take = takeTitle
	return append(args, Arg{
		Name: anywayKey, Option: anywayKey, Kind: SwitchArg, words: []string{anywayKey, "仍然"}, Help: helpText("options.anyway"),
	})
}

// takeTitle takes the rest of the line. If all of it is in quotes, they are not part of it.
func takeTitle(line string) (value []string, rest string, ok bool) {
	if inside, after, found := quoted(line); found && inside != "" && after == "" {
		line = inside
	}
	return []string{line}, "", true
}

// editableArgs returns the fields of both parts as arguments. A number can also be a word
// for none.
func (b *Bot) editableArgs() []Arg {
	args := b.fieldsOf(core.Reported, core.Handling)
	for i := range args {
		if args[i].Kind == NumberArg {
			args[i].Kind = WordArg
		}
	}
	return args
}

// fieldsOf returns fields as arguments: the built-in ones, the title first, then the own
// fields of some parts.
func (b *Bot) fieldsOf(parts ...core.FieldPart) []Arg {
	args := []Arg{
		b.field(Arg{Name: "title", Kind: ProseArg, Max: core.MaxTitle, words: []string{"title"}}),
		b.moduleArg(),
		b.field(Arg{
			Name: "severity", words: []string{"severity"}, suggest: b.suggestSeverity,
			fits: func(s string) bool { _, ok := b.text.SeverityFrom(s); return ok },
		}),
		b.field(Arg{Name: "discovered_at", words: []string{"discovered", "discovered_at", "date", "发现", "日期"}, fits: b.isDate, goesOn: isTime}),
		b.field(Arg{Name: "due_at", words: []string{"due", "due_at", "截止"}, fits: b.isDate, goesOn: isTime}),
		b.field(Arg{Name: "description", Kind: ProseArg, Max: core.MaxDescription, words: []string{"description", "desc", "说明"}}),
		b.field(Arg{Name: "handlers", words: []string{"handlers", "handler", "处理人"}, list: true, fits: b.isPerson, suggest: b.suggestPeople}),
	}
	for _, f := range b.org.Fields {
		if slices.Contains(parts, f.Part) {
			args = append(args, b.ownArg(f, args))
		}
	}
	return args
}

// field completes the argument for a built-in field.
func (b *Bot) field(a Arg) Arg {
	a.Option, a.zh = a.words[0], b.text.In(text.Chinese).Field(a.Name)
	a.words = append(a.words, a.zh)
	a.Help = func(p text.Printer) string { return p.Field(a.Name) }
	return a
}

// moduleArg returns the argument for a module.
func (b *Bot) moduleArg() Arg {
	return b.field(Arg{
		Name: "module", words: []string{"module"}, fits: func(s string) bool { return b.moduleNamed(s) != "" }, suggest: b.suggestModule,
	})
}

func (b *Bot) isPerson(s string) bool { return b.personNamed(s) != "" }

func (b *Bot) isDate(s string) bool {
	_, ok := parseDate(b.org, b.clock.Now(), s)
	return ok
}

// ownArg returns the argument for an own field. The keys of before take precedence.
func (b *Bot) ownArg(f core.Field, before []Arg) Arg {
	key := strings.ToLower(text.Fold(f.Key))
	a := Arg{
		Name: core.OwnName(f.Key), Option: key, Own: true, words: []string{key}, list: f.Type == core.PeopleField,
		Help: func(p text.Printer) string { return core.LabelIn(f.Label, p.Lang(), f.Key) },
	}
	for _, lang := range text.Languages() {
		label := strings.ToLower(text.Fold(f.Label[lang]))
		if typeable(label) && !slices.Contains(a.words, label) && findKey(before, label) == nil {
			a.words = append(a.words, label)
			if lang == text.Chinese {
				a.zh = label
			}
		}
	}
	switch f.Type {
	case core.TextField:
		a.Kind = ProseArg
	case core.NumberField:
		a.Kind = NumberArg
		a.fits = func(s string) bool { _, ok := parseNumber(s); return ok }
		a.goesOn = isDigits
	case core.DateField:
		a.fits, a.goesOn = b.isDate, isTime
	case core.SelectField:
		a.fits = func(s string) bool { return optionNamed(f, s) != "" }
		a.suggest = b.suggestOption(f)
	case core.PeopleField:
		a.fits, a.suggest = b.isPerson, b.suggestPeople
	}
	return a
}

// moduleNamed returns the module that s names, or "". An exact name takes precedence.
func (b *Bot) moduleNamed(s string) string {
	if _, ok := b.org.Module(s); ok {
		return s
	}
	for _, m := range b.org.Modules {
		if text.Same(m.Name, s) {
			return m.Name
		}
	}
	return ""
}

// optionNamed returns the key of the option of f that s names by key or by a label in
// any language, or "". An exact key takes precedence.
func optionNamed(f core.Field, s string) string {
	if slices.ContainsFunc(f.Options, func(o core.Option) bool { return o.Key == s }) {
		return s
	}
	for _, o := range f.Options {
		if text.Same(o.Key, s) {
			return o.Key
		}
	}
	for _, o := range f.Options {
		for _, label := range o.Label {
			if text.Same(label, s) {
				return o.Key
			}
		}
	}
	return ""
}
