// Package phrasetest tests tables of Chinese phrases.
package phrasetest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// formats has the indexes of the formats among the arguments of functions that make phrases.
func formats() map[string][]int {
	return map[string][]int{
		"Phrasef": {0}, "Plain": {0}, "hint": {0}, "unknown": {0},
		"always": {1}, "flawAt": {1}, "flaw": {1},
		"warn": {2}, "problem": {2}, "warning": {2},
		"Count": {1, 2}, "report": {3}, "misuse": {0}, "Mistakef": {0}, "say": {0}, "Say": {0},
	}
}

// Check fails the test unless the table has exactly the phrases that the Go files in dirs
// make, with the same values in them. same are phrases that need no translation.
func Check(t *testing.T, table map[string]string, same []string, dirs ...string) {
	t.Helper()
	used := map[string]string{}
	for _, dir := range dirs {
		collect(t, dir, used)
	}
	for phrase, at := range used {
		chinese, ok := table[phrase]
		switch {
		case slices.Contains(same, phrase):
		case !ok:
			t.Errorf("%s: no Chinese for %q", at, phrase)
		case fmt.Sprint(verbs(phrase)) != fmt.Sprint(verbs(chinese)):
			t.Errorf("%s: other values in %q than in %q", at, chinese, phrase)
		}
	}
	for phrase, chinese := range table {
		if _, ok := used[phrase]; !ok {
			t.Errorf("nothing uses %q", phrase)
		}
		if strings.Contains(chinese, "。 ") || strings.HasSuffix(chinese, "。") {
			t.Errorf("%q: a blank after 。, or 。 at the end", chinese)
		}
	}
}

// collect adds the phrases of the Go files in dir, with where they are.
func collect(t *testing.T, dir string, used map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files: %v", dir, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, phrase := range phrasesOf(call) {
					used[phrase] = fset.Position(call.Pos()).String()
				}
			}
			return true
		})
	}
}

// phrasesOf returns the formats of a call that makes a phrase.
func phrasesOf(call *ast.CallExpr) []string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		if of, ok := f.X.(*ast.Ident); ok && of.Name == "strings" {
			return nil // strings.Count
		}
		name = f.Sel.Name
	}
	var out []string
	for _, i := range formats()[name] {
		if i >= len(call.Args) {
			continue
		}
		if s, ok := constant(call.Args[i]); ok {
			out = append(out, s)
		}
	}
	return out
}

// constant returns a text in one or several literals.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok := constant(e.X)
		b, also := constant(e.Y)
		return a + b, ok && also
	}
	return "", false
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[+#0-9.]*([a-zA-Z%])`)

// verbs returns the verbs of a format by the index of their argument.
func verbs(format string) map[int]string {
	out := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		out[next] = m[2]
		next++
	}
	return out
}
