package discordbot

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
)

// submit fills in the open modal as lin and submits it.
func (b *bundle) submit(t *testing.T, values emulator.Values) emulator.Message {
	t.Helper()
	r, err := b.SubmitModal(t.Context(), lin, values)
	if err != nil || len(r.Errors) > 0 {
		t.Fatal(err, r.Errors)
	}
	return messageIn(t, r)
}

// press presses a button of a private message as lin, by its label.
func (b *bundle) press(t *testing.T, m emulator.Message, label string) emulator.Reply {
	t.Helper()
	for _, row := range m.Components {
		for _, c := range row["components"].([]any) {
			if c := c.(map[string]any); c["label"] == label {
				r, err := b.Press(t.Context(), lin, lobby, m.ID, c["custom_id"].(string))
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
		}
	}
	t.Fatalf("no button %q: %s", label, m.Plain)
	return emulator.Reply{}
}

// shows returns the inputs of a modal: the keys with the types and the values.
func shows(m *emulator.Modal) string {
	if m == nil {
		return "no modal"
	}
	var out []string
	for _, in := range m.Inputs {
		id := in["custom_id"].(string)
		out = append(out, fmt.Sprintf("%s/%v=%s", id, in["type"], strings.ReplaceAll(m.Values[id], "\n", "+")))
	}
	return strings.Join(out, " ")
}

// TestModalsFileARisk files with two modals: values are chosen, the module brings its
// handlers, and people and roles are picked.
func TestModalsFileARisk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new", nil)
	if got, want := shows(r.Modal), "title/4= module/21= severity/21=medium description/4= fields.remark/4="; got != want {
		t.Errorf("the first modal shows %s, want %s", got, want)
	}
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments", "severity": "High", "description": "two\nlines"})
	wantContains(t, m.Plain, "Nothing is saved yet", "(Handlers, Discovered, Due, Amount, Witness)", "or File", "Ledger", "two\nlines", "High")
	r = b.press(t, m, "Continue")
	today := time.Now().UTC().Format(time.DateOnly)
	if got, want := shows(r.Modal), "handlers/22=lin+@oncall discovered_at/4="+today+" due_at/4= fields.amount/4= fields.witness/7="; got != want {
		t.Errorf("the second modal shows %s, want %s", got, want)
	}
	m = b.submit(t, emulator.Values{"handlers": "lin", "discovered_at": "yesterday", "fields.amount": "5k", "fields.witness": wei + "\n" + oncall})
	wantContains(t, m.Plain, "R-17 is filed")
	d := b.draft(t)
	if d.Title != "Ledger" || d.Module != "Payments" || d.Description != "two\nlines" || d.Severity != core.High || !slices.Equal(d.Handlers, []core.Ref{"lin"}) {
		t.Errorf("draft %+v", d)
	}
	if w := d.Fields["witness"].People; !slices.Equal(w, []core.Ref{"acme/" + core.Ref(wei), "@" + core.Ref(oncall)}) || *d.Fields["amount"].Number != 5000 {
		t.Errorf("fields %+v", d.Fields)
	}
}

// TestLongTextIsShownBetweenModals checks that nothing that was entered is cut in the
// message, in case the form expires.
func TestLongTextIsShownBetweenModals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.risk(t, lin, "new", nil)
	long := strings.Repeat("long ", 700) + "end"
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments", "description": long})
	wantContains(t, m.Plain, "Description", long, "Payments")
}

// TestManyLongFields fills in the largest form that people can: 19 own fields of 3,000
// characters, in several modals. Nothing is cut, and the store takes what is kept.
func TestManyLongFields(t *testing.T) {
	t.Parallel()
	const fields, most = 19, 1 << 20 // what the store keeps, in bytes
	b := setup(t, func(o *core.Organisation) {
		o.Fields = nil
		for i := range fields {
			o.Fields = append(o.Fields, core.Field{Key: fmt.Sprint("f", i), Type: core.TextField, Label: map[string]string{"en": fmt.Sprint("F", i)}, Part: core.Reported})
		}
	})
	long := strings.Repeat("长", 3000)
	r := b.risk(t, lin, "new", nil)
	for modals := 1; ; modals++ {
		values := emulator.Values{}
		for _, in := range r.Modal.Inputs {
			switch id := in["custom_id"].(string); {
			case id == "title" || id == "module":
				values[id] = "Ledger"
			case id == "description" || strings.HasPrefix(id, "fields."):
				values[id] = long
			}
		}
		m := b.submit(t, values)
		if strings.Contains(m.Plain, "R-17 is filed") {
			break
		}
		if r = b.press(t, m, "Continue"); r.Modal == nil || modals > 6 {
			t.Fatalf("after %d modals: %s", modals, m.Plain)
		}
	}
	d := b.draft(t)
	for i := range fields {
		if got := d.Fields[fmt.Sprint("f", i)].Text; got != long {
			t.Errorf("field %d has %d characters", i, len([]rune(got)))
		}
	}
	for _, form := range b.forms.kept {
		if len(form) > most {
			t.Errorf("%d bytes are kept", len(form))
		}
	}
}

