package app

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

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

// metricLabels returns the labels of all metrics by name.
func metricLabels(t *testing.T) map[string][]string {
	t.Helper()
	r := prometheus.NewRegistry()
	if _, err := newMetrics(r); err != nil {
		t.Fatal(err)
	}
	descs := make(chan *prometheus.Desc, 100)
	r.Describe(descs)
	(&state{}).Describe(descs)
	close(descs)
	all := map[string][]string{}
	for d := range descs {
		found := regexp.MustCompile(`fqName: "(\w+)".*variableLabels: \{([\w,]*)\}`).FindStringSubmatch(d.String())
		all[found[1]] = strings.Split(found[2], ",")
	}
	if len(all) < 9 {
		t.Fatalf("only %v", all)
	}
	return all
}

// TestMetricsAreDocumented checks that the page's table has exactly the metrics that
// exist, with their labels. The queries of docs/operations are tested against that
// table.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	labels, page := metricLabels(t), operations(t, "operations.md")
	for _, m := range regexp.MustCompile(`\briskroom_[a-z_]+`).FindAllString(page, -1) {
		if _, ok := labels[m]; !ok {
			t.Errorf("operations.md mentions %s, which doesn't exist", m)
		}
	}
	for name, want := range labels {
		i := strings.Index(page, "| `"+name+"` |")
		if i < 0 {
			t.Errorf("operations.md does not explain %s", name)
			continue
		}
		row, _, _ := strings.Cut(page[i:], "\n")
		var documented []string
		for _, m := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(strings.Split(row, "|")[2], -1) {
			documented = append(documented, m[1])
		}
		want = slices.DeleteFunc(slices.Clone(want), func(label string) bool { return label == "" })
		if !slices.Equal(documented, want) {
			t.Errorf("operations.md gives %s the labels %q, want %q", name, documented, want)
		}
	}
}
