package bots

import (
	"maps"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// AsTyped returns the initial value of a field as people type it: the label of an option,
// a moment without seconds. Of files, which can't be typed, it returns the names.
func (b *Bot) AsTyped(lang string, f Field) string {
	p := b.text.In(lang)
	if f.Kind == FileKind {
		return fileNames(p, filesOf(f.Initial))
	}
	all := f.initial()
	if f.Kind == MomentKind && len(all) == 1 {
		if s, ok := b.typedMoment(all[0]); ok {
			return s
		}
	}
	return p.List(all)
}

// typedMoment returns a moment as people type it, to the minute. ok is false if that
// would be read as another moment, as in the hour that comes twice in autumn.
func (b *Bot) typedMoment(s string) (typed string, ok bool) {
	t, err := time.Parse(time.RFC3339, s)
	typed = t.In(b.org.Zone).Format("2006-01-02 15:04")
	again, ok := parseDate(b.org, t, typed)
	return typed, err == nil && ok && again.Equal(t.Truncate(time.Minute))
}

// initial returns the initial values of a field as people read them: the label instead
// of the key if one option is chosen.
func (f Field) initial() []string {
	if f.Many || len(f.Initial) != 1 {
		return f.Initial
	}
	for _, o := range f.Options {
		if o.Key == f.Initial[0] {
			return []string{o.Label}
		}
	}
	return f.Initial
}

// Resembling returns the options that contain what was typed, best first. It returns nil
// if that names an option.
func (f Field) Resembling(typed string) []Choice {
	if slices.ContainsFunc(f.Options, func(c Choice) bool { return text.Same(c.Key, typed) || text.Same(c.Label, typed) }) {
		return nil
	}
	return matching(f.Options, typed)
}

// Lost returns the reply to a form that can't go on because Forms returned err: the line
// to type instead. c.Filled contains what is left of the form.
func (b *Bot) Lost(c Command, err error) Reply {
	p := b.printer(c)
	form := b.forms[c.Filled.Form]
	if form.entry == nil {
		return Say(p.S("commands.outdated"))
	}
	args := Values{riskName: oneOf(c.Filled.State[riskState])}
	maps.Copy(args, c.Filled.Values)
	c.Typed, c.Filled = &Typed{Path: form.entry.path, Args: args}, nil
	id := "commands.lost.store"
	if core.KindOf(err) == core.NotFound {
		id = "commands.lost.expired"
	}
	r := Say(p.S(id))
	r.Card = &core.Card{Body: []core.Span{core.Plain(b.typedLine(c))}}
	return r
}
