package bots

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// draft reads what was typed or filled in. Only what cannot be read is a fault;
// whether it may be filed like that is for the engine to judge. mentions says
// whom mentions in a typed line mean.
func (b *Bot) draft(v Values, mentions map[string]core.Ref, lang string) (engine.Draft, []fault) {
	r := draftReader{bot: b, values: v, mentions: mentions, lang: lang}
	d := engine.Draft{
		Title:        v.Get("title"),
		Module:       r.module(),
		Severity:     r.severity(),
		Description:  v.Get("description"),
		DiscoveredAt: r.discovered(),
		DueAt:        r.date("due_at"),
		Handlers:     r.people("handlers"),
		Fields:       map[string]core.Value{},
	}
	for _, f := range b.org.Fields {
		if f.Part != core.Reported {
			continue
		}
		if value := r.own(f); !value.IsZero() {
			d.Fields[f.Key] = value
		}
	}
	return d, r.faults
}

type draftReader struct {
	bot      *Bot
	values   Values
	mentions map[string]core.Ref
	lang     string
	faults   []fault
}

func (r *draftReader) fault(field, code string, args text.Args) {
	r.faults = append(r.faults, fault{field: field, code: code, args: args})
}

func (r *draftReader) module() string {
	typed := r.values.Get("module")
	if typed == "" {
		return ""
	}
	if name := r.bot.moduleNamed(typed); name != "" {
		return name
	}
	var known []string
	for _, m := range r.bot.org.Modules {
		known = append(known, m.Name)
	}
	r.unknown("module", typed, known)
	return ""
}

func (r *draftReader) severity() core.Severity {
	typed := r.values.Get("severity")
	if typed == "" {
		return ""
	}
	if s, ok := r.bot.text.SeverityFrom(typed); ok {
		return s
	}
	p := r.bot.text.In(r.lang)
	var known []string
	for _, s := range core.Severities() {
		known = append(known, p.Severity(s))
	}
	r.unknown("severity", typed, known)
	return ""
}

// unknown is the fault of a word that is none of the known ones.
func (r *draftReader) unknown(field, typed string, known []string) {
	if len(known) > shownWords {
		known = append(slices.Clone(known[:shownWords]), "…")
	}
	r.fault(field, "unknown_value", text.Args{
		"Value": typed, "Near": core.Nearest(typed, known), "Known": r.bot.text.In(r.lang).List(known),
	})
}

// shownWords is how many known words an answer lists.
const shownWords = 40

// discovered reads the discovery date. Today means now until the day starts:
// nobody discovers anything in the future.
func (r *draftReader) discovered() time.Time {
	t, now := r.date("discovered_at"), r.bot.clock.Now().In(r.bot.org.Zone)
	if t.After(now) && t.Equal(dayFrom(r.bot.org, now, 0)) {
		return now
	}
	return t
}

func (r *draftReader) date(field string) time.Time {
	typed := r.values.Get(field)
	if typed == "" {
		return time.Time{}
	}
	t, ok := parseDate(r.bot.org, r.bot.clock.Now(), typed)
	if !ok {
		r.fault(field, "date", text.Args{"Value": typed})
	}
	return t
}

// people reads Refs; nil if none are given.
func (r *draftReader) people(field string) []core.Ref {
	var out []core.Ref
	for _, typed := range splitList(strings.Join(r.values[field], ",")) {
		ref, ok := r.ref(typed)
		if !ok {
			r.fault(field, "person", text.Args{"Value": typed})
			continue
		}
		if !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// ref reads one person or group as typed: as the platform understood the
// mention, else as a name of the config file with or without "@", else as a
// group.
func (r *draftReader) ref(typed string) (core.Ref, bool) {
	if ref, ok := r.mentions[typed]; ok {
		return ref, true
	}
	if _, ok := r.bot.org.People[strings.TrimPrefix(typed, "@")]; ok {
		return core.Ref(strings.TrimPrefix(typed, "@")), true
	}
	ref := core.Ref(typed)
	if _, _, ok := ref.Group(); ok {
		return ref, true
	}
	a, ok := ref.Account()
	_, known := r.bot.org.Workspaces[a.Workspace]
	return ref, ok && known
}

func (r *draftReader) own(f core.Field) core.Value {
	field := fieldKey(f.Key)
	typed := r.values.Get(field)
	if typed == "" {
		return core.Value{}
	}
	switch f.Type {
	case core.NumberField:
		n, ok := parseNumber(typed)
		if !ok {
			r.fault(field, "number", text.Args{"Value": typed})
			return core.Value{}
		}
		return core.Value{Number: &n}
	case core.SelectField:
		if o := optionNamed(f, typed); o != "" {
			return core.Value{Text: o}
		}
		var known []string
		for _, o := range f.Options {
			known = append(known, core.LabelIn(o.Label, r.lang, o.Key))
		}
		r.unknown(field, typed, known)
		return core.Value{}
	case core.DateField:
		return core.Value{Date: r.date(field)}
	case core.PeopleField:
		return core.Value{People: r.people(field)}
	case core.TextField:
	}
	return core.Value{Text: typed}
}

// thousands matches a number whose thousands are separated by commas.
var thousands = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)

// parseNumber reads a number as people type it: "1000", "1,000.5", "１２".
func parseNumber(s string) (float64, bool) {
	s = strings.TrimSpace(width.Narrow.String(s))
	if thousands.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}
