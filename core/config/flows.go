package config

import (
	"regexp"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/flow"
)

// readFlows compiles each flow and checks what it says of people, places and
// rights.
func (l *loader) readFlows() {
	fields, doubtful := l.fieldDefs()
	var openers []opener
	for i, e := range l.root.get("flows").list() {
		if e.value.kind != mapNode || i >= maxFlows {
			continue
		}
		def := l.flowDef(e.name, e.value)
		def.Fields = fields
		f, problems := flow.Compile(def)
		for _, p := range problems {
			if doubtful == nil || !doubtful.MatchString(subject(p)) {
				l.flowProblem(e.value, p)
			}
		}
		for _, t := range def.Terms() {
			l.term(e.value, t)
		}
		for i, s := range def.Steps {
			st := step{loader: l, def: s, flow: def, i: i, node: e.value.get("steps").item(i)}
			st.check()
			if o, ok := st.opener(); ok {
				openers = append(openers, o)
			}
		}
		switch {
		case f != nil:
			l.cfg.Flows = append(l.cfg.Flows, f)
		case l.o.Unset != UnsetIsWarning && len(l.problems.Errors()) == 0:
			l.problem(e.value.key, "flow", "the flow cannot be run") // never left out in silence
		}
	}
	l.checkItemGroups(openers)
}

// fieldDefs returns the own fields as flows see them, and what matches the keys
// of those whose type or options are wrong: what flows say of them cannot be
// judged. It is nil if there are none.
func (l *loader) fieldDefs() (map[string]flow.FieldDef, *regexp.Regexp) {
	defs := map[string]flow.FieldDef{}
	for _, f := range l.cfg.Organisation.Fields {
		d := flow.FieldDef{Type: f.Type}
		for _, o := range f.Options {
			d.Options = append(d.Options, o.Key)
		}
		defs[f.Key] = d
	}
	var wrong []string
	for _, e := range l.root.get("fields").list() {
		if _, ok := defs[e.name]; !ok || l.bad[e.value] || l.broken(e.value.get("options")) {
			wrong = append(wrong, regexp.QuoteMeta(e.name))
		}
	}
	if len(wrong) == 0 {
		return defs, nil
	}
	const edge = `(?:^|$|[^\pL\pN_])` // \b knows ASCII only
	return defs, regexp.MustCompile(edge + `(` + strings.Join(wrong, "|") + `)` + edge)
}

// subject is what a problem is about: the part of its message before what is
// known, or the field itself.
func subject(p flow.Problem) string {
	if strings.HasPrefix(p.Path, "/fields/") {
		return p.Path
	}
	s, _, _ := strings.Cut(p.Message, ";")
	return s
}

// flowDef reads a flow as far as its structure held: what has the wrong type is
// left out.
func (l *loader) flowDef(name string, n *node) flow.Def {
	org := &l.cfg.Organisation
	d := flow.Def{
		Name: name, If: n.get("if").str(), IfAlreadyDue: n.get("if_already_due").str(),
		Zone: org.Zone.String(), DayStartsAt: formatClock(org.DayStartsAt),
	}
	t := n.get("trigger")
	d.Trigger = flow.TriggerDef{
		DateField: t.get("date_field").str(), After: t.get("after").str(), At: t.get("at").str(), On: t.get("on").str(),
	}
	if steps := n.get("steps"); steps != nil {
		for _, s := range steps.items {
			d.Steps = append(d.Steps, stepDef(s))
		}
	}
	return d
}

func stepDef(n *node) flow.StepDef {
	d := flow.StepDef{If: n.get("if").str(), Workspace: n.get("workspace").str()}
	if a := n.get("send_message"); a != nil {
		d.SendMessage = &flow.SendMessageDef{
			To: texts(a.get("to")), Title: a.get("title").str(), Text: a.get("text").str(), Card: a.get("card").str(),
		}
	}
	if a := n.get("create_group"); a != nil {
		public, _ := a.get("public").scalar().(bool)
		d.CreateGroup = &flow.CreateGroupDef{
			ID: a.get("id").str(), Type: core.GroupType(a.get("type").str()), Name: a.get("name").str(),
			Owner: texts(a.get("owner")), Members: texts(a.get("members")),
			Topic: a.get("topic").str(), Purpose: a.get("purpose").str(), Public: public,
		}
	}
	if a := n.get("send_group_message"); a != nil {
		d.SendGroupMessage = &flow.SendGroupMessageDef{
			Group: a.get("group").str(), Mention: texts(a.get("mention")),
			Title: a.get("title").str(), Text: a.get("text").str(), Card: a.get("card").str(),
		}
	}
	if a := n.get("set_group"); a != nil {
		d.SetGroup = &flow.SetGroupDef{
			Group: a.get("group").str(), Operator: a.get("operator").str(), Name: a.get("name").str(),
			Topic: a.get("topic").str(), Add: texts(a.get("add")), Remove: texts(a.get("remove")),
		}
	}
	return d
}

// texts returns the texts of a list, or of the one that stands for it. An entry
// that is no text keeps its place, empty.
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

// flowProblem places a problem of a flow in the file. What only follows from an
// error of structure is left out.
func (l *loader) flowProblem(at *node, p flow.Problem) {
	n, whole := at.nearest(pointer(p.Path))
	if l.follows(at, n, p) {
		return
	}
	whole = whole || n.kind == scalarNode // one person may be written without a list
	spot := n.head()
	if whole && p.Offset > 0 {
		spot = n.spot(l.src, runeOffset(n.text, p.Offset))
	}
	l.problem(spot, p.Rule, "%s", p.Message).Warning = p.Warning
}

// follows tells whether a problem of a flow, at node n, is but the consequence
// of something that was told already.
func (l *loader) follows(at, n *node, p flow.Problem) bool {
	switch {
	case n == at:
		return l.broken(at.get("if")) || l.broken(at.get("trigger"))
	case strings.HasSuffix(p.Path, "/group") && p.Rule == flow.RuleStep:
		return l.bad[n] || slices.ContainsFunc(at.get("steps").elements(), func(s *node) bool { return l.broken(s.get("create_group")) })
	case n.kind == scalarNode:
		return l.bad[n]
	}
	return l.broken(n)
}

// broken tells whether n or anything beneath it is not sound.
func (l *loader) broken(n *node) bool {
	broken := false
	n.walk(func(n *node) { broken = broken || l.bad[n] })
	return broken
}

// pointer splits a JSON pointer. No key of a flow needs escaping.
func pointer(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// runeOffset returns where the nth character of s begins.
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

// scalar returns the value of a scalar as written. It may be called on nil.
func (n *node) scalar() any {
	if n == nil {
		return nil
	}
	return n.value
}
