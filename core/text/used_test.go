package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestEveryUsedMessageExists checks the Go code of the repository: each message that it uses
// exists and gets all its arguments.
func TestEveryUsedMessageExists(t *testing.T) {
	t.Parallel()
	messages := readLocale(t, English)
	used := 0
	eachFile(t, func(fset *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok && isMessageCall(call) {
				used++
				checkCall(t, fset.Position(call.Pos()).String(), call, messages)
			}
			return true
		})
	})
	if used == 0 {
		t.Fatal("no call of Printer.S found: this test reads the wrong files")
	}
}

// TestEveryMessageIsUsed checks that the code contains each message's id, or its beginning if
// a code is appended, or its end if an area is prepended.
func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	whole, begins := map[string]bool{}, map[string]bool{}
	eachFile(t, func(_ *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				s, _ := literalStart(n)
				whole[s] = true
			case *ast.BinaryExpr:
				if s, all := literalStart(n); n.Op == token.ADD && !all && strings.Count(s, ".") > 1 && strings.HasSuffix(s, ".") {
					begins[s] = true
				}
			}
			return true
		})
	})
	messages := readLocale(t, English)
	for id := range messages {
		if i := strings.LastIndex(id, "."); messages[id[:i]] != nil {
			id = id[:i] // a platform's variant
		}
		_, rest, _ := strings.Cut(id, ".")
		used := whole[id] || whole[rest]
		for start := range begins {
			used = used || strings.HasPrefix(id, start)
		}
		if !used {
			t.Errorf("nothing uses the message %q", id)
		}
	}
}

// eachFile calls do with every Go file of the repository except tests.
func eachFile(t *testing.T, do func(fset *token.FileSet, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // it fails the build of its own package
		}
		do(fset, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isMessageCall reports whether call looks like x.S("id", ...) or
// x.S("id." + code, ...).
func isMessageCall(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "S" || len(call.Args) == 0 || len(call.Args) > 2 {
		return false
	}
	id, _ := literalStart(call.Args[0])
	return id != ""
}

// literalStart returns the literal that e is (whole) or begins with.
func literalStart(e ast.Expr) (s string, whole bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		s, _ := literalStart(e.X)
		return s, false
	}
	return "", false
}

func checkCall(t *testing.T, at string, call *ast.CallExpr, messages map[string]forms) {
	t.Helper()
	id, whole := literalStart(call.Args[0])
	if !whole {
		for known := range messages {
			if strings.HasPrefix(known, id) {
				return
			}
		}
		t.Errorf("%s: no message begins with %q", at, id)
		return
	}
	f, ok := messages[id]
	if !ok {
		t.Errorf("%s: there is no message %q", at, id)
		return
	}
	given, literal := map[string]bool{}, true
	if len(call.Args) == 2 {
		given, literal = literalKeys(call.Args[1])
	}
	if !literal {
		return
	}
	for _, name := range places(t, id, f) {
		if !given[name] {
			t.Errorf("%s: message %q takes {{.%s}}, which is not given", at, id, name)
		}
	}
}

// literalKeys returns the keys of a map literal. literal is false for any other expression.
func literalKeys(e ast.Expr) (keys map[string]bool, literal bool) {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil, false
	}
	keys = map[string]bool{}
	for _, el := range lit.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			return nil, false
		}
		key, whole := literalStart(kv.Key)
		if !whole {
			return nil, false
		}
		keys[key] = true
	}
	return keys, true
}
