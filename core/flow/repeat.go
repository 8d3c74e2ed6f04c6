package flow

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
)

// CatchUp says what a flow does about times that passed while riskroom was not running: the
// flow's catch_up.
type CatchUp string

// The values of CatchUp. An occurrence that was armed is never lost, even if it is late.
const (
	CatchUpSkip   CatchUp = "skip"   // the next one is the first that lies ahead
	CatchUpFire   CatchUp = "fire"   // each of them runs
	CatchUpDigest CatchUp = "digest" // as skip, but risks whose runs are late share one message
)

// MissedAfter is how late a run of a flow with CatchUpDigest must be to be missed, so that a
// restart changes nothing.
const MissedAfter = 10 * time.Minute

// catchUpKey is the key with what to do about times that have passed.
func catchUpKey(value *string) Key {
	return Key{Name: "catch_up", Kind: TextKey, Choices: []string{string(CatchUpSkip), string(CatchUpFire), string(CatchUpDigest)}, Text: value,
		Help: "What to do about times that pass while riskroom isn't running. skip (the default with every or schedule) runs one of them late and goes on with the next time that lies ahead; fire (the default with a single date) runs each of them; " +
			"digest is like skip, but what is more than 10 minutes late becomes one message with the list of the risks, for each recipient and channel."}
}

// maxRepeats is the largest at_most.
const maxRepeats = 1000

// minEvery is the shortest interval of repeats.
const minEvery = time.Minute

// repeatKeys are the keys of a date trigger that repeats. They point into d.
func (d *TriggerDef) repeatKeys() []Key {
	return []Key{
		{Name: "every", Kind: TextKey, Hint: delayHint(), Text: &d.Every,
			Help: "How long after the first time the flow is due again, and so on: 2d, 1wd, 12h. All times are counted from date_field, so they don't drift. Without after or before, the first is one interval after date_field. It ends when the risk is closed, and continues when the risk is reopened."},
		{Name: "at_most", Kind: NumberKey, Max: maxRepeats, Number: &d.AtMost,
			Help: "With every: how many times there are, the first one included. Times that are skipped count too."},
		textKey("until", "With every: a condition on the risk, such as filled(fields.owner). While it is true, the flow isn't due.", &d.Until),
		catchUpKey(&d.CatchUp),
	}
}

// Repeat says how often a DateTrigger is due again, and until when.
type Repeat struct {
	Every   Delay
	AtMost  int        // 0: no limit
	Until   *Condition // nil: never
	CatchUp CatchUp

	skipLate bool // the flow's if_already_due
}

// repeat compiles how often t is due again.
func (c *compiler) repeat(path string, d Def, t *DateTrigger) {
	w := d.Trigger
	until := c.condition(path+"/until", w.Until)
	every, ok := c.interval(path, "every", w.Every, t)
	if !ok {
		return
	}
	if every.Days+every.WorkingDays == 0 && every.Exact < minEvery {
		c.report(path+"/every", 0, RuleTrigger, "%q is too often: at least 1m", w.Every)
	}
	t.Repeat = &Repeat{Every: every, AtMost: w.AtMost, Until: until, CatchUp: CatchUpSkip, skipLate: d.IfAlreadyDue == string(Skip)}
	if w.CatchUp != "" {
		t.Repeat.CatchUp = CatchUp(w.CatchUp)
	}
	if w.After == "" && w.Before == "" {
		t.Delay = every
	}
}

// Nth returns the nth time at which t is due for a date at anchor; the first is Due. Each is
// counted from anchor: first the delay, then n-1 intervals.
func (t DateTrigger) Nth(anchor time.Time, n int) time.Time { return t.due(anchor, n) }

// ahead returns the number of the first time after a moment. It may be more than AtMost.
func (t DateTrigger) ahead(anchor, after time.Time) int {
	// However the clocks change, so many intervals are over by then.
	every := t.Repeat.Every
	least := time.Duration(every.Days+every.WorkingDays)*core.Day + every.Exact
	most := int(max(0, after.Sub(t.due(anchor, 1))+2*core.Day)/least) + 2
	n := 1 + sort.Search(most, func(i int) bool { return t.due(anchor, i+1).After(after) })
	for !t.due(anchor, n).After(after) {
		n++
	}
	return n
}

