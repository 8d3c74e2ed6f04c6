package simulate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/cast"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Report reports what is wrong with a value: config.Value.Problem or config.Value.Warning.
type Report func(v config.Value, rule string, says, hint text.Phrase)

// CheckPeople reports, once for each name, people who file, act or handle risks and are
// neither in the config file nor members of a group in the scenario. They get accounts, so
// nothing else shows that a name is misspelt. risks and actions are where the scenario has
// them; hint says what to do.
func (s Scenario) CheckPeople(risks, actions config.Value, cfg *config.Config, report Report, hint text.Phrase) {
	known := slices.Sorted(maps.Keys(cfg.Organisation.People))
	seen := append(slices.Concat(slices.Collect(maps.Values(s.Members))...), cast.Reporter)
	check := func(v config.Value) {
		name, ok := core.Ref(v.Text()).Name()
		if !ok || slices.Contains(known, name) || slices.Contains(seen, name) {
			return
		}
		seen = append(seen, name)
		report(v, "people", text.Phrasef("the config file has no person named %q: %s", name, config.Suggest(name, known)), hint)
	}
	all := func(v config.Value) {
		if v.Exists() {
			for _, name := range v.Texts() {
				check(name)
			}
		}
	}
	for _, r := range risks.List() {
		check(r.Key("by"))
		all(r.Key("handlers"))
		all(r.Key("operators"))
		for _, f := range cfg.Organisation.Fields {
			if f.Type == core.PeopleField {
				all(r.Key("fields").Key(f.Key))
			}
		}
	}
	for _, a := range actions.List() {
		check(a.Key("by"))
	}
}

// Warning says that a scenario isn't played as it is written.
type Warning struct {
	Place      // zero if it isn't from a file
	Says, Hint text.Phrase
}

// mostOutside is how many warnings of a kind Outside returns.
const mostOutside = 5

// Outside returns warnings about risks and actions that lie outside the time of a scenario.
func (s Scenario) Outside(cfg *config.Config, now time.Time) []Warning {
	full := s.complete(cfg, now)
	o := outside{from: full.Start, until: full.End()}
	for _, r := range full.Risks {
		o.check(r.Place, r.Filed)
	}
	for _, a := range full.Actions {
		o.check(a.Place, a.At)
	}
	return o.warnings
}

// outside collects what lies outside the time of a scenario.
type outside struct {
	from, until time.Time
	early, late int
	warnings    []Warning
}

func (o *outside) check(p Place, at time.Time) {
	const layout = "2006-01-02 15:04"
	switch {
	case at.Before(o.from):
		if o.early++; o.early < mostOutside {
			o.warn(p, text.Phrasef("this is before the start, %s, so it happens then", o.from.Format(layout)), text.Plain("choose a later time, or an earlier start"))
		} else if o.early == mostOutside {
			o.warn(p, text.Plain("this and more is before the start, so it happens then"), text.Plain("choose a later time, or an earlier start"))
		}
	case at.After(o.until):
		if o.late++; o.late < mostOutside {
			o.warn(p, text.Phrasef("this is after the end, %s, so it is left out", o.until.Format(layout)), text.Plain("choose an earlier time, or a longer time with --for"))
		} else if o.late == mostOutside {
			o.warn(p, text.Plain("this and more is after the end, so it is left out"), text.Plain("choose an earlier time, or a longer time with --for"))
		}
	}
}

func (o *outside) warn(p Place, says, hint text.Phrase) {
	o.warnings = append(o.warnings, Warning{p, says, hint})
}

// Answer is how the bot answered an action.
type Answer struct {
	Action Action
	Undone bool   // it did nothing, because the command is wrong, incomplete or not allowed
	Form   bool   // likewise: it opened a form
	Text   string // that the person sees
}

// shownAnswer is how many characters of an answer a Warning shows.
const shownAnswer = 200

// Wrong returns a warning unless the action was carried out, or refused as expected.
func (a Answer) Wrong() (Warning, bool) {
	w := Warning{Place: a.Action.Place}
	line, _, _ := strings.Cut(strings.TrimSpace(a.Text), "\n")
	line = core.Isolate(core.Shorten(line, shownAnswer))
	switch {
	case a.Form:
		w.Says, w.Hint = text.Phrasef("%s does nothing, because it only opens a form", a.Action.Do), text.Plain("write everything on the line, as without a form")
	case a.Action.Refused && !a.Undone:
		w.Says, w.Hint = text.Phrasef("refused: true, but this was carried out: %s", a.Action.Do), text.Plain("remove refused, or have somebody do it who may not")
	case a.Undone == a.Action.Refused:
		return Warning{}, false
	default:
		w.Says, w.Hint = text.Phrasef("%s does nothing, because it is refused: %s", a.Action.Do, line), text.Plain("correct the line or, if the refusal is what you want, write refused: true")
	}
	return w, true
}
