package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	slackstand "riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

const onlineDiscordConfig = `version: 1
redis: { url: "redis://localhost:6379/0" }
admin_channel: { workspace: guild, channel: "300000000000000001" }
workspaces:
  guild: { platform: discord, bot_token: "${TOKEN}", guild_id: "${GUILD}", WAY api_url: "${API}" }
people:
  lin: { guild: "100000000000000001" }
  wei: { guild: "100000000000000002" }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin, "@oncall"], lead: wei }
flows:
  tell:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers, guild/100000000000000003], title: New, card: risk }
      - send_group_message: { group: guild/300000000000000002, title: New }
      - create_group: { type: ordinary, name: New, owner: lin, members: [handlers] }
`

// overHTTP is the key of a guild over HTTP.
const overHTTP = `public_key: "${KEY}",`

// onlineGuild starts an emulated server that fits onlineDiscordConfig.
func onlineGuild(t *testing.T, change func(*emulator.Options)) (*emulator.Workspace, map[string]string) {
	t.Helper()
	const oncall = "200000000000000001"
	o := emulator.Options{
		Users: []emulator.User{
			{ID: "100000000000000001", Name: "lin"}, {ID: "100000000000000002", Name: "wei", Roles: []string{oncall}}, {ID: "100000000000000003", Name: "mei"},
		},
		Roles: []emulator.Role{{ID: oncall, Name: "oncall"}},
		Channels: []emulator.Channel{
			{ID: "300000000000000001", Name: "alerts"}, {ID: "300000000000000002", Name: "room"}, {ID: "300000000000000003", Name: "riskroom", Category: true},
		},
	}
	if change != nil {
		change(&o)
	}
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	url, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil { // requests that Discord would reject
			t.Error(err)
		}
	})
	return w, map[string]string{"TOKEN": w.BotToken(), "GUILD": w.GuildID(), "KEY": w.PublicKey(), "API": url + "/api/v10/"}
}

