package flow

import (
	"regexp"
	"strconv"
	"strings"

	"riskroom/core/text"
)

// rewording says in plain words what a library reports.
type rewording struct {
	match *regexp.Regexp
	say   func(m []string) text.Phrase // m has the submatches
}

// expressionFault returns the meaning of an error of the expression library.
func expressionFault(message string) text.Phrase {
	return reword(message, expressionFaults, text.Plain(`this condition can't be read: compare values like status == "pending" and severity in ["high", "critical"]`))
}

// templateFault returns the meaning of an error of the template library.
func templateFault(message string) text.Phrase {
	return reword(message, templateFaults, text.Plain(`this template can't be read: write values like {{ .title }}, and text outside of {{ }}`))
}

func reword(message string, words []rewording, otherwise text.Phrase) text.Phrase {
	for _, r := range words {
		if m := r.match.FindStringSubmatch(message); m != nil {
			return r.say(m)
		}
	}
	return otherwise
}

// always returns a rewording that quotes nothing.
func always(match, say string) rewording {
	return rewording{regexp.MustCompile(match), func([]string) text.Phrase { return text.Plain(say) }}
}

// unexpected is a rewording about a word or sign in the wrong place.
func unexpected(match string) rewording {
	return rewording{regexp.MustCompile(match), func(m []string) text.Phrase {
		if operator := meantBy(m[1]); operator != "" && operator != m[1] {
			return text.Phrasef("write %s, not %s", operator, m[1])
		}
		return text.Phrasef(`"%s" is not expected here: a value, a sign such as == or a bracket is missing, or there is one too many`, m[1])
	}}
}

// meantBy returns the operator that people mean by a word, "" if there is none.
func meantBy(word string) string {
	switch strings.ToLower(word) {
	case "and", "并且", "而且", "且":
		return "and"
	case "or", "或者", "或":
		return "or"
	case "not":
		return "not"
	case "in":
		return "in"
	case "is", "eq", "equals", "等于", "是":
		return "=="
	case "ne", "不等于", "不是":
		return "!="
	case "包含":
		return "contains"
	}
	return ""
}

// foreign is a rewording about a typographic or full-width sign.
func foreign(match string) rewording {
	return rewording{regexp.MustCompile(match), func(m []string) text.Phrase {
		return text.Phrasef(`%s can't be used here: write plain signs, such as " ' ( ) , == or <`, m[1])
	}}
}

var expressionFaults = []rewording{
	always(`^unexpected (?:token EOF|end of expression)`, `the expression ends too early: something is missing, perhaps a closing bracket`),
	always(`^unexpected token Operator\("="\)`, `= doesn't compare; write ==`),
	always(`^unexpected token Operator\("[<>]"\)`, `two signs don't compare together; write ==, !=, <, <=, > or >=`),
	always(`^unexpected token Operator\("[|&]"\)`, `write "and" and "or" between conditions`),
	{regexp.MustCompile(`^unexpected token Operator\("(contains|matches|startsWith|endsWith|in)"\)`), func(m []string) text.Phrase {
		return text.Phrasef(`%[1]s stands between two values, as in title contains "disk"`, m[1])
	}},
	unexpected(`^(?:unexpected token|a map key must be .*unexpected token) \w+\("(.*)"\)`),
	{regexp.MustCompile(`^bad number syntax: "(.*)"`), func(m []string) text.Phrase { return wrongNumber(m[1]) }},
	always(`^invalid operation: (?:==|!=) \(mismatched types (?:\[\]string and string|string and \[\]string)\)`, `a list never equals text: write "…" in the list`),
	always(`^invalid operation: [<>=!]=? \(mismatched types (?:time\.Time and (?:string|int)|(?:string|int) and time\.Time)\)`, `a date is compared with a date: write date("2026-05-01"), now or the name of another date`),
	always(`^invalid operation: [+-] \(mismatched types (?:time\.Time and (?:string|int)|(?:string|int) and time\.Time)\)`, `a length of time is written duration("24h"): now + duration("24h")`),
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)`), func(m []string) text.Phrase {
		return text.Phrasef("%s doesn't work between %s and %s", m[1], typeName(m[2]), typeName(m[3]))
	}},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (.+)\)`), func(m []string) text.Phrase {
		return text.Phrasef("%s doesn't work with %s", m[1], typeName(m[2]))
	}},
	{regexp.MustCompile(`^non-bool expression \(type (.+)\) used as condition`), func(m []string) text.Phrase {
		return text.Phrasef("the part before ? must be true or false, but this is %s", typeName(m[1]))
	}},
	{regexp.MustCompile(`^invalid argument for (\w+) \(type (.+)\)`), func(m []string) text.Phrase {
		return text.Phrasef("%s can't be used with %s", m[1], typeName(m[2]))
	}},
	{regexp.MustCompile(`^cannot use (.+) as argument \(type (.+)\) to call (\w+)`), func(m []string) text.Phrase {
		return text.Phrasef("%s takes %s, but this is %s", m[3], typeName(m[2]), typeName(m[1]))
	}},
	{regexp.MustCompile(`^no matching overload for (\w+)`), func(m []string) text.Phrase {
		return text.Phrasef("%s can't be used with this value", m[1])
	}},
	always(`^array elements can only be selected`, `an entry of a list can't be picked: write "…" in the list`),
	always(`^(?:integer|float) literal is too large|^invalid (?:hex|float|binary|octal|integer) literal`, `this number can't be used: write digits, such as 1000 or 0.5`),
	always(`^(?:literal not terminated|unclosed comment)`, `a quote is never closed`),
	always(`^(?:invalid char escape|unable to unescape)`, `\ begins something that isn't known in quotes: write \\ for one \, and \" for a quote`),
	always(`maximum allowed nodes`, `the condition is too long: split the flow in two`),
	foreign(`^(?:unrecognized character|unexpected bad character|bad character):? U\+\w+ '(.)'`),
}

