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
  wire: { platform: slack, bot_token: "${WIRE_TOKEN}", signing_secret: "${WIRE_SECRET}" }
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
`

// TestManifestSlack: without a single secret the manifest of either way in is
// printed, and what is left to do beside it.
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
		{twoWays, "--workspace wier", `no workspace "wier" on Slack; there is wire, acme`, exitMisused},
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