// TestCheckOnlineDiscord checks that each problem is reported with its position in
// the file and what to click.
func TestCheckOnlineDiscord(t *testing.T) {
	t.Parallel()
	deny := func(p emulator.Permissions) []emulator.Overwrite {
		return []emulator.Overwrite{{ID: "80351110224678912", Deny: p}}
	}
	for _, c := range []struct {
		name   string
		change func(*emulator.Options)
		env    map[string]string
		way    string
		url    string // the application's Interactions Endpoint URL
		edit   func(config string) string
		code   int
		says   []string
	}{
		{name: "fine", says: []string{"-: guild is Acme on Discord, where the bot is riskroom\n", "-: fine: 1 workspace, 1 module, 1 flow\n"}},
		{
			name: "fine over HTTP", way: overHTTP, url: "https://risk.example.com/discord/guild/interactions",
			says: []string{"-: fine: 1 workspace, 1 module, 1 flow\n"},
		},
		{
			name: "refused", env: map[string]string{"TOKEN": "another-token"}, code: exitFailed,
			says: []string{":5:3: Discord rejects the bot token of guild (http_401) [online-token]", "Reset Token on the application's Bot page", "1 error"},
		},
		{
			name: "another server", env: map[string]string{"GUILD": "80351110224670000"}, code: exitFailed,
			says: []string{":5:3: the bot of guild is not in the server 80351110224670000 [online-token]", "riskroom manifest discord", "Copy Server ID", "1 error"},
		},
		{
			name: "unset", env: map[string]string{"TOKEN": ""}, code: exitFailed,
			says: []string{":5:3: guild was not asked: its bot_token is not set [online-token]"},
		},
		{
			name: "away", env: map[string]string{"API": "http://127.0.0.1:1/api/"}, code: exitFailed,
			says: []string{":5:3: Discord doesn't respond for guild (no_connection) [online-unreachable]", "api_url", "1 error"},
		},
		{
			name: "permissions", code: exitFailed,
			change: func(o *emulator.Options) {
				o.BotPermissions = emulator.NeededPermissions() &^ (emulator.PinMessages | emulator.EmbedLinks)
				o.Everyone = emulator.DefaultEveryone() &^ emulator.EmbedLinks
			}, // channels lack them too, but it is reported once
			says: []string{"the bot of guild lacks permissions: EMBED_LINKS PIN_MESSAGES [online-scope]", "Server Settings, Roles", "1 error"},
		},
		{
			name: "permissions in the category", code: exitFailed,
			change: func(o *emulator.Options) { o.Channels[2].Overwrites = deny(emulator.ManageChannels) },
			says:   []string{"the bot of guild lacks permissions in the category riskroom: MANAGE_CHANNELS [online-scope]", "Edit Category, Permissions", "1 error"},
		},
		{
			name: "permissions in the archive", code: exitFailed,
			change: func(o *emulator.Options) {
				o.Channels = append(o.Channels, emulator.Channel{ID: "300000000000000004", Name: "riskroom-archive", Category: true, Overwrites: deny(emulator.ManageChannels)})
			},
			says: []string{"the bot of guild lacks permissions in the category riskroom-archive: MANAGE_CHANNELS [online-scope]", "1 error"},
		},
		{
			name: "the order of roles", change: func(o *emulator.Options) { o.BotPosition, o.Roles[0].Position = 1, 9 },
			says: []string{"-: fine: 1 workspace"},
		},
		{
			name: "two-factor", change: func(o *emulator.Options) { o.NeedsTwoFactor, o.OwnerWithoutIt = true, true },
			says: []string{"warning: the server of guild requires two-factor authentication for moderators; the application's owner seems to have none, so riskroom can't create groups [online-setup]", "User Settings, My Account", "1 warning"},
		},
		{
			name: "two-factor that the owner has", change: func(o *emulator.Options) { o.NeedsTwoFactor = true },
			says: []string{"-: fine: 1 workspace"},
		},
		{
			name: "no right to commands", code: exitFailed, change: func(o *emulator.Options) { o.NoCommands = true },
			says: []string{"can't register commands: it was installed without the scope applications.commands [online-setup]", "riskroom manifest discord", "1 error"},
		},
		{
			name: "interactions go elsewhere", code: exitFailed, url: "https://old.example.com/hook",
			says: []string{"commands of guild go to https://old.example.com/hook, not over the gateway [online-setup]", "clear Interactions Endpoint URL", "1 error"},
		},
		{
			name: "another public key", code: exitFailed, way: overHTTP, url: "https://risk.example.com/discord/guild/interactions",
			env:  map[string]string{"KEY": strings.Repeat("ab", 32)},
			says: []string{"the public_key of guild is not the application's", "[online-setup]", "copy the Public Key", "1 error"},
		},
		{
			name: "no interactions URL yet", way: overHTTP,
			says: []string{"warning: commands of guild don't arrive yet", "https://YOUR.HOST/discord/guild/interactions", "1 warning"},
		},
		{
			name: "another interactions URL", way: overHTTP, url: "https://risk.example.com/discord/other/interactions",
			says: []string{"warning: commands of guild go to https://risk.example.com/discord/other/interactions, which doesn't end in /discord/guild/interactions", "1 warning"},
		},
		{
			name: "nearly full", change: fillGuild(460),
			says: []string{"warning: the server of guild has 464 of 500 channels, so only 36 more groups fit [online-room]", "1 warning"},
		},
		{
			name: "full", change: fillGuild(496), code: exitFailed,
			says: []string{"the server of guild has 500 of 500 channels, so riskroom can't create groups [online-room]", "1 error"},
		},
		{
			name: "people", code: exitFailed,
			change: func(o *emulator.Options) { o.Users[1].Outside, o.Users[2].Bot = true, true },
			says: []string{
				":8:17: guild has no member 100000000000000002 [online-people]", "Copy User ID", ":17:46: 100000000000000003 is a bot in guild [online-people]",
			},
		},
		{
			name: "no such user", code: exitFailed, change: func(o *emulator.Options) { o.Users = o.Users[:2] },
			says: []string{":17:46: guild has no member 100000000000000003 [online-people]", "1 error"},
		},
		{
			name: "no role", code: exitFailed, change: func(o *emulator.Options) { o.Roles[0].Name = "other" },
			says: []string{":11:31: @oncall doesn't exist: no role of that name in guild [online-people]", "create a role under Server Settings, Roles", "1 error"},
		},
		{
			name: "empty role", change: func(o *emulator.Options) { o.Users[1].Roles = nil },
			says: []string{"warning: the role @oncall in guild has no members [online-people]", "Manage Members", "1 warning"},
		},
		{
			name: "two roles of one name", code: exitFailed, change: func(o *emulator.Options) { o.Roles = append(o.Roles, emulator.Role{Name: "OnCall"}) },
			says: []string{":11:31: guild has several roles called oncall [online-twice]", "rename one", "Copy Role ID", "1 error"},
		},
		{
			name: "the intent is off", code: exitFailed, change: func(o *emulator.Options) { o.DisallowedIntents = emulator.IntentGuildMembers },
			edit: func(s string) string {
				return strings.Replace(s, "lead: wei", "lead: wei }\n  Stock: { handlers: \"guild:@oncall\"", 1)
			},
			says: []string{":11:31: the members of @oncall in guild can't be listed: the Server Members Intent is off [online-setup]", "Privileged Gateway Intents", "1 error"},
		},
		{
			name: "the intent is off and no role is named", change: func(o *emulator.Options) { o.DisallowedIntents = emulator.IntentGuildMembers },
			edit: func(s string) string { return strings.Replace(s, `, "@oncall"`, "", 1) },
			says: []string{"-: fine: 1 workspace"},
		},
		{
			name: "channels", code: exitFailed,
			change: func(o *emulator.Options) {
				o.Channels[0].Private, o.Channels[1].Overwrites = true, deny(emulator.SendMessages)
			},
			says: []string{
				":3:45: the admin_channel 300000000000000001 doesn't exist, or the bot can't see it [online-channel]", "allow the bot's role",
				":18:44: the bot lacks permissions in the channel 300000000000000002: SEND_MESSAGES EMBED_LINKS [online-channel]", "2 errors",
			},
		},
		{
			name: "a channel that is a category", code: exitFailed, edit: func(s string) string {
				return strings.Replace(s, "guild/300000000000000002", "guild/300000000000000003", 1)
			},
			says: []string{"the bot can't post in the channel 300000000000000003: it is a category or a forum [online-channel]", "1 error"},
		},
		{
			name: "the same server", code: exitFailed,
			edit: func(s string) string {
				twin := "  twin: { platform: discord, bot_token: \"${TOKEN}\", guild_id: \"${GUILD}\", api_url: \"${API}\" }\npeople:"
				return strings.NewReplacer("people:", twin, "lin: {", "lin: { twin: \"100000000000000009\",", "wei: {", "wei: { twin: \"100000000000000002\",", `"@oncall"`, `"guild:@oncall"`).Replace(s)
			},
			says: []string{":6:3: guild and twin are the same server, Acme on Discord [online-twice]", "twin has no member 100000000000000009"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, env := onlineGuild(t, c.change)
			w.Connect(c.url)
			replace(env, c.env)
			src := strings.Replace(onlineDiscordConfig, "WAY", c.way, 1)
			if c.edit != nil {
				src = c.edit(src)
			}
			checkOnline(t, env, src, c.code, c.says)
		})
	}
}

