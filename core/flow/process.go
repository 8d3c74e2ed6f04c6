package flow

import (
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// OperatorsKeyword means the operators of the risk's node. It is a keyword only if there is
// a process, so that a person can have this name otherwise.
const OperatorsKeyword = "operators"

const nodeName = "node"

// processNames lists the names that need a process.
func processNames() []string { return []string{nodeName, nodeSince, OperatorsKeyword} }

// needsProcess returns a message about one of them.
func needsProcess(name string) text.Phrase {
	return text.Phrasef("%s needs a process: add process to the file", name)
}

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

// CompileOperators compiles the operators of a node. It returns every problem, and what the
// list refers to; the paths in both begin with "/operators". People is nil if a problem is
// not just a warning.
func CompileOperators(org *core.Organisation, n core.Node) (*People, []Term, []Problem) {
	// Operators can't be defined by themselves.
	c := &compiler{scope: newScope(FieldDefs(org.Fields), org.NodeKeys()...).without(OperatorsKeyword)}
	c.scope.zone = org.Zone
	p := c.people("/operators", n.Operators)
	if c.failed() {
		return nil, c.terms, c.problems
	}
	return p, c.terms, c.problems
}
