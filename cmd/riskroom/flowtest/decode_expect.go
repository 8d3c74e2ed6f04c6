package flowtest

import (
	"slices"

	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// expectKeys returns the keys that say when, beside the kind.
func expectKeys() []string { return []string{"at", "within"} }

// expectation reads one entry of expect or never. A message to several people is several.
func (d *decoder) expectation(v config.Value) []Expectation {
	names := words(kinds())
	if !v.Map(append(expectKeys(), names...)...) {
		return nil
	}
	x := Expectation{At: d.when(v.Key("at")), Within: d.span(v.Key("within")), within: v.Key("within").Text()}
	x.Line, x.Col = v.Place()
	var given []config.Value
	for _, k := range kinds() {
		if what := v.Key(string(k)); what.Exists() {
			x.Kind = k
			given = append(given, what)
		}
	}
	switch len(given) {
	case 0:
		if slices.ContainsFunc(v.Keys(), func(k string) bool { return !slices.Contains(expectKeys(), k) }) {
			return nil // an unknown key, which is reported
		}
		v.Problem("expectation", text.Plain("this expects nothing"), text.Phrasef("write one of %s", text.Or(names...)))
		return nil
	case 1:
		return d.kind(x, given[0])
	}
	v.Problem("expectation", text.Plain("this expects several things at once"), text.Plain("give each an entry of its own"))
	return nil
}

// kind reads what is expected.
func (d *decoder) kind(x Expectation, v config.Value) []Expectation {
	if !v.Map(x.Kind.keys()...) {
		return nil
	}
	x.Risk = d.risk(v.Key("risk"))
	if f := d.flow(v.Key("flow")); f != nil {
		x.Flow, x.Step, x.ReplyTo = f.Name, d.step(v.Key("step"), f), d.step(v.Key("reply_to"), f)
	} else if !v.Key("flow").Exists() {
		for _, key := range []string{"step", "reply_to"} {
			v.Key(key).Problem("missing-key", text.Plain("a step belongs to a flow"), text.Plain("write flow: and the name of the flow, too"))
		}
	}
	x.In, x.Name, x.Reason = v.Key("in").Text(), v.Key("name").Text(), v.Key("reason").Text()
	x.Topic, x.Purpose = v.Key("topic").Text(), v.Key("purpose").Text()
	x.Type = v.Key("type").Word(words([]core.GroupType{core.Item, core.Topic, core.Ordinary})...)
	for _, t := range v.Key("contains").Texts() {
		x.Contains = append(x.Contains, t.Text())
	}
	if m := v.Key("members"); m.Exists() {
		x.Members = append([]string{}, d.people(m)...)
	}
	if x.Kind == Status {
		v.Needs("is")
		x.Is = v.Key("is").Word(words(core.Statuses())...)
	}
	if x.Kind == Node {
		v.Needs("is")
		x.Is = v.Key("is").Word(d.cfg.Organisation.NodeKeys()...)
	}
	people := append(d.people(v.Key("to")), d.people(v.Key("who"))...)
	if len(people) == 0 {
		return []Expectation{x}
	}
	var out []Expectation
	for _, x.Person = range people {
		out = append(out, x)
	}
	return out
}

// words returns words of a type as texts.
func words[T ~string](list []T) []string {
	var out []string
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}
