package bots

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// draft converts values to a draft. A fault is a value that can't be read; the engine
// checks the rest. mentions maps the mentions on a typed line to refs.
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
		Files:        filesOf(v[core.FilesField]),
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

// unknown reports a word that isn't a known one.
func (r *draftReader) unknown(field, typed string, known []string) {
	if len(known) > shownWords {
		known = append(slices.Clone(known[:shownWords]), "…")
	}
	r.fault(field, "unknown_value", text.Args{
		"Value": typed, "Near": core.Nearest(typed, known), "Known": r.bot.text.In(r.lang).List(known),
	})
}

// shownWords is the number of known words that a reply lists.
const shownWords = 40

// discovered reads the discovery date, which must not be in the future. So before the day
// starts, today means now, and a weekday without a week is the latest one.
func (r *draftReader) discovered() time.Time {
	t, now := r.date("discovered_at"), r.bot.clock.Now().In(r.bot.org.Zone)
	if !t.After(now) {
		return t
	}
	if t.Equal(r.bot.org.DayOf(now)) {
		return now
	}
	if typed := r.values.Get("discovered_at"); withoutWeek(typed) {
		if latest, ok := parseDate(r.bot.org, now.AddDate(0, 0, -7), typed); ok {
			return latest
		}
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

// betweenMentions replaces other characters between mentions with commas.
var betweenMentions = strings.NewReplacer("/@", ",@", "|@", ",@", "&@", ",@", "+@", ",@", "和@", ",@", "与@", ",@", "及@", ",@")

// people reads a list of people. It returns nil if there are none.
func (r *draftReader) people(field string) []core.Ref {
	var out []core.Ref
	for _, typed := range splitList(betweenMentions.Replace(strings.Join(r.values[field], ","))) {
		names := []string{typed}
		if _, ok := r.mentions[typed]; !ok && r.bot.personNamed(typed) == "" {
			names = strings.Fields(typed) // several without commas
		}
		for _, name := range names {
			ref, ok := r.ref(name)
			switch {
			case len(names) > 1 && slices.Contains(listJoins, strings.ToLower(text.Fold(name))):
			case !ok:
				r.fault(field, "person", text.Args{"Value": name})
			case !slices.Contains(out, ref):
				out = append(out, ref)
			}
		}
	}
	return out
}

// ref reads one person or group: a mention, a name from the config file with or
// without "@", or a group.
func (r *draftReader) ref(typed string) (core.Ref, bool) {
	if ref, ok := r.mentions[typed]; ok {
		return ref, true
	}
	if name := r.bot.personNamed(typed); name != "" {
		return core.Ref(name), true
	}
	ref := core.Ref(strings.TrimRightFunc(text.Fold(typed), endsValue))
	if _, _, ok := ref.Group(); ok {
		return ref, true
	}
	a, ok := ref.Account()
	_, known := r.bot.org.Workspaces[a.Workspace]
	return ref, ok && known
}

// personNamed returns the person of the config file whose name is s, or "". s may begin
// with "@". Its case doesn't matter if only one person has that name.
func (b *Bot) personNamed(s string) string {
	s = strings.TrimPrefix(strings.TrimRightFunc(text.Fold(s), endsValue), "@")
	if _, ok := b.org.People[s]; ok {
		return s
	}
	found := ""
	for name := range b.org.People {
		if text.Same(name, s) {
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}

func (r *draftReader) own(f core.Field) core.Value {
	field := core.OwnName(f.Key)
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
		if digits := strings.TrimSpace(amountIn(typed)[2]); eitherWay.MatchString(digits) {
			r.fault(field, "number_dot", text.Args{
				"Value": digits, "Thousands": strings.Replace(digits, ".", "", 1), "Decimal": AsNumber(digits),
			})
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

// amount matches a number with its sign, currency and multiple.
var amount = regexp.MustCompile(`^([+-]?) ?(?:\p{Sc}|usd|eur|gbp|cny|rmb|jpy|chf)? ?(\d[\d., '_]*(?:e[+-]?\d+)?) ?(k|thousand|million|billion|千|万|萬|亿|億)? ?(?:\p{Sc}|元|块|美元|欧元|人民币|dollars?|euros?|usd|eur|gbp|cny|rmb|jpy|chf)?$`)

// multiples maps words after a number to their factor.
var multiples = map[string]float64{
	"": 1, "k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9, "千": 1e3, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8,
}

// isDigits reports whether s looks like more of a number.
func isDigits(s string, _ bool) bool { return strings.Trim(s, "0123456789.,'%‰") == "" }

// digitForms are the ways to write digits, with their thousands separators. A comma alone
// is not a decimal separator, because "1,50" may be a slip for "1,500".
var digitForms = []struct {
	form      *regexp.Regexp
	thousands string
}{
	{regexp.MustCompile(`^\d+(?:\.\d+)?(?:e[+-]?\d+)?$`), ""},
	{regexp.MustCompile(`^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?$`), ","},
	{regexp.MustCompile(`^\d{1,3}(?:[ '_]\d{3})+(?:[.,]\d+)?$`), " '_"},
	{regexp.MustCompile(`^\d{1,3}(?:(?:\.\d{3}){2,}(?:,\d+)?|\.\d{3},\d+)$`), "."},
}

// eitherWay matches a number that is a thousand times larger where a dot separates
// thousands.
var eitherWay = regexp.MustCompile(`^[1-9]\d{0,2}\.\d{3}$`)

// AsNumber writes a number so that it is read as that number again: 1.234 as 1.2340.
// s is in digits, with a dot before decimals.
func AsNumber(s string) string {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	if s = strconv.FormatFloat(n, 'f', -1, 64); eitherWay.MatchString(s) {
		s += "0"
	}
	return s
}

// amountIn returns what amount matches in s, nil if s is no number.
func amountIn(s string) []string {
	return amount.FindStringSubmatch(strings.ToLower(strings.TrimRightFunc(text.Fold(s), endsValue)))
}

// parseNumber reads a number as people type it: "1000", "1,000.5", "1 000", "1'000",
// "1.000.000", "１２", "€5", "5万".
func parseNumber(s string) (float64, bool) {
	m := amountIn(s)
	if m == nil {
		return 0, false
	}
	digits := strings.TrimSpace(m[2])
	for _, f := range digitForms {
		if !f.form.MatchString(digits) {
			continue
		}
		for _, sign := range f.thousands {
			digits = strings.ReplaceAll(digits, string(sign), "")
		}
		n, err := strconv.ParseFloat(m[1]+strings.Replace(digits, ",", ".", 1), 64)
		return n * multiples[m[3]], err == nil
	}
	return 0, false
}
