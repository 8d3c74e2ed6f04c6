package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
	"riskroom/core/text"
)

// runsBundle is a Redis with one risk, a parked run, and one that is still to come.
type runsBundle struct {
	db            *store.Store
	env           map[string]string
	config        string
	parked, ahead engine.RunID
}

func newRunsBundle(t *testing.T) runsBundle {
	t.Helper()
	redis, prefix := storetest.Start(t), storetest.Prefix()
	d := runsBundle{
		db:     redis.Open(t, store.Options{Prefix: prefix}),
		env:    map[string]string{"REDIS_URL": redis.URL, "PREFIX": prefix}, // no secret of the workspace
		config: writeConfig(t, "timezone: Asia/Shanghai\n"+serveConfig),
		parked: engine.RunID{Risk: "R-1", Flow: "tell-the-handlers", Occurrence: "v1"},
		ahead:  engine.RunID{Risk: "R-1", Flow: "remind", Occurrence: "1781234567890"},
	}
	now := time.Now().UTC().Truncate(time.Second) // as events show it
	risk := core.Risk{
		Key: "R-1", Version: 1, Home: "acme", Title: "Ledger", Module: "Payments", Severity: core.Medium, Status: core.Pending,
		DiscoveredAt: now, SubmittedAt: now, StatusSince: now, Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U0MEI"}},
	}
	timer := func(id engine.RunID, due time.Time) engine.TimerChange {
		return engine.TimerChange{Do: engine.ArmTimer, Run: id, Due: due, FlowHash: "hash",
			Event: &engine.Event{At: now, V: 1, Kind: engine.EventTimer, Run: id.String(), Data: map[string]string{"due": due.Format(time.RFC3339)}}}
	}
	_, err := d.db.Apply(t.Context(), engine.Change{
		Op: "file", New: risk, Timers: []engine.TimerChange{timer(d.parked, now.Add(-time.Second)), timer(d.ahead, now.Add(24*time.Hour))},
		Events: []engine.Event{{At: now, V: 1, Kind: engine.EventFiled}},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.park(t)
	return d
}

// park claims the run that is due and parks it.
func (d runsBundle) park(t *testing.T) {
	t.Helper()
	runs, _, err := d.db.Claim(t.Context(), "", 1, 15*time.Second)
	if err != nil || len(runs) != 1 || runs[0].ID != d.parked {
		t.Fatalf("claimed %v: %v", runs, err)
	}
	_, err = d.db.Complete(t.Context(), engine.Complete{
		Lease: engine.Lease{Run: d.parked, Until: runs[0].At}, To: engine.Parked, Reason: "unsure",
		Events: []engine.Event{{At: time.Now(), V: 1, Kind: engine.EventParked, Run: d.parked.String(), Data: map[string]string{"code": "unsure"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (d runsBundle) runs(t *testing.T, args ...string) result {
	t.Helper()
	return program(t.Context(), d.env, "", append([]string{"runs", args[0], "-c", d.config}, args[1:]...)...)
}

func TestRuns(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)

	r := d.runs(t, "list")
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if r.code != exitFine || len(lines) != 3 || !strings.Contains(lines[1], d.parked.String()+"  parked") ||
		!strings.Contains(lines[1], "it is unknown whether its last call happened") || !strings.Contains(lines[2], d.ahead.String()) {
		t.Errorf("list: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r.stderr != "" {
		t.Errorf("list warns of secrets that it does not need:\n%s", r.stderr)
	}

	var list []listedRun
	r = d.runs(t, "list", "--format", "json")
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil || len(list) != 2 || list[0].Reason != "unsure" || list[1].State != "armed" {
		t.Errorf("list as JSON: %v\n%s", err, r.stdout)
	}
	if r = d.runs(t, "list", "--limit", "1"); !strings.Contains(r.stderr, "only the first 1") || strings.Contains(r.stdout, d.ahead.String()) {
		t.Errorf("list of one: %s%s", r.stdout, r.stderr)
	}

	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(lines[0], "DUE (Asia/Shanghai)") {
		t.Errorf("list does not show its time zone: %s", lines[0])
	}
	r = d.runs(t, "show", d.parked.String())
	for _, want := range []string{
		"state  parked", "armed for " + clockTime(list[0].Due, zone), "(Asia/Shanghai)", "parked, needs a person: it is unknown",
		"riskroom runs retry " + d.parked.String(),
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("show does not say %q:\n%s%s", want, r.stdout, r.stderr)
		}
	}
	var shown shownRun
	r = d.runs(t, "show", "--format", "json", d.parked.String())
	if err := json.Unmarshal([]byte(r.stdout), &shown); err != nil || shown.State != "parked" || len(shown.Trail) != 2 {
		t.Errorf("show as JSON: %v\n%s", err, r.stdout)
	}
}

// TestRunsOfNoRisk checks what show says instead of a risk.
func TestRunsOfNoRisk(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	for flow, says := range map[string]string{"mornings": "schedules", engine.NoticeFlow: "notices"} {
		id := engine.RunID{Risk: "R-0", Flow: flow, Occurrence: "1781234567890"}
		if err := d.db.Arm(t.Context(), "R-0", []engine.TimerChange{{Do: engine.ArmTimer, Run: id, Due: time.Now(), FlowHash: "hash"}}); err != nil {
			t.Fatal(err)
		}
		if r := d.runs(t, "show", id.String()); !strings.Contains(r.stdout, "\n  risk   "+says+"\n") {
			t.Errorf("show:\n%s%s", r.stdout, r.stderr)
		}
	}
}

// TestOmittedText checks what show says that a digest left out.
func TestOmittedText(t *testing.T) {
	t.Parallel()
	for want, data := range map[string]map[string]string{
		"left out risks, 31 in all, the first of them R-3, R-1: its condition could not be evaluated":       {"code": "condition_failed", "count": "31", "first": "R-3, R-1"},
		"left out risks, 1 in all, the first of them R-2: the people to send to could not be evaluated":     {"code": engine.PeopleFailed, "count": "1", "first": "R-2"},
		"left out risks, 1 in all, the first of them R-1: they may have had their run, more than a day ago": {"code": "forgotten", "count": "1", "first": "R-1"},
		"sends nothing to acme/WEI, because a digest has at most 2000 messages":                             {"code": engine.TooManyMessages, "most": "2000", "first": "acme/WEI"},
		"sends nothing to acme/WEI and others, because a digest has at most 2000 messages":                  {"code": engine.TooManyMessages, "most": "2000", "first": "acme/WEI", "more": "true"},
	} {
		if got := eventText(engine.Event{Kind: engine.EventOmitted, Data: data}, time.UTC).String(); !strings.Contains(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(got), want) {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
}

// TestRunsThatWait checks that a parked run lists those that wait for its group.
func TestRunsThatWait(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	waits := engine.RunID{Risk: "R-1", Flow: "announce", Occurrence: "v1"}
	now := time.Now()
	if err := d.db.Arm(t.Context(), "R-1", []engine.TimerChange{{Do: engine.ArmTimer, Run: waits, Due: now.Add(-time.Second), FlowHash: "hash"}}); err != nil {
		t.Fatal(err)
	}
	runs, _, err := d.db.Claim(t.Context(), "", 1, 15*time.Second)
	if err != nil || len(runs) != 1 {
		t.Fatalf("claimed %v: %v", runs, err)
	}
	_, err = d.db.Complete(t.Context(), engine.Complete{
		Lease: engine.Lease{Run: waits, Until: runs[0].At}, To: engine.Waiting, Until: now.Add(time.Hour), Reason: engine.AwaitsGroup,
		Events: []engine.Event{{At: now, V: 1, Kind: engine.EventDeferred, Run: waits.String(),
			Data: map[string]string{"code": engine.AwaitsGroup, "for": d.parked.String()}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := d.runs(t, "show", d.parked.String()); !strings.Contains(r.stdout, "Runs that wait for its group:\n  "+waits.String()) {
		t.Errorf("show says\n%s%s", r.stdout, r.stderr)
	}
	if r := d.runs(t, "show", waits.String()); !strings.Contains(r.stdout, "it waits for the run that creates the risk's group, "+d.parked.String()) {
		t.Errorf("show says\n%s%s", r.stdout, r.stderr)
	}
}

// TestRunsOfRiskroomItself checks that show says what a built-in flow does, and what a run of
// it waits for.
func TestRunsOfRiskroomItself(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	closes := engine.RunID{Risk: "R-1", Flow: engine.CloseFlow, Occurrence: "1781234567890"}
	now := time.Now()
	if err := d.db.Arm(t.Context(), "R-1", []engine.TimerChange{{Do: engine.ArmTimer, Run: closes, Due: now.Add(-time.Second)}}); err != nil {
		t.Fatal(err)
	}
	runs, _, err := d.db.Claim(t.Context(), "", 1, 15*time.Second)
	if err != nil || len(runs) != 1 {
		t.Fatalf("claimed %v: %v", runs, err)
	}
	_, err = d.db.Complete(t.Context(), engine.Complete{
		Lease: engine.Lease{Run: closes, Until: runs[0].At}, To: engine.Waiting, Until: now.Add(24 * time.Hour), Next: true, Reason: "announced",
	})
	if err != nil {
		t.Fatal(err)
	}
	r := d.runs(t, "show", closes.String())
	for _, want := range []string{"flow   _close: closes the channel of a closed risk\n", "its notice is in the channel"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("show does not say %q:\n%s%s", want, r.stdout, r.stderr)
		}
	}
}

// TestRunInAWait compares what show says of a run whose step is a wait with a golden file, in
// both languages.
func TestRunInAWait(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	id := engine.RunID{Risk: "R-1", Flow: "escalate", Occurrence: "v1"}
	due := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	until := time.Date(2099, 3, 2, 1, 0, 0, 0, time.UTC) // the golden file has it, and the run must wait
	event := func(kind, step string, data map[string]string) engine.Event {
		return engine.Event{At: due, V: 1, Kind: kind, Run: id.String(), Step: step, Data: data}
	}
	armed := event(engine.EventTimer, "", map[string]string{"due": due.Format(time.RFC3339)})
	if err := d.db.Arm(t.Context(), "R-1", []engine.TimerChange{{Do: engine.ArmTimer, Run: id, Due: due, FlowHash: "hash", Event: &armed}}); err != nil {
		t.Fatal(err)
	}
	runs, _, err := d.db.Claim(t.Context(), "", 1, 15*time.Second)
	if err != nil || len(runs) != 1 {
		t.Fatalf("claimed %v: %v", runs, err)
	}
	done, err := d.db.Complete(t.Context(), engine.Complete{
		Lease: engine.Lease{Run: id, Until: runs[0].At}, To: engine.Running, Until: runs[0].At.Add(time.Second), Next: true,
		Events: []engine.Event{
			event(engine.EventFired, "", map[string]string{"late": "0"}),
			event(engine.EventStep, "1", map[string]string{"action": "send_message", "done": "acme/UWEI, acme/UMEI", "apart.not_sent": "acme/UMEI", "apart.message_gone": "acme/UWEI"}),
			event(engine.EventStep, "2", map[string]string{"action": "send_group_message", "done": "acme/CROOM", "apart": "another_group"}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.db.Complete(t.Context(), engine.Complete{
		Lease: done.Lease, To: engine.Waiting, Until: until, Step: 1, Reason: engine.StepWaits,
		Events: []engine.Event{event(engine.EventDeferred, "2", map[string]string{"code": engine.StepWaits, "until": until.Format(time.RFC3339)})},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "runs-show-wait.txt", d.runs(t, "show", id.String()).stdout)
	golden(t, "runs-show-wait-chinese.txt", d.runs(t, "show", "--lang", "zh-CN", id.String()).stdout)
}

// TestRunsThatFolded checks that the list says how many ended runs aren't kept.
func TestRunsThatFolded(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	for v := range 8 {
		id := engine.RunID{Risk: "R-1", Flow: "announce", Occurrence: fmt.Sprint("v", v+2)}
		if err := d.db.Arm(t.Context(), "R-1", []engine.TimerChange{{Do: engine.ArmTimer, Run: id, Due: time.Now().Add(-time.Second), FlowHash: "hash", Data: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
		runs, _, err := d.db.Claim(t.Context(), "", 1, 15*time.Second)
		if err != nil || len(runs) != 1 {
			t.Fatalf("claimed %v: %v", runs, err)
		}
		if _, err := d.db.Complete(t.Context(), engine.Complete{Lease: engine.Lease{Run: id, Until: runs[0].At}, To: engine.Finished}); err != nil {
			t.Fatal(err)
		}
	}
	if r := d.runs(t, "list"); !strings.HasSuffix(r.stdout, "\n\nNot kept: 3 ended runs of events, repeats and schedules, of open risks.\n") {
		t.Errorf("list says\n%s%s", r.stdout, r.stderr)
	}
}

// TestRunsByRecipientsClock: a run that each recipient's clock decides about is listed at its time
// by the file's clock, not at that of the earliest time zone.
func TestRunsByRecipientsClock(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	d.config = writeConfig(t, "timezone: Asia/Shanghai\n"+serveConfig+`
  zoned:
    trigger: { date_field: discovered_at, after: 1d, at: "09:00", zone: recipient }
    steps: [{ send_message: { to: [handlers], text: "{{ .key }} waits" } }]
`)
	found := time.Date(2035, 3, 2, 8, 0, 0, 0, time.UTC)
	id := engine.RunID{Risk: "R-1", Flow: "zoned", Occurrence: fmt.Sprint(found.UnixMilli())}
	if err := d.db.Arm(t.Context(), "R-1", []engine.TimerChange{{Do: engine.ArmTimer, Run: id, Due: found.Add(11 * time.Hour), FlowHash: "hash"}}); err != nil {
		t.Fatal(err)
	}
	const nine = "2035-03-03 09:00:00"
	if r := d.runs(t, "list"); !strings.Contains(r.stdout, nine+"  "+nine) {
		t.Errorf("list says\n%s%s", r.stdout, r.stderr)
	}
	if r := d.runs(t, "show", id.String()); strings.Count(r.stdout, nine) != 2 {
		t.Errorf("show says\n%s%s", r.stdout, r.stderr)
	}
}

func TestRunsByHand(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	state := func(id engine.RunID) engine.RunState {
		run, err := d.db.Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return run.State
	}

	if r := d.runs(t, "retry", d.ahead.String()); r.code != exitFailed || !strings.Contains(r.stderr, "only a parked run can be retried; this one is armed") {
		t.Errorf("retry of one that is armed: exit %d %s", r.code, r.stderr)
	}
	if r := d.runs(t, "retry", d.parked.String()); r.code != exitFine || state(d.parked) == engine.Parked {
		t.Errorf("retry: exit %d, the run is %s %s", r.code, state(d.parked), r.stderr)
	}
	if r := d.runs(t, "drop", d.ahead.String(), "R-9/gone/1"); r.code != exitFailed || state(d.ahead) != engine.Cancelled ||
		!strings.Contains(r.stdout, "dropped") || !strings.Contains(r.stderr, "R-9/gone/1: there is no such run") {
		t.Errorf("drop: exit %d, the run is %s\n%s%s", r.code, state(d.ahead), r.stdout, r.stderr)
	}
	r := d.runs(t, "show", "\u200b"+strings.ReplaceAll(d.ahead.String(), "-", "\u2011")+"\u00a0") // as copied from a document
	if !strings.Contains(r.stdout, "requested: drop") {
		t.Errorf("the trail lacks the request:\n%s", r.stdout)
	}
}

func TestRunsMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"runs"}, exitMisused, "list, show, retry or drop"},
		{[]string{"runs", "lst"}, exitMisused, `unknown command "lst"`},
		{[]string{"runs", "list"}, exitMisused, "--config FILE"},
		{[]string{"runs", "show"}, exitMisused, "which run?"},
		{[]string{"runs", "show", "R-1"}, exitMisused, "they look like R-17/flow"},
		{[]string{"runs", "drop", "-c", "testdata/absent.yaml"}, exitMisused, "which runs?"},
		{[]string{"runs", "list", "-c", "testdata/bad.yaml"}, exitFailed, "unknown time zone"},
		{[]string{"runs", "list", "-c", "testdata/good.yaml", "--limit", "0"}, exitMisused, "--limit"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			r := program(t.Context(), nil, "", c.args...)
			if r.code != c.code || !strings.Contains(r.stderr, c.says) {
				t.Errorf("exit %d, want %d; stderr does not say %q:\n%s", r.code, c.code, c.says, r.stderr)
			}
		})
	}
}

// TestRunsInChinese checks the texts, their columns, and that JSON stays as it is.
func TestRunsInChinese(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	r := d.runs(t, "list", "--lang", "zh-CN")
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], "应执行时间（Asia/Shanghai）") || !strings.Contains(lines[1], "待人工处理") {
		t.Fatalf("list:\n%s%s", r.stdout, r.stderr)
	}
	column := func(line, cell string) int {
		before, _, _ := strings.Cut(line, cell)
		return text.Cells(before)
	}
	for head, cells := range map[string][]string{"状态": {"待人工处理", "待执行"}, "原因": {"无法确定", ""}} {
		for i, cell := range cells {
			if cell != "" && column(lines[0], head) != column(lines[i+1], cell) {
				t.Errorf("%s is not below %s:\n%s", cell, head, r.stdout)
			}
		}
	}
	r = d.runs(t, "show", "--lang", "zh-CN", d.parked.String())
	for _, want := range []string{"  状态        待人工处理，第 1 步\n", "定于 ", "待人工处理：无法确定", "riskroom runs retry " + d.parked.String()} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("show does not say %q:\n%s%s", want, r.stdout, r.stderr)
		}
	}
	for _, args := range [][]string{{"list", "--format", "json"}, {"show", "--format", "json", d.parked.String()}} {
		if chinese := d.runs(t, append(args, "--lang", "zh-CN")...); chinese.stdout != d.runs(t, args...).stdout || chinese.stdout == "" {
			t.Errorf("%v depends on the language:\n%s", args, chinese.stdout)
		}
	}
	if r = d.runs(t, "retry", "--lang", "zh-CN", d.ahead.String()); r.code != exitFailed || !strings.Contains(r.stderr, "此运行的状态是：待执行") {
		t.Errorf("retry: exit %d %s", r.code, r.stderr)
	}
	if r = d.runs(t, "drop", "--lang", "zh-CN", d.ahead.String()); r.code != exitFine || r.stdout != d.ahead.String()+"：已放弃\n" {
		t.Errorf("drop: exit %d %s%s", r.code, r.stdout, r.stderr)
	}
}
