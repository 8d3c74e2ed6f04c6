package bots

import (
	"slices"
	"strings"
	"time"

	"riskroom/core/text"
)

// add adds the values of a form to values that were typed.
func add(values, form Values) []fault {
	var faults []fault
	for field, v := range form {
		if values[field] != nil {
			faults = append(faults, fault{field: field, code: "twice", args: text.Args{"Key": field}})
			continue
		}
		values[field] = v
	}
	return faults
}

// Rest returns fields of a form as they can be typed, one on a line, for platforms whose
// forms have no inputs for them.
func (b *Bot) Rest(lang string, fields []Field) string {
	p := b.text.In(lang)
	var lines []string
	for _, f := range fields {
		i := slices.IndexFunc(b.keys, func(a Arg) bool { return a.Name == f.Key })
		if i < 0 {
			continue
		}
		lines = append(lines, strings.TrimSpace(b.keys[i].key(p.Lang())+p.S("commands.colon.between")+b.asTyped(p, b.keys[i], f)))
	}
	return strings.Join(lines, "\n")
}

// asTyped returns the initial value of a field as it can be typed after its key.
func (b *Bot) asTyped(p text.Printer, k Arg, f Field) string {
	all := f.initial()
	if f.Kind == MomentKind && len(all) == 1 {
		if s, ok := b.typedMoment(all[0]); ok {
			return s
		}
	}
	one := p.List(all)
	if k.list && !slices.ContainsFunc(all, func(s string) bool { return quote(s) != s }) {
		return one // a list goes on after a comma
	}
	return quote(one)
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

// filledValues returns the values of a form, including those in Rest.
func (b *Bot) filledValues(f *Filled) (Values, []fault) {
	if f.Rest == "" {
		return f.Values, nil
	}
	values, outer, faults := readLine(b.keys, f.Rest, true)
	// A field whose line was left empty has no value.
	faults = slices.DeleteFunc(faults, func(f fault) bool { return f.code == "empty" })
	if outer != "" {
		faults = append(faults, outside("title", outer))
	}
	return values, append(faults, add(values, f.Values)...)
}
