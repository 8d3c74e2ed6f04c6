package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"riskroom/core/store/storetest"
)

// TestSimulate prints timelines of a scenario on both platforms.
func TestSimulate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ golden, flags string }{
		{"simulate.txt", ""},
		{"simulate-contents.txt", "--contents --risk R-2"},
		{"simulate-chinese.txt", "--lang zh-CN"},
		{"simulate-outage.txt", "--risk R-1 --down 2026-03-03T08:00/2026-03-05T12:00"},
		{"simulate-outage-chinese.txt", "--risk R-1 --down 2026-03-03T08:00/2026-03-05T12:00 --lang zh-CN"},
		{"simulate.json", "--format json --risk R-1 --for 25h"},
	} {
		r := program(t.Context(), nil, "", append([]string{"simulate", "testdata/both.yaml", "--risks", "testdata/scenario.yaml"}, strings.Fields(c.flags)...)...)
		if r.code != exitFine || r.stderr != "" {
			t.Errorf("%s: exit %d, %s", c.flags, r.code, r.stderr)
		}
		golden(t, c.golden, r.stdout)
	}
}

// TestSimulateDraws writes a picture of each risk that is well-formed, whatever is in its texts.
func TestSimulateDraws(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pictures")
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", "testdata/scenario.yaml", "--svg", dir)
	if r.code != exitFine {
		t.Fatalf("exit %d, %s", r.code, r.stderr)
	}
	golden(t, "simulate.svg", readFile(t, filepath.Join(dir, "R-2.svg")))
	one := readFile(t, filepath.Join(dir, "R-1.svg"))
	var root struct {
		XMLName xml.Name `xml:"svg"`
	}
	if err := xml.Unmarshal([]byte(one), &root); err != nil || !strings.Contains(one, "R-1 Ledger &amp; off by a cent") {
		t.Errorf("%v\n%s", err, one)
	}
}

// TestSimulateOutage shows an outage as JSON and in each picture, those of risks that are filed after it too.
func TestSimulateOutage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", "testdata/scenario.yaml", "--for", "3h", "--svg", dir, "--format", "json",
		"--down", "2026-03-02T09:10/2026-03-02T09:20")
	for _, want := range []string{`"at": "2026-03-02T08:10:00Z",
      "what": "stopped",
      "until": "2026-03-02T08:20:00Z"`, `"what": "started"`} {
		if r.code != exitFine || !strings.Contains(r.stdout, want) {
			t.Errorf("exit %d, no %s in\n%s\n%s", r.code, want, r.stdout, r.stderr)
		}
	}
	for _, name := range []string{"R-1.svg", "R-2.svg"} {
		picture := readFile(t, filepath.Join(dir, name))
		for _, want := range []string{">09:10  riskroom isn&#39;t running until 2026-03-02 09:20<", ">09:20  riskroom is running again<", `class="head">R-`} {
			if strings.Count(picture, want) != 1 {
				t.Errorf("%s has %q %d times", name, want, strings.Count(picture, want))
			}
		}
	}
}

// TestSimulateOutageMistakes reports all that is wrong with outages, and simulates nothing.
func TestSimulateOutageMistakes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "scenario.yaml")
	const scenario = `start: "2026-03-02 09:00"
for: 2d
risks:
  - { title: During, filed: "2026-03-02 10:30", fields: { amount: 1, impact: all, experts: wei } }
actions:
  - { at: "2026-03-02 12:00", by: mei, do: /risk list }
down:
  - { from: "2026-03-02 10:00", until: "2026-03-02 12:00" }
  - { from: "2026-03-02 11:00", until: "2026-03-02 11:30" }
  - { from: "2026-03-02 10:00", until: "2026-03-02 09:00" }
  - { from: "2026-03-01 09:00", until: "2026-03-02 09:00" }
  - { from: "2026-03-04 08:59", until: "2026-03-04 09:01" }
`
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	for lang, wants := range map[string][]string{
		"en": {
			`4:7: mei files "During" at 2026-03-02 10:30, but riskroom isn't running from 2026-03-02 10:00 until 2026-03-02 12:00` + "\n  = choose a time",
			"9:7: this outage begins at 2026-03-02 11:00, during the one from 2026-03-02 10:00 until 2026-03-02 12:00\n  = write one",
			"10:7: this outage ends at 2026-03-02 09:00, which isn't after its beginning, 2026-03-02 10:00\n  = choose",
			"11:7: this outage begins at 2026-03-01 09:00, before the start, 2026-03-02 09:00\n  = choose",
			"12:7: this outage ends at 2026-03-04 09:01, after the end, 2026-03-04 09:00\n  = choose", "riskroom: 5 errors; nothing was simulated",
		},
		"zh-CN": {`4:7: mei 填报 "During"（2026-03-02 10:30），但 riskroom 从 2026-03-02 10:00 到 2026-03-02 12:00 没有运行`, "9:7: 这次停机", "10:7: 这次停机", "11:7: 这次停机", "12:7: 这次停机", "5 个错误；没有模拟"},
	} {
		r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", file, "--lang", lang)
		for _, want := range wants {
			if r.code != exitFailed || r.stdout != "" || !strings.Contains(r.stderr, want) {
				t.Errorf("exit %d, no %q in\n%s", r.code, want, r.stderr)
			}
		}
	}
}