// fillGuild adds n channels.
func fillGuild(n int) func(*emulator.Options) {
	return func(o *emulator.Options) {
		for i := range n {
			o.Channels = append(o.Channels, emulator.Channel{Name: fmt.Sprint("other-", i)})
		}
	}
}

// TestCheckOnlineOtherCommands checks for a warning before serve replaces the
// application's other commands.
func TestCheckOnlineOtherCommands(t *testing.T) {
	t.Parallel()
	w, env := onlineGuild(t, nil)
	asBot(t, w, http.MethodPut, env["API"]+"applications/"+w.ApplicationID()+"/guilds/"+w.GuildID()+"/commands",
		`[{"name": "risk", "description": "Risks"}, {"name": "poll", "description": "Polls"}, {"name": "填报为风险", "type": 3}]`)
	src := strings.Replace(onlineDiscordConfig, "WAY", "", 1)
	checkOnline(t, env, src, exitFine, []string{"warning: serve replaces the other commands of this application in guild: /poll [online-setup]", "a separate application", "not /risk ", "not 填报为风险"})
}

// TestCheckOnlineOtherServer checks that a channel must be in the server.
func TestCheckOnlineOtherServer(t *testing.T) {
	t.Parallel()
	w, env := onlineGuild(t, nil)
	direct := asBot(t, w, http.MethodPost, env["API"]+"users/@me/channels", `{"recipient_id": "100000000000000001"}`)
	src := strings.NewReplacer("WAY", "", "300000000000000002", direct["id"].(string)).Replace(onlineDiscordConfig)
	checkOnline(t, env, src, exitFailed, []string{direct["id"].(string) + " is not in the server of guild [online-channel]", "Copy Channel ID", "1 error"})
}

