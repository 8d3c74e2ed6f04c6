package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "riskroom"

// importRule lists the packages of this module that a package may import. Patterns
// are relative to the module: "core", or "adapters/*" for what is directly below.
type importRule struct {
	packages string
	may      []string
}

// importRules contains the rules. The first that matches a package applies, and a
// package without a rule fails the test. "@" is the package's own platform.
var importRules = []importRule{
	{"core", nil},
	{"core/text", []string{"core"}},
	{"core/text/phrasetest", nil}, // reads Go files
	{"core/calendar", nil},
	{"core/flow", []string{"core", "core/calendar", "core/text"}},
	{"core/config", []string{"core", "core/calendar", "core/flow", "core/text"}},
	{"core/people", []string{"core", "core/text"}},
	{"core/engine", []string{"core", "core/flow", "core/people", "core/text"}},
	{"core/store", []string{"core", "core/engine", "core/people"}},
	{"core/store/private", nil}, // only starts a server
	{"core/store/storetest", []string{"core", "core/engine", "core/store"}},
	{"adapters/stage", []string{"core"}},
	{"adapters/stage/browser", []string{"core", "adapters/stage"}},
	{"adapters/adaptertest", []string{"core"}},
	{"adapters/*/emulator", []string{"core", "core/text", "adapters/stage", "adapters/@", "adapters/@/emulator/openapi"}},
	{"adapters/*/emulator/openapi", nil}, // checks against a platform's own document
	{"adapters/rest", []string{"core"}},
	{"adapters/effect", []string{"core"}},
	{"adapters/*/api", []string{"core", "adapters/rest"}},
	{"adapters/*", []string{"core", "core/text", "adapters/rest", "adapters/effect", "adapters/@/api"}},
	{"bots", []string{"core", "core/text", "core/engine", "core/people"}},
	{"bots/web", []string{"core", "core/text", "core/engine", "bots"}},
	{"bots/*bot", []string{"core", "core/text", "core/engine", "bots", "adapters/rest", "adapters/@", "adapters/@/api"}},
	{"configs", nil},
	{"cmd/**", []string{"**"}},
}

// libraries maps each library to the packages that may import it, so that its next
// major release is a small change.
var libraries = map[string][]string{
	"github.com/slack-go/slack":                {"adapters/slack", "adapters/slack/api", "bots/slackbot"},
	"github.com/bwmarrin/discordgo":            {"adapters/discord", "adapters/discord/api", "bots/discordbot"},
	"github.com/gorilla/websocket":             {"adapters/*/emulator", "bots/*bot"},
	"github.com/redis/go-redis/v9":             {"core/store", "core/store/private", "core/store/storetest"},
	"github.com/alicebob/miniredis/v2":         {"core/store", "core/store/storetest"},
	"github.com/labstack/echo/v4":              {"bots/web", "cmd/**"},
	"github.com/goccy/go-yaml":                 {"core/config"},
	"github.com/santhosh-tekuri/jsonschema/v6": {"core/config", "adapters/*/emulator/openapi"},
	"github.com/expr-lang/expr":                {"core/flow"},
	"github.com/netresearch/go-cron":           {"core/flow"},
	"github.com/arran4/golang-ical":            {"core/calendar"},
	"github.com/nicksnyder/go-i18n/v2":         {"core/text"},
	"github.com/spf13/cobra":                   {"cmd/**"},
	"github.com/spf13/pflag":                   {"cmd/**"},
	"github.com/google/go-cmp":                 {"adapters/adaptertest"},
	"github.com/prometheus/client_golang":      {"bots/web", "cmd/**"},
	"golang.org/x/text":                        {"core/text", "core/config", "core/flow", "adapters/*", "adapters/*/emulator", "bots", "bots/*bot", "cmd/**"},
	"golang.org/x/sync":                        {"**"},
}

// TestImports checks the imports of every package. Tests may import more.
func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		own := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if own == "" {
			continue
		}
		rule, ok := ruleFor(own)
		if !ok {
			t.Errorf("no rule for %s: add one to importRules", own)
			continue
		}
		for _, imported := range p.Imports {
			if path, ours := strings.CutPrefix(imported, module+"/"); ours {
				if !allowed(own, path, rule.may) {
					t.Errorf("%s must not import %s", own, path)
				}
				continue
			}
			if !strings.Contains(strings.Split(imported, "/")[0], ".") {
				continue // the standard library
			}
			library, ok := libraryOf(imported)
			if !ok {
				t.Errorf("%s imports %s, which has no owner: add it to libraries", own, imported)
			} else if !slices.ContainsFunc(libraries[library], func(p string) bool { return matches(p, own) }) {
				t.Errorf("%s must not import %s: that is for %s", own, imported, strings.Join(libraries[library], ", "))
			}
		}
	}
}

// TestImportRulesBite checks that the rules reject forbidden imports.
func TestImportRulesBite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"core", "core/text", false},
		{"core/engine", "core/store", false},
		{"core/store", "core/engine", true},
		{"adapters/slack", "adapters/discord", false},
		{"adapters/slack", "core/engine", false},
		{"adapters/slack", "adapters/slack/api", true},
		{"adapters/slack", "adapters/discord/api", false},
		{"adapters/slack/api", "adapters/slack", false},
		{"adapters/rest", "adapters/slack/api", false},
		{"bots/slackbot", "adapters/discord/api", false},
		{"adapters/slack/emulator", "adapters/slack", true},
		{"adapters/slack/emulator", "adapters/discord", false},
		{"bots/slackbot", "adapters/slack", true},
		{"bots/slackbot", "adapters/discord", false},
		{"bots/slackbot", "core/store", false},
		{"bots", "bots/slackbot", false},
		{"cmd/riskroom/demo", "adapters/slack/emulator", true},
	} {
		rule, ok := ruleFor(c.from)
		if !ok {
			t.Errorf("%s has no rule", c.from)
		} else if allowed(c.from, c.to, rule.may) != c.ok {
			t.Errorf("%s imports %s: allowed is %v", c.from, c.to, !c.ok)
		}
	}
}

type listedPackage struct {
	ImportPath string
	Imports    []string // of what is built, tests left out
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []listedPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		list = append(list, p)
	}
	if len(list) < 5 {
		t.Fatalf("go list names %d packages only", len(list))
	}
	return list
}

func ruleFor(own string) (importRule, bool) {
	i := slices.IndexFunc(importRules, func(r importRule) bool { return matches(r.packages, own) })
	if i < 0 {
		return importRule{}, false
	}
	return importRules[i], true
}

func allowed(own, imported string, may []string) bool {
	return slices.ContainsFunc(may, func(p string) bool {
		return matches(strings.Replace(p, "@", platformOf(own), 1), imported)
	})
}

// platformOf returns the platform of a package: "slack" for adapters/slack/emulator
// and bots/slackbot.
func platformOf(own string) string {
	name := strings.Split(own+"/", "/")[1]
	return strings.TrimSuffix(name, "bot")
}

// matches compares a path with a pattern. * matches anything within one element, and
// ** at the end matches anything.
func matches(pattern, path string) bool {
	if start, ok := strings.CutSuffix(pattern, "**"); ok {
		return strings.HasPrefix(path, start)
	}
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(w, h string) bool {
		before, after, star := strings.Cut(w, "*")
		return w == h || star && len(h) >= len(before)+len(after) && strings.HasPrefix(h, before) && strings.HasSuffix(h, after)
	})
}

func libraryOf(imported string) (string, bool) {
	for l := range libraries {
		if imported == l || strings.HasPrefix(imported, l+"/") {
			return l, true
		}
	}
	return "", false
}