// Number returns which time an occurrence of t is, and the date that it counts from; ok is
// false if it is not one that repeats. If t has changed since it was armed, it is the last
// time not after it.
func (t DateTrigger) Number(occurrence string) (n int, ok bool) {
	anchor, due, ok := ParseRepeat(occurrence)
	if !ok || t.Repeat == nil {
		return 0, false
	}
	return max(1, t.ahead(anchor, due)-1), true
}

// within reports whether t has an nth time.
func (r Repeat) within(n int) bool { return r.AtMost == 0 || n <= r.AtMost }

// repeated returns the occurrence of a time.
func repeated(anchor, due time.Time) Occurrence {
	return Occurrence{ID: dateOccurrence(anchor) + "." + dateOccurrence(due), Due: due}
}

// ParseRepeat returns the date that an occurrence of a repeat counts from, and when it was
// due. The ID has both, so whatever changes, two occurrences at different times are never
// taken for one, and none at the same time is taken for two.
func ParseRepeat(occurrence string) (anchor, due time.Time, ok bool) {
	from, to, _ := strings.Cut(occurrence, ".")
	a, _ := strconv.ParseInt(from, 10, 64) // the comparison below finds what is no number
	b, _ := strconv.ParseInt(to, 10, 64)
	anchor, due = time.UnixMilli(a).UTC(), time.UnixMilli(b).UTC()
	return anchor, due, repeated(anchor, due).ID == occurrence
}

// The codes that Over and Stopped return.
const (
	OverClosed = "closed"  // the risk is closed
	OverUntil  = "until"   // the flow's until is true
	OverMoved  = "moved"   // the date has changed, and another occurrence counts from the new one
	OverAtMost = "at_most" // the last time has passed
)

// stopped returns the code for why t doesn't repeat for the risk of env now, "" if it does.
func (t DateTrigger) stopped(env Env) string {
	until := t.Repeat.Until
	switch {
	case !env.Risk.Status.Open():
		return OverClosed
	case until == nil:
		return ""
	case env.Until != nil:
		env.Until(until, env)
	}
	// One that can't be evaluated doesn't hold, like an if.
	if holds, err := until.Holds(env); holds && err == nil {
		return OverUntil
	}
	return ""
}

// Stopped returns a code for why nothing comes after now for the risk of env, "" if something
// does. The risk must have the date.
func (t DateTrigger) Stopped(env Env) string {
	if code := t.stopped(env); code != "" {
		return code
	}
	anchor, _ := t.Anchor(env.Risk)
	if _, ok := t.coming(anchor, env.Now); !ok {
		return OverAtMost
	}
	return ""
}

// countable is how long after its date a flow repeats: longer intervals are no Duration.
const countable = 250 * 365 * core.Day

// repeats returns the date that t counts from, and whether t repeats for the risk of env.
func (t DateTrigger) repeats(env Env) (time.Time, bool) {
	anchor, ok := t.Anchor(env.Risk)
	return anchor, ok && env.Now.Sub(anchor) < countable && t.stopped(env) == ""
}

// over is Over of a repeat. An occurrence is armed by those who know the risk as it was then,
// so it may be one that a change has made superfluous.
func (t DateTrigger) over(occurrence string, env Env) string {
	from, _, ok := ParseRepeat(occurrence)
	if !ok {
		return ""
	}
	if code := t.stopped(env); code != "" {
		return code
	}
	if anchor, ok := t.Anchor(env.Risk); !ok || dateOccurrence(anchor) != dateOccurrence(from) {
		return OverMoved
	}
	return ""
}

// coming returns the first occurrence after a moment.
func (t DateTrigger) coming(anchor, after time.Time) (Occurrence, bool) {
	n := t.ahead(anchor, after)
	return t.local(repeated(anchor, t.due(anchor, n)), anchor), t.Repeat.within(n)
}