// asBot makes a call of the API, and returns the answer if that is an object.
func asBot(t *testing.T, w *emulator.Workspace, verb, at, body string) map[string]any {
	t.Helper()
	r, err := http.NewRequest(verb, at, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+w.BotToken())
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%+v %v", answer, err)
	}
	defer answer.Body.Close()
	var out any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	object, _ := out.(map[string]any)
	return object
}

// TestCheckOnlineUnanswered checks that a failed question is an error.
func TestCheckOnlineUnanswered(t *testing.T) {
	t.Parallel()
	w, env := onlineGuild(t, nil)
	for _, method := range []string{"list_guild_application_commands", "get_channel", "list_guild_roles"} {
		w.Faults().Order(stage.Fault{Method: method, Kind: stage.ErrorBefore, Times: 1})
	}
	src := strings.Replace(onlineDiscordConfig, "WAY", "", 1)
	checkOnline(t, env, src, exitFailed, []string{
		":5:3: could not check commands in guild: http_500 [online-unreachable]", ":3:45: could not check the admin_channel 300000000000000001 in guild: http_500 [online-unreachable]",
		":11:31: could not check @oncall in guild: http_500 [online-unreachable]", "3 errors",
	})
}

// TestCheckOnlineBoth checks that, with both platforms, a person need only be found in
// one workspace by address, and a user group in one.
func TestCheckOnlineBoth(t *testing.T) {
	t.Parallel()
	slack := online(t, func(*slackstand.Options) {})
	_, env := onlineGuild(t, func(o *emulator.Options) {
		o.Roles, o.Users = nil, slices.DeleteFunc(o.Users, func(u emulator.User) bool { return u.Name == "wei" })
	})
	env["SLACK_TOKEN"], env["SLACK_APP_TOKEN"], env["SLACK_API"] = slack["TOKEN"], slack["APP_TOKEN"], slack["API"]
	src := strings.NewReplacer(
		"WAY", "",
		"people:", "  acme: { platform: slack, bot_token: \"${SLACK_TOKEN}\", app_token: \"${SLACK_APP_TOKEN}\", api_url: \"${SLACK_API}\" }\npeople:",
		`lin: { guild: "100000000000000001" }`, `lin: { email: lin@example.com }`, `wei: { guild: "100000000000000002" }`, `wei: { email: nobody@example.com, guild: "100000000000000003" }`,
	).Replace(onlineDiscordConfig)
	checkOnline(t, env, src, exitFine, []string{
		"acme is Acme on Slack", "guild is Acme on Discord", "warning: @oncall doesn't exist: no role of that name in guild [online-people]",
		"warning: wei can't be found by e-mail address in acme [online-people]", "/risk link", "not lin can't be found", "2 warnings",
	})
}
