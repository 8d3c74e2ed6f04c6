package flowtest

import (
	"os"
	"path/filepath"
	"testing"

	"riskroom/core/text"
)

// FuzzTests reads any bytes as a test file. It must not panic, and has at least one problem or
// tests that say what to expect.
func FuzzTests(f *testing.F) {
	for _, pattern := range []string{"testdata/err/*.yaml", "../../../configs/*_test.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %q, %v", pattern, files, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	cfg := demoConfig(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		file := Parse("fuzz_test.yaml", src, Options{Language: text.English})
		if len(file.Problems()) > 0 {
			return
		}
		file.Config()
		tests := file.Tests(cfg)
		if len(file.Problems()) > 0 {
			return
		}
		if len(tests) == 0 {
			t.Fatal("no test and no problem")
		}
		for _, one := range tests {
			if one.Name == "" || one.Scenario.Start.IsZero() || len(one.Scenario.Risks) == 0 || len(one.Expect)+len(one.Never) == 0 && !one.Complete {
				t.Fatalf("the test %+v has no problem", one)
			}
			judge(one, nil, nil)
		}
	})
}
