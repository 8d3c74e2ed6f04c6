package flow

import "time"

// OperatorsKeyword means the operators of the risk's node. It is a keyword only if there is
// a process, so that a person can have this name otherwise.
const OperatorsKeyword = "operators"

const nodeName = "node"

// processNames lists the names that need a process.
func processNames() []string { return []string{nodeName, nodeSince, OperatorsKeyword} }

// needsProcess returns a message about one of them.
func needsProcess(name string) string { return name + " needs a process: add process to the file" }

// processVariables returns the variables of risks that pass through nodes.
func processVariables(nodes []string) []variable {
	return []variable{
		{
			name: nodeName, kind: wordKind, words: nodes,
			raw:   func(e Env) any { return e.Risk.Node },
			label: func(e Env, s string) string { return e.node(s) },
		},
		date(nodeSince, func(e Env) time.Time { return e.Risk.NodeSince }),
		{name: OperatorsKeyword, kind: peopleKind, raw: func(e Env) any { return wordsOf(e.Operators) }},
	}
}

// OperatorsDef is the list of a node's operators as written, with everything that its
// meaning depends on.
type OperatorsDef struct {
	Entries []string
	Zone    string
	Fields  map[string]FieldDef
	Process []string
}

// CompileOperators compiles a list of operators. It returns every problem, and what the list
// refers to; the paths in both begin with "/operators". People is nil if a problem is not
// just a warning.
func CompileOperators(d OperatorsDef) (*People, []Term, []Problem) {
	// Operators can't be defined by themselves.
	c := &compiler{scope: newScope(d.Fields, d.Process...).without(OperatorsKeyword)}
	if zone, err := time.LoadLocation(d.Zone); err == nil {
		c.scope.zone = zone
	}
	p := c.people("/operators", d.Entries)
	if c.failed() {
		return nil, c.terms, c.problems
	}
	return p, c.terms, c.problems
}
