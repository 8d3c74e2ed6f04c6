package flowtest

import (
	"slices"
	"testing"

	"riskroom/cmd/riskroom/simulate"
)

// repeating is a config file with a flow that repeats until somebody starts on the risk.
const repeating = `
version: 1
timezone: Asia/Shanghai
workspaces: { acme: { platform: slack, bot_token: "${BOT}", app_token: "${APP}" } }
people: { lin: { email: lin@example.com } }
permissions: { administrators: lin }
modules: { Payments: { handlers: lin } }
flows:
  remind:
    trigger: { date_field: discovered_at, every: 1d, at_most: 2, until: status == "in_progress" }
    steps: [ { send_message: { to: handlers, title: "{{ .key }} waits" } } ]
`

// TestCoverageOfUntil checks that the until of a flow counts as its if does.
func TestCoverageOfUntil(t *testing.T) {
	t.Parallel()
	cfg := load(t, []byte(repeating))
	const source = `status == "in_progress"`
	says := func(cover *Coverage) (all []string) {
		for _, p := range cover.Parts() {
			if !p.Covered {
				all = append(all, p.Says().String())
			}
		}
		return all
	}
	for name, c := range map[string]struct{ actions, want []string }{
		"nobody starts":   {nil, []string{"remind: until was never true: " + source}},
		"somebody starts": {[]string{`{ at: "2026-03-04 10:00", by: lin, do: /risk start R-1 }`}, nil},
	} {
		src := "start: \"2026-03-02 09:00\"\nfor: 4d\nrisks: [ { title: Ledger, by: mei } ]\ntests:\n- name: one\n  expect: [ message: { to: lin } ]\n  actions: []\n"
		for _, a := range c.actions {
			src = src[:len(src)-len("[]\n")] + "[ " + a + " ]\n"
		}
		f := Parse("riskroom_test.yaml", []byte(src), Options{Chinese: []map[string]string{simulate.Chinese()}})
		tests := f.Tests(cfg)
		if len(f.Problems()) > 0 || len(tests) != 1 {
			t.Fatalf("%s: %v", name, f.Problems())
		}
		cover := NewCoverage("riskroom.yaml", cfg)
		if r, err := Run(t.Context(), cfg, tests[0], cover); err != nil || len(r.Failures) > 0 {
			t.Errorf("%s: %v, %v", name, r.Failures, err)
		}
		if got := says(cover); !slices.Equal(got, c.want) {
			t.Errorf("%s: not covered: %q, want %q", name, got, c.want)
		}
	}
}
