package inspect

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
	"riskroom/core/text"
)

// TestScreen checks the screen in docs/operations.
func TestScreen(t *testing.T) {
	t.Parallel()
	acme := config.WorkspaceSettings{Name: "acme", Platform: "slack", Values: map[string]string{"app_token": "xapp-1"}}
	guild := config.WorkspaceSettings{Name: "guild", Platform: "discord", Values: map[string]string{}}
	r := Report{
		Version: "riskroom v1.0.0",
		Config: &config.Config{
			Redis: config.Redis{URL: "rediss://:secret@redis.example.com:6379/0"}, Durability: config.Standard,
			Flows: []*flow.Flow{{Name: "tell-the-handlers"}, {Name: "remind-after-a-day"}, {Name: "open-a-group-after-two"}},
		},
		Admin: "127.0.0.1:9090",
		Workspaces: []*Workspace{
			served(t, acme, "Acme"),
			served(t, guild, "Acme Ops"),
		},
		Stored: []store.Finding{{Code: store.FoundAlways, Weight: store.Note}},
		Runs:   map[engine.RunState]int{engine.Armed: 14, engine.Parked: 1},
		Findings: Findings{Whole: true, Answered: make([]text.Phrase, 2), Own: map[string]config.Problems{
			"guild": {{Message: "the bot of guild lacks permissions: PIN_MESSAGES", Hint: "allow them for the bot's role: Server Settings, Roles, the bot's role, Permissions"}},
		}},
		File: config.Problems{{
			File: "riskroom.yaml", Line: 21, Col: 31, Rule: platform.RulePeople,
			Message: "@oncall doesn't exist: no user group of that name in acme, no role of that name in guild",
			Hint:    "check the spelling, or create a user group under Directories, User groups, or create a role under Server Settings, Roles",
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

// served is a workspace that accepts the bot.
func served(t *testing.T, s config.WorkspaceSettings, name string) *Workspace {
	t.Helper()
	s.Values["bot_token"], s.Values["guild_id"] = "token", "300000000000000000"
	w, err := Connect(platform.Connection{Settings: s, Config: &config.Config{CallTimeout: time.Second}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w.Identity = platform.Identity{Name: name, Bot: "riskroom"}
	return w
}