// upcoming returns the occurrences of which one is the next after now. They are two if the
// first is due earlier by the clock of a recipient further east: then it may have ended.
func (t DateTrigger) upcoming(anchor, now time.Time) []Occurrence {
	next, ok := t.coming(anchor, now)
	if !ok {
		return nil
	}
	out := []Occurrence{next}
	if later, ok := t.coming(anchor, next.Due); ok && !next.First.IsZero() && !next.First.After(now) {
		out = append(out, later)
	}
	return out
}

// following returns the occurrence after one that has ended. If that one counts from another
// date than the risk has now, it is the first that lies ahead.
func (t DateTrigger) following(occurrence string, env Env) (Occurrence, bool) {
	anchor, ok := t.repeats(env)
	if !ok {
		return Occurrence{}, false
	}
	from, due, repeat := ParseRepeat(occurrence)
	same := repeat && dateOccurrence(from) == dateOccurrence(anchor)
	switch {
	case same && t.Repeat.CatchUp == CatchUpFire, same && due.After(env.Now):
		return t.coming(anchor, due)
	}
	return t.coming(anchor, env.Now)
}

// starting returns the occurrences of a date that is new: the first that lies ahead, and the
// last that is due already, unless the flow skips those. If there is none ahead, it is that one.
func (t DateTrigger) starting(anchor, now time.Time) []Occurrence {
	var out []Occurrence
	n, r := t.ahead(anchor, now), *t.Repeat
	last := n - 1
	if r.AtMost > 0 {
		last = min(last, r.AtMost)
	}
	if last > 0 && (!r.skipLate || !r.within(n)) {
		out = append(out, t.local(repeated(anchor, t.due(anchor, last)), anchor))
	}
	return append(out, t.upcoming(anchor, now)...)
}

// planRepeat is Plan of a repeat.
func (t DateTrigger) planRepeat(c Change) Plan {
	after, is := t.repeats(c.env(c.After))
	if !is {
		return Plan{Drop: c.Armed}
	}
	if c.Before == nil {
		return Plan{Arm: t.starting(after, c.Now)}
	}
	before, was := t.repeats(c.env(*c.Before))
	_, dated := t.Anchor(*c.Before)
	switch {
	case was && before.Equal(after):
		return Plan{}
	case !dated:
		return Plan{Arm: t.starting(after, c.Now)}
	case !was: // reopened, or until has become false
		next := t.upcoming(after, c.Now)
		return Plan{Arm: next, Drop: without(c.Armed, next)}
	}
	return t.moved(after, c)
}

// moved returns the Plan of a date that has moved to anchor. If the first time hasn't come
// yet, it is as if the new date had always been there. Otherwise the flow goes on with the
// first time that lies ahead.
func (t DateTrigger) moved(anchor time.Time, c Change) Plan {
	to := t.upcoming(anchor, c.Now)
	if slices.ContainsFunc(c.Armed, func(id string) bool { n, _ := t.Number(id); return n == 1 }) {
		to = t.starting(anchor, c.Now)
	}
	var p Plan
	for i, o := range to {
		if i < len(c.Armed) {
			p.Move = append(p.Move, Move{From: c.Armed[i], To: o})
		} else {
			p.Arm = append(p.Arm, o)
		}
	}
	if len(c.Armed) > len(to) {
		p.Drop = c.Armed[len(to):]
	}
	return p
}

// without returns those IDs that are not of some occurrences.
func without(ids []string, some []Occurrence) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(some, func(o Occurrence) bool { return o.ID == id })
	})
}

// expectedRepeat is Expected of a repeat. What is armed and due already stays, because
// riskroom may have been stopped when it was.
func (t DateTrigger) expectedRepeat(env Env, armed []string) []Occurrence {
	anchor, ok := t.repeats(env)
	if !ok {
		return nil
	}
	var out []Occurrence
	for _, id := range armed {
		if from, due, repeat := ParseRepeat(id); repeat && dateOccurrence(from) == dateOccurrence(anchor) && !due.After(env.Now) {
			out = append(out, t.local(repeated(anchor, due), anchor))
		}
	}
	return append(out, t.upcoming(anchor, env.Now)...)
}
