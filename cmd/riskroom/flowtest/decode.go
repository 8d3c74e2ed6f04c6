package flowtest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/bots"
	"riskroom/cmd/riskroom/cast"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// decoder reads the tests of a file for a config file.
type decoder struct {
	file   *File
	cfg    *config.Config
	shared simulate.Scenario // what the file says for all tests
	names  []string          // of people in the emulated workspaces

	played     simulate.Scenario // by the test that is read
	start, end time.Time
}

// namesOf returns the names of the people in the emulated workspaces of a config file.
func namesOf(cfg *config.Config) []string {
	cfg = emulated.Copied(cfg)
	all := slices.Collect(maps.Keys(cfg.Organisation.People))
	for _, w := range cfg.Workspaces {
		if on, ok := platforms.Named(w.Platform); ok {
			for name := range cast.New(cfg, w.Name, cfg.Organisation.Language, on, cast.Also{}).IDs() {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// flow returns the flow that a text names, nil for none.
func (d *decoder) flow(v config.Value) *flow.Flow {
	name := v.Text()
	if name == "" {
		return nil
	}
	var known []string
	for _, f := range d.cfg.Flows {
		if f.Name == name {
			return f
		}
		known = append(known, f.Name)
	}
	v.Problem("flow", text.Phrasef("the config file has no flow %q: %s", name, config.Suggest(name, known)), text.Phrase{})
	return nil
}

// step reads the key of a step of a flow.
func (d *decoder) step(v config.Value, f *flow.Flow) string {
	key := v.Text()
	if key == "" {
		return ""
	}
	var known []string
	for _, s := range f.Steps {
		known = append(known, s.Key())
	}
	if !slices.Contains(known, key) {
		v.Problem("step", text.Phrasef("the flow %s has no step %q: %s", f.Name, key, config.Suggest(key, known)), text.Phrase{})
	}
	return key
}

// risk reads the key of a risk.
func (d *decoder) risk(v config.Value) string {
	s := v.Text()
	if s == "" {
		return ""
	}
	prefix := d.cfg.Organisation.KeyPrefix
	key, err := core.ParseRiskKey(prefix, s)
	hint := text.Phrasef("the first risk that is filed is %s, the next %s", core.MakeRiskKey(prefix, 1), core.MakeRiskKey(prefix, 2))
	switch {
	case err != nil:
		v.Problem("value", text.Phrasef("%q is not the key of a risk", s), hint)
	case key.Number() > d.filed():
		v.Problem("value", text.Phrasef("the test has no risk %s", key), hint)
	}
	return string(key)
}

// filed returns how many risks a test can file.
func (d *decoder) filed() int64 {
	n := len(d.played.Risks)
	for _, a := range d.played.Actions {
		if words := strings.Fields(a.Do); len(words) > 1 && bots.Means(words[1], "new") {
			n++
		}
	}
	return int64(n)
}

// people reads the names of people.
func (d *decoder) people(v config.Value) []string {
	var out []string
	for _, t := range v.Texts() {
		name := t.Text()
		known, hint := slices.Compact(slices.Sorted(slices.Values(slices.Concat(d.played.Names(), d.names)))), text.Phrase{}
		if strings.HasPrefix(name, "@") {
			known, hint = d.groups(), text.Plain("if members has the people of this user group or role, write their names")
		}
		if name != "" && !slices.Contains(known, name) {
			t.Problem("people", text.Phrasef("there is nobody called %q: %s", name, config.Suggest(name, known)), hint)
		}
		out = append(out, name)
	}
	return out
}

// groups returns the user groups and roles whose members aren't known, as recipients.
func (d *decoder) groups() []string {
	var all []string
	cfg, also := emulated.Copied(d.cfg), d.played.Cast()
	for _, w := range cfg.Workspaces {
		on, _ := platforms.Named(w.Platform)
		for _, group := range cast.New(cfg, w.Name, cfg.Organisation.Language, on, also).StandIns {
			all = append(all, "@"+group)
		}
	}
	for _, a := range d.played.Actions { // may name others
		for word := range strings.FieldsSeq(a.Do) {
			if i := strings.Index(word, "@"); i >= 0 {
				all = append(all, word[i:])
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// when reads a moment of the test.
func (d *decoder) when(v config.Value) time.Time {
	s := v.Text()
	if s == "" {
		return time.Time{}
	}
	at, ok := simulate.Moment(&d.cfg.Organisation, s)
	if !ok {
		v.Problem("date", text.Phrasef("%q is not a moment", s), text.Plain(`write a day and a time, such as "2026-03-02 09:00"`))
		return at
	}
	d.inTime(v, at)
	return at
}

// inTime reports a moment that is outside the test.
func (d *decoder) inTime(v config.Value, at time.Time) {
	switch {
	case at.IsZero() || d.start.IsZero():
	case at.Before(d.start.Truncate(minute)):
		v.Problem("date", text.Phrasef("the test starts later, at %s", clockTime(d.start)), text.Plain("choose a later time, or an earlier start"))
	case at.After(d.end):
		v.Problem("date", text.Phrasef("the test ends earlier, at %s", clockTime(d.end)), text.Plain("choose an earlier time, or write for: and a longer time"))
	}
}

// checkScenario reports what wouldn't happen as a test says: what is outside its time, and
// people who are nowhere.
func (d *decoder) checkScenario(v config.Value) {
	of := func(key string) config.Value {
		if own := v.Key(key); own.Exists() {
			return own
		}
		return d.file.root.Key(key)
	}
	once := func(v config.Value, check func()) {
		if v.Sound() {
			check() // unless it was reported for an earlier test
		}
	}
	risks, actions := of("risks"), of("actions")
	for i, r := range risks.List() {
		filed := r.Key("filed")
		once(filed, func() { d.inTime(filed, d.played.Risks[i].Filed) })
	}
	for i, a := range actions.List() {
		at := a.Key("at")
		once(at, func() { d.inTime(at, d.played.Actions[i].At) })
	}
	report := func(v config.Value, rule string, says, hint text.Phrase) {
		once(v, func() { v.Problem(rule, says, hint) })
	}
	d.checkOutages(slices.Concat(of("down").List(), risks.List(), actions.List()), report)
	d.played.CheckPeople(risks, actions, d.cfg, report,
		text.Phrasef("write a name as under people in the config file, or %s for somebody who isn't there; members can name others", cast.Reporter))
}

// checkOutages reports what is wrong with the outages of a test, and what people do during them.
func (d *decoder) checkOutages(entries []config.Value, report simulate.Report) {
	if d.start.IsZero() {
		return
	}
	for _, m := range d.played.Wrong(d.cfg, d.start) {
		for _, v := range entries {
			if line, col := v.Place(); line == m.Line && col == m.Col {
				report(v, "down", m.Says, m.Hint)
			}
		}
	}
}

// span reads how much later something may happen.
func (d *decoder) span(v config.Value) simulate.Span {
	s := v.Text()
	if s == "" {
		return simulate.Span{}
	}
	span, ok := simulate.ParseSpan(s)
	if !ok {
		v.Problem("value", text.Phrasef("%q is not a length of time", s), text.Plain("write days, hours and minutes, such as 2d, 1h or 30m"))
	}
	return span
}

// clockTime writes a moment as files do.
func clockTime(t time.Time) string { return t.Format("2006-01-02 15:04") }
