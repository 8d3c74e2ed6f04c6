package flow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netresearch/go-cron"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/text"
)

// ScheduleTrigger runs a flow at times that no risk decides, for every open risk for which
// its condition is true. With Digest, it runs once for all of them.
type ScheduleTrigger struct {
	Digest  bool
	CatchUp CatchUp

	spec     *cron.SpecSchedule // only its bits are used
	zone     *time.Location
	calendar *calendar.Calendar // nil: no day is left out
}

// scheduleKeys are the keys of a schedule.
func (d *TriggerDef) scheduleKeys() []Key {
	return []Key{
		{Name: "schedule", Kind: TextKey, Hint: text.Plain(`minute, hour, day of the month, month and day of the week, like "0 9 * * mon-fri"`), Text: &d.Schedule,
			Help: "The times at which the flow is due for every open risk for which its if is true. A cron expression: minute, hour, day of the month, month, day of the week, such as \"0 9 * * mon-fri\". " +
				"If both days are given, either is enough. Days off in the flow's calendar are left out."},
		{Name: "digest", Kind: FlagKey, Flag: &d.Digest,
			Help: "With schedule: true sends each recipient one message with the list of their risks, and each channel one with all of them. Titles and texts have {{ .count }} and {{ .now }} only; the list follows them."},
	}
}

// Kind implements Trigger.
func (ScheduleTrigger) Kind() string { return "schedule" }

// Plan implements Trigger: no change of a risk is a reason to run.
func (ScheduleTrigger) Plan(Change) Plan { return Plan{} }

// Next implements Trigger.
func (ScheduleTrigger) Next(string, Env) (Occurrence, bool) { return Occurrence{}, false }

// Expected implements Trigger.
func (ScheduleTrigger) Expected(Env, []string) ([]Occurrence, bool) { return nil, false }

// Over implements Trigger: the risk may have been closed since the flow was due.
func (ScheduleTrigger) Over(_ string, env Env) string {
	if !env.Risk.Status.Open() {
		return OverClosed
	}
	return ""
}

func (ScheduleTrigger) trigger() {}

// equal reports whether both are due at the same times, for the same.
func (t ScheduleTrigger) equal(o ScheduleTrigger) bool {
	return t.Digest == o.Digest && t.calendar.Equal(o.calendar) && t.zone.String() == o.zone.String() &&
		t.spec.Minute == o.spec.Minute && t.spec.Hour == o.spec.Hour && t.spec.Dom == o.spec.Dom && t.spec.Month == o.spec.Month && t.spec.Dow == o.spec.Dow
}

// searchedDays is how many days After looks ahead: after 28 years, days of the week fall on
// the same dates again, except around 2100.
const searchedDays = 40 * 366

// After returns the first time after t at which the flow is due; ok is false if there is
// none within 40 years.
//
// The expression is compared with the clocks in the flow's zone. If they go forward and skip
// a time, it is due at the moment of the change. If they go back and a time comes twice, it
// is due the first time.
func (t ScheduleTrigger) After(from time.Time) (time.Time, bool) {
	y, m, d := from.In(t.zone).Date()
	for n := range searchedDays {
		day := time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC)
		if !t.on(day) {
			continue
		}
		for clock := time.Duration(0); clock < core.Day; clock += time.Minute {
			if !bit(t.spec.Hour, int(clock/time.Hour)) {
				clock += time.Hour - time.Minute
				continue
			}
			if !bit(t.spec.Minute, int(clock%time.Hour/time.Minute)) {
				continue
			}
			if due, _ := core.WallClock(y, m, d+n, clock, t.zone); due.After(from) {
				return due.UTC(), true
			}
		}
	}
	return time.Time{}, false
}

// on reports whether the flow is due on a day.
func (t ScheduleTrigger) on(day time.Time) bool {
	dom, dow := bit(t.spec.Dom, day.Day()), bit(t.spec.Dow, int(day.Weekday()))
	either := !bit(t.spec.Dom, anyValue) && !bit(t.spec.Dow, anyValue)
	return bit(t.spec.Month, int(day.Month())) && (dom && dow || either && (dom || dow)) &&
		(t.calendar == nil || t.calendar.Works(calendar.DayOf(day)))
}

// anyValue is the bit that the library sets for a field that begins with *.
const anyValue = 63

func bit(set uint64, n int) bool { return set&(1<<n) != 0 }

// scheduleTrigger compiles a trigger by times.
func (c *compiler) scheduleTrigger(path string, d TriggerDef) ScheduleTrigger {
	t := ScheduleTrigger{Digest: d.Digest, CatchUp: CatchUp(d.CatchUp), zone: c.scope.zone, calendar: c.calendar}
	spec, f := parseSchedule(d.Schedule)
	if f != nil {
		c.flaw(path+"/schedule", RuleTrigger, f)
		return t
	}
	t.spec = spec
	everyDay := t
	everyDay.calendar = nil
	switch {
	case t.everDue():
	case everyDay.everDue():
		c.report(path+"/schedule", 0, RuleTrigger, "%q is never due on a working day of the flow's calendar; choose another calendar, or add one in which people work on that day", d.Schedule)
	default:
		c.report(path+"/schedule", 0, RuleTrigger, "%q is never due: there is no such day", d.Schedule)
	}
	return t
}

// everDue reports whether there is any time at which the flow is due. It counts from a fixed
// day, so that a flow that compiles today compiles tomorrow.
func (t ScheduleTrigger) everDue() bool {
	_, ok := t.After(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	return ok
}

// scheduleFields returns what the fields of a cron expression are.
func scheduleFields() []text.Phrase {
	return []text.Phrase{
		text.Plain("a minute, 0 to 59"), text.Plain("an hour, 0 to 23"), text.Plain("a day of the month, 1 to 31"),
		text.Plain("a month, 1 to 12 or jan to dec"), text.Plain("a day of the week, sun to sat or 0 to 6"),
	}
}

// parseSchedule parses a cron expression of five fields. Each is *, or a list of values and
// ranges with steps, such as 1-5 or */15.
func parseSchedule(s string) (*cron.SpecSchedule, *flaw) {
	names := scheduleFields()
	words := strings.Fields(s)
	if len(words) != len(names) {
		return nil, flawAt(0, "%q is not a schedule: write minute, hour, day of the month, month and day of the week, like \"0 9 * * mon-fri\"", s)
	}
	parser, err := cron.TryNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom)
	if err != nil {
		return nil, flawAt(0, "%q can't be read as a schedule", s)
	}
	from := 0
	for i, word := range words {
		from += strings.Index(s[from:], word)
		alone := slices.Repeat([]string{"*"}, len(words))
		alone[i] = word
		if _, err := parser.Parse(strings.Join(alone, " ")); err != nil || strings.ContainsAny(word, "=@?") {
			return nil, flawAt(utf8.RuneCountInString(s[:from]), "%q is not %s; *, lists like 1,3, ranges like 1-5 and steps like */2 can be written, too", word, names[i])
		}
		from += len(word)
	}
	parsed, err := parser.Parse(strings.Join(words, " "))
	spec, ok := parsed.(*cron.SpecSchedule)
	if err != nil || !ok {
		return nil, flawAt(0, "%q can't be read as a schedule", s)
	}
	return spec, nil
}
