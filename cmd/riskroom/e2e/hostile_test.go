package e2e_test

import (
	"context"
	"strings"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// hostile is a text with markup, mentions and templates.
const hostile = "<!everyone> <!channel> @here <@U00000LIN01> <#C1|c> <http://evil|x> *b* _i_ ~s~ `c` &lt;amp&gt; :tada: \u202eltr {{ .key }}"

// TestHostileText checks that text is shown as typed and notifies nobody.
func TestHostileText(t *testing.T) {
	t.Parallel()
	fields := `fields:
  remark: { type: text, label: Remark }
`
	b := newBench(t, startRedis(t), set{flows: fields + reminder + strings.TrimPrefix(group, "flows:\n")})
	b.up()
	ctx := context.Background()
	form := openForm(b, ana)
	reply, err := b.slack.SubmitView(ctx, ana, form.ID, emulator.Values{
		"title": {hostile}, "description": {hostile + "\n\n> " + hostile + "\n```\n"}, "fields.remark": {hostile},
		"discovered_at": {"2026-01-02"},
	})
	if err != nil || reply.View == nil || !strings.Contains(reply.View.Plain, "is filed: "+core.Isolate(hostile)) {
		t.Fatalf("%v %+v\n%s", err, reply, b.now.log)
	}
	s := b.look()
	b.ended(s, "R-1")
	if _, err := b.slack.SlashCommand(ctx, wei, "", "/risk", "list"); err != nil {
		t.Fatal(err)
	}
	b.risk(wei, "show R-1")
	b.risk(lin, "status R-1 shelved "+"@here and 10 * 2 * 3 > 5 & \u202eltr")
	var all []emulator.Message
	for _, user := range []string{ana, lin, wei} {
		all = append(append(all, b.slack.DMs(user)...), b.slack.Ephemerals(user)...)
	}
	channels := 0
	for _, ch := range b.slack.Channels() {
		if strings.HasSuffix(ch.Name, "-r-1") {
			channels++
			all = append(all, b.slack.Messages(ch.ID)...)
		}
	}
	shown := 0
	for _, m := range all {
		for _, who := range m.Notifies {
			if who != lin && who != wei {
				t.Errorf("somebody else is notified: %q by %s", m.Notifies, m.Plain)
			}
		}
		if strings.Contains(m.Plain, "R-1 "+core.Isolate(hostile)) {
			shown++
		}
	}
	if channels != 1 || shown < 5 { // two reminders, the badge, the card, and show
		t.Errorf("%d channels; %d messages show the text as typed, of these:\n%+v", channels, shown, all)
	}

	long := strings.Repeat("長", 10_000)
	for field, limit := range map[string]string{"description": "4,000", "title": "200"} {
		if m := b.risk(ana, "new module:Payments "+field+":"+long); !strings.Contains(m.Plain, limit) && !strings.Contains(m.Plain, strings.ReplaceAll(limit, ",", "")) {
			t.Errorf("a long %s: %.300s", field, m.Plain)
		}
	}
	if got := b.titles(); len(got) != 0 { // the only risk is shelved
		t.Errorf("risks: %q", got)
	}
	b.down()
}
