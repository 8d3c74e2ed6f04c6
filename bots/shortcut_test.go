package bots

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/text"
)

// TestShortcutsHaveTexts checks the names and descriptions against the shortest limits of
// the platforms: https://docs.slack.dev/reference/app-manifest.
func TestShortcutsHaveTexts(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	seen := map[string]bool{}
	for _, s := range Shortcuts() {
		for _, lang := range text.Languages() {
			p := b.text.In(lang)
			for said, limit := range map[string]int{s.Label(p): 24, s.Help(p): 150} {
				if n := utf8.RuneCountInString(said); n == 0 || n > limit || strings.HasPrefix(said, "!") {
					t.Errorf("%s, %s: %q has %d characters, at most %d", s.Name, lang, said, n, limit)
				}
			}
			if s.Message && seen[s.Label(p)] || !s.Named(s.Label(p), b.text) {
				t.Errorf("%s, %s: the label %q doesn't name it alone", s.Name, lang, s.Label(p))
			}
			seen[s.Label(p)] = s.Message
		}
	}
	if len(Shortcuts()) == 0 || len(Shortcuts()) > 10 {
		t.Errorf("%d shortcuts", len(Shortcuts()))
	}
}

const messageLink = "https://acme.slack.com/archives/C0ROOM/p1"

func chosen(name string, m *Message) Command {
	c := Command{Op: core.MakeOp("test", name), Actor: lin, FormsOnly: m == nil, Shortcut: &Shortcut{Name: name, Message: m}}
	if m != nil {
		c.Channel = room
	}
	return c
}

func sent(said string) *Message {
	return &Message{
		Text: said, SentAt: now.Add(-2 * core.Day), Limit: 3000,
		Quote: core.Quote{Link: messageLink, By: core.Actor{Account: core.Account{Workspace: "acme", ID: "U0WEI"}, Name: "Wei"}},
	}
}

func TestFileMessage(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	r := ask(t, b, chosen(shortcutFile, sent(" Ledger is off\nby one ")))
	if r.Form == nil || !r.Form.Warn {
		t.Fatalf("%+v", r)
	}
	initial := Values{}
	for _, field := range r.Form.Fields {
		initial[field.Key] = field.Initial
	}
	if initial.Get("description") != "Ledger is off\nby one" || initial.Get("discovered_at") != "2026-11-18" || initial.Get("title") != "" {
		t.Errorf("the form starts with %v", initial)
	}
	wants(t, core.Text(r.Form.Notice), "Who can read this risk: administrators. Flows may also show it in channels.")
	for key, v := range r.Form.State {
		if len(key)+len(v) > 100 || strings.Contains(v, "Ledger") {
			t.Errorf("the state has %s=%s", key, v)
		}
	}
	filled := Command{Op: core.MakeOp("test", "form"), Actor: lin, Filled: &Filled{Form: formFile, State: r.Form.State, Values: Values{
		"title": {"Ledger"}, "module": {"Payments"}, "description": {"edited"},
	}}}
	ask(t, b, filled)
	d := f.drafts[filled.Op]
	if d.Description != "edited" || d.Source == nil || d.Source.Link != messageLink || d.Source.By.Account.ID != "U0WEI" {
		t.Errorf("filed %+v, source %+v", d, d.Source)
	}
	f.alike = &core.Risk{Key: "R-3", Title: "Ledger", SubmittedAt: now.Add(-time.Minute)}
	filled.Op = core.MakeOp("test", "again")
	r = ask(t, b, filled)
	if r.Form == nil || quoteFrom(r.Form.State[SourceState]) == nil {
		t.Fatalf("the message is lost: %+v", r.Form)
	}
	wants(t, core.Text(r.Form.Notice), "You filed R-3 with the same title", "Who can read this risk")
}

// TestFileLongMessage checks that a text that doesn't fit is visibly cut.
func TestFileLongMessage(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{}, func(c *Config) {
		c.Org.Permissions.Read = core.Audience{Everyone: true, Involved: true, Refs: []core.Ref{"wei", "acme:@oncall"}}
	})
	r := ask(t, b, chosen(shortcutFile, sent(strings.Repeat("长", 3001))))
	if r.Form == nil {
		t.Fatal("no form")
	}
	for _, field := range r.Form.Fields {
		if said := field.Initial; field.Key == "description" && (utf8.RuneCountInString(said[0]) != 3000 || !strings.HasSuffix(said[0], "…")) {
			t.Errorf("the description has %d characters", utf8.RuneCountInString(said[0]))
		}
	}
	wants(t, core.Text(r.Form.Notice), "Only its beginning",
		"every member of acme; you, the handlers and the module lead; wei; @oncall. Flows")
}

func TestNewRiskShortcut(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	if r := ask(t, b, chosen(shortcutNew, nil)); r.Form == nil || r.Form.ID != formFile || r.Form.Warn {
		t.Errorf("%+v", r)
	}
	wants(t, words(ask(t, b, chosen(shortcutNew, nil))), "Choose the shortcut again", "/risk new")
	if r := ask(t, b, chosen(shortcutFile, nil)); r.Form == nil || r.Form.Submit != "" {
		t.Errorf("without a message: %+v", r)
	}
	wants(t, words(ask(t, b, chosen("later", sent("x")))), "another version of riskroom")
}

func TestQuoteFrom(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"", "x", "javascript:alert(1)", "http://acme.example/1 acme/U1"} {
		if q := quoteFrom(state); q != nil {
			t.Errorf("%q: %+v", state, q)
		}
	}
	if q := quoteFrom(sourceOf(core.Quote{Link: messageLink})); q == nil || q.Link != messageLink || !q.By.Account.IsZero() {
		t.Errorf("%+v", q)
	}
}
