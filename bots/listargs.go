package bots

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// Names of arguments of lists that aren't fields.
const (
	whatName   = "what"
	closedName = "closed"
	sortName   = "sort"
)

// What a list can be narrowed to with one word, in addition to a status.
const (
	wordOpen    = "open"
	wordClosed  = "closed"
	wordAll     = "all"
	wordMine    = "mine"
	wordOverdue = "overdue"
	sortDue     = "due"
	sortNewest  = "newest"
)

// listWords maps what people type to what to list.
var listWords = map[string]string{
	"open": wordOpen, "未完成": wordOpen,
	"closed": wordClosed, "done": wordClosed, "已关闭": wordClosed, "已完成": wordClosed,
	"all": wordAll, "everything": wordAll, "全部": wordAll, "所有": wordAll,
	"mine": wordMine, "my": wordMine, "我的": wordMine,
	"overdue": wordOverdue, "late": wordOverdue, "逾期": wordOverdue, "已逾期": wordOverdue,
}

// sortWords maps what people type to how to sort a list.
var sortWords = map[string]string{
	"due": sortDue, "due date": sortDue, "截止": sortDue, "截止日期": sortDue,
	"newest": sortNewest, "new": sortNewest, "最新": sortNewest,
}

// itself are the words for the person who types.
var itself = []string{"me", "@me", "myself", "我", "自己"}

func (b *Bot) listArgs() []Arg {
	person := func(s string) bool { return b.isPerson(s) || isItself(s) }
	period := func(past bool) func(string) bool {
		return func(s string) bool { _, ok := b.period(s, past); return ok }
	}
	args := []Arg{
		{
			Name: whatName, Option: "what", Help: helpText("options.what"), take: theRest,
			Choices: []string{wordOpen, wordMine, wordOverdue, string(core.Resolved), string(core.Shelved), wordAll},
			Label:   whatLabel,
		},
		b.moduleArg(),
		b.field(Arg{Name: "status", words: []string{"status"}, suggest: b.suggestStatus, fits: b.isStatus}),
		b.field(Arg{Name: "severity", words: []string{"severity"}, list: true, suggest: b.suggestSeverity, fits: b.isSeverity}),
		b.field(Arg{Name: "handlers", words: []string{"handler", "handlers", "处理人"}, list: true, fits: person, suggest: b.suggestPeople}),
		b.field(Arg{Name: "submitter", words: []string{"by", "from", "submitter"}, list: true, fits: person, suggest: b.suggestPeople}),
		withHelp("options.due", b.field(Arg{Name: "due_at", words: []string{"due", "截止"}, fits: period(false), suggest: b.suggestPeriod})),
		withHelp("options.since", b.field(Arg{Name: "submitted_at", words: []string{"since", "filed", "自"}, fits: period(true), suggest: b.suggestPeriod})),
		{
			Name: closedName, Option: closedName, Help: helpText("options.closed"), words: []string{closedName, "关闭"}, zh: "关闭",
			fits: period(true), suggest: b.suggestPeriod,
		},
		{
			Name: sortName, Option: sortName, Help: helpText("options.sort"), words: []string{sortName, "order", "排序"}, zh: "排序",
			Choices: []string{sortNewest, sortDue}, Label: func(p text.Printer, choice string) string { return p.S("options.sort." + choice) },
			fits: func(s string) bool { return sortWords[strings.ToLower(text.Fold(s))] != "" },
		},
		withHelp("options.words", b.field(Arg{Name: "title", Kind: ProseArg, Max: core.MaxTitle, words: []string{"title"}})),
	}
	for _, f := range b.org.Fields {
		if f.Type == core.SelectField {
			args = append(args, b.ownArg(f, args))
		}
	}
	return args
}

// withHelp returns an argument with another help.
func withHelp(id string, a Arg) Arg {
	a.Help = helpText(id)
	return a
}

func whatLabel(p text.Printer, choice string) string {
	if s := core.Status(choice); s.Valid() {
		return p.Status(s)
	}
	return p.S("options.what." + choice)
}

func isItself(s string) bool { return slices.Contains(itself, strings.ToLower(text.Fold(s))) }

func (b *Bot) isStatus(s string) bool { _, ok := b.text.StatusFrom(s); return ok }

