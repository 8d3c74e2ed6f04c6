package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// section is what one row has measured.
type section struct {
	row, title string
	results    []result
	tables     []table
	charts     []*chart
}

// result is one measurement next to that of the peer. Texts are as the table shows them.
type result struct {
	what       string
	ours, peer string
	ratio      float64 // 0: there is nothing to compare with
	required   string  // of the ratio, or of ours
	stretch    string
}

// table is anything else that a row has to show.
type table struct {
	title string
	head  []string
	lines [][]string
}

func (s *section) add(r result) { s.results = append(s.results, r) }

// lines returns the results as a table.
func (s *section) lines() table {
	t := table{head: []string{"measured", "riskroom", "peer", "ratio", "required", "stretch"}}
	for _, r := range s.results {
		ratio := "–"
		if r.ratio != 0 {
			ratio = figure(r.ratio)
		}
		t.lines = append(t.lines, []string{r.what, r.ours, dash(r.peer), ratio, dash(r.required), dash(r.stretch)})
	}
	return t
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// print prints the section for a terminal.
func (s *section) print(out io.Writer) error {
	fmt.Fprintf(out, "\n%s: %s\n", s.row, s.title)
	for _, t := range append([]table{s.lines()}, s.tables...) {
		if len(t.lines) == 0 {
			continue
		}
		if t.title != "" {
			fmt.Fprintf(out, "\n%s\n", t.title)
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, line := range append([][]string{t.head}, t.lines...) {
			fmt.Fprintln(w, strings.Join(line, "\t"))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// figure returns a number with three significant digits, and thousands separated.
func figure(f float64) string {
	switch a := math.Abs(f); {
	case a >= 100:
		return thousands(int64(math.Round(f)))
	case a >= 10:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case a >= 1 || a == 0:
		return strconv.FormatFloat(f, 'f', 2, 64)
	default:
		return strconv.FormatFloat(f, 'f', 3, 64)
	}
}

// thousands returns n with a comma between thousands.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func perSecond(rate float64) string    { return figure(rate) + "/s" }
func inMillis(d time.Duration) string  { return figure(millis(d)) + " ms" }
func inSeconds(d time.Duration) string { return figure(d.Seconds()) + " s" }
func inMicros(d time.Duration) string {
	return figure(float64(d.Nanoseconds())/1000) + " µs"
}
func inBytes(n float64) string    { return figure(n) + " B" }
func inMegabytes(n int64) string  { return figure(float64(n)/1e6) + " MB" }
func percent(part float64) string { return figure(100*part) + " %" }

// late returns the usual figures of how late something was.
func late(all []time.Duration) string {
	return fmt.Sprintf("p50 %s, p99 %s, max %s", inMillis(quantile(all, 0.5)), inMillis(quantile(all, 0.99)), inMillis(quantile(all, 1)))
}
