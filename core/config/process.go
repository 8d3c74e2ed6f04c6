package config

import (
	"regexp"
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
)

// maxNodes is how many nodes a process may have: as many as every platform can show in a
// menu.
const maxNodes = 25

var nodeKey = regexp.MustCompile(moduleName)

// readProcess reads the nodes and checks their operators.
func (l *loader) readProcess() {
	org := &l.cfg.Organisation
	fields := l.fieldDefs()
	doubtful := l.doubtfulFields(fields)
	var all []called
	for _, e := range l.root.get("process").list() {
		if !nodeKey.MatchString(e.name) || e.value.kind != mapNode || len(org.Process) == maxNodes {
			continue
		}
		n := core.Node{
			Key: e.name, Label: l.labels(e.value.get("label"), e.name),
			Operators: texts(e.value.get("operators")), SendBack: l.sendBack(e.value.get("send_back"), org.Process),
		}
		_, terms, problems := flow.CompileOperators(flow.OperatorsDef{
			Entries: n.Operators, Zone: org.Zone.String(), Fields: fields, Process: l.nodeKeys(),
		})
		for _, p := range problems {
			if !doubtful[p.Field] {
				l.flowProblem(e.value, p)
			}
		}
		for _, t := range terms {
			l.term(e.value, t)
		}
		if e.value.get("operators") == nil {
			l.warning(e.value.key, "no-operators", "node %q has no operators: only module leads and administrators can pass risks on", short(e.name))
		}
		org.Process = append(org.Process, n)
		all = append(all, called{e.value.key, words(n.Key, n.Label)})
	}
	l.alike("node", all)
}

// sendBack reads the nodes to which a risk may be sent back, all earlier ones if they are
// left out.
func (l *loader) sendBack(n *node, earlier []core.Node) []string {
	var known, out []string
	for _, e := range earlier {
		known = append(known, e.Key)
	}
	if n == nil {
		return known
	}
	for _, it := range n.strings() {
		switch {
		case !l.sound(it):
		case len(known) == 0:
			l.problem(it.at, "node", "there is no node before the first one")
		case !slices.Contains(known, it.text):
			l.problem(it.at, "node", "%q is not an earlier node: %s", short(it.text), suggest(it.text, known))
		case slices.Contains(out, it.text):
			l.warning(it.at, "twice", "%q is listed twice", short(it.text))
		default:
			out = append(out, it.text)
		}
	}
	return out
}

// nodeKeys returns the keys of the nodes.
func (l *loader) nodeKeys() []string {
	return slices.DeleteFunc(keys(l.root.get("process")), func(k string) bool { return !nodeKey.MatchString(k) })
}