// TestModalFilesAtOnce checks that the other fields can be left as they are.
func TestModalFilesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.risk(t, lin, "new", nil)
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments"})
	r := b.press(t, m, "File")
	wantContains(t, messageIn(t, r).Plain, "R-17 is filed")
	if d := b.draft(t); d.Severity != core.Medium || len(d.Handlers) != 2 {
		t.Errorf("draft %+v", d)
	}
	b.press(t, m, "File") // again: the op is the same
	b.draft(t)
}

// TestModalInChinese checks the texts between two modals.
func TestModalInChinese(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, wei, "new", nil)
	if r.Modal == nil || r.Modal.Title != "填报风险" {
		t.Errorf("%+v", r.Modal)
	}
	r, err := b.SubmitModal(t.Context(), wei, emulator.Values{"title": "账目", "module": "Payments"})
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "尚未保存。点击“继续”", "处理人员、发现日期、", "你输入的内容")
}

// TestHandlersFollowTheModule checks that handlers of another module are not kept.
func TestHandlersFollowTheModule(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new", emulator.Values{"module": "Payments", "severity": "high"})
	if got, want := shows(r.Modal), "title/4= module/21=Payments handlers/22=lin+@oncall severity/21=high description/4="; got != want {
		t.Errorf("the first modal shows %s, want %s", got, want)
	}
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Ledger", "handlers": "@oncall"})
	if r = b.press(t, m, "Continue"); !strings.HasPrefix(shows(r.Modal), "handlers/22=lin ") {
		t.Errorf("the second modal shows %s", shows(r.Modal))
	}
	m = b.submit(t, nil)
	wantContains(t, m.Plain, "(Witness)")
	b.press(t, m, "File")
	if d := b.draft(t); d.Module != "Ledger" || !slices.Equal(d.Handlers, []core.Ref{"lin"}) {
		t.Errorf("draft %+v", d)
	}
}

// TestPickedRoleStaysPicked checks that a role that was picked isn't asked for again as a
// text when the module changes the form.
func TestPickedRoleStaysPicked(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *core.Organisation) { o.Fields[1].Required = true })
	r := b.risk(t, lin, "new", nil)
	if !strings.Contains(shows(r.Modal), "fields.witness/7=") {
		t.Fatalf("the first modal shows %s", shows(r.Modal))
	}
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments", "fields.witness": oncall + "\n" + wei})
	if r = b.press(t, m, "Continue"); strings.Contains(shows(r.Modal), "witness") {
		t.Errorf("the second modal shows %s", shows(r.Modal))
	}
	wantContains(t, messageIn(t, b.press(t, m, "File")).Plain, "R-17 is filed")
	if w := b.draft(t).Fields["witness"].People; !slices.Equal(w, []core.Ref{"@" + oncall, "acme/" + wei}) {
		t.Errorf("witness %q", w)
	}
}

