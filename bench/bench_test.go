package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tiny takes seconds. What it measures means nothing. Every write is synced, because
// riskroom then needs no time to reserve numbers.
func tiny() scale {
	return scale{
		rounds: 1, round: 40 * time.Millisecond, warm: 10 * time.Millisecond, drained: 50, armed: 60, few: 30, steps: []int{20, 60}, late: time.Second, lateness: 1,
		rates: []int{50}, burst: 50, stall: 100 * time.Millisecond, kept: 50, idle: 100 * time.Millisecond, starts: 1, lists: 2, traced: 30, storm: 20, fsync: "always",
	}
}

// TestRows checks that every row can be measured, printed and stored.
func TestRows(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		if strings.Contains(os.Getenv("RISKROOM_REQUIRE"), "redis") {
			t.Fatal(err)
		}
		t.Skip("redis-server is not on PATH")
	}
	page := filepath.Join(t.TempDir(), "page.md")
	var marks strings.Builder
	for _, r := range rows() {
		marks.WriteString((&section{row: r.name}).mark() + "\n" + sectionEnd + "\n")
	}
	ok(t, os.WriteFile(page, []byte(marks.String()), 0o600))
	b := &bench{scale: tiny(), progress: t.Output()}
	defer b.close()
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			s := &section{row: r.name, title: r.title}
			ok(t, r.measure(t.Context(), b, s))
			ok(t, s.print(t.Output()))
			ok(t, publish(page, s, "a test"))
			text, err := os.ReadFile(page)
			ok(t, err)
			if len(s.results) == 0 || !strings.Contains(string(text), "| "+s.results[0].what+" |") {
				t.Errorf("the page has no result of row %s", r.name)
			}
		})
	}
}
