// Package operations tests the queries of the alerts and of the dashboard. It is a
// module of its own, since nothing else needs a parser of PromQL.
package operations

import (
	"cmp"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/goccy/go-yaml"
)

// read returns a file of this directory.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// documented returns the labels of all metrics by name, as operations.md gives
// them. A test of the program holds that table against what is counted.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	row := regexp.MustCompile("(?m)^\\| `(riskroom_\\w+)` \\|([^|]*)\\|")
	for _, m := range row.FindAllStringSubmatch(read(t, "operations.md"), -1) {
		all[m[1]] = strings.Fields(strings.NewReplacer("`", "", ",", " ").Replace(m[2]))
	}
	if len(all) < 9 {
		t.Fatalf("only %v", all)
	}
	return all
}

// checkExpr reads an expression of PromQL, and returns the labels that its result
// can have. It wants the metrics to be ours, with the labels by which it asks for
// them.
func checkExpr(t *testing.T, of, expr string, labels map[string][]string) []string {
	t.Helper()
	tree, err := metricsql.Parse(strings.ReplaceAll(expr, "$__rate_interval", "5m"))
	if err != nil {
		t.Errorf("%s: %s: %v", of, expr, err)
		return nil
	}
	var known, result []string
	metrics := 0
	want := func(metric, label string, has []string) {
		if !slices.Contains(has, label) {
			t.Errorf("%s: %s of %s has no label %s", of, metric, expr, label)
		}
	}
	metricsql.VisitAll(tree, func(e metricsql.Expr) { // what stands deeper comes first
		switch e := e.(type) {
		case *metricsql.MetricExpr:
			filters := e.LabelFilterss[0]
			name, bucket := strings.CutSuffix(filters[0].Value, "_bucket")
			has, ok := labels[name]
			if !ok {
				t.Errorf("%s: %s is not counted", of, filters[0].Value)
			}
			if bucket {
				has = append(slices.Clone(has), "le")
			}
			for _, f := range filters[1:] {
				want(name, f.Label, has)
				if f.Label == "outcome" {
					checkOutcomes(t, of, f.Value)
				}
			}
			known = append(known, has...)
			metrics++
		case *metricsql.AggrFuncExpr:
			for _, label := range e.Modifier.Args {
				want(e.Name, label, known)
			}
			result = append(result, e.Modifier.Args...)
		case *metricsql.FuncExpr:
			// Prometheus wants to be told the time over which.
			if over, ranged := e.Args[len(e.Args)-1].(*metricsql.RollupExpr); (e.Name == "rate" || e.Name == "increase") && (!ranged || over.Window == nil) {
				t.Errorf("%s: %s in %s lacks its range", of, e.Name, expr)
			}
		}
	})
	if metrics == 0 {
		t.Errorf("%s: %s asks for no metric", of, expr)
	}
	return result
}

// checkOutcomes wants outcomes to be such that are counted: by a way in, or as a
// kind of error.
func checkOutcomes(t *testing.T, of, alternatives string) {
	t.Helper()
	var counted strings.Builder
	for _, file := range []string{"bots/slackbot/verify.go", "bots/discordbot/verify.go", "core/error.go"} {
		b, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		counted.Write(b)
	}
	for _, outcome := range strings.Split(alternatives, "|") {
		if !regexp.MustCompile(`= "` + outcome + `"`).MatchString(counted.String()) {
			t.Errorf("%s: the outcome %q is never counted", of, outcome)
		}
	}
}

// checkLabels wants what a text shows of an expression to be there.
func checkLabels(t *testing.T, of, text, label string, result []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(label).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(result, m[1]) {
			t.Errorf("%s: %q shows the label %s, which its expression does not leave", of, text, m[1])
		}
	}
}

// TestAlerts: Prometheus understands each rule, and the page explains it.
func TestAlerts(t *testing.T) {
	t.Parallel()
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions([]byte(read(t, "alerts.yaml")), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if len(file.Groups) != 1 || len(file.Groups[0].Rules) < 8 {
		t.Fatalf("%+v", file)
	}
	labels, page := documented(t), read(t, "operations.md")
	explained := regexp.MustCompile(`(?m)^\| (Riskroom\w+) \|`).FindAllStringSubmatch(page, -1)
	for i, r := range file.Groups[0].Rules {
		result := checkExpr(t, r.Alert, r.Expr, labels)
		checkLabels(t, r.Alert, r.Annotations["summary"], `\$labels\.(\w+)`, result)
		if !slices.Contains([]string{"page", "ticket"}, r.Labels["severity"]) || r.Annotations["summary"] == "" {
			t.Errorf("not whole: %+v", r)
		}
		if _, err := time.ParseDuration(cmp.Or(r.For, "0s")); err != nil {
			t.Errorf("%s: %v", r.Alert, err)
		}
		if i >= len(explained) || explained[i][1] != r.Alert {
			t.Errorf("operations.md does not explain %s at its place", r.Alert)
		}
	}
	if len(explained) != len(file.Groups[0].Rules) {
		t.Errorf("operations.md explains %d alerts of %d", len(explained), len(file.Groups[0].Rules))
	}
}

// TestDashboard: Grafana understands each panel, and Prometheus its questions.
func TestDashboard(t *testing.T) {
	t.Parallel()
	var d struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ RefID, Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	seen, asked, labels := map[int]bool{}, read(t, "dashboard.json"), documented(t)
	for _, p := range d.Panels {
		if seen[p.ID] || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %+v", p)
		}
		seen[p.ID] = true
		for _, target := range p.Targets {
			checkLabels(t, p.Title, target.LegendFormat, `\{\{(\w+)\}\}`, checkExpr(t, p.Title, target.Expr, labels))
		}
	}
	for name := range labels {
		if !strings.Contains(asked, name) {
			t.Errorf("no panel shows %s", name)
		}
	}
}
