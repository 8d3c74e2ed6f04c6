package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testFiles returns the contents of the files that match.
func testFiles(tb testing.TB, glob string) [][]byte {
	tb.Helper()
	names, err := filepath.Glob(glob)
	if err != nil || len(names) == 0 {
		tb.Fatalf("no files: %v", err)
	}
	var out [][]byte
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, src)
	}
	return out
}

// TestLiteralSecretsAreHidden writes secrets into files in the ways in which people do, and
// looks for them in the problems.
func TestLiteralSecretsAreHidden(t *testing.T) {
	t.Parallel()
	const head, tail = "version: 1\nmodules: { P: {} }\nflows: {}\nworkspaces:\n", "\n"
	for name, body := range map[string]string{
		"literal":           `  acme: { platform: forum, bot_token: xoxb-hunter2, app_token: xapp-hunter2 }`,
		"quoted":            `  acme: { platform: forum, bot_token: "xoxb hunter2", signing_secret: 'hunter2' }`,
		"default":           `  acme: { platform: forum, bot_token: "${BOT:-xoxb-hunter2}", signing_secret: "${X:-hunter2}" }`,
		"wrong key":         `  acme: { platform: forum, bot_tokn: xoxb-hunter2, team_id: xapp-hunter2 }`,
		"in a map":          `  acme: { platform: forum, bot_token: { xoxb: hunter2 }, signing_secret: { a: { b: hunter2 } } }`,
		"in a list":         `  acme: { platform: forum, bot_token: [hunter2, a], signing_secret: [hunter2`,
		"with spaces":       `  acme: { platform: forum, bot_token: my hunter2, signing_secret: x hunter2 }`,
		"escaped quote":     `  acme: { platform: forum, bot_token: "a\"hunter2", signing_secret: 'a''hunter2' }`,
		"commas in a block": "  acme:\n    platform: forum\n    bot_token: x, hunter2\n    signing_secret: y} hunter2",
		"after a reference": `  acme: { platform: forum, bot_token: ${SECRET} hunter2, signing_secret: ${SECRET}hunter2 }`,
		"as a key":          `  acme: { platform: forum, xoxb-hunter2: x }`,
		"does not parse":    `  acme: { platform: forum, bot_token: xoxb-hunter2, signing_secret: hunter2`,
		"unclosed":          `  acme: { platform: forum, signing_secret: "hunter2`,
		"unknown platform":  `  acme: { platform: slak, bot_token: hunter2 }`,
		"no platform":       `  acme: { signing_secret: hunter2, bot_token: xoxb-hunter2 }`,
		"url":               "  acme: { platform: forum, api_url: \"https://me:hunter2@example.com\" }\nredis: { url: \"redis://:hunter2@localhost\" }",
		"url with @":        "  acme: { platform: forum }\nredis: { url: \"redis://me:hun@hunter2@localhost\" }",
		"redis password":    "  acme: { platform: forum }\nredis: { url: \"redis://localhost\", password: hunter2 }",
		"twice":             "  acme: { platform: forum, bot_token: xoxb-hunter2, bot_token: xoxb-hunter2 }",
		"as a name":         "  acme: { platform: forum }\ntimezone: xoxb-hunter2\nlanguage: xapp-hunter2",
		"wide colon":        "  acme:\n    platform: forum\n    signing_secret：hunter2\n    bot_token： \"hunter2\"",
		"no space":          "  acme:\n    platform: forum\n    signing_secret:hunter2\n    bot_token:\"hunter2",
		"no colon":          "  acme:\n    platform: forum\n    signing_secret hunter2\n    app_token hunter2",
		"equals":            "  acme:\n    platform: forum\n    signing_secret = hunter2\n    app_token=hunter2",
		"then more":         "  acme:\n    platform: forum\n    signing_secret: \"a\" hunter2",
		"reserved":          "  acme:\n    platform: forum\n    signing_secret: @hunter2\n    app_token: `hunter2",
		"a colon":           "  acme:\n    platform: forum\n    signing_secret: a: hunter2",
		"last of a map":     "people:\n  lin:\n    app_token:hunter2\n  wei:\n    app_token：hunter2",
		"wide in braces":    "  acme: { platform: forum, bot_token： hunter2, app_token：hunter2, signing_secret:hunter2 }",
		"in a comment":      "  acme:\n   platform: forum\n    bot_token: x # signing_secret：hunter2",
		"from the variable": "  acme: { platform: forum, bot_token: \"${SECRET}\", app_token: \"${SECRET}\" }\ntimezone: \"${SECRET}\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions()
			o.Env = func(string) (string, bool) { return "hunter2", true }
			cfg, problems := Load("x.yaml", []byte(head+body+tail), o)
			if cfg != nil {
				t.Fatal("the file was accepted")
			}
			asJSON, err := json.Marshal(problems)
			if err != nil {
				t.Fatal(err)
			}
			if said := problems.String() + string(asJSON); strings.Contains(said, "hunter2") {
				t.Errorf("the secret is shown:\n%s", said)
			}
		})
	}
}

// TestConfigPrintsNoSecret prints a config in every way that logs do.
func TestConfigPrintsNoSecret(t *testing.T) {
	t.Parallel()
	cfg := loadFine(t, "every-setting")
	if cfg.Workspaces[0].Values["bot_token"] != "xoxb-from-file" || cfg.Redis.Password == "" {
		t.Fatalf("the secrets were not read: %q", cfg.Workspaces[0].Values)
	}
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", cfg, "redis", cfg.Redis, "workspace", cfg.Workspaces[0])
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "config", cfg, "redis", cfg.Redis, "workspace", cfg.Workspaces[0])
	for _, said := range []string{
		string(asJSON), log.String(), fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg.Workspaces, cfg.Redis), fmt.Sprintf("%#v", cfg.Redis),
	} {
		if strings.Contains(said, "xoxb-") || strings.Contains(said, "0123456789abcdef") {
			t.Errorf("a secret is shown: %s", said)
		}
	}
}
