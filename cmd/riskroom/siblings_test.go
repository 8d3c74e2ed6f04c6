package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"riskroom/cmd/riskroom/platforms"
)

// onlyThere maps the files of an adapter without a counterpart on any other
// platform to the reason.
var onlyThere = map[string]string{
	"adapters/discord/about.go":       "Discord has no bookmarks and no purpose, so the topic says what a group is about",
	"adapters/discord/api/breaker.go": "Discord locks an address out after too many invalid requests",
	"adapters/discord/category.go":    "Discord's channels are in categories, which can be full",
	"adapters/discord/layout.go":      "on Discord, a message of components differs from one with content and embeds",
	"adapters/discord/permissions.go": "permissions decide who is in a group on Discord",
}

// TestAdaptersAreSiblings checks that the adapters, and their clients, declare the same
// things under the same names and in the same order.
func TestAdaptersAreSiblings(t *testing.T) {
	t.Parallel()
	alone := map[string]bool{}
	for _, below := range []string{"", "/api"} {
		all := map[string]map[string][]string{} // by directory and file
		for _, name := range platforms.Names() {
			dir := "adapters/" + name + below
			all[dir] = declared(t, dir)
		}
		for dir, files := range all {
			for file, names := range files {
				siblings := 0
				for other, theirs := range all {
					if other == dir || theirs[file] == nil {
						continue
					}
					siblings++
					common := func(list, other []string) []string {
						return slices.DeleteFunc(slices.Clone(list), func(n string) bool { return !slices.Contains(other, n) })
					}
					if a, b := common(names, theirs[file]), common(theirs[file], names); dir < other && !slices.Equal(a, b) {
						t.Errorf("%s declares the same in another order:\n%s %q\n%s %q", file, dir, a, other, b)
					}
				}
				path := dir + "/" + file
				if alone[path] = siblings == 0; alone[path] && onlyThere[path] == "" {
					t.Errorf("%s has no sibling: add one, or explain in onlyThere why not", path)
				}
			}
		}
	}
	for path := range onlyThere {
		if !alone[path] {
			t.Errorf("onlyThere names %s, which has a sibling or doesn't exist", path)
		}
	}
}

// declared returns the functions, methods and types of a package by file, in order and
// without tests.
func declared(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	out := map[string][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		list := []string{}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				list = append(list, receiver(d)+d.Name.Name)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if ty, ok := s.(*ast.TypeSpec); ok {
						list = append(list, ty.Name.Name)
					}
				}
			}
		}
		out[filepath.Base(name)] = list
	}
	return out
}

// receiver returns a method's receiver type and a dot.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, _ := of.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name + "."
}

// TestCoreNamesNoPlatform checks that no file in core mentions a platform.
func TestCoreNamesNoPlatform(t *testing.T) {
	t.Parallel()
	platformNames := regexp.MustCompile(`(?i)` + strings.Join(platforms.Names(), "|"))
	read := 0
	err := filepath.WalkDir("../../core", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		for i, line := range strings.Split(string(src), "\n") {
			if platformNames.MatchString(line) {
				t.Errorf("%s:%d names a platform: %.120s", filepath.ToSlash(path), i+1, strings.TrimSpace(line))
				break
			}
		}
		return nil
	})
	if err != nil || read < 100 {
		t.Errorf("%d files read: %v", read, err)
	}
}
