package discordbot

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// TestProseReadsAsItWasWritten checks that texts show what their authors saw, and not
// how Discord encodes it.
func TestProseReadsAsItWasWritten(t *testing.T) {
	t.Parallel()
	const role = "100000000000000009"
	b := newGatewayBundle(t, func(o *emulator.Options) { o.Roles = []emulator.Role{{ID: role, Name: "oncall"}} })
	for typed, want := range map[string]string{
		"ask <@" + wei + "> or <@!" + lin + ">, not <@&" + role + ">": "ask @wei or @Lin, not @oncall",
		"see <#" + lobby + ">":                                 "see #lobby",
		"<:fire:123456789012345678> <a:go:987654321098765432>": ":fire: :go:",
		"by <t:1796000000:R>, <t:1796000000>":                  "by 2026-11-30 00:53, 2026-11-30 00:53",
		"<@123456789012345678> has left":                       "@unknown-user has left",
		"<@&123456789012345678> <#123456789012345678>":         "@deleted-role #unknown-channel",
		"a < b, <@x>, <t:soon>, <https://example.org>":         "a < b, <@x>, <t:soon>, <https://example.org>",
	} {
		if got := b.discordbot.reader(request{arrived: time.Now()}, "en-US").prose(t.Context(), typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
	if got, want := b.discordbot.reader(request{arrived: time.Now()}, "zh-CN").prose(t.Context(), "<@123456789012345678> <@&123456789012345678> <#123456789012345678>"),
		"@未知用户 @已删除的身份组 #未知频道"; got != want {
		t.Errorf("in Chinese: %q, want %q", got, want)
	}
	b.Faults().Order(stage.Fault{Method: "get_guild_member", Kind: stage.Refuse, Code: "0"})
	if got, want := b.discordbot.reader(request{arrived: time.Now()}, "en-US").prose(t.Context(), "ask <@"+wei+">"), "ask @"+wei; got != want {
		t.Errorf("while Discord fails: %q, want %q", got, want)
	}
}

// TestChannelsOfOtherServersStayUnknown: the bot may be in several servers, and who is in
// one of them has no right to the names of another.
func TestChannelsOfOtherServersStayUnknown(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.discordbot.guild = "100000000000000010"
	if got, want := b.discordbot.reader(request{arrived: time.Now()}, "en-US").prose(t.Context(), "see <#"+lobby+">"), "see #unknown-channel"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMentionsInInputs checks that a mention in a text input is a person for a field that
// takes people, and a name for another.
func TestMentionsInInputs(t *testing.T) {
	t.Parallel()
	const gone = "123456789012345678"
	b := setup(t, func(o *core.Organisation) {
		for i := range 30 { // too many to choose from
			o.Modules[0].Handlers = append(o.Modules[0].Handlers, core.Ref(fmt.Sprint("acme/", 100000000000000100+i)))
		}
	})
	r := b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"})
	if r.Modal != nil {
		t.Fatalf("a modal: %s", shows(r.Modal))
	}
	b.engine.set(func() { clear(b.engine.drafts) })
	b.risk(t, lin, "new", emulator.Values{"module": "Payments"})
	m := b.submit(t, emulator.Values{"title": "Ledger", "@handlers": "<@" + wei + "><@" + gone + ">, lin"})
	b.press(t, m, "Continue")
	m = b.submit(t, emulator.Values{"fields.remark": "ask (<@" + wei + ">), <@" + gone + "> <:fire:123456789012345678>"})
	wantContains(t, m.Plain, "R-17 is filed")
	d := b.draft(t)
	if want := []core.Ref{"acme/" + wei, "acme/" + gone, "lin"}; !slices.Equal(d.Handlers, want) {
		t.Errorf("handlers %q", d.Handlers)
	}
	if got, want := d.Fields["remark"].Text, "ask (@wei), @unknown-user :fire:"; got != want {
		t.Errorf("the remark is %q, want %q", got, want)
	}
}

// TestMentionInANote checks that an option for a note shows a mention by name.
func TestMentionInANote(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.risk(t, lin, "status", emulator.Values{"key": "R-17", "status": "resolved", "note": "fixed by <@" + wei + ">"})
	if c := b.engine.changes; len(c) != 1 || c[0].Note != "fixed by @wei" {
		t.Errorf("changes %+v", c)
	}
}