// TestManyModules checks that a module among more than a select holds is typed, and
// chosen among those that resemble what was typed.
func TestManyModules(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *core.Organisation) {
		for i := range 40 {
			o.Modules = append(o.Modules, core.Module{Name: fmt.Sprintf("Card %d", i), Handlers: []core.Ref{"lin"}})
		}
	})
	r := b.risk(t, lin, "new", nil)
	if got := shows(r.Modal); !strings.HasPrefix(got, "title/4= module/4= ") {
		t.Errorf("the first modal shows %s", got)
	}
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "card 3"})
	if r = b.press(t, m, "Continue"); !strings.HasPrefix(shows(r.Modal), "handlers/22=lin ") {
		t.Errorf("a name in another case: %s", shows(r.Modal))
	}
	b.risk(t, lin, "new", nil)
	m = b.submit(t, emulator.Values{"title": "Ledger", "module": "d 3"})
	if strings.Contains(m.Plain, "or File") {
		t.Errorf("a risk without a module can be filed: %s", m.Plain)
	}
	r = b.press(t, m, "Continue")
	if in := r.Modal.Inputs[0]; in["custom_id"] != "module" || in["type"] != 3.0 || len(in["options"].([]any)) != 11 {
		t.Fatalf("the second modal shows %s", shows(r.Modal))
	}
	m = b.submit(t, emulator.Values{"module": "Card 31"})
	wantContains(t, messageIn(t, b.press(t, m, "File")).Plain, "R-17 is filed")
	if d := b.draft(t); d.Module != "Card 31" || !slices.Equal(d.Handlers, []core.Ref{"lin"}) {
		t.Errorf("draft %+v", d)
	}
}

// TestModalTakesOptions checks that what was typed with the command is in the modal.
func TestModalTakesOptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new", emulator.Values{"title": "Ledger *is* off", "handlers": "<@" + wei + ">"})
	if r.Modal == nil || r.Modal.Values["title"] != "Ledger *is* off" {
		t.Fatalf("no modal: %s", r.Body)
	}
	m := b.submit(t, emulator.Values{"module": "Payments"})
	wantContains(t, messageIn(t, b.press(t, m, "File")).Plain, "R-17 is filed")
	if d := b.draft(t); d.Module != "Payments" || !slices.Contains(d.Handlers, "acme/"+core.Ref(wei)) {
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

// TestInvalidModalOpensAgain checks that a form with errors shows the fields in question
// again, and keeps all others.
func TestInvalidModalOpensAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.risk(t, lin, "new", nil)
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments", "description": "long story"})
	b.press(t, m, "Continue")
	m = b.submit(t, emulator.Values{"due_at": "soon", "fields.amount": "much"})
	wantContains(t, m.Plain, `"soon" is not a date`, `"much" is not a number`, "Ledger", "long story", "soon")
	r := b.press(t, m, "Open the form")
	if got, want := shows(r.Modal), "due_at/4=soon fields.amount/4=much"; got != want {
		t.Errorf("opened again: %s, want %s", got, want)
	}
	m = b.submit(t, emulator.Values{"due_at": "tomorrow", "fields.amount": "7"})
	wantContains(t, m.Plain, "R-17 is filed")
	if d := b.draft(t); d.Description != "long story" || d.DueAt.IsZero() || *d.Fields["amount"].Number != 7 {
		t.Errorf("draft %+v", d)
	}
}

// TestExpiredForm checks that what is left of a form is shown as a command, and that
// nobody else can go on with it.
func TestExpiredForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.risk(t, lin, "new", nil)
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments"})
	b.press(t, m, "Continue")
	b.forms.forget()
	expired := b.submit(t, emulator.Values{"due_at": "2026-12-24", "fields.witness": wei})
	wantContains(t, expired.Plain, "expired, and nothing was done", "due:2026-12-24", "handlers:lin, @oncall")
	wantContains(t, messageIn(t, b.press(t, m, "Continue")).Plain, "This form has expired")
	wantContains(t, messageIn(t, b.press(t, m, "File")).Plain, "This form has expired")
	if len(b.engine.drafts) != 0 {
		t.Errorf("filed %v", b.engine.drafts)
	}
	b.risk(t, lin, "new", nil)
	m = b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments"})
	id := lastButton(t, m)
	body := `{"id":"77","type":3,"token":"t","guild_id":"` + b.GuildID() + `","member":{"user":{"id":"` + wei + `"}},"data":{"custom_id":"` + id + `"}}`
	_, answer, err := b.SendSigned(t.Context(), []byte(body), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, string(answer), "This form has expired")
}

// errDown is the error of a store that doesn't answer.
var errDown = &core.Error{Op: "store: form", Kind: core.Unavailable}

