package flow

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"riskroom/core"
)

// maxCases is how many cases are tried. A condition with more may hold.
const maxCases = 2_000

// cases are the values with which a condition is tried.
type cases struct {
	scope  *scope
	domain map[string][]string // the only values that some variables have; nil: unknown
	unset  []string            // variables that are not set
	set    []string            // variables that are certainly set
	alias  map[string]string   // variables that have the value of another one
}

// casesOf returns the cases in which a flow can run as far as its trigger says.
func (c *compiler) casesOf(d Def) cases {
	k := cases{scope: c.scope, domain: map[string][]string{}, alias: map[string]string{}}
	all := wordsOf(core.Statuses())
	open := func(s string) bool { return core.Status(s).Open() }
	either := func(list []string) []string {
		if len(list) == 0 {
			return all
		}
		return list
	}
	if d.Trigger.On == "" && d.Trigger.DateField != "" {
		k.set = []string{d.Trigger.DateField, ownPrefix + d.Trigger.DateField}
	}
	if d.Trigger.Every+d.Trigger.Schedule != "" {
		k.domain["status"] = slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !open(s) })
	}
	switch d.Trigger.On {
	case "filed":
		k.domain["status"], k.unset = []string{string(core.Pending)}, []string{"resolution"}
		if len(d.Process) > 0 {
			k.domain[nodeName] = d.Process[:1]
		}
		for _, key := range d.Handling {
			k.unset = append(k.unset, ownPrefix+key)
		}
	case "status":
		k.domain["from"], k.domain["to"], k.alias["status"] = either(d.Trigger.From), either(d.Trigger.To), "to"
	case groupCreated().name, groupEnded().name:
		k.domain[groupTypeName], k.set = groupTypes(), []string{"group"}
		if len(d.Trigger.Type) > 0 {
			k.domain[groupTypeName] = d.Trigger.Type
		}
	case "note":
		k.set = []string{"note"}
	case "reopened":
		k.domain["to"], k.alias["status"] = slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !open(s) }), "to"
		k.domain["from"] = slices.DeleteFunc(slices.Clone(all), open)
	}
	return k
}

// neverRuns warns if the flow, or a step of it, can't run.
func (c *compiler) neverRuns(d Def, f *Flow) {
	k := c.casesOf(d)
	switch {
	case !k.possible():
		c.warn("/trigger/to", RuleNever, "the flow never runs: no status changes from %s to itself", oneOf(d.Trigger.From))
		return
	case f.If != nil && !k.possible(f.If.tree):
		if d.Trigger.On != "" {
			c.warn("/if", RuleNever, "the flow never runs: its if is always false with on: %s", d.Trigger.On)
		} else if d.Trigger.Every != "" {
			c.warn("/if", RuleNever, "the flow never runs: its if is always false for open risks, and a flow with every runs for those only")
		} else {
			c.warn("/if", RuleNever, "the flow never runs: its if is always false")
		}
		return
	}
	later := cases{scope: c.scope, domain: changing(), unset: k.unset}
	for i, s := range f.Steps {
		if s.If == nil {
			continue
		}
		alone := !cases{scope: c.scope, domain: map[string][]string{}}.possible(s.If.tree)
		if alone || f.If != nil && !later.possible(f.If.tree, s.If.tree) {
			c.warn(at("/steps", i)+"/if", RuleNever, "the step never runs: its if is always false when the flow runs")
		}
	}
	c.neverReplies(f, later)
}

// changing returns the domains of what changes between two conditions: not known.
func changing() map[string][]string { return map[string][]string{"status": nil, nodeName: nil} }

// Exclusive reports whether the ith step of f and the jth of g certainly never both run for
// one risk, as far as their conditions and those of their flows say. The status and the node
// don't count, because they change.
func Exclusive(f *Flow, i int, g *Flow, j int) bool {
	var all []ast.Node
	for _, c := range []*Condition{f.If, f.Steps[i].If, g.If, g.Steps[j].If} {
		if c != nil {
			all = append(all, c.tree)
		}
	}
	// What an event says differs from run to run, and is not in this scope.
	return !cases{scope: newScope(f.def.Fields, f.def.Process...), domain: changing()}.possible(all...)
}

// possible reports whether the conditions may all hold in one of the cases.
func (k cases) possible(conditions ...ast.Node) bool {
	t := trial{cases: k, value: map[string]string{}}
	domains, points := maps.Clone(k.domain), map[string][]float64{}
	for _, c := range conditions {
		ast.Walk(&c, domainsOf{k, domains, points})
	}
	for name, literals := range points {
		domains[name] = k.samples(name, literals)
	}
	count := 1
	var names []string
	for name, values := range domains {
		if values == nil {
			continue
		}
		names = append(names, name)
		if count *= len(values); count > maxCases {
			return true
		}
	}
	return t.any(names, domains, conditions)
}

// another stands for every value of a variable that a condition doesn't mention.
const another = "\x00"

// domainsOf adds the values with which the variables of a condition are tried: of a word, all
// its words; of a text or a person, those that it is compared with, and another.
type domainsOf struct {
	cases
	domains map[string][]string
	points  map[string][]float64 // what numbers and dates are compared with
}

// Visit implements ast.Visitor.
func (d domainsOf) Visit(n *ast.Node) {
	b, ok := (*n).(*ast.BinaryNode)
	if !ok {
		return
	}
	for _, side := range [][2]ast.Node{{b.Left, b.Right}, {b.Right, b.Left}} {
		v, ok := d.variable(side[0])
		if _, given := d.domain[v.name]; !ok || given || slices.Contains(d.unset, v.name) {
			continue
		}
		switch {
		case v.kind == wordKind && strings.HasPrefix(v.name, ownPrefix):
			d.domains[v.name] = append([]string{""}, v.words...)
		case v.kind == wordKind:
			d.domains[v.name] = v.words
		case v.kind == numberKind || v.kind == dateKind:
			if at, ok := point(side[1]); ok {
				d.points[v.name] = append(d.points[v.name], at)
			}
		case v.kind == textKind || v.kind == personKind:
			known := append(append(d.domains[v.name], "", another), literals(side[1])...)
			slices.Sort(known)
			d.domains[v.name] = slices.Compact(known)
		}
	}
}

// literals returns the texts in quotes of n.
func literals(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.StringNode:
		return []string{n.Value}
	case *ast.ArrayNode:
		var out []string
		for _, e := range n.Nodes {
			out = append(out, literals(e)...)
		}
		return out
	}
	return nil
}

// variable returns the variable that n is, under the name of the one whose value it has.
func (k cases) variable(n ast.Node) (variable, bool) {
	name := variableName(n)
	if other, ok := k.alias[name]; ok {
		name = other
	}
	return k.scope.lookup(name)
}
