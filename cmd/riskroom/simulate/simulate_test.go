package simulate

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/text/phrasetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// configOf loads a config file of ../../../configs, or the text of one.
func configOf(t testing.TB, src string) *config.Config {
	t.Helper()
	if name, ok := strings.CutPrefix(src, "configs/"); ok {
		b, err := os.ReadFile("../../../configs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		src = string(b)
	}
	cfg, problems := config.Load("riskroom.yaml", []byte(src), config.Options{
		Format: config.NewFormat(platforms.Settings()), Unset: config.UnsetIsFilled,
		Fill: func(b config.Blank) string {
			p, _ := platforms.Named(b.Platform)
			if p.Demo.Placeholder != nil {
				return p.Demo.Placeholder(b.Setting.Key)
			}
			return "redis://localhost:6379"
		},
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	return cfg
}

// story is a scenario for tests.
func story(t testing.TB, cfg *config.Config, src string) Scenario {
	t.Helper()
	s, problems := Parse("scenario.yaml", []byte(src), "", cfg)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// lines writes events on one line each.
func lines(cfg *config.Config, events []Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%s %s %s", e.At.In(cfg.Organisation.Zone).Format("Jan 2 15:04:05"), e.Risk, e.What)
		for _, s := range []string{e.By, e.Flow, e.Step, e.Reason} {
			if s != "" {
				b.WriteString(" " + s)
			}
		}
		for _, r := range e.To {
			b.WriteString(" @" + r.Name)
		}
		if e.Group != nil {
			fmt.Fprintf(&b, " #%s %v", e.Group.Name, e.Group.Members)
		}
		if e.What == Command || e.What == Reply {
			first, _, _ := strings.Cut(e.Text, "\n")
			b.WriteString(" " + first)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestRun plays a risk's first days. The same scenario always gives the same events.
func TestRun(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/full.yaml")
	s := story(t, cfg, `
start: "2026-03-02 09:00"
for: 5d
members: { acme/payments-oncall: [dora] }
risks:
  - { title: Ledger off by a cent, fields: { impact: all } }
actions:
  - { at: "2026-03-04 12:00", by: lin, do: "/risk resolve R-1 Fixed." }
  - { at: "2026-03-04 12:30", by: mei, do: "/risk show R-1" }
`)
	const want = `Mar 2 09:00:00 R-1 filed mei
Mar 2 09:00:00 R-1 skipped start-the-war-room condition
Mar 2 09:00:00 R-1 message tell-the-handlers send_message#1 @lin
Mar 2 09:00:00 R-1 message tell-the-handlers send_message#1 @dora
Mar 2 09:00:00 R-1 message tell-the-lead send_message#1 @wei
Mar 3 09:00:00 R-1 message remind-after-a-day send_message#1 @lin
Mar 3 09:00:00 R-1 message remind-after-a-day send_message#1 @dora
`
	var first string
	for range 2 {
		r, err := Run(t.Context(), cfg, s, Options{Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		got := lines(cfg, r.Events)
		if !strings.HasPrefix(got, want) {
			t.Errorf("events:\n%s\nwant first:\n%s", got, want)
		}
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("the second time:\n%s\nthe first time:\n%s", got, first)
		}
		if len(r.Late) > 0 {
			t.Errorf("late: %v", r.Late)
		}
	}
	for _, want := range []string{
		"Mar 4 09:00:00 R-1 group_created open-a-group-after-two room #ledger-off-by-a-cent-r-1 [{dora false} {lin false} {mei false}]\n",
		"Mar 4 12:00:00 R-1 command lin", "Mar 4 12:00:00 R-1 status lin\n", " reply @mei",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
}

// TestHeldIsNotLate: messages that quiet hours hold until the same moment queue for a second then,
// and that isn't the time for which they were held.
func TestHeldIsNotLate(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/quiet-hours.yaml")
	s := story(t, cfg, `
start: "2026-03-06 22:00"
for: 4d
risks:
  - { title: On a Friday night, by: lin, module: Payments, workspace: acme }
`)
	r, err := Run(t.Context(), cfg, s, Options{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Late) > 0 {
		t.Errorf("late: %v", r.Late)
	}
	if want := "Mar 9 08:00:01 R-1 message after-a-day send_message#1 @lin\n"; !strings.Contains(lines(cfg, r.Events), want) {
		t.Errorf("no %q in\n%s", want, lines(cfg, r.Events))
	}
}

// TestUnknownMembers simulates a user group whose members nobody has named.
func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/full.yaml")
	r, err := Run(t.Context(), cfg, story(t, cfg, `{ start: "2026-03-02 09:00", for: 1h, risks: [{ title: Ledger, fields: { impact: all } }] }`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	unknown := Recipient{Name: "@payments-oncall", Unknown: true}
	if !slices.ContainsFunc(r.Events, func(e Event) bool { return e.What == Message && slices.Contains(e.To, unknown) }) {
		t.Errorf("no message to %v:\n%s", unknown, lines(cfg, r.Events))
	}
}

// TestHeld holds a message until morning. That is no fault of the rate limits.
func TestHeld(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, strings.Replace(quarter, "people:", "quiet_hours: { from: \"20:00\", to: \"08:00\" }\npeople:", 1))
	r, err := Run(t.Context(), cfg, story(t, cfg, `{ start: "2026-03-02 21:00", for: 36h, risks: [{ title: Ledger }, { title: Totals }] }`), Options{})
	if err != nil || len(r.Late) > 0 {
		t.Fatalf("%v, late: %v", err, r.Late)
	}
	i := slices.IndexFunc(r.Events, func(e Event) bool { return e.What == Held })
	if i < 0 {
		t.Fatalf("nothing is held:\n%s", lines(cfg, r.Events))
	}
	morning := time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)
	if e := r.Events[i]; !e.Until.Equal(morning) || e.Reason != "quiet_hours" || !strings.Contains(e.Trail.Data["for"], "lin") {
		t.Errorf("%+v", e)
	}
	if !slices.ContainsFunc(r.Events, func(e Event) bool { return e.What == Message && !e.At.Before(morning) }) {
		t.Errorf("no message in the morning:\n%s", lines(cfg, r.Events))
	}
}

func TestParseReports(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/full.yaml")
	const src = `start: tomorrow
for: 3 weeks
until: never
members: { amce/oncall: [a@b] }
risks:
  - { titel: Ledger, module: Paymnts, severity: bad, by: "@lin", workspace: acem, handlers: [a b@c], due_at: 2026-13-01, operators: [lin], fields: { impact: some, none: 1, reported_by: 7 } }
actions:
  - { at: "2026-03-04 25:00", do: show R-1 }
`
	_, problems := Parse("s.yaml", []byte(src), "", cfg)
	_, chinese := Parse("s.yaml", []byte(src), "zh-CN", cfg)
	var got strings.Builder
	for i, p := range problems {
		fmt.Fprintln(&got, p)
		if c := chinese[i]; c.Line != p.Line || c.Message == p.Message || c.Hint == p.Hint && p.Hint != "" {
			t.Errorf("in Chinese: %s, %s", c, c.Hint)
		}
	}
	golden, err := os.ReadFile("testdata/problems.txt")
	if *update {
		golden, err = []byte(got.String()), os.WriteFile("testdata/problems.txt", []byte(got.String()), 0o600)
	}
	if err != nil || got.String() != string(golden) {
		t.Errorf("problems (%v):\n%s\nwant:\n%s", err, got.String(), golden)
	}
}

// TestParseWarns checks that names of nobody are reported once each, and that neither the default
// reporter nor members whom the scenario names are.
func TestParseWarns(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/full.yaml")
	const src = `members: { acme/payments-oncall: [dora] }
risks:
  - { title: Ledger, by: limn, handlers: [dora, wie, "@oncall"], fields: { impact: all } }
  - { title: Late totals, by: mei, handlers: [wie], fields: { impact: all } }
actions:
  - { at: 2026-03-04, by: limn, do: /risk show R-1 }
  - { at: 2026-03-04, by: nobody-near, do: /risk show R-1 }
`
	for lang, want := range map[string][]string{
		"": {`s.yaml:3:26: the config file has no person named "limn": did you mean "lin"? known: `,
			`s.yaml:3:49: the config file has no person named "wie": did you mean "wei"? known: `,
			`s.yaml:7:27: the config file has no person named "nobody-near": known: `},
		"zh-CN": {`配置文件中没有名为 "limn" 的人员。你是否想写 "lin"？`, `"wie"`, `"nobody-near"`},
	} {
		_, problems := Parse("s.yaml", []byte(src), lang, cfg)
		if len(problems) != len(want) || len(problems.Errors()) > 0 {
			t.Fatalf("problems: %s", problems)
		}
		for i, p := range problems {
			if got := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Message); !strings.Contains(got, want[i]) || !p.Warning || p.Hint == "" {
				t.Errorf("%q has no %q, or no hint", got, want[i])
			}
		}
	}
}

// TestSampleSpeaksTheReadersLanguage, whatever the config file's is.
func TestSampleSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/full.yaml")
	for lang, want := range map[string]string{"en": "An example that nobody takes", "zh-CN": "示例：无人处理"} {
		if got := Sample(cfg, lang, time.Now()).Risks[0].Title; got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, Chinese(), nil, ".")
}

// TestDone checks which steps count as carried out: not the one whose condition is false.
func TestDone(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/full.yaml")
	s := story(t, cfg, `{ start: "2026-03-02 09:00", for: 3d, members: { acme/payments-oncall: [dora] }, risks: [{ title: Ledger, fields: { impact: all } }] }`)
	var done []string
	if _, err := Run(t.Context(), cfg, s, Options{Done: func(run engine.RunID, step string) { done = append(done, run.Flow+" "+step) }}); err != nil {
		t.Fatal(err)
	}
	for step, want := range map[string]bool{
		"tell-the-lead send_message#1": true, "open-a-group-after-two room": true, "open-a-group-after-two send_group_message#1": true,
		"open-a-group-after-two send_group_message#2": false, "start-the-war-room set_group#1": false,
	} {
		if slices.Contains(done, step) != want {
			t.Errorf("%s was carried out: %v, in %q", step, !want, done)
		}
	}
}

// TestErrorsHavePlaces checks that what can't be played says where it is written.
func TestErrorsHavePlaces(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, "configs/discord.yaml")
	s := story(t, cfg, "start: \"2026-03-02 09:00\"\nfor: 1h\nrisks:\n  - title: Ledger\n    due_at: \"2020-01-01\"\n")
	_, err := Run(t.Context(), cfg, s, Options{})
	if e, ok := errors.AsType[*Error](err); !ok || e.Line != 4 || !strings.HasPrefix(err.Error(), "scenario.yaml:4:5: ") {
		t.Errorf("error %v", err)
	}
}
