package app

import (
	"os"
	"strings"
	"testing"

	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
)

// TestScreen: docs/operations shows a screen as it is.
func TestScreen(t *testing.T) {
	t.Parallel()
	acme := config.WorkspaceSettings{Name: "acme", Values: map[string]string{appTokenKey: "xapp-1"}}
	guild := config.WorkspaceSettings{Name: "guild", Values: map[string]string{}}
	r := report{
		version: "riskroom v1.0.0",
		config: &config.Config{
			Redis: config.Redis{URL: "rediss://:secret@redis.example.com:6379/0"}, Durability: config.Standard,
			Flows: []*flow.Flow{{Name: "tell-the-handlers"}, {Name: "remind-after-a-day"}, {Name: "open-a-group-after-two"}},
		},
		admin: "127.0.0.1:9090",
		workspaces: []*workspace{
			{settings: acme, standing: standing{name: "Acme", bot: "riskroom"}, inspector: &slackHome{settings: acme}},
			{settings: guild, standing: standing{name: "Acme Ops", bot: "riskroom"}, inspector: &discordHome{settings: guild}},
		},
		stored: []store.Finding{{Code: store.FoundAlways, Weight: store.Note}},
		runs:   map[engine.RunState]int{engine.Armed: 14, engine.Parked: 1},
		findings: Findings{Whole: true, Answered: []string{"acme", "guild"}, Own: map[string]config.Problems{
			"guild": {{Message: "the bot of guild lacks permissions: PIN_MESSAGES", Hint: "give them to the bot's role: Server Settings, Roles, the bot's, Permissions"}},
		}},
		file: config.Problems{{
			File: "riskroom.yaml", Line: 21, Col: 31, Rule: rulePeople,
			Message: "@oncall means nobody: no user group of that name in acme, no role of that name in guild",
			Hint:    "mind the spelling; a user group is made under Directories, User groups, a role is made under Server Settings, Roles",
		}},
	}
	page, err := os.ReadFile("../../../docs/operations/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	if screen := r.screen(); !strings.Contains(string(page), "\n```"+screen[:len(screen)-1]+"```\n") {
		t.Errorf("docs/operations does not show this screen:\n%s", screen)
	}
}
