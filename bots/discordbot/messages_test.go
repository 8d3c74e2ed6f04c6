package discordbot

import (
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
)

func TestFileFromMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, err := b.Say(wei, lobby, "Look, <@"+lin+">: the ledger is off")
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.MessageCommand(t.Context(), lin, lobby, id, "File as risk")
	if err != nil {
		t.Fatalf("%v\n%s", err, b.log())
	}
	m := messageIn(t, r)
	wantContains(t, m.Plain, "Who can read this risk: administrators")
	r, err = b.Press(t.Context(), lin, lobby, m.ID, lastButton(t, m))
	if err != nil || r.Modal == nil {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	if got := r.Modal.Values["description"]; got != "Look, @Lin: the ledger is off" {
		t.Errorf("the description is %q", got)
	}
	if strings.Contains(r.Modal.CustomID, "ledger") {
		t.Errorf("the custom_id is %s", r.Modal.CustomID)
	}
	rest := strings.Replace(r.Modal.Values[restInput], "module:", "module: Payments", 1)
	if _, err = b.SubmitModal(t.Context(), lin, emulator.Values{"title": "Ledger", "description": "short", restInput: rest}); err != nil {
		t.Fatal(err)
	}
	d := b.draft(t)
	want := "https://discord.com/channels/" + b.GuildID() + "/" + lobby + "/" + id
	if d.Description != "short" || d.Source == nil || d.Source.Link != want || d.Source.By.Account != (core.Account{Workspace: "acme", ID: wei}) {
		t.Errorf("filed %+v from %+v", d, d.Source)
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
		f := b.discordbot.packed(bots.Form{ID: "file", State: map[string]string{bots.SourceState: source, "anyway": "yes"}})
		custom, err := formID(id, f)
		if fits := source != link+" a person"; fits != (err == nil) {
			t.Errorf("%s: %v", source, err)
		}
		if err != nil {
			continue
		}
		filled, _, ok := parseForm(custom)
		b.discordbot.unpack(filled.State)
		if !ok || filled.State[bots.SourceState] != source {
			t.Errorf("%s became %v", source, filled.State)
		}
	}
}
