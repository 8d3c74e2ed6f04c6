package config

import (
	"regexp"
	"slices"
	"strings"

	"riskroom/core"
)

// builtIn are the built-in names of conditions and templates.
var builtIn = []string{
	"key", "title", "module", "severity", "description", "discovered_at", "due_at", "submitter", "submitted_at",
	"handlers", "lead", "status", "status_since", "notes", "resolution", "home", "version", "fields", "risk", "card", "now", "today",
}

var fieldKey = regexp.MustCompile(fieldName)

func (l *loader) readFields() {
	for _, e := range l.root.get("fields").list() {
		if slices.Contains(builtIn, e.name) {
			l.problem(e.value.key, "name", "a field can't be named %q: it is a built-in field", e.name)
			continue
		}
		if !fieldKey.MatchString(e.name) || e.value.kind != mapNode || !l.sound(e.value.get("type")) {
			continue
		}
		f := core.Field{
			Key: e.name, Type: core.FieldType(e.value.get("type").text), Part: core.Reported,
			Label: l.labels(e.value.get("label"), e.name), Options: l.options(e.value.get("options")),
		}
		if p := e.value.get("part"); l.sound(p) {
			f.Part = core.FieldPart(p.text)
		}
		if r := e.value.get("required"); l.sound(r) {
			f.Required, _ = r.value.(bool)
		}
		l.cfg.Organisation.Fields = append(l.cfg.Organisation.Fields, f)
	}
}

// options reads the options of a select: a list of keys, or keys with labels.
func (l *loader) options(n *node) []core.Option {
	if !l.sound(n) {
		return nil
	}
	var out []core.Option
	for _, it := range n.items {
		if !it.isString() {
			continue
		}
		if slices.ContainsFunc(out, func(o core.Option) bool { return o.Key == it.text }) {
			l.problem(it.at, "twice", "duplicate option %q", short(it.text))
			continue
		}
		out = append(out, core.Option{Key: it.text, Label: l.labels(it, it.text)})
	}
	for _, e := range n.entries {
		if strings.TrimSpace(e.name) == "" || len([]rune(e.name)) > maxLabel {
			l.problem(e.value.key, "limit", "an option's key has 1 to %d characters", maxLabel)
			continue
		}
		out = append(out, core.Option{Key: e.name, Label: l.labels(e.value, e.name)})
	}
	return out
}
