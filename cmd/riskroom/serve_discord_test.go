package main

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/core/store/storetest"
)

const discordConfig = `version: 1
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  guild: { platform: discord, bot_token: "${TOKEN}", guild_id: "${GUILD}", WAY api_url: "${API}", rates: unlimited }
people:
  lin: { guild: "100000000000000001" }
modules:
  Payments: { handlers: [lin] }
flows:
  remind:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers], title: "New risk {{ .key }}: {{ .title }}", card: risk }
      - create_group: { id: room, type: item, name: "ledger room", owner: handlers, members: [submitter, handlers] }
      - send_group_message: { group: room, mention: handlers, card: risk }
`

const (
	linID = "100000000000000001"
	meiID = "100000000000000002"
)

// standInGuild starts an emulated server with lin and mei in it, and returns its API's
// URL. A request that Discord would reject fails the test.
func standInGuild(t *testing.T) (guild *emulator.Workspace, api string) {
	t.Helper()
	return standInGuildOf(t, emulator.Options{Users: []emulator.User{{ID: linID, Name: "lin"}, {ID: meiID, Name: "mei"}}})
}

func standInGuildOf(t *testing.T, o emulator.Options) (guild *emulator.Workspace, api string) {
	t.Helper()
	o.Deadline = patience
	guild, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	url, err := guild.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := guild.Close(); err != nil {
			t.Error(err)
		}
	})
	return guild, url + "/api/v10/"
}

// startDiscord runs serve with an emulated guild, over HTTP or over the gateway.
func startDiscord(t *testing.T, overHTTP bool) (*served, *emulator.Workspace) {
	t.Helper()
	return startDiscordWith(t, discordConfig, overHTTP, nil)
}

func startDiscordWith(t *testing.T, config string, overHTTP bool, extra map[string]string, more ...string) (*served, *emulator.Workspace) {
	t.Helper()
	guild, api := standInGuild(t)
	return serveGuild(t, config, overHTTP, guild, api, extra, more...), guild
}

// serveGuild runs serve with an emulated guild whose API is at api.
func serveGuild(t *testing.T, config string, overHTTP bool, guild *emulator.Workspace, api string, extra map[string]string, more ...string) *served {
	t.Helper()
	env := map[string]string{
		"PREFIX": storetest.Prefix(), "TOKEN": guild.BotToken(), "GUILD": guild.GuildID(),
		"KEY": guild.PublicKey(), "API": api,
	}
	maps.Copy(env, extra)
	if env["REDIS_URL"] == "" {
		env["REDIS_URL"] = storetest.Start(t).URL
	}
	way := ""
	if overHTTP {
		way = `public_key: "${KEY}",`
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &served{log: newLogLines(), stop: stop, code: make(chan int, 1)}
	args := []string{
		"serve", "-c", writeConfig(t, strings.Replace(config, "WAY", way, 1)),
		"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json",
	}
	args = append(args, more...)
	go func() {
		s.code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: s.log, lookup: lookupIn(env)})
	}()
	t.Cleanup(stop)
	line := s.log.wait(t, "serving")
	s.public, s.admin = urlOf(line["listen"]), urlOf(line["admin"])
	if overHTTP {
		guild.Connect(s.public + "/discord/guild/interactions")
	}
	eventually(t, "serve is ready", func() bool { code, _ := get(t, s.admin+"/readyz"); return code == http.StatusOK })
	return s
}

