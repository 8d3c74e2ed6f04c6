package flow

import (
	"regexp"
	"strings"
)

// plainly rewords a message of the expression or the template library for somebody who
// writes a flow. Clear messages stay as they are.
func plainly(message string) string {
	message = plainTypes.Replace(message)
	for _, r := range rewordings {
		if m := r.match.FindStringSubmatchIndex(message); m != nil {
			return string(r.match.ExpandString(nil, r.say, message, m))
		}
	}
	return message
}

// plainTypes replaces the types in the library's messages by plain words.
var plainTypes = strings.NewReplacer(
	"time.Time", "date", "time.Duration", "duration", "flow.elapsed", "duration",
	"[]string", "list", "[]interface {}", "list", "float64", "number", "interface {}", "value",
	"string", "text", "bool", "true-or-false", "int", "number",
)

type rewording struct {
	match *regexp.Regexp
	say   string
}

// otherSigns is the message about typographic or full-width signs.
const otherSigns = `can't be used here: write plain signs, such as " ' ( ) , == or <`

var rewordings = []rewording{
	// Of expressions.
	{regexp.MustCompile(`^unexpected (?:token EOF|end of expression)`), `the expression ends too early: something is missing, perhaps a closing bracket`},
	{regexp.MustCompile(`^unexpected token Operator\("="\)`), `= doesn't compare; write ==`},
	{regexp.MustCompile(`^unexpected token \w+\("(.*)"\)`), `"$1" is not expected here`},
	{regexp.MustCompile(`^invalid operation: (==|!=) \(mismatched types list and text\)`), `a list never equals text: write "…" in the list`},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (\S+) and (\S+)\)`), `$1 doesn't work between a $2 and a $3`},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (\S+)\)`), `$1 doesn't work with a $2`},
	{regexp.MustCompile(`^non-true-or-false expression \(type (\S+)\) used as condition`), `the part before ? must be true or false, but this is a $1`},
	{regexp.MustCompile(`^(?:literal not terminated|unterminated quoted text)`), `a quote is never closed`},

	// Of templates.
	{regexp.MustCompile(`^(?:unclosed action|unclosed left paren|unterminated character constant)`), `{{ is never closed by }}`},
	{regexp.MustCompile(`^unexpected EOF`), `an if is never closed by {{ end }}`},
	{regexp.MustCompile(`^unexpected \{\{(end|else)\}\}`), `{{ $1 }} without an {{ if }} before it`},
	{regexp.MustCompile(`^missing value for (?:command|if)`), `a value is missing between {{ and }}`},
	{regexp.MustCompile(`^unexpected "(.*)" in (?:operand|command|parenthesized pipeline|if|end)`), `"$1" is not expected here`},

	// Of both.
	{regexp.MustCompile(`^(?:unrecognized character(?: in action)?|unexpected bad character|bad character): U\+\w+ '(.)'.*`), `$1 ` + otherSigns},
	{regexp.MustCompile(`^(?:unexpected bad character|bad character) U\+\w+ '(.)'.*`), `$1 ` + otherSigns},
}