var templateFaults = []rewording{
	always(`^(?:unclosed action|unclosed left paren|unterminated character constant)`, `{{ is never closed by }}`),
	always(`^unexpected EOF`, `an if is never closed by {{ end }}`),
	{regexp.MustCompile(`^unexpected \{\{(end|else)\}\}`), func(m []string) text.Phrase {
		return text.Phrasef("{{ %s }} without an {{ if }} before it", m[1])
	}},
	always(`^(?:missing value for|empty command)`, `a value is missing between {{ and }}`),
	always(`^unexpected right paren`, `a ) without a ( before it`),
	always(`^unterminated (?:raw )?quoted string`, `a quote is never closed`),
	always(`^(?:unclosed comment|comment ends before)`, `a comment is never closed by */}}`),
	always(`^(?:expected :=|undefined variable|too many declarations|\{\{(?:break|continue)\}\}|unexpected \{\{(?:break|continue)|range can only|multiple definition|template: multiple definition)`,
		`only values, if, else and end are allowed`),
	always(`^unexpected <?define`, `define and block can't be used here`),
	{regexp.MustCompile(`^bad number syntax: "(.*)"`), func(m []string) text.Phrase {
		return text.Phrasef(`"%s" is no number: put text in quotes`, m[1])
	}},
	always(`^unexpected "[=!<>]+"`, `comparisons are written {{ if eq .status "pending" }} or {{ if ne .status "pending" }}`),
	{regexp.MustCompile(`^unexpected "?(.*?)"? in (?:operand|command|parenthesized pipeline|if|else|end|input|define clause|block clause|template clause)`), func(m []string) text.Phrase {
		return text.Phrasef(`"%s" is not expected here: write {{ .title }}, or {{ .title | truncate 40 }}`, m[1])
	}},
	always(`^(?:non executable command|expected end; found|unexpected \. after term)`, `only a value, or a function with its values, can be between {{ and }}`),
	foreign(`^(?:unrecognized character in action|unexpected bad character|bad character):? U\+\w+ '(.)'`),
}

// typeName returns what messages call a type of the expression library.
func typeName(library string) text.Phrase {
	switch library {
	case "time.Time":
		return text.Plain("a date")
	case "time.Duration", "flow.elapsed":
		return text.Plain("a duration")
	case "[]string", "[]interface {}", "array":
		return text.Plain("a list")
	case "float64", "int", "integer", "float":
		return text.Plain("a number")
	case "string":
		return text.Plain("a text")
	case "bool":
		return text.Plain("true or false")
	}
	return text.Plain("a value")
}

// span matches a length of time without quotes, as people write it: 1d, 36h.
var span = regexp.MustCompile(`^(\d{1,6})([smhdw])$`)

// wrongNumber returns what to write instead of something that begins like a number.
func wrongNumber(word string) text.Phrase {
	m := span.FindStringSubmatch(word)
	if m == nil {
		return text.Phrasef(`"%s" is no number: put text in quotes`, word)
	}
	n, _ := strconv.Atoi(m[1]) // six digits fit
	unit := m[2]
	switch unit {
	case "d":
		n, unit = n*24, "h"
	case "w":
		n, unit = n*24*7, "h"
	}
	return text.Phrasef(`a length of time is written duration("%d%s"), not %s; it counts hours, minutes and seconds`, n, unit, word)
}

// badPattern returns the flaw of the pattern after matches, nil if it can be used.
func badPattern(pattern string, at int) *flaw {
	_, err := regexp.Compile(pattern)
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "missing closing"), strings.Contains(err.Error(), "unexpected )"):
		return flawAt(at, `a bracket of this pattern is not closed, or closes nothing; write \\( or \\[ for the sign itself`)
	case strings.Contains(err.Error(), "repetition"):
		return flawAt(at, `* + ? and {2} in a pattern repeat what is before them, and there is nothing, or it is repeated too often; write \\* for the sign itself`)
	}
	return flawAt(at, "this pattern can't be used: to look for words, write contains instead of matches")
}
