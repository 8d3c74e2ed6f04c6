package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	coretext "riskroom/core/text"
)

// Problem is an error or a warning about a config file. Its texts never contain a secret.
type Problem struct {
	File    string
	Line    int // from 1
	Col     int // in characters, from 1
	Rule    string
	Message string
	Warning bool   // the file can be used anyway
	Hint    string // what to do about it, "" if the message says it

	source string // the line of the file, secrets hidden
	width  int    // characters to underline
	say    coretext.Wording
}

// hint sets what to do about p.
func (p *Problem) hint(format string, args ...any) {
	p.Hint = p.say.Say(coretext.Phrasef(format, args...))
}

// String returns "file:line:col: message [rule]".
func (p Problem) String() string {
	what := coretext.Phrasef("%s", p.Message)
	if p.Warning {
		what = coretext.Phrasef("warning: %s", p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s [%s]", p.File, p.Line, p.Col, p.say.Say(what), p.Rule)
}

// MarshalJSON writes the members file, line, column, rule, severity ("error" or
// "warning"), message, and hint if there is one.
func (p Problem) MarshalJSON() ([]byte, error) {
	severity := "error"
	if p.Warning {
		severity = "warning"
	}
	return json.Marshal(struct {
		File     string `json:"file"`
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Rule     string `json:"rule"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
		Hint     string `json:"hint,omitempty"`
	}{p.File, p.Line, p.Col, p.Rule, severity, p.Message, p.Hint})
}

// Problems are the problems of a file, ordered by place.
type Problems []Problem

// Errors returns the errors.
func (ps Problems) Errors() Problems { return ps.only(false) }

// Warnings returns the warnings.
func (ps Problems) Warnings() Problems { return ps.only(true) }

func (ps Problems) only(warning bool) Problems {
	var out Problems
	for _, p := range ps {
		if p.Warning == warning {
			out = append(out, p)
		}
	}
	return out
}

// String shows each problem with its line of the file and a caret, as compilers do.
func (ps Problems) String() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String() + "\n")
		if p.source != "" {
			b.WriteString(excerpt(p.Line, p.Col, p.width, p.source))
		}
		if p.Hint != "" {
			fmt.Fprintf(&b, "  = %s\n", p.Hint)
		}
	}
	return b.String()
}

// sort orders problems by place and removes duplicates.
func (ps Problems) sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Rule == b.Rule && a.Message == b.Message
	})
}
