package inspect

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platform/slack"
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

// TestScreenInChinese checks that no line is too wide, and that the columns are straight.
func TestScreenInChinese(t *testing.T) {
	t.Parallel()
	acme := config.WorkspaceSettings{Name: "acme", Platform: "slack", Values: map[string]string{"app_token": "xapp-1"}}
	r := Report{
		Version: "riskroom v1.0.0", Admin: "127.0.0.1:9090", Listen: ":8080", Words: text.NewWording(text.Chinese, Chinese(), slack.Platform().Chinese),
		Config:     &config.Config{Redis: config.Redis{Private: true}, DataDir: "data", Durability: config.Standard, Flows: []*flow.Flow{{Name: "一天后提醒"}, {Name: "remind"}}},
		Workspaces: []*Workspace{served(t, acme, "Acme")},
		Stored:     []store.Finding{{Code: store.FoundEverySec}},
		Runs:       map[engine.RunState]int{engine.Armed: 14, engine.Parked: 1},
		Findings:   Findings{Whole: true, Answered: make([]text.Phrase, 1)},
	}
	const want = `
正在服务：1 个工作区，2 个动作流（riskroom v1.0.0）

  acme      Slack 上的 Acme，机器人名为 riskroom，通过 Socket Mode
  Redis     私有 Redis，目录 data，durability: standard
            ! Redis 每秒同步一次文件，断电时最多丢失两秒的更改。设置 appendfsync always 则不会丢失。
              durability: strict 要求这样设置，或使用 WAITAOF 可用的 Redis（7.2 或更新版本）
  动作流    一天后提醒、remind
            ! 14 个待执行的运行，1 个待人工处理：riskroom runs list
  地址      :8080 供平台访问，127.0.0.1:9090 提供 /healthz、/readyz 和 /metrics
  配置文件  其中的人员、群组和频道都存在

`
	if got := r.screen(); got != want {
		t.Errorf("got\n%s", got)
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
