package discordbot

import (
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

// TestMentionsInTheSharedInput checks that in the input that fields share, a mention is a
// person for one field and a name for another.
func TestMentionsInTheSharedInput(t *testing.T) {
	t.Parallel()
	const gone = "123456789012345678"
	b := setup(t)
	b.risk(t, lin, "new", emulator.Values{"title": "Ledger"})
	rest := "module: Payments\nhandlers: <@" + wei + "><@" + gone + ">\nwitness: <@!" + lin + ">\nremark: ask (<@" + wei + ">), <@" + gone + "> <:fire:123456789012345678>"
	r, err := b.SubmitModal(t.Context(), lin, emulator.Values{restInput: rest})
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "R-17 is filed")
	d := b.draft(t)
	if len(d.Handlers) != 2 || d.Handlers[0] != "acme/"+wei || d.Handlers[1] != "acme/"+gone {
		t.Errorf("handlers %q", d.Handlers)
	}
	if got := d.Fields["witness"].People; len(got) != 1 || got[0] != "acme/"+core.Ref(lin) {
		t.Errorf("witness %q", got)
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
