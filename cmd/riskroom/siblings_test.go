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
)

// onlyThere are the files of an adapter or a way in that have no counterpart on
// the other platform, and why.
var onlyThere = map[string]string{
	"adapters/discord/about.go":       "Discord has no bookmarks and no purpose: what a group is about stands in its topic",
	"adapters/discord/api/breaker.go": "Discord locks an address out after too many invalid requests",
	"adapters/discord/category.go":    "Discord's channels stand in categories, which get full",
	"adapters/discord/permissions.go": "who is in a group is a matter of permissions on Discord",
}

// TestAdaptersAreSiblings: who knows one adapter, or its client, finds the same
// things under the same names, in the same order, in the other.
func TestAdaptersAreSiblings(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, below := range []string{"", "/api"} {
		slackDir, discordDir := "adapters/slack"+below, "adapters/discord"+below
		slack, discord := declared(t, slackDir), declared(t, discordDir)
		for _, pair := range []struct {
			dir       string
			one, both map[string][]string
		}{{slackDir, slack, discord}, {discordDir, discord, slack}} {
			for file := range pair.one {
				path := pair.dir + "/" + file
				if pair.both[file] == nil && onlyThere[path] == "" {
					t.Errorf("%s has no sibling: give it one, or say in onlyThere why not", path)
				}
				used[path] = pair.both[file] == nil
			}
		}
		for file, names := range slack {
			common := func(list, other []string) []string {
				return slices.DeleteFunc(slices.Clone(list), func(n string) bool { return !slices.Contains(other, n) })
			}
			if a, b := common(names, discord[file]), common(discord[file], names); !slices.Equal(a, b) {
				t.Errorf("%s%s declares the same in another order:\nSlack   %q\nDiscord %q", below, file, a, b)
			}
		}
	}
	for path := range onlyThere {
		if !used[path] {
			t.Errorf("onlyThere names %s, which is not alone or not there", path)
		}
	}
}

// declared returns what the files of a package declare, tests left out, in their
// order: functions, methods and types.
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

// receiver is the type that a method is of, with a dot behind it.
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

var platformNames = regexp.MustCompile(`(?i)slack|discord`)

// TestCoreNamesNoPlatform: the core is built without any platform in mind, its
// wordings and scripts included.
func TestCoreNamesNoPlatform(t *testing.T) {
	t.Parallel()
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
