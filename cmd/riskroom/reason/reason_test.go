package reason

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/text"
	"riskroom/core/text/phrasetest"
)

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, Chinese(), []string{"%s, %s", "%s (%s)"}, ".")
}

// inside returns the codes that no command shows: of a run that the engine ends or hands back
// with another reason, and of why a group has a new owner.
func inside() []string { return []string{"cancelled", "stopping", "departed"} }

// TestEveryCodeHasWords looks in the source for every code that the engine can give as a
// reason. Those of platforms aren't there: they are shown as they are.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	codes := codesIn(t, "../../../core/engine", "../../../core/flow", "../../../core/people")
	for _, code := range []string{"awaits_digest", "condition", "closed", "local_time", "no_item_group", "not_yet", "wait"} {
		if codes[code] == "" {
			t.Errorf("the code %s wasn't found: does the source write it in another way?", code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		shown := Text(code).String()
		switch {
		case slices.Contains(inside(), code):
		case shown == code:
			t.Errorf("%s: %s is shown raw", codes[code], code)
		case Chinese()[shown] == "":
			t.Errorf("%s has no Chinese", code)
		}
	}
}

// TestKindsHaveWords: an error without a code has its kind as the code.
func TestKindsHaveWords(t *testing.T) {
	t.Parallel()
	for _, k := range []core.Kind{
		core.Invalid, core.NotFound, core.Conflict, core.Unauthorized, core.Denied, core.Unreachable, core.Unsupported, core.RateLimited,
		core.Unavailable, core.Lost, core.Unknown,
	} {
		if Text(string(k)).String() == string(k) {
			t.Errorf("%s is shown raw", k)
		}
	}
}

// TestSeveral: each part of a step that failed has its own words, and a platform's code stays.
func TestSeveral(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"":                                       "",
		"user_is_restricted":                     "user_is_restricted",
		"lin (no_account), topic (rate_budget)":  "lin（此人在任何工作区都没有账号）、topic（等待平台的频率限制）",
		"wei, member acme/U1 (cant_invite_self)": "wei、member acme/U1（cant_invite_self）",
	} {
		if got := text.NewWording(text.Chinese, Chinese()).Say(Text(reason)); got != want {
			t.Errorf("%q is shown as %q, want %q", reason, got, want)
		}
	}
}

// codesIn returns the codes in the Go files of folders, with where they are.
func codesIn(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files: %v", folder, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	consts, codes := constants(files), map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			for _, e := range reasons(n) {
				if code := valueOf(e, consts); code != "" {
					codes[code] = fset.Position(e.Pos()).String()
				}
			}
			return true
		})
	}
	return codes
}

// constants returns the constants of the packages that are texts, by their names.
func constants(files []*ast.File) map[string]string {
	out := map[string]string{}
	for _, file := range files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, s := range d.Specs {
					s := s.(*ast.ValueSpec)
					for i, e := range s.Values {
						out[s.Names[i].Name] = valueOf(e, nil)
					}
				}
			}
		}
	}
	return out
}

// reasons returns the expressions of a node that are reasons.
func reasons(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if slices.Contains([]string{"Detail", "Reason", "Why", "code", "reason"}, nameOf(n.Key)+valueOf(n.Key, nil)) {
			return []ast.Expr{n.Value}
		}
	case *ast.CompositeLit:
		switch nameOf(n.Type) {
		case "stepSkipped":
			return n.Elts
		case "Unresolved", "detour", "Member":
			return []ast.Expr{fieldOf(n, "Code")}
		}
	case *ast.CallExpr:
		place := map[string]int{"waitUntil": 1, "end": 2, "ending": 3}
		if i := place[nameOf(n.Fun)]; i > 0 && i < len(n.Args) {
			return n.Args[i : i+1]
		}
	case *ast.FuncDecl:
		switch n.Name.Name {
		case "over", "stopped":
			return returned(n)
		case "fill": // the refusals of a group's change
			return refused(n)
		}
	}
	return nil
}

// returned returns what a function returns.
func returned(f *ast.FuncDecl) []ast.Expr {
	var out []ast.Expr
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			out = append(out, r.Results...)
		}
		return true
	})
	return out
}

// refused returns the codes with which a function refuses.
func refused(f *ast.FuncDecl) []ast.Expr {
	var out []ast.Expr
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && nameOf(c.Fun) == "Refuse" {
			out = append(out, c.Args[1])
		}
		return true
	})
	return out
}

// fieldOf returns the value of a field, nil if it isn't set.
func fieldOf(c *ast.CompositeLit, name string) ast.Expr {
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && nameOf(kv.Key) == name {
			return kv.Value
		}
	}
	return nil
}

// nameOf returns the last part of a name, "" of what is none.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// valueOf returns the text that an expression is, "" if it is none or isn't known.
func valueOf(e ast.Expr, consts map[string]string) string {
	if e, ok := e.(*ast.BasicLit); ok && e.Kind == token.STRING {
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	}
	return consts[nameOf(e)]
}