func (b *Bot) isSeverity(s string) bool { _, ok := b.text.SeverityFrom(s); return ok }

// listQuery is what a list was asked for.
type listQuery struct {
	engine.ListQuery
	values Values // as they were given, with refs for mentions
	kept   string // the subject under which values are kept, "" if they aren't
}

// listReader reads the arguments of a list.
type listReader struct {
	draftReader
	self core.Ref // the one who asks
	q    listQuery
}

// listQuery converts the arguments of a list.
func (b *Bot) listQuery(c Command, v Values) (listQuery, []fault) {
	r := listReader{draftReader: draftReader{bot: b, values: v, lang: b.printer(c).Lang()}, self: core.RefOf(c.Actor.Account)}
	if c.Typed != nil {
		r.mentions = c.Typed.Mentions
	}
	r.q.values = maps.Clone(v)
	if r.q.values == nil {
		r.q.values = Values{}
	}
	for _, line := range v[whatName] {
		r.words(line)
	}
	if typed := v.Get("status"); typed != "" {
		r.status(typed)
	}
	for _, typed := range v["severity"] {
		one := draftReader{bot: b, values: Values{"severity": {typed}}, lang: r.lang}
		if s := one.severity(); s != "" {
			r.q.Severities = append(r.q.Severities, s)
		}
		r.faults = append(r.faults, one.faults...)
	}
	r.q.Module = r.module()
	r.q.Handlers, r.q.By = r.persons("handlers"), r.persons("submitter")
	r.q.Due.Before = r.period("due_at", false)
	if !r.q.Due.Before.IsZero() && !r.q.Overdue {
		r.q.Due.From = b.clock.Now()
	}
	r.q.Filed.From = r.period("submitted_at", true)
	if r.q.Closed.From = r.period(closedName, true); !r.q.Closed.From.IsZero() && r.q.Statuses == nil {
		r.q.Statuses = closedStatuses()
	}
	r.sort()
	if typed := v.Get("title"); typed != "" {
		r.q.Words = append(r.q.Words, strings.Fields(typed)...)
	}
	for _, f := range b.org.Fields {
		if f.Type == core.SelectField {
			if value := r.own(f); value.Text != "" {
				if r.q.Fields == nil {
					r.q.Fields = map[string]string{}
				}
				r.q.Fields[f.Key] = value.Text
			}
		}
	}
	return r.q, r.faults
}

func closedStatuses() []core.Status {
	return slices.DeleteFunc(core.Statuses(), core.Status.Open)
}

// words reads words such as `mine in progress "off by one"`. A word that narrows nothing is
// looked for in titles, unless it looks like a slip or like a filter that doesn't exist.
func (r *listReader) words(line string) {
	between := func(r rune) bool { return isBlank(r) || isSeparator(r) }
	for line = strings.TrimFunc(line, between); line != ""; line = strings.TrimFunc(line, between) {
		if inside, after, ok := quoted(line); ok {
			r.q.Words = append(r.q.Words, inside)
			line = after
			continue
		}
		if to, after, ok := r.bot.statusAt(line); ok {
			r.q.Statuses = append(r.q.Statuses, to)
			line = after
			continue
		}
		end := strings.IndexFunc(line, between)
		if end < 0 {
			end = len(line)
		}
		r.word(line[:end])
		line = line[end:]
	}
}

func (r *listReader) word(typed string) {
	switch listWords[strings.ToLower(text.Fold(typed))] {
	case wordOpen:
		r.q.Statuses = append(r.q.Statuses, engine.OpenStatuses()...)
	case wordClosed:
		r.q.Statuses = append(r.q.Statuses, closedStatuses()...)
	case wordAll:
		r.q.Statuses = append(r.q.Statuses, core.Statuses()...)
	case wordMine:
		r.q.Mine = true
	case wordOverdue:
		r.q.Overdue = true
	default:
		near := r.bot.nearListWord(typed)
		if _, keyed := likeKey(typed); keyed || near != "" {
			r.fault("", "list_word", text.Args{"Word": typed, "Near": near})
			return
		}
		r.q.Words = append(r.q.Words, typed)
	}
}

// nearListWord returns what word probably means, or "".
func (b *Bot) nearListWord(word string) string {
	if name := b.moduleNamed(word); name != "" {
		return "module:" + quote(name)
	}
	known := slices.Sorted(maps.Keys(listWords))
	for _, s := range core.Statuses() {
		known = append(known, string(s))
	}
	return core.Misspelled(text.Fold(word), known)
}

