package bots

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/text"
)

func onDiscord(c *Config) {
	c.Org.Workspaces["acme"] = core.Workspace{Name: "acme", Platform: "discord", Options: true}
}

// optionTyped matches the name of an option on a line.
var optionTyped = regexp.MustCompile(`(?:^|[ \[])([a-z]+):`)

// TestDiscordsTextsNameOptions checks each command line in a text for Discord: it uses
// the names of the command and its options, in any language.
func TestDiscordsTextsNameOptions(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{}, withProcess)
	for _, lang := range text.Languages() {
		all := localeTexts(t, lang)
		for id, s := range all {
			if _, ok := all[id+".options"]; ok {
				continue
			}
			for _, after := range strings.Split(s, "{{.Command}} ")[1:] {
				line, _, _ := strings.Cut(after, "{{.Command}}")
				if strings.HasPrefix(line, "{{.Word}}") {
					continue // not a command
				}
				line, _, _ = strings.Cut(line, ": ")
				line, _, _ = strings.Cut(line, "\n")
				judgeOptions(t, b, lang+" "+id, line)
			}
		}
	}
}

func judgeOptions(t *testing.T, b *Bot, id, line string) {
	t.Helper()
	all, e := b.commands, (*entry)(nil)
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" .,;，。：；）\n", r) })
	var left string
	for _, w := range words {
		i := find(all, w)
		if i == nil || i.name != w {
			left = w
			break
		}
		e, all = i, i.subs
	}
	if e == nil || len(e.subs) > 0 {
		t.Errorf("%s: %q is no command of Discord's", id, line)
		return
	}
	if strings.HasPrefix(left, "<") || strings.HasPrefix(left, "{{") || e.name == "help" && find(b.commands, left) != nil || regexp.MustCompile(`^R-\d+$`).MatchString(left) {
		t.Errorf("%s: %q has a value without an option", id, line)
	}
	for _, m := range optionTyped.FindAllStringSubmatch(line, -1) {
		if _, ok := argOf(e.args, m[1]); !ok {
			t.Errorf("%s: %q names no option %q of %q", id, line, m[1], e.fullName())
		}
	}
}

// localeTexts returns the texts of a language, without those that have plural forms.
func localeTexts(t *testing.T, lang string) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../core/text/locales/*." + lang + ".json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := map[string]string{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatal(name, err)
		}
		for id, v := range all {
			if s, ok := v.(string); ok {
				found[id] = s
			}
		}
	}
	return found
}

// TestRepliesFitDiscord checks the lines in replies and refusals.
func TestRepliesFitDiscord(t *testing.T) {
	t.Parallel()
	live := &core.Refusal{Kind: core.Conflict, Code: "release_live", Args: map[string]any{"Key": "R-1", "Group": "#ledger"}}
	b := newBot(t, &fakeEngine{}, onDiscord)
	b.org.Workspaces["chat"] = core.Workspace{Name: "chat", Platform: "slack"}
	b.org.Workspaces["guild"] = core.Workspace{Name: "guild", Platform: "discord", Options: true}
	for _, c := range []struct {
		lang    string
		command Command
		want    string
	}{
		{"en", given("help", nil), "/risk new [title:…] [module:…]"},
		{"zh-CN", given("help", nil), "/risk new [title:…] [module:…] …：填报风险"},
		{"zh-CN", given("help", Values{"topic": {"group"}}), "/risk group release key:R-17"},
		{"en", given("status", Values{riskName: {"R-1"}, statusName: {"shelved"}}), "/risk status key:R-1 status:shelved note:<reason>"},
		{"zh-CN", given("status", Values{riskName: {"R-1"}, statusName: {"搁置"}}), "/risk status key:R-1 status:搁置 note:<原因>"},
		{"en", given("status", Values{statusName: {"resolved"}, noteName: {"fixed: all"}}), "/risk status key:R-17 status:resolved note:fixed: all"},
		{"zh-CN", given("new", Values{"title": {"Ledger"}, "due_at": {"soon"}}), "/risk help topic:new"},
		{"en", given("link", nil), "• chat: /risk link ABCD-EFGH\n• guild: /risk link code:ABCD-EFGH\n"},
	} {
		c.command.Lang = c.lang
		wants(t, words(ask(t, b, c.command)), c.want)
	}
	b = newBot(t, &fakeEngine{before: func(context.Context, string) error { return live }}, onDiscord)
	got := words(ask(t, b, given("group release", Values{riskName: {"R-1"}})))
	wants(t, got, "delete it. That frees")
	if strings.Contains(got, "archive") {
		t.Errorf("Discord has no archive: %s", got)
	}
	wants(t, words(ask(t, newBot(t, &fakeEngine{before: func(context.Context, string) error { return live }}), typed("group release R-1"))), "archive or delete it")
}

// TestRefusalsFitTheirWorkspace: a line to type in another workspace has that platform's
// syntax.
func TestRefusalsFitTheirWorkspace(t *testing.T) {
	t.Parallel()
	taken := &core.Refusal{Kind: core.Conflict, Code: "link_taken", Args: map[string]any{"Workspace": "acme", "Command": "/risk"}}
	for platform, want := range map[string]string{"slack": "/risk link remove", "discord": "/risk link remove:here"} {
		b := linking(t, &fakeEngine{before: func(context.Context, string) error { return taken }})
		b.org.Workspaces["acme"] = core.Workspace{Name: "acme", Platform: platform, Options: platform == "discord"}
		c := typed("link ABCD-EFGH yes")
		c.Actor.Account.Workspace = "guild"
		if first, _, _ := strings.Cut(words(ask(t, b, c)), "\n"); !strings.HasSuffix(first, want) {
			t.Errorf("on %s: %s", platform, first)
		}
	}
}

// TestEchoesNamePeople: an echo has names, which can be typed, and no IDs.
func TestEchoesNamePeople(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{names: map[core.Ref]string{"acme/1000": "Wang Fang", "@5000": "@oncall"}}
	c := given("new", Values{"title": {"Ask acme/1000"}, "due_at": {"soon"}, "handlers": {"acme/U0LIN  acme/1000, @5000 wei"}})
	wants(t, words(ask(t, newBot(t, f, onDiscord), c)), "/risk new title:Ask acme/1000 due:soon handlers:@lin @Wang Fang, @oncall wei\n")
}

// silentNames doesn't answer lookups.
type silentNames struct{ *fakeEngine }

func (silentNames) Name(ctx context.Context, _ core.Ref, _, _ string) core.Span {
	<-ctx.Done()
	return core.Plain("a user in acme")
}

// TestEchoesDontWaitForNames: if a lookup takes too long, the echo has the ID, which can
// be typed too.
func TestEchoesDontWaitForNames(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{}, onDiscord, func(c *Config) { c.Persons = silentNames{} })
	c := given("new", Values{"title": {"Ledger"}, "due_at": {"soon"}, "handlers": {"acme/1000, acme/U0LIN"}})
	wants(t, words(ask(t, b, c)), "handlers:acme/1000, ")
}
