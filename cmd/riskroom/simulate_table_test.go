package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/config"
)

// TestSimulateReadsExport exports risks and reads them again: what a scenario has of a risk is
// what it was.
func TestSimulateReadsExport(t *testing.T) {
	t.Parallel()
	cfg, problems, err := load(environment{lookup: func(string) (string, bool) { return "", false }}, "testdata/both.yaml", config.UnsetIsFilled)
	if err != nil || cfg == nil {
		t.Fatal(err, problems)
	}
	at := time.Date(2026, 3, 2, 9, 30, 15, 0, time.UTC)
	amount := -2.5
	risk := func(change func(*core.Risk)) core.Risk {
		r := core.Risk{
			Key: "R-1", Version: 1, Title: "Ledger", Module: cfg.Organisation.Modules[0].Name, Severity: core.High, Status: core.Pending,
			DiscoveredAt: at.Add(-time.Hour), SubmittedAt: at, Submitter: core.Actor{Name: "zoe", Account: core.Account{Workspace: "acme", ID: "U0ZOE"}},
			Handlers: []core.Ref{"lin", "@oncall", "acme:@oncall", "acme/U0ANA"},
			Fields:   map[string]core.Value{"amount": {Number: &amount}, "impact": {Text: "all"}, "experts": {People: []core.Ref{"wei", "lin"}}},
		}
		change(&r)
		return r
	}
	risks := []core.Risk{
		risk(func(*core.Risk) {}),
		risk(func(r *core.Risk) { r.Title, r.Description = `=1+1, "quoted"`, "-two\n\nlines, 'quoted'" }),
		risk(func(r *core.Risk) { r.Title, r.Description = "'=own apostrophe", "''" }),
		risk(func(r *core.Risk) { r.Title, r.Description, r.DueAt = "'tis so", "'''@all", at.Add(core.Day) }),
		risk(func(r *core.Risk) { r.Title, r.Submitter.Name = "By an account", "" }),
	}
	var out bytes.Buffer
	x := newExporter(&out, exportFlags{}, &cfg.Organisation)
	for _, r := range risks {
		if err := x.risk(r, history{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.end(); err != nil {
		t.Fatal(err)
	}
	s, problems := simulate.ParseCSV("risks.csv", out.Bytes(), "", cfg)
	if len(problems) > 0 || len(s.Risks) != len(risks) {
		t.Fatalf("%d risks\n%s\n%s", len(s.Risks), problems, out.String())
	}
	for i, r := range risks {
		want := simulate.Risk{
			Place: s.Risks[i].Place, Title: r.Title, Module: r.Module, Description: r.Description, Severity: r.Severity, By: r.Submitter.Name,
			Handlers: r.Handlers, DiscoveredAt: r.DiscoveredAt, DueAt: r.DueAt, Fields: r.Fields, Filed: r.SubmittedAt,
		}
		if want.By == "" {
			want.By, want.Workspace = "acme/U0ZOE", "acme"
		}
		if d := cmp.Diff(want, s.Risks[i]); d != "" {
			t.Errorf("%s:\n%s", r.Title, d)
		}
	}
	file := filepath.Join(t.TempDir(), "risks.csv")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", file, "--for", "1h")
	if r.code != exitFine || r.stderr != "" || strings.Count(r.stdout, "zoe files it") != 5 || strings.Count(r.stdout, "u0zoe files it") != 1 {
		t.Errorf("exit %d, %s\n%s", r.code, r.stderr, r.stdout)
	}
}

// TestSimulateChecksTables checks what is said about people, workspaces and statuses that the
// config file doesn't have, and about what isn't read.
func TestSimulateChecksTables(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "risks.csv")
	const rows = `title,status,submitter,handlers,fields.experts,fields.amount,fields.impact
A,pendig,zoe,"lin, anna",acm/U0ANA,1,all
B,in_progress,acm/U0ZOE,a:b:c,"anna, ac:@oncall",1,all
C,in_progress,acme:zoe,lin,wei,1,all
`
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", file)
	for _, want := range []string{
		`:2:3: "pendig": did you mean "pending"?`, `: warning: the config file has no person named "anna"`, `unknown workspace "acm": did you mean "acme"?`,
		`:3:3: warning: the status in_progress isn't read`, `:3:15: unknown workspace "acm"`, `"a:b:c" is neither a name`, `unknown workspace "ac"`,
		`warning: "acme:zoe" is not a person's name`, "5 errors; nothing was simulated",
	} {
		if r.code != exitFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("exit %d, no %q in\n%s", r.code, want, r.stderr)
		}
	}
	if strings.Count(r.stderr, "anna") != 1 || strings.Count(r.stderr, "isn't read") != 1 {
		t.Errorf("said twice:\n%s", r.stderr)
	}
}
