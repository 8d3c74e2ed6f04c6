package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"riskroom/core/flow"
)

// readFlows compiles each flow and checks its people, workspaces, channels and
// permissions.
func (l *loader) readFlows() {
	fields := flow.FieldDefs(l.cfg.Organisation.Fields)
	doubtful, handling := l.doubtfulFields(fields), l.handlingFields()
	var creators []itemCreator
	var items []*node
	created := false // an item group, by any flow
	for i, e := range l.root.get("flows").list() {
		if e.value.kind != mapNode || i >= maxFlows {
			continue
		}
		def := l.flowDef(e.name, e.value)
		def.Fields, def.Process, def.Handling = fields, l.cfg.Organisation.NodeKeys(), handling
		f, problems := flow.Compile(def)
		for _, p := range problems {
			if !doubtful[p.Field] {
				l.flowProblem(e.value, p)
			}
		}
		for _, t := range def.Terms() {
			l.term(e.value, t)
		}
		for i, s := range def.Steps {
			st := step{loader: l, def: s, flow: def, i: i, node: e.value.get("steps").item(i)}
			st.check()
			items = append(items, st.itemFallbacks()...)
			created = created || st.mayCreateItem()
			if o, ok := st.itemCreator(f); ok {
				creators = append(creators, o)
			}
		}
		switch {
		case f != nil:
			l.cfg.Flows = append(l.cfg.Flows, f)
		case l.o.Unset != UnsetIsWarning && len(l.problems.Errors()) == 0:
			l.problem(e.value.key, "flow", "the flow cannot be run") // so that no flow is dropped silently
		}
	}
	l.checkItemGroups(creators)
	l.checkTwins()
	l.checkFallbacks(created, items)
}

// doubtfulFields returns the own fields whose type or options are invalid, so that their
// use in flows can't be checked.
func (l *loader) doubtfulFields(defs map[string]flow.FieldDef) map[string]bool {
	doubtful := map[string]bool{}
	for _, e := range l.root.get("fields").list() {
		if _, ok := defs[e.name]; !ok || l.bad[e.value] || l.broken(e.value.get("options")) {
			doubtful[e.name] = true
		}
	}
	return doubtful
}

// flowDef reads a flow. It leaves out values of the wrong type.
func (l *loader) flowDef(name string, n *node) flow.Def {
	org := &l.cfg.Organisation
	d := flow.Def{Name: name, Zone: org.Zone.String(), DayStartsAt: formatClock(org.DayStartsAt)}
	fill(d.Form(), n)
	trigger := n.get("trigger")
	fill(d.Trigger.Form(), trigger)
	d.AnyEvent = l.broken(trigger) && !l.sound(trigger.get("on")) && trigger.get("date_field") == nil && trigger.get("schedule") == nil
	if steps := n.get("steps"); steps != nil {
		for _, s := range steps.items {
			d.Steps = append(d.Steps, stepDef(s))
		}
	}
	l.calendarOf(&d, n)
	l.quietOf(&d, n)
	return d
}

// stepDef reads a step. If there are two actions, which is an error of structure, it
// reads one.
func stepDef(n *node) flow.StepDef {
	var d flow.StepDef
	fill(flow.Form{Keys: d.Keys()}, n)
	for _, kind := range flow.ActionKinds() {
		if a := n.get(kind); a != nil && d.Action == nil {
			d.Action = flow.NewAction(kind)
			form, at := d.Action.Form(), a
			if form.Bare {
				at = n
			}
			fill(form, at)
		}
	}
	return d
}

// fill reads the values of a form's keys.
func fill(f flow.Form, n *node) {
	for _, k := range f.Keys {
		v := n.get(k.Name)
		switch {
		case k.Text != nil:
			*k.Text = v.str()
		case k.Maybe != nil:
			if v != nil && v.isString() {
				*k.Maybe = &v.text
			}
		case k.List != nil:
			*k.List = texts(v)
		case k.Flag != nil:
			*k.Flag, _ = v.scalar().(bool)
		case k.Number != nil:
			*k.Number, _ = strconv.Atoi(v.decimal())
		}
	}
}

// texts returns the texts of a list, or the one text that replaces a list. An entry that
// is not text becomes "".
func texts(n *node) []string {
	switch {
	case n == nil:
		return nil
	case n.isString():
		return []string{n.text}
	}
	var out []string
	for _, it := range n.items {
		out = append(out, it.str())
	}
	return out
}

// flowProblem reports a problem of a flow at its place in the file, unless it only follows
// from an error of structure.
func (l *loader) flowProblem(at *node, p flow.Problem) {
	n, whole := at.nearest(pointer(p.Path))
	if l.follows(at, n, p) {
		return
	}
	whole = whole || n.kind == scalarNode // one person may be written without a list
	spot := n.head()
	if whole && (p.Offset > 0 || p.Offset == 0 && p.Width > 0) {
		spot = n.spot(l.src, runeOffset(n.text, p.Offset))
		if spot.width == 1 {
			spot.width = max(1, p.Width)
		}
	}
	l.problem(spot, p.Rule, "%s", p.Message).Warning = p.Warning
}

// follows reports whether a problem of a flow, at node n, is only a consequence of one
// that has been reported.
func (l *loader) follows(at, n *node, p flow.Problem) bool {
	switch {
	case n == at:
		return l.bad[at] && !p.Warning || l.broken(at.get("if")) || l.broken(at.get("trigger"))
	case strings.HasSuffix(p.Path, "/group") && p.Rule == flow.RuleStep:
		return l.bad[n] || slices.ContainsFunc(at.get("steps").elements(), func(step *node) bool { return l.mayCreate(step, n.str()) })
	case n.kind == scalarNode:
		return l.bad[n]
	}
	return l.broken(n)
}

// mayCreate reports whether a step that is not sound may be meant to create a group: it has
// the group's name in it, or one that isn't known.
func (l *loader) mayCreate(step *node, group string) bool {
	if !l.broken(step) {
		return false
	}
	may := false
	step.walk(func(n *node) {
		named := n.kind == scalarNode && n.text == group && group != ""
		may = may || named && !isGroup(n) || l.bad[n] && isID(n)
	})
	return may
}

// isID reports whether n is the ID of a group that a step creates.
func isID(n *node) bool {
	return slices.ContainsFunc(flow.GroupActions(), func(kind string) bool {
		return len(n.path) > 1 && n.path[len(n.path)-2] == kind && n.path[len(n.path)-1] == "id"
	})
}

// isGroup reports whether n is the group that a step acts on.
func isGroup(n *node) bool { return n.path[len(n.path)-1] == "group" }

// broken reports whether n or a node below it is not sound.
func (l *loader) broken(n *node) bool {
	broken := false
	n.walk(func(n *node) { broken = broken || l.bad[n] })
	return broken
}

// pointer splits a JSON pointer. No key of a flow needs escaping.
func pointer(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// runeOffset returns the byte offset of the nth character of s.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// item returns the ith element of a list, or nil.
func (n *node) item(i int) *node {
	if n == nil || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}

// elements returns the elements of a list. It may be called on nil.
func (n *node) elements() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// decimal returns a whole number in decimal, "" for another value. It may be called on nil.
func (n *node) decimal() string {
	switch v := n.scalar().(type) {
	case int64, uint64:
		return fmt.Sprint(v)
	}
	return ""
}

// scalar returns the value of a scalar as written. It may be called on nil.
func (n *node) scalar() any {
	if n == nil {
		return nil
	}
	return n.value
}
