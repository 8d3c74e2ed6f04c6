package flow

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/core"
)

// Flow is a compiled Def. It doesn't change and is safe for concurrent use.
type Flow struct {
	Name         string
	Trigger      Trigger
	By           *People    // only what they did starts it; nil: anybody
	If           *Condition // nil: always
	IfAlreadyDue AlreadyDue
	Steps        []Step

	zone  *time.Location
	zones map[string]*time.Location // of workspaces, where they differ
	quiet map[string]*QuietHours    // by workspace; "": every other one

	everywhere bool // it is due for everybody at once

	def       Def
	canonical []byte
	hash      string
}

// Compile compiles d. It returns every problem at once, at most one for each condition and
// template. The Flow is nil if a problem is not just a warning.
func Compile(d Def) (*Flow, []Problem) {
	c, f := compile(d)
	if c.failed() {
		return nil, c.problems
	}
	canonical, err := json.Marshal(d)
	if err != nil {
		// A Def contains only strings and booleans.
		c.report("", -1, RuleStep, "the flow can't be stored")
		return nil, c.problems
	}
	f.seal(canonical)
	return f, c.problems
}

// Parse compiles what Canonical returned, perhaps in an older version of riskroom. It fails
// on unknown keys.
func Parse(canonical []byte) (*Flow, error) {
	var d Def
	dec := json.NewDecoder(bytes.NewReader(canonical))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("flow: %w", err)
	}
	if dec.More() {
		return nil, errors.New("flow: there is data after the flow")
	}
	f, problems := Compile(d)
	if f == nil {
		var all []string
		for _, p := range problems {
			if !p.Warning {
				all = append(all, p.Path+": "+p.Message.String())
			}
		}
		return nil, fmt.Errorf("flow %q: %s", d.Name, strings.Join(all, "; "))
	}
	// Runs refer to the flow by the hash of exactly this text.
	f.seal(bytes.Clone(canonical))
	return f, nil
}

// seal sets the canonical text and the hash.
func (f *Flow) seal(canonical []byte) {
	sum := sha256.Sum256(canonical)
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	f.canonical = canonical
	f.hash = strings.ToLower(enc.EncodeToString(sum[:]))[:20]
}

// Canonical returns f as JSON for Parse. The same Def gives the same bytes. Callers must not
// change them.
func (f *Flow) Canonical() []byte { return f.canonical }

// Hash returns the hash of Canonical: 20 lower-case letters and digits.
func (f *Flow) Hash() string { return f.hash }

// Def returns what f was compiled from. Callers must not change it.
func (f *Flow) Def() Def { return f.def }

// DigestsMissed reports whether risks whose runs are missed share one message.
func (f *Flow) DigestsMissed() bool { return f.def.Trigger.CatchUp == string(CatchUpDigest) }

// Unconditional returns f without its conditions and those of its steps, for whoever caused
// it, without quiet hours, and due for everybody at once. It has the hash of f.
func (f *Flow) Unconditional() *Flow {
	out := *f
	out.By, out.If, out.quiet, out.everywhere, out.Steps = nil, nil, nil, true, slices.Clone(f.Steps)
	for i := range out.Steps {
		out.Steps[i].If = nil
	}
	return &out
}

// compile compiles d as far as possible.
func compile(d Def) (*compiler, *Flow) {
	c := &compiler{scope: d.scope()}
	f := &Flow{Name: d.Name, IfAlreadyDue: Run, def: d}
	if d.Name == "" {
		c.report("/name", -1, RuleStep, "a flow needs a name")
	}
	c.settings(d)
	f.zone, f.zones, f.quiet = c.scope.zone, c.zones(d.Zones), c.quiet(d.Quiet)
	f.Trigger = c.trigger(d)
	f.By = c.people("/trigger/by", d.Trigger.By)
	f.If = c.condition("/if", d.If)
	if e, on := f.Trigger.(eventTrigger); d.If == "" && d.Trigger.Schedule == "" && (!on || !e.anyStatus) {
		c.warn("", RuleAnyStatus, `the flow has no if, so it runs whatever the risk's status; most flows have if: status == "pending"`)
	}
	c.form("", "flow", RuleTrigger, d.form())
	if d.IfAlreadyDue != "" {
		f.IfAlreadyDue = AlreadyDue(d.IfAlreadyDue)
	}
	for _, other := range []string{"on", "schedule"} {
		if d.IfAlreadyDue != "" && d.Trigger.Form().has(other) {
			c.report("/if_already_due", -1, RuleTrigger, "if_already_due goes with date_field, not with %s", other)
		}
	}
	c.catchUp(d.Trigger)
	if d.Trigger.Digest {
		c.texts = c.digestScope()
	}
	f.Steps = c.steps(d.Steps)
	c.recipients(d)
	if f.Trigger != nil {
		c.neverRuns(d, f)
	}
	return c, f
}

