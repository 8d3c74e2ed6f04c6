package main

import (
	"regexp"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
)

// TestServeLinkedAccounts: a code that Slack shows, typed on Discord, makes both
// accounts one person, who handles on one what they filed on the other.
func TestServeLinkedAccounts(t *testing.T) {
	t.Parallel()
	slack, env := standIn(t)
	workspace := "  acme: { platform: slack, bot_token: \"${SLACK_TOKEN}\", signing_secret: \"${SECRET}\", api_url: \"${SLACK_API}\", rates: unlimited }\npeople:"
	config := strings.Replace(discordConfig, "people:", workspace, 1)
	s, guild := startDiscordWith(t, config, true, map[string]string{"SLACK_TOKEN": env["TOKEN"], "SECRET": env["SECRET"], "SLACK_API": env["API"]})
	way := s.public + "/slack/acme/"
	slack.Connect(way+"commands", way+"interactions", "", way+"events")
	onSlack := func(line string) string {
		t.Helper()
		r, err := slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", line)
		if err != nil || r.Message == nil {
			t.Fatalf("%s: %+v %v", line, r, err)
		}
		return r.Message.Plain
	}
	onDiscord := func(sub string, options emulator.Values) *emulator.Message {
		t.Helper()
		r, err := guild.SlashCommand(t.Context(), meiID, "", "/risk", sub, options)
		if err != nil || r.Message == nil {
			t.Fatalf("%s: %+v %v", sub, r, err)
		}
		return r.Message
	}
	if filed := onSlack("new Ledger is off by one module:Payments"); !strings.Contains(filed, "R-1") {
		t.Fatal(filed)
	}
	started := emulator.Values{"key": "R-1", "status": "in_progress"}
	if m := onDiscord("status", started); !strings.Contains(m.Plain, "You may not change R-1") {
		t.Errorf("a stranger is told %q", m.Plain)
	}
	code := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(onSlack("link"))
	asked := onDiscord("link", emulator.Values{"code": code})
	r, err := guild.Press(t.Context(), meiID, asked.Channel, asked.ID, customID(*asked, "form:link:"))
	if err != nil || r.Message == nil || !strings.Contains(r.Message.Plain, "one person now") {
		t.Fatalf("linked: %+v %v", r, err)
	}
	if m := onDiscord("list", emulator.Values{"what": "mine"}); !strings.Contains(m.Plain, "R-1") {
		t.Errorf("mine on Discord: %q", m.Plain)
	}
	if m := onDiscord("status", started); !strings.Contains(m.Plain, "In progress") {
		t.Errorf("the submitter is told %q", m.Plain)
	}
	if again := onSlack("link " + code); !strings.Contains(again, "No such code") {
		t.Errorf("the code was taken twice: %q", again)
	}
	eventually(t, "mei is told on Slack", func() bool {
		for _, m := range slack.DMs("U0MEI") {
			if strings.Contains(m.Plain, "is now linked with") {
				return true
			}
		}
		return false
	})
	s.end(t)
}
