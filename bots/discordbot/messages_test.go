package discordbot

import (
	"net/http"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
)

func TestFileFromMessage(t *testing.T) {
	t.Parallel()
	for _, down := range []*core.Error{nil, errDown} {
		fileFromMessage(t, down)
	}
}

func fileFromMessage(t *testing.T, down *core.Error) {
	t.Helper()
	b := setup(t)
	if down != nil {
		b.forms.fail(down)
	}
	id, err := b.Say(wei, lobby, "Look, <@"+lin+">: the ledger is off")
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.MessageCommand(t.Context(), lin, lobby, id, "File as risk")
	if err != nil {
		t.Fatalf("%v\n%s", err, b.log())
	}
	if r.Modal == nil || !strings.Contains(r.Modal.Text, "Who can read this risk: administrators") {
		t.Fatalf("%+v", r)
	}
	if got := r.Modal.Values["description"]; got != "Look, @Lin: the ledger is off" {
		t.Errorf("the description is %q", got)
	}
	if strings.Contains(r.Modal.CustomID, "ledger") {
		t.Errorf("the custom_id is %s", r.Modal.CustomID)
	}
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments", "description": "short"})
	if down == nil {
		b.press(t, m, "File")
	}
	d := b.draft(t)
	want := "https://discord.com/channels/" + b.GuildID() + "/" + lobby + "/" + id
	if d.Description != "short" || d.Source == nil || d.Source.Link != want || d.Source.By.Account != (core.Account{Workspace: "acme", ID: wei}) {
		t.Errorf("filed %+v from %+v", d, d.Source)
	}
}

// TestFileFromTextDisplay checks that a text that is a component is read too.
func TestFileFromTextDisplay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.URL()+"/api/v10/channels/"+lobby+"/messages",
		strings.NewReader(`{"flags":32768,"components":[{"type":10,"content":"The ledger is off"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+b.BotToken())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "DiscordBot (https://example.com, 1)")
	resp, err := b.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	posted := b.Messages(lobby)
	if resp.StatusCode != http.StatusOK || len(posted) != 1 {
		t.Fatalf("%s, %v", resp.Status, posted)
	}
	r, err := b.MessageCommand(t.Context(), lin, lobby, posted[0].ID, "File as risk")
	if err != nil || r.Modal == nil || r.Modal.Values["description"] != "The ledger is off" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNoteFromMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, err := b.Say(wei, lobby, "The bank called back")
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.MessageCommand(t.Context(), lin, lobby, id, "Add as note")
	if err != nil || r.Modal == nil || len(b.did()) != 0 {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	if r, err = b.SubmitModal(t.Context(), lin, emulator.Values{"risk": "17"}); err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "Noted on R-17")
	b.engine.set(func() { b.engine.room = lobby })
	if r, err = b.MessageCommand(t.Context(), lin, lobby, id, "Add as note"); err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "Noted on R-17")
	for i, o := range b.did() {
		n := o.(engine.AddNote)
		if n.Text != "The bank called back" || n.Quote.Link != b.discordbot.messageLink(lobby, id) || n.Quote.By.Account.ID != wei {
			t.Errorf("note %d is %+v with %+v", i, n, n.Quote)
		}
	}
	if len(b.did()) != 2 {
		t.Errorf("%d notes", len(b.did()))
	}
}

// TestMessageCommandInEveryLanguage checks that a command works that was registered before
// the file's language changed.
func TestMessageCommandInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for label, known := range map[string]bool{"File as risk": true, "填报为风险": true, "file as risk": false, "New risk": false} {
		if _, ok := b.discordbot.shortcutNamed(label); ok != known {
			t.Errorf("%s: %v", label, ok)
		}
	}
}

// TestPackedSource checks that a message fits into a custom_id with the longest IDs.
func TestPackedSource(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const id = "18446744073709551615"
	link := b.discordbot.messageLink(id, id)
	for _, source := range []string{link, link + " acme/" + id, "https://elsewhere.example/1", link + " a person"} {
		f := b.discordbot.packed(bots.Form{ID: "quote", State: map[string]string{bots.SourceState: source, "sum": "01234567"}})
		custom, err := formID(id, f)
		if fits := source != link+" a person"; fits != (err == nil) {
			t.Errorf("%s: %v", source, err)
		}
		if err != nil {
			continue
		}
		s, ok := parseForm(custom)
		b.discordbot.unpack(s.filled.State)
		if !ok || s.filled.State[bots.SourceState] != source {
			t.Errorf("%s became %v", source, s.filled.State)
		}
	}
}
