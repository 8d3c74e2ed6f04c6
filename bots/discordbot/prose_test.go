package discordbot

import (
	"testing"

	"riskroom/adapters/discord/emulator"
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
		"<@123456789012345678> has left":                       "<@123456789012345678> has left",
		"a < b, <@x>, <t:soon>, <https://example.org>":         "a < b, <@x>, <t:soon>, <https://example.org>",
	} {
		if got := b.discordbot.prose(t.Context(), typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}