// form describes the keys of a flow whose values are texts; they point into d.
func (d *Def) form() Form {
	return Form{
		Help: "One flow. When its trigger is due and its condition is true, riskroom carries out its steps in order.",
		Keys: []Key{
			textKey("if", "A condition on the risk, such as status == \"pending\" and fields.amount > 1000, evaluated when the flow is due. Without it, the flow acts on a risk of any status.", &d.If),
			{Name: "if_already_due", Kind: TextKey, Choices: []string{string(Run), string(Skip)}, Text: &d.IfAlreadyDue,
				Help: "What to do if the due time has already passed when a risk is filed or edited: run (the default) or skip."},
			textKey("calendar", "The calendar by which the flow counts working days, and on whose days off a schedule is not due. Default: the calendar at the top level.", &d.CalendarName),
			quietKey("ignore sends the messages of this flow in quiet hours, too.", &d.QuietHours),
		},
	}
}

// Form describes a flow as a config file holds it. The keys point into d.
func (d *Def) Form() Form {
	f := d.form()
	trigger, step := d.Trigger.Form(), stepForm()
	f.Keys = append([]Key{{Name: "trigger", Kind: FormKey, Required: true, Help: trigger.Help, Form: &trigger}}, f.Keys...)
	f.Keys = append(f.Keys, Key{Name: "steps", Kind: FormsKey, Required: true, Max: core.MaxSteps, Form: &step,
		Help: "The steps, in order. Each has exactly one action."})
	return f
}

// zones loads the time zones of workspaces.
func (c *compiler) zones(names map[string]string) map[string]*time.Location {
	out := map[string]*time.Location{}
	for workspace, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "" || name == "Local" {
			c.report("/zones/"+workspace, -1, RuleTrigger, "unknown time zone %q; write one like Asia/Shanghai", name)
			continue
		}
		out[workspace] = zone
	}
	return out
}

// settings compiles what d takes from the rest of the config file.
func (c *compiler) settings(d Def) {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil || d.Zone == "" || d.Zone == "Local" {
		c.report("/zone", -1, RuleTrigger, "unknown time zone %q; write one like Asia/Shanghai", d.Zone)
	} else {
		c.scope.zone = zone
	}
	if d.DayStartsAt != "" {
		var f *flaw
		if c.scope.dayStartsAt, f = parseClock(d.DayStartsAt); f != nil {
			c.flaw("/day_starts_at", RuleTrigger, f)
		}
	}
	if d.Calendar != nil {
		if c.calendar, err = d.Calendar.Calendar(); err != nil {
			c.report("/calendar", -1, RuleTrigger, "the calendar has invalid days")
		}
	}
	for _, v := range c.scope.own {
		c.field(ownKey(v.name), d.Fields[ownKey(v.name)])
	}
}

// field checks the parts of an own field that flows depend on.
func (c *compiler) field(key string, f FieldDef) {
	path := "/fields/" + key
	wrong := func(f *flaw) { c.flaw(path, RuleField, f.about(ownPrefix+key)) }
	if !fieldKey.MatchString(key) {
		wrong(flawAt(-1, "%q can't be a field's key: use lower-case letters, digits and _, beginning with a letter", key))
	} else if slices.ContainsFunc(c.scope.builtin, func(v variable) bool { return v.name == key }) {
		wrong(flawAt(-1, "a field can't be named %s: it is a built-in field", key))
	}
	switch f.Type {
	case core.TextField, core.NumberField, core.DateField, core.PeopleField:
	case core.SelectField:
		if len(f.Options) == 0 {
			wrong(flawAt(-1, "a select field needs options"))
		}
	default:
		c.report(path+"/type", -1, RuleField, "there is no type %q; types are text, number, select, date, people", f.Type)
	}
}
