package slackbot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// shortcuts returns the shortcuts of the manifest, as the emulated workspace takes them.
func shortcuts(t *testing.T, lang string) []emulator.Shortcut {
	t.Helper()
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(NewManifest(&core.Organisation{Command: "/risk"}, "", false, core.Uses{}, cat.In(lang)).Features.Shortcuts)
	var out []emulator.Shortcut
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil || len(out) == 0 {
		t.Fatalf("%s: %v", raw, err)
	}
	return out
}

// TestManifestShortcuts checks the shortcuts as the emulated workspace checks a manifest.
func TestManifestShortcuts(t *testing.T) {
	t.Parallel()
	for _, lang := range text.Languages() {
		w, err := emulator.New(emulator.Options{Shortcuts: shortcuts(t, lang)})
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
	}
}

// withShortcuts returns a bundle whose app has the shortcuts of the manifest. The bot is
// not in the lobby.
func withShortcuts(t *testing.T) *bundle {
	t.Helper()
	b := newBundle(t, func(o *emulator.Options) { o.Shortcuts = shortcuts(t, text.English) })
	b.newSlackbot(t, func(c *Config) { c.SigningSecrets = []string{b.SigningSecret()} })
	b.app.Handle("/interactions", b.slackbot.Interactions())
	return b
}

func TestFileFromMessage(t *testing.T) {
	t.Parallel()
	b := withShortcuts(t)
	long := strings.Repeat("长", 3500)
	ts, err := b.Say(wei, lobby, "Look, <@"+lin+"> &amp; all: "+long)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.MessageShortcut(t.Context(), lin, lobby, ts, "file_message")
	if err != nil || r.View == nil {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	description := r.View.Values["description"]["description"]["value"].(string)
	if !strings.HasPrefix(description, "Look, @lin & all: 长") || !strings.HasSuffix(description, "长…") || len([]rune(description)) != 3000 {
		t.Errorf("the description is %.80s", description)
	}
	wantContains(t, r.View.Plain, "Only its beginning", "Who can read this risk")
	if strings.Contains(r.View.PrivateMetadata, "长") || len(r.View.PrivateMetadata) > 200 {
		t.Errorf("the metadata is %s", r.View.PrivateMetadata)
	}
	if r, err = b.ChooseInView(t.Context(), lin, r.View.ID, "module", "Payments"); err != nil {
		t.Fatal(err)
	}
	r, err = b.SubmitView(t.Context(), lin, r.View.ID, emulator.Values{"title": {"Ledger"}, "description": {"short"}})
	if err != nil || r.View == nil {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	wantContains(t, r.View.Plain, "R-17 is filed")
	d := b.draft(t)
	if d.Description != "short" || d.Source == nil || d.Source.Link != b.Permalink(lobby, ts) || d.Source.By.Account != (core.Account{Workspace: "acme", ID: wei}) {
		t.Errorf("filed %+v from %+v", d, d.Source)
	}
}

// TestNoteFromMessage makes notes in the risk's group and elsewhere. The bot is in neither
// channel.
func TestNoteFromMessage(t *testing.T) {
	t.Parallel()
	b := withShortcuts(t)
	ts, err := b.Say(wei, lobby, "The bank called back")
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.MessageShortcut(t.Context(), lin, lobby, ts, "note_message")
	if err != nil || r.View == nil || len(b.did()) != 0 {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	if r, err = b.SubmitView(t.Context(), lin, r.View.ID, emulator.Values{"risk": {"17"}}); err != nil || r.View == nil {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	wantContains(t, r.View.Plain, "Noted on R-17")
	b.engine.set(func() { b.engine.room = lobby })
	if _, err = b.MessageShortcut(t.Context(), lin, lobby, ts, "note_message"); err != nil {
		t.Fatal(err)
	}
	b.waitShown(t)
	said := b.Ephemerals(lin)
	wantContains(t, said[len(said)-1].Plain, "Noted on R-17")
	want := core.Quote{Link: b.Permalink(lobby, ts), By: core.Actor{Account: core.Account{Workspace: "acme", ID: wei}, Name: "wei"}}
	for i, o := range b.did() {
		n := o.(engine.AddNote)
		if n.Text != "The bank called back" || n.Quote.Link != want.Link || n.Quote.By.Account != want.By.Account || i == 1 && n.Quote.By != want.By {
			t.Errorf("note %d is %+v with %+v", i, n, n.Quote)
		}
	}
	if len(b.did()) != 2 {
		t.Errorf("%d notes", len(b.did()))
	}
}

func TestNewRiskShortcut(t *testing.T) {
	t.Parallel()
	b := withShortcuts(t)
	r, err := b.GlobalShortcut(t.Context(), lin, "new")
	if err != nil || r.View == nil || r.View.CallbackID != "file" {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	// A refusal has no channel to be shown in.
	b.engine.set(func() {
		b.engine.before = func(context.Context, string) error { return core.Refuse(core.Denied, "may_not_file", "") }
	})
	if r, err = b.GlobalShortcut(t.Context(), lin, "new"); err != nil || r.View == nil || r.View.Submit != "" {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	wantContains(t, r.View.Plain, "You can't file risks here")
	// Without a form or a channel, Slack shows a failure.
	b.Faults().Order(stage.Fault{Method: "views.open", Kind: stage.Refuse, Code: "fatal_error", Times: stage.Forever})
	if _, err = b.GlobalShortcut(t.Context(), lin, "new"); err == nil {
		t.Error("nobody learns that nothing was opened")
	}
}

func TestPermalink(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"https://acme.slack.com/archives/C1/p1700000000000100":                                    permalink("acme", "C1", message{TS: "1700000000.000100"}),
		"https://acme.slack.com/archives/C1/p1700000000000200?thread_ts=1700000000.000100&cid=C1": permalink("acme", "C1", message{TS: "1700000000.000200", ThreadTS: "1700000000.000100"}),
		"https://slack.com/archives/C1/p1700000000000100":                                         permalink("", "C1", message{TS: "1700000000.000100", ThreadTS: "1700000000.000100"}),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
