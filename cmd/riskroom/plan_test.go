package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/engine"
	"riskroom/core/store/storetest"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	overdue := engine.RunID{Risk: "R-1", Flow: "tell-the-handlers", Occurrence: "v2"}
	if err := d.db.Arm(t.Context(), "R-1", []engine.TimerChange{{Do: engine.ArmTimer, Run: overdue, Due: time.Now().Add(-time.Hour), FlowHash: "hash"}}); err != nil {
		t.Fatal(err)
	}
	late := engine.RunID{Risk: "R-0", Flow: "evenings", Occurrence: "1781234567890"}
	if err := d.db.Arm(t.Context(), "R-0", []engine.TimerChange{{Do: engine.ArmTimer, Run: late, Due: time.UnixMilli(1781234567890), FlowHash: "hash"}}); err != nil {
		t.Fatal(err)
	}
	changed := writeConfig(t, "timezone: Asia/Shanghai\n"+serveConfig+`
  remind-soon:
    trigger: { date_field: submitted_at, after: 2d }
    if: status == "pending"
    steps: [{ send_message: { to: [handlers], text: "{{ .key }} waits" } }]
  mornings:
    trigger: { schedule: "0 9 * * *" }
    steps: [{ send_message: { to: [handlers], text: "{{ .key }} is open" } }]
  evenings:
    trigger: { schedule: "0 18 * * *", digest: true }
    steps: [{ send_message: { to: [handlers], text: "{{ .count }} are open" } }]
  zoned:
    trigger: { date_field: submitted_at, after: 2d, at: "09:00", zone: recipient }
    steps: [{ send_message: { to: [handlers], text: "{{ .key }} waits" } }]
`)
	plan := func(args ...string) result {
		return program(t.Context(), d.env, "", append([]string{"plan", changed}, args...)...)
	}

	before, _ := d.db.Get(t.Context(), "R-1")
	r := plan()
	for _, want := range []string{
		"Compared with 1 risk that is open or has a timer.\n", "\nremind: not in the file\n  1 timer is dropped\n    R-1: ",
		"\nremind-soon\n  1 timer is added\n    R-1: ", "\ntell-the-handlers\n  2 runs keep their earlier text\n",
		"\n! DUE AT ONCE: 2 runs, with 0 messages\n", "\n  R-0/evenings/1781234567890, R-1/tell-the-handlers/v2\n",
		"\nmornings\n  1 timer is added\n    schedules: ", "\nevenings\n  1 timer stays and follows the new text\n    schedules: ",
		"\n  1 schedule is due, whose messages are not counted\n",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("it does not say %q:\n%s%s", want, r.stdout, r.stderr)
		}
	}
	if at, ok := strings.CutPrefix(r.stdout[strings.Index(r.stdout, "zoned\n"):], "zoned\n  1 timer is added\n    R-1: "); !ok || at[10:16] != " 09:00" {
		t.Errorf("what is due by each recipient's clock isn't shown at nine:\n%s", r.stdout)
	}
	if r.code != exitFine || r.stderr != "" {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	var got plannedFile
	r = plan("--format", "json", "--all")
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Risks != 1 || len(got.Flows) != 6 ||
		got.Flows[2].Dropped.Timers[0].Run != d.ahead.String() || got.Flows[3].Added.Count != 1 || got.AtOnce.Count != 2 || got.AtOnce.Walks != 1 {
		t.Errorf("as JSON: %v\n%s", err, r.stdout)
	}
	if r := plan("--lang", "zh-CN"); !strings.Contains(r.stdout, "remind：文件中没有\n  删除 1 个定时器\n") || !strings.Contains(r.stdout, "\n    定时计划：") {
		t.Errorf("in Chinese:\n%s%s", r.stdout, r.stderr)
	}
	if after, _ := d.db.Get(t.Context(), "R-1"); len(after.Runs) != len(before.Runs) || after.Risk.Version != before.Risk.Version {
		t.Errorf("it changed the risk: %+v", after)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitMisused, "which config file?"},
		{[]string{changed, "--format", "xml"}, exitMisused, "xml"},
		{[]string{writeConfig(t, "flows: 3\n")}, exitFailed, "flows"},
	} {
		if r := program(t.Context(), d.env, "", append([]string{"plan"}, c.args...)...); r.code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%v: exit %d, %s", c.args, r.code, r.stderr)
		}
	}
}

// Commands that read write nothing: they neither create a database nor upgrade one.
func TestReadersWriteNothing(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	other := storetest.Start(t)
	empty := map[string]string{"REDIS_URL": other.URL, "PREFIX": storetest.Prefix()}
	readers := func(config string) [][]string {
		return [][]string{
			{"plan", config}, {"why", "R-1", "-c", config}, {"runs", "list", "-c", config}, {"runs", "show", d.parked.String(), "-c", config},
			{"export", "-c", config}, {"render", config, "tell-the-handlers", "--risk", "R-1"},
		}
	}
	folder := filepath.Join(t.TempDir(), "none")
	for _, args := range readers(writeConfig(t, keptIn(folder))) {
		if r := program(t.Context(), nil, "", args...); r.code != exitFailed || !strings.Contains(r.stderr, "the private redis in "+folder+" has no risks yet") {
			t.Errorf("%s without a data folder: %+v", args, r)
		}
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s has created the data folder: %v", args, err)
		}
	}
	for _, args := range readers(d.config) {
		if r := program(t.Context(), empty, "", args...); r.code != exitFailed || !strings.Contains(r.stderr, "has no risks yet") {
			t.Errorf("%s without a database: %+v", args, r)
		}
	}
	client := dbAt(t, other.URL)
	if keys := client.Keys(t.Context(), empty["PREFIX"]+"*").Val(); len(keys) > 0 {
		t.Errorf("they have written %q", keys)
	}
	client = dbAt(t, d.env["REDIS_URL"])
	meta := d.env["PREFIX"] + ":meta"
	if err := client.HSet(t.Context(), meta, "schema", 2).Err(); err != nil {
		t.Fatal(err)
	}
	before := client.HGetAll(t.Context(), meta).Val()
	for _, args := range readers(d.config) {
		if r := program(t.Context(), d.env, "", args...); r.code != exitFailed || !strings.Contains(r.stderr, "was written by an older riskroom") {
			t.Errorf("%s of an older version: %+v", args, r)
		}
	}
	if after := client.HGetAll(t.Context(), meta).Val(); !maps.Equal(before, after) {
		t.Errorf("they have changed %v to %v", before, after)
	}
}

// dbAt connects to a Redis.
func dbAt(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	db := redis.NewClient(o)
	t.Cleanup(func() { _ = db.Close() })
	return db
}
