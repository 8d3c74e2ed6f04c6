package flow

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the problems found into testdata/*.out")

// TestProblems compiles each testdata/name.json and compares its problems with
// testdata/name.out. Without such a file there must be none.
func TestProblems(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var d Def
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f, problems := Compile(d)
		var got strings.Builder
		failed := false
		for _, p := range problems {
			severity := "error"
			if p.Warning {
				severity = "warning"
			}
			failed = failed || !p.Warning
			fmt.Fprintf(&got, "%s:%d: %s: %s [%s]\n", p.Path, p.Offset, severity, p.Message, p.Rule)
		}
		if failed != (f == nil) {
			t.Errorf("%s: errors %v, flow %v", name, failed, f != nil)
		}
		checkGolden(t, strings.TrimSuffix(name, ".json")+".out", got.String())
	}
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update && got != "" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
