package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/cmd/riskroom/demo"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store/storetest"
	"riskroom/core/text"
)

// played are flows of many kinds, on the platform of %s.
const played = `
version: 1
workspaces:
  acme: { platform: %s }
people:
  lin: { email: lin@example.com }
  ana: { email: ana@example.com }
  wei: { email: wei@example.com }
permissions: { administrators: wei }
modules:
  Payments: { handlers: [lin, ana], lead: wei }
  Ledger: { handlers: [ana] }
flows:
  tell:
    trigger: { on: filed }
    steps: [ { send_message: { to: handlers, title: "{{ .key }} is yours: {{ .title }}", card: risk } } ]
  remind:
    trigger: { date_field: discovered_at, after: 1d }
    if: status == "pending"
    steps: [ { send_message: { to: [handlers, submitter], title: "{{ .key }} has waited a day" } } ]
  gather:
    trigger: { date_field: discovered_at, after: 2d }
    if: status == "pending" and filled(lead)
    steps:
      - create_group: { id: room, type: item, name: "{{ .title }}", owner: handlers, members: [handlers, lead] }
      - send_group_message: { group: room, mention: handlers, text: "What shall we do?" }
  solved:
    trigger: { on: status, to: resolved }
    steps: [ { send_message: { to: [submitter, lead], title: "{{ .key }} is resolved" } } ]
`

// effect is what people see of riskroom: "send_message @lin R-1 …".
type effect struct {
	at   time.Time
	says string
}

// TestSameAsTheDemo plays the same risks with the demo, whose engine runs on its own and whose
// people use forms and commands. People see the same at the same times.
func TestSameAsTheDemo(t *testing.T) {
	t.Parallel()
	for _, workspace := range []string{`slack, bot_token: "${A}", signing_secret: "${B}"`, `discord, bot_token: "${A}", guild_id: "${B}", public_key: "${C}"`} {
		t.Run(workspace[:5], func(t *testing.T) {
			t.Parallel()
			cfg := configOf(t, fmt.Sprintf(played, workspace))
			shown, s := demonstrated(t, cfg)
			r, err := Run(t.Context(), cfg, s, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []effect
			for _, e := range r.Events {
				switch {
				case e.What == Message:
					got = append(got, effect{e.At, "send_message @" + e.To[0].Name + " " + e.Text})
				case e.What == GroupMessage && !e.Pinned:
					got = append(got, effect{e.At, "send_group_message #" + e.Group.Name + " " + e.Text})
				case e.What == GroupCreated:
					got = append(got, effect{e.At, "create_group #" + e.Group.Name})
				}
			}
			compare(t, got, shown)
		})
	}
}

// demonstrated plays a config with the demo. It returns what people saw, and a scenario in which
// they do the same.
func demonstrated(t *testing.T, cfg *config.Config) (shown []effect, s Scenario) {
	t.Helper()
	on, _ := platforms.Named(cfg.Workspaces[0].Platform)
	words, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := demo.Run(t.Context(), demo.Options{Config: emulated.Copied(cfg), Home: "acme", JSON: true, Lang: "en", Out: &out}); err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(&out); d.More(); {
		var l struct {
			At                       time.Time
			Who, Action, Where, Text string
		}
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(l.Text, " ") // the key
		switch l.Action {
		case "file":
			title, module, _ := strings.Cut(strings.TrimSuffix(rest, ")"), " (")
			s.Risks = append(s.Risks, Risk{Title: title, Module: module, By: l.Who, Filed: l.At})
			if s.Start.IsZero() {
				s.Start = l.At
			}
		case "change_status":
			// The demo's line has no fractions of a second, and what was due may take one.
			line := on.Demo.Line(words.In("en"), "/risk", platform.Typed{Name: "resolve", Key: core.MakeRiskKey("R", int64(len(s.Actions)+1)), Option: "note", Value: "Done"})
			s.Actions = append(s.Actions, Action{At: l.At.Add(5 * time.Second), By: l.Who, Do: line})
		case "send_message", "send_group_message":
			shown = append(shown, effect{l.At, l.Action + " " + l.Where + " " + l.Text})
		case "create_group":
			shown = append(shown, effect{l.At, l.Action + " " + l.Where})
		}
	}
	return shown, s
}

// compare fails unless effects are the same within a minute: the demo's clock runs.
func compare(t *testing.T, got, want []effect) {
	t.Helper()
	order := func(a, b effect) int { return strings.Compare(a.says, b.says) }
	slices.SortStableFunc(got, order)
	slices.SortStableFunc(want, order)
	same := slices.EqualFunc(got, want, func(a, b effect) bool { return a.says == b.says && a.at.Sub(b.at).Abs() < time.Minute })
	if !same || len(want) < 12 {
		t.Errorf("simulated:\n%s\nby the demo:\n%s", listed(got), listed(want))
	}
}

func listed(effects []effect) string {
	var b strings.Builder
	for _, e := range effects {
		fmt.Fprintf(&b, "%s %q\n", e.at.UTC().Format(time.RFC3339), e.says)
	}
	return b.String()
}

// TestSameInRedis plays so many risks that the store is a redis-server, some of them at the
// same moment. Everything is as with the store in this process.
func TestSameInRedis(t *testing.T) {
	t.Parallel()
	storetest.Program(t)
	cfg := configOf(t, fmt.Sprintf(played, `slack, bot_token: "${A}", signing_secret: "${B}"`))
	s := Scenario{Start: bench, For: Span{Days: 4}}
	for i := range manyRisks {
		s.Risks = append(s.Risks, Risk{Title: fmt.Sprintf("Ledger %d is off", i), Filed: s.Start.Add(time.Duration(i/6) * 13 * time.Minute)})
		if i%20 == 7 {
			s.Actions = append(s.Actions, Action{At: s.Start.Add(25 * time.Hour), By: "lin", Do: fmt.Sprintf("/risk resolve R-%d Fixed.", i+1)})
		}
	}
	there, err := Run(t.Context(), cfg, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	here, err := Run(t.Context(), cfg, s, Options{inProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(lines(cfg, there.Events), "\n"), strings.Split(lines(cfg, here.Events), "\n")
	for i := range max(len(got), len(want)) {
		if i == len(got) || i == len(want) || got[i] != want[i] {
			t.Fatalf("%d events with a redis-server, %d without one; they differ from here on:\n%s\nwithout:\n%s", len(got), len(want),
				strings.Join(got[i:min(len(got), i+5)], "\n"), strings.Join(want[i:min(len(want), i+5)], "\n"))
		}
	}
	if !reflect.DeepEqual(there.Late, here.Late) || len(got) < 3*manyRisks {
		t.Errorf("%d events; late are %v, without a redis-server %v", len(got), there.Late, here.Late)
	}
}