func (r *listReader) status(typed string) {
	switch word := strings.ToLower(text.Fold(typed)); listWords[word] {
	case wordOpen, wordClosed, wordAll:
		r.word(typed)
		return
	}
	if s, ok := r.bot.text.StatusFrom(typed); ok {
		r.q.Statuses = append(r.q.Statuses, s)
		return
	}
	p := r.bot.text.In(r.lang)
	var known []string
	for _, s := range core.Statuses() {
		known = append(known, p.Status(s))
	}
	r.unknown("status", typed, known)
}

// persons reads a list of people, in which "me" is the one who asks. The values get their
// refs.
func (r *listReader) persons(field string) []core.Ref {
	var named []string
	for _, s := range splitList(strings.Join(r.values[field], ",")) {
		if _, mentioned := r.mentions[s]; !mentioned && isItself(s) && r.bot.personNamed(s) == "" {
			s = string(r.self)
		}
		named = append(named, s)
	}
	one := draftReader{bot: r.bot, values: Values{field: named}, mentions: r.mentions, lang: r.lang}
	refs := one.people(field)
	r.faults = append(r.faults, one.faults...)
	if len(refs) > 0 {
		r.q.values[field] = nil
	}
	for _, ref := range refs {
		r.q.values[field] = append(r.q.values[field], string(ref))
	}
	return refs
}

func (r *listReader) sort() {
	typed := r.values.Get(sortName)
	if typed == "" {
		return
	}
	switch sortWords[strings.ToLower(text.Fold(typed))] {
	case sortDue:
		r.q.ByDue = true
	case sortNewest:
	default:
		p := r.bot.text.In(r.lang)
		r.unknown(sortName, typed, []string{p.S("options.sort." + sortNewest), p.S("options.sort." + sortDue)})
	}
}

// period reads the end of a period from now on, or the start of one until now.
func (r *listReader) period(field string, past bool) time.Time {
	typed := r.values.Get(field)
	if typed == "" {
		return time.Time{}
	}
	t, ok := r.bot.period(typed, past)
	switch {
	case !ok:
		r.fault(field, "period", text.Args{"Value": typed})
	case past && t.After(r.bot.clock.Now()):
		r.fault(field, "period_ahead", text.Args{"Value": typed})
	}
	return t
}

// spans maps words for periods to their days.
var spans = map[string]int{
	"today": 0, "day": 1, "week": 7, "this week": 7, "fortnight": 14, "month": 30, "this month": 30, "quarter": 91, "year": 365,
	"今天": 0, "一天": 1, "周": 7, "一周": 7, "一星期": 7, "月": 30, "一个月": 30, "季度": 91, "年": 365, "一年": 365,
}

// period reads a period such as "week", "3d" or a date: when it ends, or in the past when it
// started. Days count as a whole.
func (b *Bot) period(s string, past bool) (time.Time, bool) {
	now := b.clock.Now().In(b.org.Zone)
	word := strings.ToLower(text.Fold(strings.TrimFunc(s, isBlank)))
	ahead, whole := 1, func(t time.Time, days int) time.Time {
		y, m, d := t.In(b.org.Zone).Date()
		return time.Date(y, m, d+days, 0, 0, 0, 0, b.org.Zone)
	}
	if past {
		ahead = 0
	}
	if days, ok := spans[word]; ok {
		if past {
			days = -days
		}
		return whole(now, days+ahead), true
	}
	for _, spelling := range []string{word, map[bool]string{true: word + " ago", false: "in " + word}[past]} {
		t, ok := parseDate(b.org, now, spelling)
		switch {
		case !ok:
		case t.Equal(b.org.DayOf(t)):
			return whole(t, ahead), true
		default:
			return t, true
		}
	}
	return time.Time{}, false
}

// suggestPeriod offers the common periods.
func (b *Bot) suggestPeriod(_ context.Context, c Command, typed string) []Choice {
	var all []Choice
	for _, key := range []string{"today", "week", "month", "year"} {
		all = append(all, Choice{Key: key, Label: b.printer(c).S("options.period." + key)})
	}
	return matching(all, typed)
}