// TestFormsWithoutTheStore checks that one modal is enough while the store is down, unless
// another has a field that must be filled in.
func TestFormsWithoutTheStore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.forms.fail(errDown)
	r := b.risk(t, lin, "new", emulator.Values{"title": "Ledger"})
	if got, want := shows(r.Modal), "title/4=Ledger module/21= severity/21=medium description/4= fields.remark/4="; got != want {
		t.Errorf("the modal shows %s, want %s", got, want)
	}
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Payments", "fields.remark": "x"})
	wantContains(t, m.Plain, "R-17 is filed")
	if d := b.draft(t); d.Module != "Payments" || d.Handlers != nil {
		t.Errorf("draft %+v", d)
	}

	card := messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"}))
	r, err := b.Press(t.Context(), lin, lobby, card.ID, "riskroom.shelve:R-17@3")
	if err != nil || r.Modal == nil {
		t.Fatal(err, r.Body)
	}
	if r.Modal.Text != "R-17 Ledger *is* <@1> off" {
		t.Errorf("the modal says %q", r.Modal.Text)
	}
	wantContains(t, b.submit(t, emulator.Values{"note": "not ours"}).Plain, "Shelved")

	b = setup(t, func(o *core.Organisation) {
		for i := range 5 {
			o.Fields = append(o.Fields, core.Field{Key: fmt.Sprint("more", i), Type: core.TextField, Part: core.Reported, Required: true})
		}
	})
	b.forms.fail(errDown)
	wantContains(t, messageIn(t, b.risk(t, lin, "new", emulator.Values{"title": "Ledger"})).Plain, "couldn't be opened", "database isn't responding", "/risk new title:Ledger")
}

// TestFormGoesOnLater checks that a modal that is submitted while the store is down goes
// on when the store is back, and that it isn't lost if riskroom stops before.
func TestFormGoesOnLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	usual := b.discordbot.answerWithin
	for _, back := range []bool{true, false} {
		b.discordbot.answerWithin = usual
		b.risk(t, lin, "new", nil)
		b.discordbot.answerWithin = 50 * time.Millisecond
		b.forms.fail(errDown)
		r, err := b.SubmitModal(t.Context(), lin, emulator.Values{"title": "Ledger", "module": "Payments"})
		if err != nil || !r.Deferred {
			t.Fatalf("%+v %v", r, err)
		}
		want := []string{"Nothing is saved yet", "Ledger"}
		if back {
			b.forms.fail(nil)
		} else {
			want = []string{"database isn't responding", "/risk new", "title:Ledger", "module:Payments"}
			if err := b.discordbot.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.eventually(t, "the reply", func() bool { m, _ := b.Answer(r.ID); return !m.Deferred })
		m, _ := b.Answer(r.ID)
		wantContains(t, m.Plain, want...)
	}
}

// TestUntouchedValuesStay checks that a value isn't changed because a text input shows less
// of it, or because it looks like Discord's notation.
func TestUntouchedValuesStay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	due := time.Date(2099, 12, 1, 10, 30, 37, 0, time.UTC)
	b.engine.risk.DueAt, b.engine.risk.Description = due, "ask <@"+wei+">"
	r := b.risk(t, lin, "edit", emulator.Values{"key": "R-17"})
	for n := 0; r.Modal != nil && n < 5; n++ {
		if m := b.submit(t, nil); strings.Contains(m.Plain, "Nothing is saved yet") {
			r = b.press(t, m, "Continue")
		} else {
			r = emulator.Reply{}
		}
	}
	if len(b.engine.ops) != 1 {
		t.Fatalf("%d operations", len(b.engine.ops))
	}
	p := b.engine.ops[0].(engine.Edit).Patch
	if !p.DueAt.Equal(due) || *p.Description != "ask <@"+wei+">" || *p.Module != "Payments" {
		t.Errorf("patch %v %q %q", p.DueAt, *p.Description, *p.Module)
	}
}

// TestModalOfAnOlderVersion checks that a modal that was open during an upgrade is shown
// with what was typed, and that nothing of it is dropped.
func TestModalOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := `{"id":"77","type":5,"token":"t","guild_id":"` + b.GuildID() + `","channel_id":"` + lobby + `","member":{"user":{"id":"` + lin + `"}},
		"data":{"custom_id":"form:file:123:{\"module\":\"\"}","components":[{"type":1,"components":[{"type":4,"custom_id":"title","value":"Ledger"}]},
		{"type":1,"components":[{"type":4,"custom_id":"rest","value":"module: Payments"}]}]}}`
	_, answer, err := b.SendSigned(t.Context(), []byte(body), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, string(answer), "another version", "Ledger", "module\\\\: Payments")
	if len(b.engine.drafts) != 0 {
		t.Errorf("filed %v", b.engine.drafts)
	}
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
