package simulate

import (
	"fmt"
	"testing"
	"time"
)

// quarter is an office's quarter: two flows with four effects a risk.
const quarter = `
version: 1
workspaces:
  acme: { platform: slack, bot_token: "${SLACK_BOT_TOKEN}", signing_secret: "${SLACK_SIGNING_SECRET}" }
people:
  lin: { email: lin@example.com }
  ana: { email: ana@example.com }
  wei: { email: wei@example.com }
permissions: { administrators: wei }
modules:
  Payments: { handlers: [lin, ana], lead: wei }
flows:
  remind:
    trigger: { date_field: discovered_at, after: 1d }
    if: status == "pending"
    steps:
      - send_message: { to: handlers, title: "{{ .key }} has waited a day: {{ .title }}", card: risk }
  escalate:
    trigger: { date_field: discovered_at, after: 2d }
    if: status == "pending"
    steps:
      - send_message: { to: [lead, submitter], title: "{{ .key }} has waited two days: {{ .title }}", card: risk }
`

// quarterly returns a scenario with so many risks in 87 of 90 days.
func quarterly(risks int) Scenario {
	s := Scenario{Start: bench, For: Span{Days: 90}}
	for i := range risks {
		s.Risks = append(s.Risks, Risk{
			Title: fmt.Sprintf("Ledger %d is off by a cent", i), Filed: s.Start.Add(87 * day / time.Duration(risks) * time.Duration(i)),
		})
	}
	return s
}

const day = 24 * time.Hour

// bench is when it begins.
var bench = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// atOnce returns a scenario with so many risks at its start, whose messages wait for the
// platform's rate limits.
func atOnce(risks int) Scenario {
	s := quarterly(risks)
	for i := range s.Risks {
		s.Risks[i].Filed = s.Start
	}
	return s
}

// BenchmarkRun simulates a quarter. It must take under a minute with 10,000 risks on two cores.
func BenchmarkRun(b *testing.B) { benchmark(b, quarterly) }

// BenchmarkAtOnce does the same with long queues.
func BenchmarkAtOnce(b *testing.B) { benchmark(b, atOnce) }

func benchmark(b *testing.B, scenario func(risks int) Scenario) {
	b.Helper()
	defer CollectLess()()
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("%d-risks", n), func(b *testing.B) {
			cfg := configOf(b, quarter)
			for b.Loop() {
				r, err := Run(b.Context(), cfg, scenario(n), Options{})
				if err != nil {
					b.Fatal(err)
				}
				effects := 0
				for _, e := range r.Events {
					if e.What == Message {
						effects++
					}
				}
				if effects != 4*n {
					b.Fatalf("%d effects of %d risks", effects, n)
				}
				b.ReportMetric(float64(effects), "effects")
			}
		})
	}
}