// TestSimulateDrawsSchedules writes a picture of the lists of schedules, beside those of risks.
func TestSimulateDrawsSchedules(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := program(t.Context(), nil, "", "simulate", filepath.Join(root, "configs/monday-digest.yaml"), "--from", "2026-03-02", "--for", "8d", "--svg", dir)
	if r.code != exitFine {
		t.Fatalf("exit %d, %s", r.code, r.stderr)
	}
	golden(t, "simulate-schedules.svg", readFile(t, filepath.Join(dir, "schedules.svg")))
	if one := readFile(t, filepath.Join(dir, "R-1.svg")); strings.Contains(one, "monday-digest") || !strings.Contains(one, "overdue") {
		t.Errorf("the picture of R-1 is\n%s", one)
	}
}

// TestSimulateNamesOnce names somebody with two cards once when these are updated, and says that a
// command is about no risk.
func TestSimulateNamesOnce(t *testing.T) {
	t.Parallel()
	scenario := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(scenario, []byte(`start: "2026-03-02 09:00"
risks: [{ title: Ledger, by: mei, module: Payments, due_at: 2026-03-03, severity: high, filed: "2026-03-02 10:00" }]
actions: [{ at: "2026-03-02 09:30", by: mei, do: /risk list }, { at: "2026-03-06 12:00", by: mei, do: /risk start R-1 }]
`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, "", "simulate", filepath.Join(root, "configs/reminders.yaml"), "--risks", scenario, "--for", "6d")
	for _, want := range []string{"\n  no risk\n    09:30  mei types /risk list\n", "the card for lin is updated\n"} {
		if r.code != exitFine || !strings.Contains(r.stdout, want) {
			t.Errorf("exit %d, no %q in\n%s\n%s", r.code, want, r.stdout, r.stderr)
		}
	}
}

// TestSimulateShowsReplies simulates a flow that replies to the handlers, and tells their lead.
func TestSimulateShowsReplies(t *testing.T) {
	t.Parallel()
	scenario := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(scenario, []byte("risks: [{ title: Ledger, by: mei, module: Payments, due_at: 2026-03-03, severity: high }]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(flags ...string) string {
		r := program(t.Context(), nil, "", append([]string{"simulate", filepath.Join(root, "configs/steps.yaml"), "--risks", scenario, "--from", "2026-03-02", "--for", "3d"}, flags...)...)
		if r.code != exitFine {
			t.Fatalf("exit %d, %s", r.code, r.stderr)
		}
		return r.stdout
	}
	for lang, wants := range map[string][]string{
		"en":    {"overdue: reply to wei: R-1 is still overdue", "overdue: message to lin: R-1 is still overdue", "team-channel: reply in #c0payments: @wei"},
		"zh-CN": {"overdue：回复 wei：R-1 is still overdue", "overdue：发送给 lin：R-1 is still overdue", "team-channel：在 #c0payments 中回复：@wei"},
	} {
		out := run("--lang", lang)
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing:\n%s", want, out)
			}
		}
	}
	if n := strings.Count(run("--format", "json"), `"is_reply": true`); n != 2 {
		t.Errorf("%d replies", n)
	}
}

