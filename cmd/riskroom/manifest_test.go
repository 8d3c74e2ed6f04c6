package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const twoWays = `version: 1
language: zh-CN
command: /风险
redis: { url: "${REDIS_URL}" }
workspaces:
  wire: { platform: slack, bot_token: "${WIRE_TOKEN}", signing_secret: "${WIRE_SECRET}", app_home: true }
  acme: { platform: slack, bot_token: "${ACME_TOKEN}", app_token: "${ACME_APP}" }
people:
  lin: { email: lin@example.com }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin] }
flows:
  tell:
    trigger: { on: filed }
    steps:
      - send_message: { to: [handlers], card: risk }
      - create_group: { type: ordinary, name: "{{ .title }}", owner: lin, members: [handlers] }
        workspace: wire
`

// TestManifestSlack checks the manifest for HTTP and for Socket Mode, and the next
// steps. It needs no secrets.
func TestManifestSlack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"socket", []string{"--workspace", "acme"}, "connections:write"},
		{"http", []string{"--workspace", "wire", "--url", "https://risk.example.com/"}, "Signing Secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := program(t.Context(), nil, twoWays, append([]string{"manifest", "slack", "-c", "-"}, c.args...)...)
			if r.code != exitFine || !strings.Contains(r.stderr, c.says) {
				t.Errorf("exit %d\n%s", r.code, r.stderr)
			}
			golden(t, "manifest-"+c.name+".json", r.stdout)
			if !json.Valid([]byte(r.stdout)) {
				t.Error("not JSON")
			}
		})
	}
}

func TestManifestSlackRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stdin, args, says string
		code              int
	}{
		{twoWays, "", "--workspace with one of wire, acme", exitMisused},
		{twoWays, "--workspace wier", `no workspace "wier" on Slack, only wire, acme`, exitMisused},
		{twoWays, "--workspace wire", "--url https://", exitMisused},
		{twoWays, "--workspace wire --url http://risk.example.com", "https address", exitMisused},
		{twoWays, "--workspace wire --url https://a:b@risk.example.com", "https address", exitMisused},
		{twoWays, "--workspace acme --url https://risk.example.com", "needs no --url", exitMisused},
		{"version: 2", "", "[missing-key]", exitFailed},
	} {
		r := program(t.Context(), nil, c.stdin, append([]string{"manifest", "slack", "-c", "-"}, strings.Fields(c.args)...)...)
		if r.code != c.code || !strings.Contains(r.stderr, c.says) || r.stdout != "" {
			t.Errorf("%s: exit %d, want %d and %q\n%s", c.args, r.code, c.code, c.says, r.stderr)
		}
	}
	for _, args := range [][]string{{"manifest"}, {"manifest", "teams"}, {"manifest", "slack"}} {
		if r := program(t.Context(), nil, "", args...); r.code != exitMisused {
			t.Errorf("%v: exit %d\n%s", args, r.code, r.stderr)
		}
	}
}

const guildWays = `version: 1
redis: { url: "${REDIS_URL}" }
workspaces:
  guild: { platform: discord, bot_token: "${TOKEN}", guild_id: "80351110224678912", public_key: "${KEY}" }
  wired: { platform: discord, bot_token: "${OTHER}", guild_id: "80351110224678913" }
people:
  lin: { guild: "80351110224678914" }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin] }
flows:
  tell:
    trigger: { on: filed }
    steps:
      - send_message: { to: [handlers], card: risk }
      - create_group: { type: ordinary, name: "{{ .title }}", owner: lin, members: [handlers] }
        workspace: guild
`

// TestManifestDiscord checks the steps for HTTP and for the gateway, with the link
// that asks for the needed permissions.
func TestManifestDiscord(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"gateway": {"--workspace", "wired"},
		"http":    {"--workspace", "guild", "--url", "https://risk.example.com", "--application", "80351110224678915"},
	} {
		r := program(t.Context(), nil, guildWays, append([]string{"manifest", "discord", "-c", "-"}, args...)...)
		if r.code != exitFine {
			t.Errorf("%s: exit %d\n%s", name, r.code, r.stderr)
		}
		golden(t, "manifest-discord-"+name+".txt", r.stdout)
	}
	for args, says := range map[string]string{
		"":                  "--workspace with one of guild, wired",
		"--workspace guild": "--url https://",
		"--workspace wired --url https://risk.example.com": "needs no --url",
		"--workspace guild --url http://risk.example.com":  "https address",
		"--workspace wired --application riskroom":         "17 to 20 digits",
		"--workspace other":                                `no workspace "other" on Discord`,
	} {
		r := program(t.Context(), nil, guildWays, append([]string{"manifest", "discord", "-c", "-"}, strings.Fields(args)...)...)
		if r.code != exitMisused || !strings.Contains(r.stderr, says) || r.stdout != "" {
			t.Errorf("%s: exit %d\n%s", args, r.code, r.stderr)
		}
	}
}
