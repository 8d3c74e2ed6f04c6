package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/slack"
	"riskroom/core"
	"riskroom/core/text"
)

// readmes are the README and its translation.
func readmes() []string { return []string{"README.md", "README.zh-CN.md"} }

func readme(t *testing.T, name string) string {
	t.Helper()
	return readFile(t, root+"/"+name)
}

// TestReadme checks the scopes and commands of the READMEs.
func TestReadme(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		page := readme(t, name)
		for _, scope := range slack.RequiredScopes(core.Uses{Addresses: true, Groups: true}) {
			needed := slices.Contains(slack.RequiredScopes(core.Uses{Addresses: true}), scope) // by minimal.yaml
			if strings.Contains(page, "`"+scope+"`") != needed {
				t.Errorf("scope %s: needed %v, but %s disagrees", scope, needed, name)
			}
		}
		for _, command := range []string{"go run ./cmd/riskroom demo", "go test ./..."} {
			if !strings.Contains(page, command+"\n") {
				t.Errorf("%s doesn't show the command %q", name, command)
			}
		}
	}
}

// TestReadmesAreInStep checks that the translation has the same commands, headings, tables,
// links, numbers and keys.
func TestReadmesAreInStep(t *testing.T) {
	t.Parallel()
	var prose [2]string
	var commands [2][]string
	for i, name := range readmes() {
		page := readme(t, name)
		prose[i] = strings.NewReplacer(readmes()[0], "README", readmes()[1], "README", "guide.zh-CN.md", "guide.md").Replace(withoutBlocks(page))
		for _, program := range []string{"go ", "cp ", "export ", "redis-server ", "riskroom ", "./riskroom "} {
			commands[i] = append(commands[i], snippets(page, program)...)
		}
	}
	if d := cmp.Diff(commands[0], commands[1]); d != "" || len(commands[0]) < 15 {
		t.Errorf("other commands:\n%s", d)
	}
	for what, pattern := range map[string]string{
		"headings": `(?m)^#+ `, "rows": `(?m)^\|`, "items": `(?m)^(?:-|\d+\.) `, "links": `\]\([^)]*\)`, "numbers": `\d+(?:[.:]\d+)*`,
		"code": "`[^`]*`",
	} {
		var found [2][]string
		for i, page := range prose {
			found[i] = regexp.MustCompile(pattern).FindAllString(chineseCommand.ReplaceAllString(page, "`/risk`"), -1)
			if what == "code" { // commands are translated
				found[i] = slices.DeleteFunc(found[i], func(s string) bool { return !strings.ContainsAny(s, "_/") })
			}
			slices.Sort(found[i])
			if what == "numbers" || what == "code" { // a translation may repeat them
				found[i] = slices.Compact(found[i])
			}
		}
		if d := cmp.Diff(found[0], found[1]); d != "" || len(found[0]) == 0 {
			t.Errorf("other %s:\n%s", what, d)
		}
	}
}

// chineseCommand matches what people type in a chat.
var chineseCommand = regexp.MustCompile("`/(?:risk|风险)[^`]*`")

// withoutBlocks returns a page without its code blocks.
func withoutBlocks(page string) string {
	var b strings.Builder
	for i, part := range strings.Split(page, "```") {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	return b.String()
}

// TestReadmeTranscript checks that the demo prints the transcripts of the READMEs.
func TestReadmeTranscript(t *testing.T) {
	t.Parallel()
	for i, name := range readmes() {
		_, rest, _ := strings.Cut(readme(t, name), "```\n── ")
		shown, _, ok := strings.Cut(rest, "```")
		if !ok {
			t.Fatalf("%s shows no transcript", name)
		}
		r := program(t.Context(), nil, "", "demo", "--play", "--lang", text.Languages()[i])
		printed := map[string]bool{}
		for l := range strings.Lines(undated(r.stdout)) {
			printed[l] = true
		}
		for l := range strings.Lines(undated("── " + shown)) {
			if strings.TrimSpace(l) != "..." && !printed[l] {
				t.Errorf("%s: the demo does not print %q", name, l)
			}
		}
	}
}

// TestReadmeExample checks that the flows of the READMEs are right.
func TestReadmeExample(t *testing.T) {
	t.Parallel()
	const rest = `version: 1
redis: { url: "redis://localhost:6379/0" }
workspaces:
  acme: { platform: slack, bot_token: "${BOT}", app_token: "${APP}" }
people:
  lin: { email: lin@example.com }
  wei: { email: wei@example.com }
  林晓: { email: xiao@example.com }
  魏然: { email: ran@example.com }
permissions: { administrators: [lin] }
`
	for _, name := range readmes() {
		_, example, _ := strings.Cut(readme(t, name), "```\nmodules:")
		example, _, ok := strings.Cut("modules:"+example, "```")
		if r := program(t.Context(), nil, rest+example, "check", "-"); !ok || r.code != exitFine || !strings.Contains(r.stdout, "1 module, 1 flow") {
			t.Errorf("%s:\n%s%s", name, example, r.stdout)
		}
	}
}

// undated removes what depends on the date from a transcript.
func undated(s string) string {
	s = regexp.MustCompile(`── (?:\w+day|星期) ?.*`).ReplaceAllString(s, "── DAY")
	s = regexp.MustCompile(`\d{1,2} [A-Z][a-z]{2}(\s+)\d{4}`).ReplaceAllString(s, "DATE$1")
	s = regexp.MustCompile(`\d{4}年\d{1,2}月\d{1,2}日`).ReplaceAllString(s, "DATE")
	// A day with two digits makes a card wider.
	return regexp.MustCompile(` +│|─+[┐┘]`).ReplaceAllString(s, "|")
}
