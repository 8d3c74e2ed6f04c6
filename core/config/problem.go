package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong, or looks wrong, in a config file. Its
// texts never hold a secret.
type Problem struct {
	File    string
	Line    int // from 1
	Col     int // in characters, from 1
	Rule    string
	Message string
	Warning bool   // the file may be run all the same
	Hint    string // what to do about it, "" where the message says it

	source string // the line of the file, secrets hidden
	width  int    // characters of it that the problem is about
}

// String returns "file:line:col: message [rule]".
func (p Problem) String() string {
	severity := ""
	if p.Warning {
		severity = "warning: "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s [%s]", p.File, p.Line, p.Col, severity, p.Message, p.Rule)
}

// MarshalJSON writes the members file, line, column, rule, severity ("error" or
// "warning"), message and, where there is one, hint.
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

// Problems are the problems of a file, in the order of their places.
type Problems []Problem

// Errors returns the problems that keep the file from being run.
func (ps Problems) Errors() Problems { return ps.only(false) }

// Warnings returns the problems that do not.
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

// String shows each problem with its line of the file and a caret under the
// spot, as compilers do.
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

// sort orders by place and drops what is said twice of one place.
func (ps Problems) sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Rule == b.Rule && a.Message == b.Message
	})
}
