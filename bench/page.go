package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// publish writes a section into a page, between the lines that mark it, and its charts into
// the page's folder. The rest of the page stays as it is.
func publish(page string, s *section, origin string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), s.mark()+"\n")
	_, after, ends := strings.Cut(rest, sectionEnd)
	if !ok || !ends {
		return fmt.Errorf("%s has no place for row %s: %s to %s", page, s.row, s.mark(), sectionEnd)
	}
	folder := strings.TrimSuffix(page, filepath.Ext(page))
	var out strings.Builder
	fmt.Fprintf(&out, "%s%s\n%s\n", before, s.mark(), origin)
	for _, t := range append([]table{s.lines()}, s.tables...) {
		t.markdown(&out)
	}
	for _, c := range s.charts {
		name := filepath.Join(filepath.Base(folder), c.name+".svg")
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return err
		}
		if err := c.draw(filepath.Join(filepath.Dir(page), name)); err != nil {
			return err
		}
		fmt.Fprintf(&out, "\n![%s](%s)\n", c.title, filepath.ToSlash(name))
	}
	fmt.Fprintf(&out, "%s%s", sectionEnd, after)
	return os.WriteFile(page, []byte(out.String()), 0o600) // keeps the file's mode
}

func (s *section) mark() string { return "<!-- row " + s.row + " -->" }

const sectionEnd = "<!-- end -->"

// markdown appends the table to a page.
func (t table) markdown(out *strings.Builder) {
	if len(t.lines) == 0 {
		return
	}
	if t.title != "" {
		fmt.Fprintf(out, "\n%s:\n", t.title)
	}
	fmt.Fprintf(out, "\n| %s |\n|%s\n", strings.Join(t.head, " | "), strings.Repeat("---|", len(t.head)))
	for _, line := range t.lines {
		fmt.Fprintf(out, "| %s |\n", strings.ReplaceAll(strings.Join(line, " | "), "\n", " "))
	}
}

// loadNow returns the machine's load average of the last minute.
func loadNow() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// where says when, where and how something is measured. It is asked before that.
func where(ctx context.Context, command string) string {
	parts := []string{time.Now().UTC().Format(time.DateOnly), "`" + command + "`"}
	if commit, err := output(ctx, "git", "describe", "--always", "--dirty", "--abbrev=10"); err == nil {
		parts = append(parts, "commit "+commit)
	}
	parts = append(parts, fmt.Sprintf("%d cores of %s", runtime.NumCPU(), processor()), runtime.Version())
	if redis, err := output(ctx, "redis-server", "--version"); err == nil {
		for _, word := range strings.Fields(redis) {
			if v, ok := strings.CutPrefix(word, "v="); ok {
				parts = append(parts, "Redis "+v)
			}
		}
	}
	return strings.Join(parts, ", ") + ". Load before: " + loadNow() + "."
}

func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	return strings.TrimSpace(string(out)), err
}

// processor returns the model of the processor.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

var errNoProcess = errors.New("the process is gone")
