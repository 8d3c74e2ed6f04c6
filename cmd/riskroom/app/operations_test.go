package app

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"
)

// operations reads a file of docs/operations.
func operations(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../../docs/operations/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// metricNames are the names of all metrics of ours.
func metricNames(t *testing.T) map[string]bool {
	t.Helper()
	r := prometheus.NewRegistry()
	if _, err := newMetrics(r); err != nil {
		t.Fatal(err)
	}
	descs := make(chan *prometheus.Desc, 100)
	r.Describe(descs)
	(&state{}).Describe(descs)
	close(descs)
	names := map[string]bool{}
	for d := range descs {
		names[regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.String())[1]] = true
	}
	if len(names) < 9 {
		t.Fatalf("only %v", names)
	}
	return names
}

// TestMetricsAreDocumented: rules, dashboard and page name only metrics that
// exist, and the page names all of them.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	names := metricNames(t)
	for _, file := range []string{"alerts.yaml", "dashboard.json", "operations.md"} {
		text := operations(t, file)
		for _, m := range regexp.MustCompile(`\briskroom_[a-z_]+`).FindAllString(text, -1) {
			if !names[strings.TrimSuffix(strings.TrimSuffix(m, "_bucket"), "_count")] {
				t.Errorf("%s names %s, which is not counted", file, m)
			}
		}
	}
	for name := range names {
		if !strings.Contains(operations(t, "operations.md"), "`"+name+"`") {
			t.Errorf("operations.md does not explain %s", name)
		}
	}
}

// TestAlerts: each rule is whole, and explained.
func TestAlerts(t *testing.T) {
	t.Parallel()
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr         string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions([]byte(operations(t, "alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Groups) != 1 || len(file.Groups[0].Rules) < 8 {
		t.Fatalf("%+v", file)
	}
	for _, r := range file.Groups[0].Rules {
		if r.Expr == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || strings.Count(r.Expr, "(") != strings.Count(r.Expr, ")") {
			t.Errorf("not whole: %+v", r)
		}
		if !strings.Contains(operations(t, "operations.md"), "| "+r.Alert+" |") {
			t.Errorf("operations.md does not explain %s", r.Alert)
		}
	}
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	var d struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(operations(t, "dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, p := range d.Panels {
		if seen[p.ID] || p.Title == "" || len(p.Targets) == 0 || p.Targets[0].Expr == "" {
			t.Errorf("panel %+v", p)
		}
		seen[p.ID] = true
	}
}
