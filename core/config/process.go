package config

import (
	"regexp"
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// maxNodes is how many nodes a process may have: as many as every platform can show in a
// menu.
const maxNodes = 25

var nodeKey = regexp.MustCompile(moduleName)

// readProcess reads the nodes and checks their operators.
func (l *loader) readProcess() {
	org := &l.cfg.Organisation
	var all []called
	for _, e := range l.root.get("process").list() {
		if !nodeKey.MatchString(e.name) || e.value.kind != mapNode || len(org.Process) == maxNodes {
			continue
		}
		n := core.Node{
			Key: e.name, Label: l.labels(e.value.get("label"), e.name),
			Operators: texts(e.value.get("operators")), SendBack: l.sendBack(e.value.get("send_back"), org.NodeKeys()),
		}
		if e.value.get("operators") == nil {
			l.warning(e.value.key, "no-operators", "node %q has no operators: only module leads and administrators can pass risks on", short(e.name))
		}
		org.Process = append(org.Process, n)
		all = append(all, called{e.value.key, words(n.Key, n.Label)})
	}
	l.alike(coretext.Plain("node"), all)
	doubtful := l.doubtfulFields(flow.FieldDefs(org.Fields))
	for _, n := range org.Process {
		l.operators(n, l.root.get("process").get(n.Key), doubtful)
	}
}

// operators checks the operators of a node.
func (l *loader) operators(n core.Node, at *node, doubtful map[string]bool) {
	_, terms, problems := flow.CompileOperators(&l.cfg.Organisation, n)
	for _, p := range problems {
		if !doubtful[p.Field] {
			l.flowProblem(at, p)
		}
	}
	for _, t := range terms {
		l.term(at, t)
	}
}

// sendBack reads the nodes to which a risk may be sent back, all earlier ones if they are
// left out.
func (l *loader) sendBack(n *node, earlier []string) []string {
	if n == nil {
		return earlier
	}
	var out []string
	for _, it := range n.strings() {
		switch {
		case !l.sound(it):
		case len(earlier) == 0:
			l.problem(it.at, "node", "there is no node before the first one")
		case !slices.Contains(earlier, it.text):
			l.problem(it.at, "node", "%q is not an earlier node: %s", short(it.text), suggest(it.text, earlier))
		case slices.Contains(out, it.text):
			l.warning(it.at, "twice", "%q is listed twice", short(it.text))
		default:
			out = append(out, it.text)
		}
	}
	return out
}
