package flow

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"riskroom/core/text"
)

// Limits of one expression.
const (
	maxExpression      = 1000 // characters
	maxExpressionNodes = 200
)

// Condition is a compiled `if`.
//
// It can use the names of every risk (key, title, module, severity, status, description,
// resolution, discovered_at, due_at, submitted_at, status_since, submitter, lead,
// handlers), those of a process (node, node_since, operators), those of the event that starts
// the flow (by, note, from, to, new_handlers), own fields as fields.<key>, and now. People are
// compared as they are written on the risk: as names, "@group" or "workspace/user". The
// submitter and by are always the last.
//
// A comparison with a date or number that is not set is false, and != is true. A text or
// select that is not set is "", and people that are not set are an empty list. filled(x)
// reports whether something is set.
type Condition struct {
	source  string
	program *vm.Program
	tree    ast.Node
	scope   *scope
	cause   bool // it uses variables of the event that starts the flow
}

// String returns the condition as written, "" for nil.
func (c *Condition) String() string {
	if c == nil {
		return ""
	}
	return c.source
}

// UsesCause reports whether c depends on Env.Cause.
func (c *Condition) UsesCause() bool { return c != nil && c.cause }

// Holds evaluates c. A nil Condition is always true.
func (c *Condition) Holds(env Env) (bool, error) {
	if c == nil {
		return true, nil
	}
	out, err := expr.Run(c.program, c.scope.values(env))
	if err != nil {
		return false, fmt.Errorf("flow: condition %q: %w", c.source, err)
	}
	holds, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("flow: condition %q gives %T, not true or false", c.source, out)
	}
	return holds, nil
}

// condition compiles the `if` at path. It returns nil for an empty one.
func (c *compiler) condition(path, source string) *Condition {
	if strings.TrimSpace(source) == "" {
		if source != "" {
			c.report(path, -1, RuleCondition, "the condition is empty")
		}
		return nil
	}
	e, flaw := parseExpression(c.scope, source)
	if flaw == nil && e.result != reflect.Bool {
		flaw = flawAt(-1, "a condition must be true or false, but this is %s", e.resultName())
	}
	if flaw == nil {
		flaw = mixesTypes(e.tree)
	}
	var program *vm.Program
	if flaw == nil {
		program, flaw = e.compile()
	}
	if flaw != nil {
		c.flaw(path, RuleCondition, flaw)
		return nil
	}
	for _, t := range e.terms {
		t.Path = path
		c.terms = append(c.terms, t)
	}
	cond := &Condition{source: source, program: program, tree: e.tree, scope: c.scope.only(namesIn(e.tree)), cause: e.cause}
	for _, env := range samples(c.scope) {
		if _, err := cond.Holds(env); err != nil {
			c.flaw(path, RuleCondition, flawOf(err))
			return nil
		}
	}
	return cond
}

// expression is an expression that passed every check.
type expression struct {
	scope  *scope
	source string
	tree   ast.Node
	result reflect.Kind
	typ    reflect.Type
	terms  []Term // people and modules that it names
	cause  bool   // it uses variables of the event that starts the flow
}

// parseExpression parses an expression. Then it checks that it uses only the language of
// flows, and its types.
func parseExpression(s *scope, source string) (*expression, *flaw) {
	if n := len([]rune(source)); n > maxExpression {
		return nil, flawAt(-1, "the expression has %d characters; at most %d are allowed", n, maxExpression)
	}
	config := conf.CreateNew()
	for _, option := range language(s) {
		option(config)
	}
	for name := range config.Disabled {
		delete(config.Builtins, name)
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, flawOf(err)
	}
	walk := &expressionCheck{scope: s}
	if flaw := walk.check(tree.Node); flaw != nil {
		return nil, flaw
	}
	typ, err := checker.Check(tree, config)
	if err != nil {
		return nil, flawOf(err)
	}
	if flaw := joinsTexts(tree.Node); flaw != nil {
		return nil, flaw
	}
	return &expression{scope: s, source: source, tree: tree.Node, result: typ.Kind(), typ: typ, terms: walk.terms, cause: walk.cause}, nil
}

// compile compiles e to a program.
func (e *expression) compile() (*vm.Program, *flaw) {
	program, err := expr.Compile(e.source, append(language(e.scope), absence()...)...)
	if err != nil {
		return nil, flawOf(err)
	}
	return program, nil
}

// resultName returns the type of e's result, for messages.
func (e *expression) resultName() text.Phrase { return typeName(e.typ.String()) }

// language returns the options of the expression library. Of its built-in functions only
// a few are enabled.
func language(s *scope) []expr.Option {
	options := []expr.Option{
		expr.Env(s.types()),
		expr.DisableAllBuiltins(),
		expr.MaxNodes(maxExpressionNodes),
		expr.Optimize(false),
		filledFunction(),
		dateFunction(s),
	}
	for _, name := range []string{"len", "lower", "upper", "trim", "duration"} {
		options = append(options, expr.EnableBuiltin(name))
	}
	return options
}

// flawOf turns an error of the library into a flaw.
func flawOf(err error) *flaw {
	if e, ok := errors.AsType[*file.Error](err); ok {
		return flawAt(e.From, "%s", expressionFault(e.Message))
	}
	return flawAt(-1, "%s", expressionFault(err.Error()))
}
