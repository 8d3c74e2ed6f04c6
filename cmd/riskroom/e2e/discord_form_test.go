package e2e_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
)

// TestDiscordFormAcrossRestarts kills serve before each modal of a form. The next process
// goes on with what was entered, and the risk is filed once.
func TestDiscordFormAcrossRestarts(t *testing.T) {
	t.Parallel()
	p, w := onDiscord(t, "web", true)
	b := newBench(t, startRedis(t), set{flows: quiet, platforms: []*platform{p}})
	b.up()
	b.open()
	g := guild{b, w, "web"}
	ctx := context.Background()
	reply := func(r emulator.Reply, err error) emulator.Message {
		t.Helper()
		if err != nil || r.Message == nil || r.Modal != nil {
			t.Fatalf("no message: %+v %v\n%s", r, err, b.now.log)
		}
		b.until("the answer is there", func() bool { m, ok := g.Answer(r.ID); return ok && !m.Deferred })
		m, _ := g.Answer(r.ID)
		return m
	}
	again := func(m emulator.Message, prefix string) emulator.Reply {
		t.Helper()
		b.strike()
		b.up()
		r, err := g.Press(ctx, anaThere, m.Channel, m.ID, button(&m, prefix))
		if err != nil {
			t.Fatalf("%s: %v\n%s", prefix, err, m.Plain)
		}
		return r
	}
	if r, err := g.SlashCommand(ctx, anaThere, "", "/risk", "new", nil); err != nil || r.Modal == nil {
		t.Fatalf("no form: %+v %v", r, err)
	}
	b.strike()
	b.up()
	m := reply(g.SubmitModal(ctx, anaThere, emulator.Values{"title": "Ledger", "module": "Payments", "description": "by one"}))
	for _, due := range []string{"soon", "2027-01-15"} {
		r := again(m, "reopen:")
		if r.Modal == nil {
			t.Fatalf("the form does not go on: %+v\n%s", r, m.Plain)
		}
		b.strike()
		b.up()
		m = reply(g.SubmitModal(ctx, anaThere, emulator.Values{"due_at": due}))
	}
	if !strings.Contains(m.Plain, "R-1 is filed: Ledger") || !strings.Contains(m.Plain, "by one") || !strings.Contains(m.Plain, "15 Jan 2027") {
		t.Errorf("the last answer is %s", m.Plain)
	}
	if got := b.titles(); !slices.Equal(got, []string{"Ledger"}) {
		t.Errorf("risks: %q", got)
	}
	b.down()
}
