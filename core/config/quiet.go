package config

import (
	"slices"
	"time"

	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// quietKeyName is the key of quiet hours, of the file, a workspace, a flow or a step.
const quietKeyName = "quiet_hours"

// The clocks by which quiet hours are counted.
const (
	byWorkspace = "workspace"
	byRecipient = "recipient"
)

// Quiet hours that are probably a mistake: a long time in the middle of a day, and all but a
// short time of it.
const (
	noon      = 12 * time.Hour
	longDay   = 8 * time.Hour
	shortRest = time.Hour
)

// quietSchema describes quiet hours.
func quietSchema(doc string) object {
	day := func(doc string) object { return matching(doc, flow.ClockPattern, flow.ClockHint()) }
	return record(doc, []string{"from", "to"}, object{
		"from":     day("When the quiet hours begin, such as \"20:00\"."),
		"to":       day("When they end, such as \"08:00\": on the next day if this is earlier than from."),
		"calendar": text("One of calendars. Its days off are quiet all day."),
		"zone": choice("Whose clock counts. workspace (the default): that of the workspace. recipient: for direct messages, that of each recipient, if it is known from people or their profile.",
			byWorkspace, byRecipient),
	})
}

// ownQuietSchema describes the quiet hours of one workspace.
func ownQuietSchema() object {
	o := quietSchema("The quiet hours of this workspace, in place of those at the top level, or ignore for none.")
	o["type"] = []string{"string", "object"}
	o["pattern"], o["errorMessage"] = "^ignore$", coretext.Plain("quiet_hours of a workspace are ignore, or a map with from and to")
	return o
}

// zoneSchema describes the time zone of a workspace or a person.
func zoneSchema(whose, otherwise string) object {
	return text("The IANA time zone of " + whose + ", such as Asia/Shanghai, for quiet hours and zone: recipient. Default: " + otherwise + ".")
}

// readQuiet reads the quiet hours and the time zones of workspaces. It needs the calendars.
func (l *loader) readQuiet() {
	l.zones, l.quiet = map[string]string{}, map[string]flow.QuietDef{}
	q, all := l.quietHours(l.root.get(quietKeyName))
	if all {
		l.quiet[""] = q
	}
	for _, e := range l.root.get("workspaces").list() {
		if z := e.value.get("timezone"); l.sound(z) {
			if zone := l.zone(z).String(); zone != l.cfg.Organisation.Zone.String() {
				l.zones[e.name] = zone
			}
		}
		if q, ok := l.quietHours(e.value.get(quietKeyName)); ok && (all || q != (flow.QuietDef{})) {
			l.quiet[e.name] = q
		}
	}
}

// quietHours reads quiet hours. ok is false if n has none, or none that can be used.
func (l *loader) quietHours(n *node) (q flow.QuietDef, ok bool) {
	if n == nil || l.broken(n) {
		return q, false
	}
	if n.kind == scalarNode {
		return q, true // ignore
	}
	from, to := n.get("from"), n.get("to")
	l.knownCalendar(n.get("calendar"))
	q = flow.QuietDef{From: from.text, To: to.text, Recipient: n.get("zone").str() == byRecipient}
	length := clock(to.text) - clock(from.text)
	switch {
	case length == 0:
		l.problem(to.at, "quiet", "quiet hours from %s to %s would never end", from.text, to.text).hint("write the end of the night as to, such as \"08:00\"")
		return q, false
	case length >= longDay && length <= 24*time.Hour-shortRest && clock(from.text) < noon && clock(to.text) > noon:
		l.warning(from.at, "quiet", "messages would wait during the day, from %s to %s", from.text, to.text).
			hint("for quiet nights, write from: %q and to: %q", to.text, from.text)
	case (length+24*time.Hour)%(24*time.Hour) > 24*time.Hour-shortRest:
		l.warning(from.at, "quiet", "messages would wait all day but for less than an hour, from %s to %s", from.text, to.text)
	}
	if c := n.get("calendar"); c != nil {
		q.Calendar = new(l.daysOf(c.text))
	}
	return q, true
}

// quietOf sets the quiet hours of a flow whose messages are held, and the time zones by which
// they are counted.
func (l *loader) quietOf(d *flow.Def, n *node) {
	if own := n.get(quietKeyName); len(l.quiet) == 0 && l.sound(own) && !l.broken(l.root.get(quietKeyName)) {
		l.warning(own.at, "quiet", "the file has no quiet hours, so this has no effect")
	}
	if d.Holds() {
		d.Quiet = l.quiet
	}
	l.alwaysHeld(d, n.get("trigger"))
	if len(d.Quiet) > 0 || d.Trigger.Zone != "" {
		d.Zones = l.zones
	}
}

// alwaysHeld warns of a time of day at which the messages of a flow are held in every
// workspace. If a clock other than the trigger's counts somewhere, they may not be.
func (l *loader) alwaysHeld(d *flow.Def, trigger *node) {
	at := trigger.get("at")
	waits := func(s flow.StepDef) bool { _, is := s.Action.(*flow.WaitDef); return is }
	if !l.sound(at) || len(d.Quiet) == 0 || slices.ContainsFunc(d.Steps, waits) {
		return
	}
	until := ""
	for _, w := range keys(l.root.get("workspaces")) {
		q, own := d.Quiet[w]
		if !own {
			q = d.Quiet[""]
		}
		theirs := d.Trigger.Zone != ""
		if q.Recipient != theirs || !theirs && l.zones[w] != "" || !q.Covers(at.text) || until != "" && until != q.To {
			return
		}
		until = q.To
	}
	l.warning(at.at, "quiet", "at this time the messages always wait, until the quiet hours end at %s", until).
		hint("write at: %q, or quiet_hours: ignore in the flow", until)
}