// TestServeBothPlatforms serves a Slack workspace and a Discord server with one
// process. A risk filed on one is announced and shown on the other.
func TestServeBothPlatforms(t *testing.T) {
	t.Parallel()
	slack, env := standIn(t)
	workspace := "  acme: { platform: slack, bot_token: \"${SLACK_TOKEN}\", signing_secret: \"${SECRET}\", api_url: \"${SLACK_API}\", rates: unlimited }\npeople:"
	config := strings.Replace(discordConfig, "people:", workspace, 1)
	s, guild := startDiscordWith(t, config, true, map[string]string{"SLACK_TOKEN": env["TOKEN"], "SECRET": env["SECRET"], "SLACK_API": env["API"]})
	way := s.public + "/slack/acme/"
	slack.Connect(way+"commands", way+"interactions", way+"events")
	filed, err := slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments")
	if err != nil || filed.Message == nil || !strings.Contains(filed.Message.Plain, "R-1") {
		t.Fatalf("reply %+v: %v", filed, err)
	}
	eventually(t, "lin gets a message on Discord", func() bool { return len(guild.DMs(linID)) == 1 })
	reply, err := guild.SlashCommand(t.Context(), linID, "", "/risk", "show", emulator.Values{"key": "R-1"})
	if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "Ledger is off by one") {
		t.Fatalf("reply %+v: %v", reply, err)
	}
	s.end(t)
}

// TestServeDiscord runs the whole program on Discord: a slash command files a risk, the
// handler gets a direct message and a private channel, and resolves the risk there.
func TestServeDiscord(t *testing.T) {
	t.Parallel()
	for name, overHTTP := range map[string]bool{"over HTTP": true, "over the gateway": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, guild := startDiscord(t, overHTTP)
			if overHTTP {
				if err := guild.VerifyURL(t.Context()); err != nil {
					t.Error(err)
				}
			} else if s.public != "" {
				t.Errorf("%s is open although Discord doesn't call it", s.public)
			}
			reply, err := guild.SlashCommand(t.Context(), meiID, "", "/risk", "new", emulator.Values{"title": "Ledger is off by one", "module": "Payments"})
			if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "R-1") {
				t.Fatalf("reply %+v: %v", reply, err)
			}
			eventually(t, "lin gets a message", func() bool { return len(guild.DMs(linID)) == 1 })
			if m := guild.DMs(linID)[0]; !strings.Contains(m.Plain, "New risk R-1: Ledger is off by one") {
				t.Errorf("lin reads %q", m.Plain)
			}
			var room emulator.Channel
			var button string
			var card emulator.Message
			eventually(t, "the card is in the group", func() bool {
				for _, ch := range guild.Channels() {
					for _, m := range guild.Messages(ch.ID) {
						if id := customID(m, "riskroom.resolve:"); id != "" {
							room, card, button = ch, m, id
						}
					}
				}
				return button != ""
			})
			if !room.Private {
				t.Error("the group is not private")
			}
			reply, err = guild.Press(t.Context(), linID, room.ID, card.ID, button)
			if err != nil || reply.Modal == nil {
				t.Fatalf("resolve: %+v %v", reply, err)
			}
			reply, err = guild.SubmitModal(t.Context(), linID, emulator.Values{"note": "rounding"})
			if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "Resolved") {
				t.Fatalf("resolved: %+v %v", reply, err)
			}
			eventually(t, "the card follows", func() bool {
				for _, m := range guild.Messages(room.ID) {
					if m.ID == card.ID {
						return strings.Contains(m.Plain, "Resolved")
					}
				}
				return false
			})
			counted := []string{
				`riskroom_api_calls_total{method="create_message",outcome="ok",workspace="guild"} `,
				`riskroom_api_calls_total{method="bulk_set_guild_application_commands",outcome="ok",workspace="guild"} 1`,
				`riskroom_group_capacity{workspace="guild"} `, `riskroom_inbound_requests_total{kind="interactions",outcome="ok",workspace="guild"} `,
			}
			_, body := get(t, s.admin+"/metrics")
			for _, line := range counted {
				if !strings.Contains(body, line) {
					t.Errorf("the metrics lack %s", line)
				}
			}
			s.end(t)
		})
	}
}

// customID returns the first custom_id on a message that begins with prefix.
func customID(m emulator.Message, prefix string) string {
	for _, row := range m.Components {
		list, _ := row["components"].([]any)
		for _, c := range list {
			if id, _ := c.(map[string]any)["custom_id"].(string); strings.HasPrefix(id, prefix) {
				return id
			}
		}
	}
	return ""
}
