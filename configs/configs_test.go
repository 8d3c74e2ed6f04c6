package configs_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"riskroom/cmd/riskroom/flowtest"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/configs"
	"riskroom/core/config"
)

var update = flag.Bool("update", false, "write schema.json anew")

// placeholders returns a value for each environment variable.
func placeholders() map[string]string {
	return map[string]string{
		"bot_token": "xoxb-for-the-demo", "admin_token": "xoxp-for-the-demo", "guild_id": "300000000000000000", "app_token": "xapp-demo",
		"signing_secret": "0123456789abcdef0123456789abcdef", "signing_secret_previous": "fedcba9876543210fedcba9876543210",
		"url": "redis://localhost:6379/0",
	}
}

// shipped returns the config files, without those that test them.
func shipped(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.yaml")
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.yaml") })
	if err != nil || len(files) < 9 {
		t.Fatalf("files %q: %v", files, err)
	}
	return files
}

// TestFiles loads every file without secrets, like the demo. There must be no problems.
func TestFiles(t *testing.T) {
	t.Parallel()
	for _, file := range shipped(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cfg, problems := config.Load(file, src, config.Options{
				Format: format,
				Unset:  config.UnsetIsFilled,
				Fill:   func(b config.Blank) string { return placeholders()[b.Setting.Key] },
			})
			if len(problems) > 0 {
				t.Fatalf("problems:\n%s", problems)
			}
			if len(cfg.Flows) == 0 || len(cfg.Organisation.Modules) == 0 || len(cfg.Workspaces) == 0 {
				t.Errorf("flows %d, modules %d, workspaces %d", len(cfg.Flows), len(cfg.Organisation.Modules), len(cfg.Workspaces))
			}
		})
	}
}

var format = config.NewFormat(platforms.Settings())

// TestDemo checks what the demo's story needs.
func TestDemo(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("demo.yaml")
	if err != nil || !bytes.Equal(src, configs.Demo) {
		t.Fatalf("the embedded file is not demo.yaml: %v", err)
	}
}

// TestSchema checks that the schemas that editors read are those of the code. Use -update
// after a change.
func TestSchema(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]byte{"schema.json": config.Schema(platforms.Settings()), "test-schema.json": flowtest.Schema()} {
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date (%v): run go test ./configs -update", name, err)
		}
	}
}

// TestEditorLines checks that each file names its schema to editors.
func TestEditorLines(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.yaml")
	below, err2 := filepath.Glob("guide/[0-9]*.yaml")
	if err != nil || err2 != nil || len(files) < 20 || len(below) < 7 {
		t.Fatalf("%q, %q, %v, %v", files, below, err, err2)
	}
	for _, file := range append(files, below...) {
		want := "schema.json"
		if strings.HasSuffix(file, "_test.yaml") {
			want = "test-" + want
		}
		if strings.HasPrefix(file, "guide/") {
			want = "../" + want
		}
		src, err := os.ReadFile(file)
		if err != nil || !bytes.HasPrefix(src, []byte("# yaml-language-server: $schema="+want+"\n")) {
			t.Errorf("%s doesn't begin with the line for %s, %v", file, want, err)
		}
	}
}
