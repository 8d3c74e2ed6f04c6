package discordbot

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
)

func TestModalFilesARisk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new", emulator.Values{"module": "Payments", "severity": "high"})
	if r.Modal == nil {
		t.Fatalf("no modal: %s", r.Body)
	}
	wantContains(t, r.Modal.Values[restInput], "module: Payments", "severity: High", "handlers: ", "amount:")
	r, err := b.SubmitModal(t.Context(), lin, emulator.Values{"title": "Ledger", "description": "two\nlines"})
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "R-17 is filed")
	if d := b.draft(t); d.Title != "Ledger" || d.Description != "two\nlines" || d.Severity != core.High || len(d.Handlers) != 2 {
		t.Errorf("draft %+v", d)
	}
}

// TestModalAsksForTheModule checks that a title alone opens the modal.
func TestModalAsksForTheModule(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new", emulator.Values{"title": "Ledger *is* off", "handlers": "<@" + wei + ">"})
	if r.Modal == nil || r.Modal.Values["title"] != "Ledger *is* off" {
		t.Fatalf("no modal: %s", r.Body)
	}
	rest := strings.Replace(r.Modal.Values[restInput], "module:", "module: Payments", 1)
	r, err := b.SubmitModal(t.Context(), lin, emulator.Values{restInput: rest})
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "R-17 is filed")
	if d := b.draft(t); d.Module != "Payments" || len(d.Handlers) != 1 || d.Handlers[0] != "acme/"+core.Ref(wei) {
		t.Errorf("draft %+v", d)
	}
}

// TestModalDoesNotOpenIfTextIsTooLong checks that options that don't fit into a modal
// are reported, and that nothing is cut or filed.
func TestModalDoesNotOpenIfTextIsTooLong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var many []string
	for i := range 250 {
		many = append(many, fmt.Sprintf("<@%d>", 100000000000000100+i))
	}
	r := b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "witness": strings.Join(many, ",")})
	wantContains(t, messageIn(t, r).Plain, "The form couldn't be opened", "too long", "/risk new title:Ledger")
	if len(b.engine.drafts) != 0 {
		t.Errorf("filed %v", b.engine.drafts)
	}
}

func TestInvalidModalOpensAgainWithItsTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new", nil)
	rest := strings.Replace(r.Modal.Values[restInput], "severity: Medium", "severity: hgih", 1)
	rest = strings.Replace(rest, "module:", "module: Payments", 1)
	r, err := b.SubmitModal(t.Context(), lin, emulator.Values{"title": "Ledger", restInput: rest})
	if err != nil {
		t.Fatal(err)
	}
	m := messageIn(t, r)
	wantContains(t, m.Plain, `there is no "hgih"`, "Ledger", "module: Payments")
	button := m.Components[len(m.Components)-1]["components"].([]any)[0].(map[string]any)["custom_id"].(string)
	r, err = b.Press(t.Context(), lin, lobby, m.ID, button)
	if err != nil || r.Modal == nil || r.Modal.Values["title"] != "Ledger" || r.Modal.Values[restInput] != rest {
		t.Fatalf("opened again: %+v %v", r.Modal, err)
	}
	r, err = b.SubmitModal(t.Context(), lin, emulator.Values{restInput: strings.Replace(rest, "hgih", "high", 1)})
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "R-17 is filed")
	b.draft(t)
}

func TestButtons(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"}))
	press := func(what string) emulator.Reply {
		t.Helper()
		r, err := b.Press(t.Context(), lin, lobby, card.ID, "riskroom."+what+":R-17@3")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	wantContains(t, messageIn(t, press("details")).Plain, "Title", "Ledger *is* <@1> off", "Resolution")
	wantContains(t, messageIn(t, press("start")).Plain, "In progress")
	if r := press("shelve"); r.Modal == nil || r.Modal.Inputs[0]["custom_id"] != "note" {
		t.Fatalf("no modal: %s", r.Body)
	}
	r, err := b.SubmitModal(t.Context(), lin, emulator.Values{"note": "not ours"})
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "Shelved")
	if c := b.engine.changes; len(c) != 2 || c[0].Seen != 3 || c[1].To != core.Shelved || c[1].Note != "not ours" {
		t.Errorf("changes %+v", c)
	}
	card = messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"})) // resolved meanwhile
	if r := press("resolve"); r.Modal != nil {
		t.Error("a stale card opened a form")
	} else {
		wantContains(t, messageIn(t, r).Plain, "R-17", "Shelved")
	}
}

// TestButtonsInDirectMessages checks that buttons work in a direct message, which
// belongs to no guild, until the reader has left the guild.
func TestButtonsInDirectMessages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	follow := followUp{b: b.discordbot, in: interaction{ApplicationID: b.ApplicationID(), Token: "gone"}, until: time.Now().Add(-time.Second)}
	follow.c.Actor.Account.ID = lin
	card := b.engine.Card(t.Context(), engine.View{Risk: b.engine.risk}, "acme", "en")
	if err := follow.last(t.Context(), bots.Reply{Card: &card}); err != nil {
		t.Fatal(err)
	}
	press := func(what string) (emulator.Reply, error) {
		return b.Press(t.Context(), lin, b.DM(lin), b.DMs(lin)[0].ID, "riskroom."+what+":R-17@3")
	}
	r, err := press("start")
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "In progress")
	if r, err = press("resolve"); err != nil || r.Modal == nil {
		t.Fatalf("no modal: %s %v", r.Body, err)
	}
	if r, err = b.SubmitModal(t.Context(), lin, emulator.Values{"note": "fixed"}); err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "Resolved")
	if err := b.Leave(lin); err != nil {
		t.Fatal(err)
	}
	body := `{"id":"77","type":3,"token":"t","user":{"id":"` + lin + `"},"data":{"custom_id":"riskroom.reopen:R-17@3"}}`
	status, answer, err := b.SendSigned(t.Context(), []byte(body), time.Now())
	if err != nil || status != http.StatusOK {
		t.Errorf("a request from somebody who left: status %d, %v", status, err)
	}
	wantContains(t, string(answer), "members of the server", `"flags":64`)
	if c := b.engine.changes; len(c) != 2 || b.counted("interactions wrong_guild") != 1 {
		t.Errorf("changes %+v, counted %v", c, b.counts)
	}
}
