package inspect

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// onePerson names one person, who isn't in the emulator.
const onePerson = `version: 1
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", app_token: "${APP}", api_url: "${API}", rates: unlimited }
people:
  lin: { acme: U00000LIN01 }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin] }
flows:
  tell:
    trigger: { on: filed }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }}" }
`

// TestSelfTestRunsOut checks that a question without an answer in time is not a problem,
// and that the screen says that the check is incomplete.
func TestSelfTestRunsOut(t *testing.T) {
	t.Parallel()
	w, err := emulator.New(emulator.Options{SocketMode: true})
	if err != nil {
		t.Fatal(err)
	}
	at, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	env := map[string]string{"TOKEN": w.BotToken(), "APP": w.AppToken(), "API": at + "/api/"}
	cfg, problems := config.Load("riskroom.yaml", []byte(onePerson), config.Options{
		Format: config.NewFormat(platforms.Settings()), Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	acme, err := Connect(platform.Connection{Settings: cfg.Workspaces[0], Config: cfg, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := acme.Ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := Check(t.Context(), cfg, []*Workspace{acme}); !found.Whole || len(found.Named) != 1 {
		t.Errorf("in time: %+v", found)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	found := Check(over, cfg, []*Workspace{acme})
	if found.Whole || len(found.Named)+len(found.Own) != 0 {
		t.Errorf("too late: %+v", found)
	}
	r := Report{Config: cfg, Workspaces: []*Workspace{acme}, Findings: found}
	if s := r.screen(); r.level() != slog.LevelWarn || !strings.Contains(s, "! the check was stopped after 30s and is incomplete; run riskroom check --online") || strings.Contains(s, "is there") {
		t.Errorf("%v: %s", r.level(), s)
	}
}
