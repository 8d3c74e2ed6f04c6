package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// archive is a Redis with some risks, most of them closed.
type archive struct {
	db     *store.Store
	env    map[string]string
	config string
}

// filed is when the first risk of an archive was filed. Each one follows a day later,
// and was closed a day after that.
var filed = time.Date(2026, 1, 10, 2, 0, 0, 0, time.UTC)

func newArchive(t *testing.T, risks int) archive {
	t.Helper()
	redis, prefix := storetest.Start(t), storetest.Prefix()
	a := archive{
		db:     redis.Open(t, store.Options{Prefix: prefix}),
		env:    map[string]string{"REDIS_URL": redis.URL, "PREFIX": prefix},
		config: writeConfig(t, "timezone: Asia/Shanghai\nfields:\n  loss: { type: number, label: Loss }\n"+serveConfig),
	}
	for i := range risks {
		n, err := a.db.NextNumber(t.Context(), engine.Numbering{Op: fmt.Sprint("n", i), Alike: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		at := filed.Add(time.Duration(i) * core.Day)
		mei := core.Actor{Account: core.Account{Workspace: "acme", ID: "U0MEI"}, Name: "mei"}
		loss := -2.5
		r := core.Risk{
			Key: core.MakeRiskKey("R", n.Number), Version: 1, Home: "acme", Title: fmt.Sprintf("=Ledger %d", n.Number), Module: "Payments", Severity: core.High,
			Status: core.Pending, DiscoveredAt: at, SubmittedAt: at, StatusSince: at, Submitter: mei, Handlers: []core.Ref{"lin", "@oncall"},
			Description: "two\nlines, \"quoted\"", Fields: map[string]core.Value{"loss": {Number: &loss}},
		}
		event := func(v int64, kind string, data map[string]string) []engine.Event {
			return []engine.Event{{At: at, V: v, Kind: kind, Actor: mei, Data: data}, {At: at, V: v, Kind: engine.EventTimer}}
		}
		a.apply(t, engine.Change{Op: "file" + string(r.Key), New: r, Events: event(1, engine.EventFiled, nil)})
		if i == 0 {
			continue // stays open
		}
		done := r
		done.Version, done.Status, done.StatusSince, done.Resolution = 2, core.Resolved, at.Add(core.Day), "fixed"
		a.apply(t, engine.Change{Op: "close" + string(r.Key), Expect: 1, Old: &r, New: done,
			Events: event(2, engine.EventStatus, map[string]string{"from": "pending", "to": "resolved", "note": "fixed"})})
	}
	return a
}

func (a archive) apply(t *testing.T, c engine.Change) {
	t.Helper()
	if _, err := a.db.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func (a archive) run(ctx context.Context, command string, args ...string) result {
	return program(ctx, a.env, "", append([]string{command, "-c", a.config}, args...)...)
}

func TestExportCSV(t *testing.T) {
	t.Parallel()
	a := newArchive(t, 3)
	out := filepath.Join(t.TempDir(), "risks.csv")
	r := a.run(t.Context(), "export", "--out", out, "--history")
	if r.code != exitFine || r.stdout != "wrote "+out+": 3 risks\n" || r.stderr != "" {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	info, err := os.Stat(out)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	rows, err := csv.NewReader(strings.NewReader(readFile(t, out))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[2][i]
	}
	for name, want := range map[string]string{
		"key": "R-2", "status": "resolved", "title": "'=Ledger 2", "description": "two\nlines, \"quoted\"", "discovered_at": "2026-01-11T10:00:00+08:00",
		"due_at": "", "submitter": "mei", "handlers": "lin, @oncall", "resolution": "fixed", "fields.loss": "'-2.5",
		"history": "2026-01-11T10:00:00+08:00 mei filed\n2026-01-11T10:00:00+08:00 mei status from=pending note=fixed to=resolved",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	if r := a.run(t.Context(), "export", "--out", out); r.code != exitMisused || !strings.Contains(r.stderr, "exists already") {
		t.Errorf("a file was replaced: exit %d %s", r.code, r.stderr)
	}
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if r := a.run(t.Context(), "export", "--module", "Web"); r.code != exitFine || strings.Count(r.stdout, "\n") != 1 || !strings.HasPrefix(r.stdout, "key,status,title") {
		t.Errorf("of no risk: exit %d\n%s", r.code, r.stdout)
	}
}

func TestExportLines(t *testing.T) {
	t.Parallel()
	a := newArchive(t, 4)
	keys := func(args ...string) string {
		t.Helper()
		r := a.run(t.Context(), "export", append([]string{"--format", "jsonl"}, args...)...)
		if r.code != exitFine {
			t.Fatalf("%v: exit %d\n%s", args, r.code, r.stderr)
		}
		var all []string
		for line := range strings.Lines(r.stdout) {
			var got exportedRisk
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %d", got.Key, len(got.Events)))
			if got.Title == "" || got.Submitter.Account.ID != "U0MEI" {
				t.Errorf("%+v", got)
			}
		}
		return strings.Join(all, ", ")
	}
	for want, args := range map[string][]string{
		"R-1 0, R-2 0, R-3 0, R-4 0": nil,
		"R-1 1, R-2 2, R-3 2, R-4 2": {"--history"},
		"R-2 0, R-3 0, R-4 0":        {"--status", "resolved,shelved", "--module", "Payments"},
		"R-1 0":                      {"--status", "Pending"},
		"R-3 0, R-4 0":               {"--since", "2026-01-12"},
	} {
		if got := keys(args...); got != want {
			t.Errorf("%v: %s, want %s", args, got, want)
		}
	}
	for arg, says := range map[string]string{
		"--status=done": `"done" is not one of pending, in_progress, resolved, shelved`, "--since=soon": "is not a day such as",
		"--format=xml": "is not one of csv, jsonl", "--out=no/such/folder/x": "no such file",
	} {
		if r := a.run(t.Context(), "export", arg); r.code == exitFine || !strings.Contains(r.stderr, says) {
			t.Errorf("%s: exit %d %s", arg, r.code, r.stderr)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := filepath.Join(t.TempDir(), "x")
	if r := a.run(ctx, "export", "--out", out); r.code != exitFailed {
		t.Errorf("interrupted: exit %d %s", r.code, r.stderr)
	}
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
		t.Errorf("an interrupted export leaves %v %v", left, err)
	}
}

func TestNoFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "a=1": "a=1", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "风险": "风险",
	} {
		if got := noFormula(cell); got != want {
			t.Errorf("%q: %q", cell, got)
		}
	}
}

// topic adds a topic with a key of its own, which ended at a time.
func (a archive) topic(t *testing.T, ended time.Time) {
	t.Helper()
	n, err := a.db.NextNumber(t.Context(), engine.Numbering{Topic: true, Op: ended.String()})
	if err != nil {
		t.Fatal(err)
	}
	key := core.MakeRiskKey("T", n.Number)
	err = a.db.ChangeGroup(t.Context(), engine.GroupUpdate{Group: engine.Group{
		Key: key, Ref: core.GroupRef{Workspace: "acme", ID: "C" + string(key)}, Rev: 1, Type: core.Topic, Topic: "Rounding",
		State: core.Ended, Ended: &engine.Closed{At: ended},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	a := newArchive(t, 5)
	run := engine.RunID{Risk: "R-3", Flow: "remind", Occurrence: "1"}
	err := a.db.Arm(t.Context(), "R-3", []engine.TimerChange{{Do: engine.ArmTimer, Run: run, Due: time.Now().Add(time.Hour), FlowHash: "hash"}})
	if err != nil {
		t.Fatal(err)
	}
	if r := a.run(t.Context(), "purge"); r.code != exitMisused || !strings.Contains(r.stderr, "Add --closed-before DATE") {
		t.Errorf("without a day: exit %d %s", r.code, r.stderr)
	}
	a.topic(t, filed.Add(core.Day))
	a.topic(t, filed.Add(30*core.Day))
	const list = `R-2 would be deleted, closed 2026-01-12 10:00:00: =Ledger 2
R-3 left out: a run of it has not ended: riskroom runs list
T-1 would be deleted, ended 2026-01-11 10:00:00: Rounding
2 would be deleted, 1 left out
Nothing has been deleted. To delete them for good, add --yes.
`
	for range 2 {
		if r := a.run(t.Context(), "purge", "--closed-before", "2026-01-14"); r.code != exitFine || r.stdout != list {
			t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	}
	if r := a.run(t.Context(), "purge", "--closed-before", "2026-01-14", "--lang", "zh-CN"); !strings.Contains(r.stdout, "R-2 将被删除，关闭于 2026-01-12 10:00:00：=Ledger 2\n") ||
		!strings.Contains(r.stdout, "R-3 已跳过：它有未结束的运行：riskroom runs list\n") {
		t.Errorf("in Chinese:\n%s", r.stdout)
	}
	want := strings.NewReplacer("would be deleted, closed", "deleted, closed", "would be deleted, ended", "deleted, ended", "2 would be", "2", "Nothing has been deleted. To delete them for good, add --yes.\n", "").Replace(list)
	if r := a.run(t.Context(), "purge", "--closed-before", "2026-01-14", "--yes"); r.code != exitFine || r.stdout != want {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r := a.run(t.Context(), "purge", "--closed-before", "2026-01-14", "--yes"); !strings.HasSuffix(r.stdout, "0 deleted, 1 left out\n") {
		t.Errorf("again: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	var left []core.RiskKey
	if err := a.db.All(t.Context(), "R", func(r core.Risk) error { left = append(left, r.Key); return nil }); err != nil || fmt.Sprint(left) != "[R-1 R-3 R-4 R-5]" {
		t.Errorf("left: %v %v", left, err)
	}
	trail, err := a.db.Trail(t.Context(), "R-0", "", 10)
	if err != nil || len(trail) != 2 || trail[1].Kind != engine.EventPurged || trail[1].Data["risk"] != "R-2" || trail[1].Actor.Name == "" || trail[0].Data["risk"] != "T-1" {
		t.Errorf("%+v %v", trail, err)
	}
}
