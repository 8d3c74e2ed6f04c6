package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"riskroom/core"
	coretext "riskroom/core/text"
)

// builtIn returns the built-in names of conditions and templates.
// Those of a process are among them only if there is one.
func (l *loader) builtIn() []string {
	names := []string{
		"key", "title", "module", "severity", "description", "discovered_at", "due_at", "submitter", "submitted_at",
		"handlers", "lead", "status", "status_since", "notes", "resolution", "home", "version", "fields", "risk", "card", "now", "today",
	}
	if l.root.get("process") != nil {
		names = append(names, "node", "node_since", "operators")
	}
	return names
}

var fieldKey = regexp.MustCompile(fieldName)

func (l *loader) readFields() {
	var all []called
	for _, e := range l.root.get("fields").list() {
		if slices.Contains(l.builtIn(), e.name) {
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
		all = append(all, called{e.value.key, words(f.Key, f.Label)})
	}
	l.alike(coretext.Plain("field"), all)
	l.optionNames(all)
}

// optionNames warns of fields that can't be options of the command on a platform of
// the file. People can still fill them in with the form.
func (l *loader) optionNames(fields []called) {
	for _, w := range l.root.get("workspaces").list() {
		p, ok := l.platformOf(w.name)
		if !ok || p.OptionName == 0 {
			continue
		}
		options := 0
		for _, f := range fields {
			key := f.words[0]
			switch options++; {
			case len(key) > p.OptionName:
				options--
				l.warning(f.at, "option", "field %q can't be an option of the command in %s: its key has %d characters, more than %d",
					short(key), w.name, len(key), p.OptionName).hint("shorten the key; as it is, people can give it only in the form")
			case options > p.OwnOptions:
				l.warning(f.at, "option", "field %q can't be an option of the command in %s: %d fields before it are", short(key), w.name, p.OwnOptions).hint("people can give it only in the form")
			}
		}
	}
}

// commandSize warns of fields that can't be options of the command on a platform of the
// file, because the whole command would be too large.
func (l *loader) commandSize() {
	if l.o.LeftOut == nil {
		return
	}
	fields := l.root.get("fields")
	for _, w := range l.root.get("workspaces").list() {
		p, _ := l.platformOf(w.name)
		left := l.o.LeftOut(p.Platform, &l.cfg.Organisation)
		for _, command := range slices.Sorted(maps.Keys(left.Fields)) {
			keys := left.Fields[command]
			l.warning(fields.get(keys[0]).key, "option", "the command in %s has room for %d characters, so these fields can't be options of %s: %s",
				w.name, left.Limit, command, strings.Join(keys, ", ")).hint("shorten labels of fields; as it is, people can give these only in the form")
		}
	}
}

// words returns how something with a key and labels may be typed.
func words(key string, labels map[string]string) []string {
	return append([]string{key}, slices.Sorted(maps.Values(labels))...)
}

// options reads the options of a select: a list of keys, or keys with labels.
func (l *loader) options(n *node) []core.Option {
	if !l.sound(n) {
		return nil
	}
	var out []core.Option
	var all []called
	add := func(at place, o core.Option) {
		out = append(out, o)
		all = append(all, called{at, words(o.Key, o.Label)})
	}
	for _, it := range n.items {
		if !it.isString() {
			continue
		}
		if slices.ContainsFunc(out, func(o core.Option) bool { return o.Key == it.text }) {
			l.problem(it.at, "twice", "duplicate option %q", short(it.text))
			continue
		}
		add(it.at, core.Option{Key: it.text, Label: l.labels(it, it.text)})
	}
	for _, e := range n.entries {
		if strings.TrimSpace(e.name) == "" || len([]rune(e.name)) > maxLabel {
			l.problem(e.value.key, "limit", "an option's key has 1 to %d characters", maxLabel)
			continue
		}
		add(e.value.key, core.Option{Key: e.name, Label: l.labels(e.value, e.name)})
	}
	l.alike(coretext.Plain("option"), all)
	return out
}

// handlingFields returns the own fields of the handling part. It warns of them if nobody is
// there to fill them in.
func (l *loader) handlingFields() []string {
	org := l.cfg.Organisation
	some := len(org.Permissions.Administrators) > 0 || len(org.Process) > 0 || l.broken(l.root.get("permissions")) || l.broken(l.root.get("modules")) ||
		slices.ContainsFunc(org.Modules, func(m core.Module) bool { return len(m.Handlers) > 0 || m.Lead != "" })
	var keys []string
	for _, f := range org.Fields {
		if f.Part != core.Handling {
			continue
		}
		keys = append(keys, f.Key)
		if !some {
			w := l.warning(l.root.get("fields").get(f.Key).key, "nobody", "nobody can fill in the field %q, except handlers who are named when a risk is filed", short(f.Key))
			w.hint("handlers, module leads and administrators fill in the handling part, and the file has none of them")
		}
	}
	return keys
}
