package main

import (
	"encoding/json"
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