// TestSimulateShipped simulates each shipped config with made-up risks: flows of every kind act.
func TestSimulateShipped(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "configs/*.yaml"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%q, %v", files, err)
	}
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.yaml") })
	for _, file := range sampled(files) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			r := program(t.Context(), nil, "", "simulate", file, "--format", "json", "--from", "2026-03-02 09:00", "--for", "10d")
			var out struct {
				Events []struct{ What, Flow string }
			}
			if err := json.Unmarshal([]byte(r.stdout), &out); err != nil || r.code != exitFine || r.stderr != "" {
				t.Fatalf("exit %d, %v, %s", r.code, err, r.stderr)
			}
			messages := 0
			for _, e := range out.Events {
				if e.What == "message" && !strings.HasPrefix(e.Flow, "_") {
					messages++
				}
			}
			if messages == 0 {
				t.Errorf("no flow sends a message: %v", out.Events)
			}
		})
	}
}

// TestSimulateTable reads the risks from a table as export writes it.
func TestSimulateTable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table := filepath.Join(dir, "risks.csv")
	const header = "key,status,title,module,severity,discovered_at,due_at,submitter,submitted_at,handlers,fields.amount,fields.impact,fields.experts\n"
	write := func(rows string) {
		if err := os.WriteFile(table, []byte(header+rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`R-7,pending,'=Ledger,Payments,high,2026-03-01T15:00:00+01:00,,mei,2026-03-02T09:30:00+01:00,"lin, wei",12.5,all,wei
R-8,resolved,Closed,Payments,low,2026-03-01T15:00:00+01:00,,mei,2026-03-02T08:30:00+01:00,lin,1,team,wei
`)
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", table, "--for", "1d")
	if r.code != exitFine || !strings.Contains(r.stdout, "from 2026-03-02 09:30 to 2026-03-03 09:30") ||
		!strings.Contains(r.stdout, "R-1 =Ledger") || !strings.Contains(r.stdout, "message to lin, wei") || strings.Contains(r.stdout, "Closed") {
		t.Errorf("exit %d, %s\n%s", r.code, r.stderr, r.stdout)
	}
	write("R-7,pending,Ledger,Paymnts,bad,soon,,mei,,lin,many,all,wei\n")
	r = program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", table)
	for _, want := range []string{
		`risks.csv:2:20: "Paymnts": did you mean "Payments"?`, `risks.csv:2:28: "bad": known: low`, `risks.csv:2:32: "soon" is not a moment`, `"many" is not a number`, "4 errors; nothing was simulated",
	} {
		if !strings.Contains(r.stderr, want) || r.code != exitFailed {
			t.Errorf("exit %d, no %q in\n%s", r.code, want, r.stderr)
		}
	}
}

// TestSimulateWarns has more groups due at nine than Slack lets an app create.
func TestSimulateWarns(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	rows.WriteString("title,discovered_at,submitted_at,fields.amount,fields.impact,fields.experts\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "Ledger %d,2026-03-02,2026-03-02T10:00:00Z,1,all,wei\n", i)
	}
	table := filepath.Join(t.TempDir(), "risks.csv")
	if err := os.WriteFile(table, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", table, "--for", "3d", "--risk", "R-1")
	if r.code != exitFine || !strings.Contains(r.stdout, "warning: the flow open-a-group can't keep its schedule") || !strings.Contains(r.stdout, "conversations.create") {
		t.Errorf("exit %d, %s\n%s", r.code, r.stderr, r.stdout)
	}
}

// TestSimulateWarnsOfInput checks that what isn't played as it is written is said.
func TestSimulateWarnsOfInput(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "scenario.yaml")
	const scenario = `start: "2026-03-02 09:00"
for: 2d
risks:
  - { title: Early, filed: "2026-03-01 09:00", fields: { amount: 1, impact: all, experts: wie } }
  - { title: Late, filed: "2026-03-05 09:00", fields: { amount: 1, impact: all, experts: wei } }
actions:
  - { at: "2026-03-02 10:00", by: mei, do: /risk take R-9 }
  - { at: "2026-03-02 10:00", by: mei, do: /risk take R-9, refused: true }
  - { at: "2026-03-06 10:00", by: lin, do: /risk resolve R-1 }
`
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	for lang, wants := range map[string][]string{
		"en": {
			`4:91: warning: the config file has no person named "wie": did you mean "wei"?`,
			"4:7: warning: this is before the start, 2026-03-02 09:00, so it happens then\n  = choose a later time",
			"5:7: warning: this is after the end, 2026-03-04 09:00, so it is left out\n  = choose an earlier time",
			"9:7: warning: this is after the end", "7:7: warning: /risk take R-9 does nothing, because it is refused: ",
		},
		"zh-CN": {"4:7: 警告：这早于开始时间", "5:7: 警告：这晚于结束时间", "7:7: 警告：/risk take R-9 没有任何效果，因为被拒绝："},
	} {
		r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", file, "--lang", lang)
		for _, want := range wants {
			if r.code != exitFine || !strings.Contains(r.stderr, want) {
				t.Errorf("exit %d, no %q in\n%s", r.code, want, r.stderr)
			}
		}
		if strings.Contains(r.stderr, ":8:") {
			t.Errorf("a refusal that is expected:\n%s", r.stderr)
		}
	}
}

// TestSimulateSchedules checks that messages of digests are listed under schedules.
func TestSimulateSchedules(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"en": "\n  schedules\n    09:00  monday-digest: ", "zh-CN": "\n  定时计划\n    09:00  monday-digest："} {
		r := program(t.Context(), nil, "", "simulate", "../../configs/monday-digest.yaml", "--from", "2026-03-06 12:00", "--for", "4d", "--lang", lang)
		if r.code != exitFine || !strings.Contains(r.stdout, want) || strings.Contains(r.stdout, "R-0") {
			t.Errorf("exit %d, %s\n%s", r.code, r.stderr, r.stdout)
		}
	}
}

