package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// secrets contains the secrets for the files in testdata.
var secrets = map[string]string{
	"SLACK_BOT_TOKEN": "xoxb-1-2", "SLACK_SIGNING_SECRET": "0123456789abcdef",
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file string
		env  map[string]string
		code int
	}{
		{"good", secrets, exitFine},
		{"warned", nil, exitFine},
		{"bad", secrets, exitFailed},
	} {
		for _, format := range []string{formatText, formatJSON} {
			t.Run(c.file+" "+format, func(t *testing.T) {
				t.Parallel()
				r := program(t.Context(), c.env, "", "check", "--format", format, "testdata/"+c.file+".yaml")
				if r.code != c.code || r.stderr != "" {
					t.Errorf("exit %d, want %d; stderr %q", r.code, c.code, r.stderr)
				}
				golden(t, "check-"+c.file+"."+format, r.stdout)
				var problems []map[string]any
				if format == formatJSON && json.Unmarshal([]byte(r.stdout), &problems) != nil {
					t.Error("not a JSON list")
				}
			})
		}
	}
}

func TestCheckReadsStdin(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/bad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, string(src), "check", "-")
	if r.code != exitFailed || !strings.HasPrefix(r.stdout, "-:") {
		t.Errorf("exit %d:\n%s", r.code, r.stdout)
	}
}

// TestCheckContinues checks the other files after one that can't be read.
func TestCheckContinues(t *testing.T) {
	t.Parallel()
	r := program(t.Context(), secrets, "", "check", "testdata/absent.yaml", "testdata/good.yaml")
	if r.code != exitMisused || !strings.Contains(r.stderr, "absent.yaml") || !strings.Contains(r.stdout, "good.yaml: fine") {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
}

// TestCheckMeasuresTheCommand: check names the fields for which Discord's command has no
// room, and serve starts anyway.
func TestCheckMeasuresTheCommand(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/process-guild.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fields := "fields:\n"
	for n := range 17 {
		fields += fmt.Sprintf("  %s%02d: { type: select, options: [a, b], label: { en: \"%02[2]d %[3]s\", zh-CN: \"%[2]d %[4]s\" } }\n",
			strings.Repeat("field", 6), n, strings.Repeat("n", 72), strings.Repeat("额", 70))
	}
	r := program(t.Context(), nil, string(src)+fields, "check", "-")
	const want = "warning: the command in guild has room for 8000 characters, so these fields can't be options of edit: fieldfieldfieldfieldfieldfield"
	if r.code != exitFine || strings.Count(r.stdout, want) != 1 || strings.Contains(r.stdout, want+"00") || !strings.Contains(r.stdout, want[len(want)-30:]+"16") {
		t.Errorf("exit %d:\n%s", r.code, r.stdout)
	}
	if r = program(t.Context(), nil, string(src), "check", "-"); strings.Contains(r.stdout, "8000") {
		t.Errorf("without fields:\n%s", r.stdout)
	}
}
