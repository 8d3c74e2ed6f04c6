package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestReadmePath: the manifest and the checks of the README's path to Slack work
// on the file that it starts from, against a stand-in workspace.
func TestReadmePath(t *testing.T) {
	t.Parallel()
	text := readme(t)
	for _, line := range []string{
		"cp configs/minimal.yaml riskroom.yaml", "./riskroom manifest slack --config riskroom.yaml",
		"./riskroom check --online riskroom.yaml", "./riskroom serve --config riskroom.yaml",
	} {
		if !strings.Contains(text, "   "+line+"\n") {
			t.Errorf("the README does not say %q", line)
		}
	}
	src, err := os.ReadFile("../../configs/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, string(src), "manifest", "slack", "--config", "-")
	var manifest struct {
		Settings struct {
			SocketMode bool `json:"socket_mode_enabled"`
		} `json:"settings"`
	}
	if err := json.Unmarshal([]byte(r.stdout), &manifest); r.code != exitFine || err != nil || !manifest.Settings.SocketMode {
		t.Errorf("exit %d: %v\n%s", r.code, err, r.stderr)
	}
	w, env := standIn(t)
	w.SetSocketMode(true)
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"] = env["TOKEN"], env["APP"]
	here := strings.Replace(string(src), "platform: slack,", `platform: slack, api_url: "${API}",`, 1)
	r = program(t.Context(), env, here, "check", "--online", "-")
	if r.code != exitFine || !strings.Contains(r.stdout, "fine") {
		t.Errorf("check: exit %d\n%s", r.code, r.stdout)
	}
}
