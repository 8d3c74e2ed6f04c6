package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core/config"
)

// rendered is when the flows of TestRender are carried out: a Monday.
var rendered = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// TestRender shows every flow of the shipped configs, and of one with both platforms.
func TestRender(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "configs/*.yaml"))
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.yaml") })
	if err != nil || len(files) < 7 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range append(sampled(files), "testdata/both.yaml") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out transcript
			s := environment{stdout: &out, stderr: &out, lookup: func(string) (string, bool) { return "", false }}
			cfg, _, err := load(s, file, config.UnsetIsFilled)
			if err != nil || cfg == nil {
				t.Fatalf("%s: %v", out.String(), err)
			}
			for i, f := range cfg.Flows {
				if i > 0 {
					_, _ = out.Write([]byte("\n"))
				}
				if err := renderFlow(t.Context(), s, renderFlags{format: formatText}, file, f.Name, rendered); err != nil {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
			golden(t, "render-"+name+".txt", out.String())
		})
	}
}

// TestRenderCalls shows what is sent to each platform.
func TestRenderCalls(t *testing.T) {
	t.Parallel()
	var out transcript
	s := environment{stdout: &out, stderr: &out, lookup: func(string) (string, bool) { return "", false }}
	if err := renderFlow(t.Context(), s, renderFlags{format: formatJSON}, "testdata/both.yaml", "open-a-group", rendered); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "xoxb") || strings.Contains(out.String(), "127.0.0.1") {
		t.Error("a token, or an address of this machine")
	}
	golden(t, "render-calls.json", out.String())
}

func TestRenderOneStep(t *testing.T) {
	t.Parallel()
	r := program(t.Context(), nil, "", "render", "testdata/both.yaml", "open-a-group", "--step", "send_group_message#1", "--platform", "discord", "--format", "json")
	var got []renderedFlow
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || r.code != exitFine {
		t.Fatalf("%v: %+v", err, r)
	}
	if len(got) != 1 || got[0].Platform != "discord" || len(got[0].Steps) != 1 || got[0].Steps[0].Step != "send_group_message#1" {
		t.Errorf("%+v", got)
	}
}

// TestRenderStoredRisk shows a flow for a risk in Redis, and leaves it as it is.
func TestRenderStoredRisk(t *testing.T) {
	t.Parallel()
	a := newArchive(t, 2)
	before, err := a.db.Get(t.Context(), "R-2")
	if err != nil {
		t.Fatal(err)
	}
	src := readFile(t, a.config)
	for _, from := range []string{a.config, "-"} {
		r := program(t.Context(), a.env, src, "render", from, "tell-the-handlers", "--risk", "r-2", "--lang", "zh-CN")
		if r.code != exitFine || !strings.Contains(r.stdout, "R-2") || !strings.Contains(r.stdout, "Ledger 2") || !strings.Contains(r.stdout, "发送至") {
			t.Errorf("%+v", r)
		}
	}
	after, err := a.db.Get(t.Context(), "R-2")
	if err != nil || after.Risk.Version != before.Risk.Version || len(after.Runs) != len(before.Runs) {
		t.Errorf("%v: changed from %+v to %+v", err, before, after)
	}
	if r := program(t.Context(), a.env, "", "render", a.config, "tell-the-handlers", "--risk", "R-99"); r.code != exitFailed || !strings.Contains(r.stderr, "there is no risk R-99") {
		t.Errorf("%+v", r)
	}
}

func TestRenderMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says string
		args []string
	}{
		{"which flow?", []string{"testdata/both.yaml"}},
		{`has no flow "open-a-gruop"; did you mean open-a-group?`, []string{"testdata/both.yaml", "open-a-gruop"}},
		{`flows are tell-the-handlers, `, []string{"testdata/both.yaml", "x"}},
		{`has no step "rom"; did you mean room?`, []string{"testdata/both.yaml", "open-a-group", "--step", "rom"}},
		{"has no workspace on Discord", []string{filepath.Join(root, "configs/minimal.yaml"), "remind-after-a-day", "--platform", "discord"}},
		{`"teams" is not one of slack, discord`, []string{"testdata/both.yaml", "open-a-group", "--platform", "teams"}},
		{"--risk: ", []string{"testdata/both.yaml", "open-a-group", "--risk", "x"}},
	} {
		r := program(t.Context(), nil, "", append([]string{"render"}, c.args...)...)
		if r.code != exitMisused || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%q: %+v", c.args, r)
		}
	}
}
