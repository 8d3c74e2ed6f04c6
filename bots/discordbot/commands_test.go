package discordbot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

func TestNewWithOptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hostile := "@everyone <@100000000000000002> **b** `c` module:Ledger [x](http://y)"
	m := messageIn(t, b.risk(t, lin, "new", emulator.Values{
		"title": hostile, "module": "payments", "severity": "High", "handlers": "lin <@" + wei + ">", "due": "2026-12-01", "amount": "1.234", "witness": "<@!" + wei + "><@" + wei + ">",
	}))
	wantContains(t, m.Plain, "R-17 is filed", "@everyone")
	d := b.draft(t)
	if d.Title != strings.Replace(hostile, "<@"+wei+">", "@wei", 1) || d.Module != "Payments" || d.Severity != core.High || len(d.Handlers) != 2 || d.Handlers[1] != "acme/"+wei ||
		d.DueAt.IsZero() || *d.Fields["amount"].Number != 1.234 || d.Fields["witness"].People[0] != "acme/"+wei {
		t.Errorf("draft %+v", d)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wantContains(t, messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"})).Plain, "Ledger *is* <@1> off", "en")
	wantContains(t, messageIn(t, b.risk(t, wei, "show", emulator.Values{"key": "17"})).Plain, "zh-CN")
	wantContains(t, messageIn(t, b.risk(t, lin, "list", emulator.Values{"what": "mine", "module": "Payments"})).Plain, "1 open risk", "R-17 Ledger")
	wantContains(t, messageIn(t, b.risk(t, lin, "help", nil)).Plain, "What you can do")
	wantContains(t, messageIn(t, b.risk(t, lin, "help", emulator.Values{"topic": "status"})).Plain, "Statuses:")
	wantContains(t, messageIn(t, b.risk(t, lin, "group release", emulator.Values{"key": "17"})).Plain, "R-17 is free of its channel the group of R-17")
	wantContains(t, messageIn(t, b.risk(t, lin, "status", emulator.Values{"key": "R-17", "status": "resolved", "note": "fixed by lin"})).Plain, "Resolved")
	if c := b.engine.changes; len(c) != 1 || c[0].To != core.Resolved || c[0].Note != "fixed by lin" {
		t.Errorf("changes %+v", c)
	}
	wantContains(t, messageIn(t, b.risk(t, lin, "new", emulator.Values{"title": "x", "due": "soon"})).Plain, `"soon" is not a date`, "/risk new title:x due:soon")
}

// TestOptionsAreTakenAsGiven checks that a status and a note stay two values, even
// if together they would name another status on a command line.
func TestOptionsAreTakenAsGiven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := messageIn(t, b.risk(t, lin, "status", emulator.Values{"key": "R-17", "status": "in", "note": "progress report is filed"}))
	wantContains(t, m.Plain, `There is no status "in"`, "/risk status key:R-17 status:in note:progress report is filed")
	wantContains(t, messageIn(t, b.risk(t, lin, "status", emulator.Values{"status": "In progress", "key": "ledger"})).Plain, `There is no risk "ledger"`)
	wantContains(t, messageIn(t, b.risk(t, lin, "status", emulator.Values{"status": "pending", "note": "again"})).Plain, "/risk status key:R-17 status:pending note:again")
	wantContains(t, messageIn(t, b.risk(t, lin, "link", emulator.Values{"code": "remove"})).Plain, "That code doesn't work")
	if c := b.engine.changes; len(c) != 0 {
		t.Errorf("changes %+v", c)
	}
}

// TestOptionsAreLimited checks that required options come first, and that fields
// beyond Discord's limit are left to the form.
func TestOptionsAreLimited(t *testing.T) {
	t.Parallel()
	b := setup(t)
	org := organisation()
	for n := range 30 {
		org.Fields = append(org.Fields, core.Field{Key: fmt.Sprintf("Field-%d", n), Type: core.TextField, Part: core.Reported})
	}
	org.Fields = append([]core.Field{{Key: "title", Part: core.Reported}, {Key: "no name", Part: core.Reported}}, org.Fields...)
	b.discordbot.bot = b.commands(t, org)
	if err := b.discordbot.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, _ := b.discordbot.definer().command(maxCommand)
	if n := len(d.Options[0].Options); n != maxOptions || d.Options[0].Options[n-1].Name != "anyway" {
		t.Errorf("new has %d options: %+v", n, d.Options[0].Options)
	}
	for _, sub := range d.Options {
		if sub.Name == "status" && (sub.Options[0].Name != "status" || !sub.Options[0].Required) {
			t.Errorf("status has the options %+v", sub.Options)
		}
	}
	b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments", "field-3": "x"})
	if d := b.draft(t); d.Fields["Field-3"].Text != "x" {
		t.Errorf("draft %+v", d)
	}
}

