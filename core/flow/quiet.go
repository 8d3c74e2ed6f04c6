package flow

import (
	"time"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/text"
)

// QuietDef are the hours in which the messages to a workspace wait, as written.
type QuietDef struct {
	From      string         `json:"from,omitempty"`      // "20:00"; "" if there are none
	To        string         `json:"to,omitempty"`        // "08:00", on the next day if it is earlier than From
	Calendar  *calendar.Days `json:"calendar,omitempty"`  // its days off are quiet, too
	Recipient bool           `json:"recipient,omitempty"` // by each recipient's clock, not by the workspace's
}

// Covers reports whether a time of day such as "21:00" is in the hours.
func (d QuietDef) Covers(clock string) bool {
	at, bad := parseClock(clock)
	from, _ := parseClock(d.From)
	to, _ := parseClock(d.To)
	return bad == nil && between(at, from, to)
}

// between reports whether a time of day is in the hours from one to another, which may be on
// the next day.
func between(clock, from, to time.Duration) bool {
	if to < from {
		return clock >= from || clock < to
	}
	return clock >= from && clock < to
}

// QuietHours are the hours of a day in which messages wait, and the days off on which they
// do. They don't change and are safe for concurrent use. Nil has none.
type QuietHours struct {
	// Recipient says that a direct message waits by the recipient's clock, if their time
	// zone is known.
	Recipient bool

	from, to time.Duration
	calendar *calendar.Calendar // nil: no day is off
}

// ignoreQuiet is the value of quiet_hours for messages that don't wait.
const ignoreQuiet = "ignore"

// quietKey is the key of a flow or a step whose messages don't wait.
func quietKey(help string, value *string) Key {
	return Key{Name: "quiet_hours", Kind: TextKey, Choices: []string{ignoreQuiet}, Text: value, Help: help,
		Hint: text.Plain("write ignore, or leave it out; the hours are at the top level and in workspaces")}
}

// Holds reports whether messages of the flow wait for the end of quiet hours.
func (d Def) Holds() bool {
	if d.QuietHours != "" {
		return false
	}
	for _, s := range d.Steps {
		if s.QuietHours == "" && sendsMessage(s.Action) {
			return true
		}
	}
	return false
}

// sendsMessage reports whether an action sends messages. Those of other actions, such as an
// announcement, are part of a group.
func sendsMessage(a ActionDef) bool {
	switch a.(type) {
	case *SendMessageDef, *SendGroupMessageDef:
		return true
	}
	return false
}

// quiet compiles the quiet hours of a flow.
func (c *compiler) quiet(defs map[string]QuietDef) map[string]*QuietHours {
	if len(defs) == 0 {
		return nil
	}
	out := map[string]*QuietHours{}
	for workspace, d := range defs {
		if d == (QuietDef{}) {
			out[workspace] = nil
			continue
		}
		q := &QuietHours{Recipient: d.Recipient}
		var from, to *flaw
		q.from, from = parseClock(d.From)
		q.to, to = parseClock(d.To)
		var err error
		if d.Calendar != nil {
			q.calendar, err = d.Calendar.Calendar()
		}
		if from != nil || to != nil || q.from == q.to || err != nil {
			c.report("/quiet_hours", -1, RuleStep, "the quiet hours can't be used")
			continue
		}
		out[workspace] = q
	}
	return out
}

// Quiet returns the quiet hours in which the messages of a step to a workspace wait, nil if
// they never do.
func (f *Flow) Quiet(s Step, workspace string) *QuietHours {
	if s.Loud {
		return nil
	}
	q, own := f.quiet[workspace]
	if !own {
		q = f.quiet[""]
	}
	return q
}

// ZoneOf returns the time zone of a workspace.
func (f *Flow) ZoneOf(workspace string) *time.Location {
	if z := f.zones[workspace]; z != nil {
		return z
	}
	return f.zone
}

// Until returns when a message may be sent that is ready at t, by clocks in zone: t, or else
// the first moment after it that is not quiet.
//
// Only what the clocks show counts. So if they go back over the end of the quiet hours, these
// come twice, and if they skip it, the quiet hours end with the change.
func (q *QuietHours) Until(t time.Time, zone *time.Location) time.Time {
	for q.at(t.In(zone)) {
		t = q.next(t.In(zone))
	}
	return t
}

// at reports whether a moment is quiet, in its location.
func (q *QuietHours) at(local time.Time) bool {
	if q == nil {
		return false
	}
	return between(core.SinceMidnight(local), q.from, q.to) || q.calendar != nil && !q.calendar.Works(calendar.DayOf(local))
}

// next returns the first moment after one in which quiet hours can end: the end of the hours,
// the beginning of a day, or a change of the clocks.
func (q *QuietHours) next(local time.Time) time.Time {
	y, m, d := local.Date()
	_, earliest := local.ZoneBounds()
	for _, day := range []int{d, d + 1} {
		for _, clock := range []time.Duration{q.to, 0} {
			first, second := core.WallClock(y, m, day, clock, local.Location())
			for _, t := range []time.Time{first, second} {
				if t.After(local) && (earliest.IsZero() || t.Before(earliest)) {
					earliest = t
				}
			}
		}
	}
	return earliest
}