// TestSimulateContactsNobody looks no name up, although nothing in the file is emulated yet.
func TestSimulateContactsNobody(t *testing.T) { // not parallel: it replaces the resolver
	asked := []string{}
	resolver := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(_ context.Context, _, addr string) (net.Conn, error) {
		asked = append(asked, addr)
		return nil, errors.New("nobody may be asked")
	}}
	defer func() { net.DefaultResolver = resolver }()
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", "testdata/scenario.yaml")
	if r.code != exitFine || len(asked) > 0 {
		t.Errorf("exit %d, asked %v, %s", r.code, asked, r.stderr)
	}
}

// TestSimulateLive reads a Redis that isn't there, and one without risks.
func TestSimulateLive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "riskroom.yaml")
	text := readFile(t, "testdata/both.yaml")
	server := storetest.StartSettable(t)
	for _, c := range []struct{ redis, out, err string }{
		{`redis: { url: "` + server.URL + `/0" }`, "nothing happens", ""},
		{`redis: { url: "redis://127.0.0.1:1/0" }`, "", "does not answer"},
		{`redis: { url: "${NOT_SET}" }`, "", "NOT_SET"},
		{"data_dir: " + dir, "", "has no risks yet"},
	} {
		if err := os.WriteFile(file, []byte(text+c.redis+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		r := program(t.Context(), nil, "", "simulate", file, "--live")
		if !strings.Contains(r.stdout, c.out) || !strings.Contains(r.stderr, c.err) || (r.code == exitFine) != (c.err == "") {
			t.Errorf("%s: exit %d\n%s\n%s", c.redis, r.code, r.stdout, r.stderr)
		}
	}
}

// TestSimulateNoRisk checks that a mistyped key of a risk isn't answered with an empty timeline.
func TestSimulateNoRisk(t *testing.T) {
	t.Parallel()
	r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--for", "1d", "--risk", "R-99")
	if r.code != exitFailed || !strings.Contains(r.stderr, "there is no risk R-99") {
		t.Errorf("exit %d, %q", r.code, r.stderr)
	}
}

func TestSimulateMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"simulate", "which file?"},
		{"simulate testdata/both.yaml --from soon", `--from: "soon" is not a day`},
		{"simulate testdata/both.yaml --for long", `--for: "long" is not a length`},
		{"simulate testdata/both.yaml --down 2026-03-02", `--down: "2026-03-02" is not two moments`},
		{"simulate testdata/both.yaml --risk X-1", "--risk:"},
		{"simulate testdata/both.yaml --risks none.yaml", "cannot read the risks: none.yaml"},
		{"simulate testdata/both.yaml --live --risks x.yaml", "leave out --risks"},
		{"simulate testdata/both.yaml --format xml", `"xml" is not one of`},
	} {
		r := program(t.Context(), nil, "", strings.Fields(c.line)...)
		if r.code != exitMisused || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: exit %d, %q, want %q", c.line, r.code, r.stderr, c.want)
		}
	}
}
