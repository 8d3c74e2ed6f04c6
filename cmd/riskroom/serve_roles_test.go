package main

import (
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
)

// rolesConfig uses roles wherever people can be named.
const rolesConfig = `version: 1
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  guild: { platform: discord, bot_token: "${TOKEN}", guild_id: "${GUILD}", WAY api_url: "${API}", rates: unlimited }
permissions: { administrators: ["guild:@Risk Admins"], file: everyone, read: ["guild:@risk-office"] }
modules:
  Payments: { handlers: ["@payments-oncall"] }
flows:
  gather:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_message: { to: ["guild:@Watch"], title: "New: {{ .title }}, for {{ .handlers }}", card: risk }
      - create_group: { id: room, type: item, name: "ledger room", owner: handlers, members: [handlers, "@Watch"] }
`

// The users and roles of TestServeRoles.
const (
	payerID, watchID, officeID, adminID, plainID = "100000000000000011", "100000000000000012", "100000000000000013",
		"100000000000000014", "100000000000000015"
	paymentsRole, watchRole, officeRole, adminRole = "200000000000000011", "200000000000000012", "200000000000000013", "200000000000000014"
)

// TestServeRoles uses Discord roles as handlers, in steps and in permissions.
func TestServeRoles(t *testing.T) {
	t.Parallel()
	guild, api := standInGuildOf(t, emulator.Options{
		Roles: []emulator.Role{
			{ID: paymentsRole, Name: "payments-oncall"}, {ID: watchRole, Name: "Watch"},
			{ID: officeRole, Name: "risk-office"}, {ID: adminRole, Name: "Risk Admins"},
		},
		Users: []emulator.User{
			{ID: payerID, Name: "pia", Roles: []string{paymentsRole}}, {ID: watchID, Name: "wim", Roles: []string{watchRole}},
			{ID: officeID, Name: "ona", Roles: []string{officeRole}}, {ID: adminID, Name: "ada", Roles: []string{adminRole}},
			{ID: plainID, Name: "pat"},
		},
	})
	s := serveGuild(t, rolesConfig, true, guild, api, nil)
	command := func(who, sub string, v emulator.Values) string {
		t.Helper()
		reply, err := guild.SlashCommand(t.Context(), who, "", "/risk", sub, v)
		if err != nil || reply.Message == nil {
			t.Fatalf("%s: %+v %v", sub, reply, err)
		}
		return reply.Message.Plain
	}
	wants := func(got string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%q lacks %q", got, w)
			}
		}
	}

	wants(command(plainID, "new", emulator.Values{"title": "Ledger", "module": "Payments"}), "R-1 is filed", "@payments-oncall")
	eventually(t, "the watch gets a message", func() bool { return len(guild.DMs(watchID)) == 1 })
	wants(guild.DMs(watchID)[0].Plain, "New: Ledger, for @payments-oncall")
	var room emulator.Channel
	eventually(t, "the group is there, with both roles in it", func() bool {
		i := slices.IndexFunc(guild.Channels(), func(c emulator.Channel) bool { return strings.HasSuffix(c.Name, "-r-1") })
		if i >= 0 {
			room = guild.Channels()[i]
		}
		return slices.Contains(room.Members, payerID) && slices.Contains(room.Members, watchID)
	})
	if slices.Contains(room.Members, plainID) || slices.Contains(room.Members, officeID) {
		t.Errorf("the group has the members %v", room.Members)
	}

	const hidden = "There is no risk R-1, or you don't have access to it."
	for who, sees := range map[string]bool{officeID: true, adminID: true, plainID: false, payerID: false} {
		if got := command(who, "show", emulator.Values{"key": "R-1"}); strings.Contains(got, "Ledger") != sees || strings.Contains(got, hidden) == sees {
			t.Errorf("%s may see it: %v, but reads %q", who, sees, got)
		}
	}
	wants(command(officeID, "status", emulator.Values{"key": "R-1", "status": "in_progress"}), "You can't change R-1")
	wants(command(adminID, "status", emulator.Values{"key": "R-1", "status": "in_progress"}), "In progress")

	// A role is mentioned by its ID, and read by its name.
	wants(command(plainID, "new", emulator.Values{"title": "Balance", "module": "Payments", "handlers": "<@&" + watchRole + ">"}), "@Watch")
	got := command(officeID, "show", emulator.Values{"key": "R-2"})
	wants(got, "@Watch")
	if strings.Contains(got, watchRole) {
		t.Errorf("the card says %q", got)
	}
	s.end(t)
}
