package engine_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// row returns a row of a card as text.
func row(c core.Card, label string) string {
	for _, r := range c.Rows {
		if r.Label == label {
			return core.Text(r.Value)
		}
	}
	return ""
}

func TestCardShowsWhoSetTheStatus(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	card := func(lang string) core.Card {
		v, err := b.engine.Show(b.ctx(), lin, r.Key)
		if err != nil {
			t.Fatal(err)
		}
		return b.engine.Card(b.ctx(), v, "acme", lang)
	}
	if got := row(card("en"), "Status"); got != "Pending" {
		t.Errorf("as filed: %q", got)
	}
	b.clock.set(time.Date(2031, 3, 4, 14, 5, 0, 0, time.UTC))
	b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress})
	if got := row(card("en"), "Status"); got != "In progress since 4 Mar 2031, 14:05, by wei" {
		t.Errorf("in progress: %q", got)
	}
	if got := row(card("zh-CN"), "状态"); got != "自 2031年3月4日 14:05 起处理中（wei）" {
		t.Errorf("in Chinese: %q", got)
	}
	b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.Shelved, Note: "later"})
	if c := card("en"); row(c, "Reason for shelving") != "later" || row(c, "Resolution") != "" {
		t.Errorf("shelved: %+v", c.Rows)
	}
	b.must(wei, engine.AddNote{Risk: r.Key, Text: "asked again", Quote: &core.Quote{By: lin}})
	if got := row(card("en"), "Notes"); got != "wei, 4 Mar 2031, 14:05, from lin: asked again" {
		t.Errorf("the note: %q", got)
	}
}

// A long description is shortened on cards, and left out of reminders, also when they are
// brought up to date.
func TestCardsOfLongDescriptions(t *testing.T) {
	t.Parallel()
	send := func(name string, trigger flow.TriggerDef) flow.Def {
		return flow.Def{Name: name, Trigger: trigger, If: `status == "pending"`, Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: name, Card: "risk"}}}}
	}
	b := setup(t, send("new", flow.TriggerDef{On: "filed"}), send("reminder", flow.TriggerDef{DateField: "discovered_at", After: "2s"}))
	b.start()
	f, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Ledger", Module: "Payments", Description: strings.Repeat("界", 3000)})
	if err != nil {
		t.Fatal(err)
	}
	b.eventually("the flow runs", func() bool { return b.run(f.Risk.Key, "new").State == engine.Finished })
	b.jump(b.clock.Now().Add(3 * time.Second))
	check := func(version int64) {
		t.Helper()
		b.eventually("the cards are up to date", func() bool {
			posts := b.platform.postsIn("DWEI")
			return len(posts) == 2 && posts[0].Message.Card.Version == version && posts[1].Message.Card.Version == version
		})
		posts := b.platform.postsIn("DWEI")
		first, reminder := core.Text(posts[0].Message.Card.Body), core.Text(posts[1].Message.Card.Body)
		if n := utf8.RuneCountInString(first); n < 600 || n > 660 || !strings.HasSuffix(first, "For the full text, choose Details.") || reminder != "" {
			t.Errorf("version %d has a description of %d characters, the reminder %q", version, n, reminder)
		}
	}
	check(1)
	b.must(wei, engine.AddNote{Risk: f.Risk.Key, Text: "x"})
	check(2)
}
