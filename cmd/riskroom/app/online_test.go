package app

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/config"
)

// TestSelfTestRunsOut: what was not asked in time is not held against anybody, and it
// is said that it was not asked.
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
	cfg, problems := config.Load("riskroom.yaml", []byte(leakConfig), config.Options{
		Platforms: []core.PlatformSettings{slack.Settings()}, Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	acme, err := newWorkspace(cfg, cfg.Workspaces[0], nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := acme.introduce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := hold(t.Context(), cfg, []*workspace{acme}); !found.Whole || len(found.Named) != 1 {
		t.Errorf("in time: %+v", found)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	found := hold(over, cfg, []*workspace{acme})
	if found.Whole || len(found.Named)+len(found.Own) != 0 {
		t.Errorf("too late: %+v", found)
	}
	r := report{config: cfg, workspaces: []*workspace{acme}, findings: found}
	if s := r.screen(); r.level() != slog.LevelWarn || !strings.Contains(s, "! not everything was asked within 30s: riskroom check --online does") || strings.Contains(s, "is there") {
		t.Errorf("%v: %s", r.level(), s)
	}
}