// TestCommandFitsIntoDiscordsLimit: with long keys and labels in two languages, the command
// leaves the last fields of edit to the form, then those of new, and no more than it has to.
func TestCommandFitsIntoDiscordsLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	org := organisation()
	org.Fields, org.Process = nil, []core.Node{{Key: "triage"}}
	for n := range core.MaxFields {
		org.Fields = append(org.Fields, core.Field{
			Key: fmt.Sprintf("%s%02d", strings.Repeat("field", 6), n), Type: core.SelectField, Part: core.Reported,
			Label: map[string]string{text.English: strings.Repeat("known amount, ", 5), text.Chinese: strings.Repeat("已确认的金额，", 11)},
		})
	}
	b.discordbot.bot = b.commands(t, org)
	if err := b.discordbot.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	const perField = 150
	last := org.Fields[maxOptions-8-1].Key // edit has 8 options that aren't own fields
	d, left := b.discordbot.definer().command(maxCommand)
	n := len(left["edit"])
	if n == 0 || left["edit"][n-1] != last || len(left) > 1 || d.size() > maxCommand || d.size() < maxCommand-perField {
		t.Errorf("%d characters without %v", d.size(), left)
	}
	without, limit := LeftOut(org, b.discordbot.text)
	if diff := cmp.Diff(left, without); diff != "" || limit != maxCommand {
		t.Errorf("check and the bot leave out different fields (-bot +check):\n%s", diff)
	}
	const less = maxCommand - 17*perField
	if d, left = b.discordbot.definer().command(less); d.size() > less || len(left["edit"]) != 17 || len(left["new"]) == 0 || left["new"][len(left["new"])-1] != last {
		t.Errorf("%d characters without %v", d.size(), left)
	}
}

func TestAutocomplete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct{ sub, option, typed, want string }{
		{"new", "module", "pay", "Payments=Payments"},
		{"show", "key", "led", "R-17=R-17 Ledger *is* <@1> off"},
		{"group release", "key", "led", "R-17=R-17 Ledger *is* <@1> off"},
		{"status", "status", "shel", "shelved=Shelved"},
		{"new", "handlers", "li", "lin=lin"},
		{"new", "witness", "li", "lin=lin"},
	} {
		r, err := b.Autocomplete(t.Context(), lin, lobby, "/risk", c.sub, c.option, c.typed, nil)
		if err != nil || len(r.Choices) != 1 || r.Choices[0].Value+"="+r.Choices[0].Name != c.want {
			t.Errorf("%+v: %v %v", c, r.Choices, err)
		}
	}
}

// TestSlowAnswerIsDeferred delays File until the answer is deferred.
func TestSlowAnswerIsDeferred(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.discordbot.answerWithin = 50 * time.Millisecond
	release := make(chan struct{})
	b.engine.set(func() {
		b.engine.before = func(_ context.Context, call string) error {
			if call == "File" {
				<-release
			}
			return nil
		}
	})
	r := b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"})
	if !r.Deferred || !r.Message.Ephemeral {
		t.Fatalf("not deferred: %+v", r)
	}
	close(release)
	b.eventually(t, "the reply follows", func() bool {
		m, _ := b.Answer(r.ID)
		return strings.Contains(m.Plain, "R-17 is filed: Ledger") && m.Ephemeral
	})
}

// TestDirectMessageAfterTokenExpired checks that a private reply stays private.
func TestDirectMessageAfterTokenExpired(t *testing.T) {
	t.Parallel()
	b := setup(t)
	follow := followUp{b: b.discordbot, in: interaction{ApplicationID: b.ApplicationID(), Token: "gone"}, until: time.Now().Add(-time.Second)}
	follow.c.Actor.Account.ID = lin
	if err := follow.last(t.Context(), bots.Say("done at last")); err != nil {
		t.Fatal(err)
	}
	if m := b.DMs(lin); len(m) != 1 || !strings.Contains(m[0].Plain, "done at last") {
		t.Errorf("messages %+v", m)
	}
	if follow.interim(t.Context(), bots.Say("wait")) != nil || len(b.DMs(lin)) != 1 {
		t.Error("an interim reply was shown after the last")
	}
}

func TestCommandsAreRegisteredWhenTheyChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const put = "bulk_set_guild_application_commands"
	puts := func() (n int) {
		for _, c := range b.Log().Calls() {
			if c.Method == put {
				n++
			}
		}
		return n
	}
	if err := b.discordbot.Register(t.Context()); err != nil || puts() != 1 {
		t.Fatalf("registered %d times: %v", puts(), err)
	}
	fewer := organisation()
	fewer.Fields = fewer.Fields[:1]
	b.discordbot.bot = b.commands(t, fewer)
	if err := b.discordbot.Register(t.Context()); err != nil || puts() != 2 || b.discordbot.Registered(t.Context()) != nil {
		t.Errorf("after a change registered %d times: %v", puts(), err)
	}
}
