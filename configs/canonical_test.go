package configs_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riskroom/core/config"
)

// TestCanonicalForms checks stored forms: a run pins the text of its flow by hash, and its ops
// derive from the keys of the steps. If one of them changes, runs under way break. Use -update
// only to add flows.
func TestCanonicalForms(t *testing.T) {
	t.Parallel()
	got := canonicalForms(t)
	const golden = "testdata/canonical.txt"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	have := bytes.Split(got, []byte("\n"))
	for i, line := range bytes.Split(want, []byte("\n")) {
		if i >= len(have) || !bytes.Equal(have[i], line) {
			t.Fatalf("line %d of %s is no longer what the program writes\nwant: %s\ngot:  %s", i+1, golden, line, have[min(i, len(have)-1)])
		}
	}
	if !bytes.Equal(got, want) {
		t.Errorf("there are flows that %s does not have", golden)
	}
}

// canonicalForms returns a paragraph for each flow of the shipped files: its
// hash, its step keys and its JSON.
func canonicalForms(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, file := range shipped(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cfg, problems := config.Load(file, src, config.Options{
			Format: format,
			Unset:  config.UnsetIsFilled,
			Fill:   func(b config.Blank) string { return placeholders()[b.Setting.Key] },
		})
		if cfg == nil {
			t.Fatalf("%s: problems:\n%s", file, problems)
		}
		for _, f := range cfg.Flows {
			fmt.Fprintf(&out, "%s %s %s\n", filepath.Base(file), f.Name, f.Hash())
			var keys []string
			for _, s := range f.Steps {
				keys = append(keys, s.Key())
			}
			fmt.Fprintf(&out, "steps: %s\n%s\n\n", strings.Join(keys, " "), f.Canonical())
		}
	}
	return out.Bytes()
}
