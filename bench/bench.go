package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"
)

// scale says how much is measured.
type scale struct {
	rounds   int           // of the rows that take turns with a peer
	round    time.Duration // of one measurement in a round
	warm     time.Duration // filing before filing is measured, at least
	drained  int           // due runs in a drain
	armed    int           // risks with two timers each, at most
	few      int           // risks of the rows that compare few with many
	steps    []int         // risks at which growth is measured
	late     time.Duration // for how long runs become due at a steady rate
	lateness int           // rounds of that
	rates    []int         // runs that become due in a second
	burst    int           // runs that are due in the same millisecond
	stall    time.Duration // for how long Redis stands still
	kept     int           // risks of the row on memory
	idle     time.Duration // for how long idle processes are watched
	starts   int           // of the program
	lists    int           // lists that are read, of each kind
	traced   int           // risks whose scripts are timed
	storm    int           // people who get a message at the same time
	fsync    string        // of every server, "" for what the row is about
}

// full takes about 40 minutes on two cores.
func full() scale {
	return scale{
		rounds: 5, round: 4 * time.Second, warm: 2 * time.Second, drained: 30_000, armed: 500_000, few: 25_000,
		steps: []int{500, 5_000, 50_000, 500_000}, late: 15 * time.Second, lateness: 5, rates: []int{500, 1000}, burst: 10_000,
		stall: 4 * time.Second, kept: 20_000, idle: 20 * time.Second, starts: 5, lists: 30, traced: 5_000, storm: 1000,
	}
}

// short takes a few minutes.
func short() scale {
	return scale{
		rounds: 1, round: time.Second, warm: 2 * time.Second, drained: 5_000, armed: 10_000, few: 1_000,
		steps: []int{500, 2_000, 10_000}, late: 4 * time.Second, lateness: 1, rates: []int{500}, burst: 2_000,
		stall: time.Second, kept: 3_000, idle: 5 * time.Second, starts: 2, lists: 10, traced: 1_000, storm: 1000,
	}
}

// row measures one row of the report.
type row struct {
	name, title string
	measure     func(context.Context, *bench, *section) error
}

// rows returns all rows in the order in which they are measured: those that share a filled
// server follow each other.
func rows() []row {
	return []row{
		{"a", "file a risk", rowFile},
		{"b", "drain due runs", rowDrain},
		{"e", "memory per risk", rowMemory},
		{"f", "a storm at published rates", rowStorm},
		{"g", "a command over HTTP", rowHTTP},
		{"i", "lists and growth", rowGrowth},
		{"c", "lateness", rowLate},
		{"d", "a burst", rowBurst},
		{"h", "the process", rowProcess},
		{"s", "server time per script", rowScripts},
		{"z", "the binary", rowBinary},
	}
}

func rowHelp() string {
	var lines []string
	for _, r := range rows() {
		lines = append(lines, r.name+"  "+r.title)
	}
	return strings.Join(lines, "\n")
}

// choose returns the named rows, all if there is no name.
func choose(names string) ([]row, error) {
	if names == "" {
		return rows(), nil
	}
	var chosen []row
	for name := range strings.SplitSeq(names, ",") {
		n := len(chosen)
		for _, r := range rows() {
			if r.name == name {
				chosen = append(chosen, r)
			}
		}
		if len(chosen) == n {
			return nil, fmt.Errorf("there is no row %q", name)
		}
	}
	return chosen, nil
}

// bench is one run of the benchmark.
type bench struct {
	scale    scale
	progress io.Writer
	profiles string // a folder, "" for none

	shared *server // with many armed timers
	risks  int     // in it
}

// note reports progress.
func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(b.progress, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

func (b *bench) close() {
	if b.shared != nil {
		b.shared.stop()
		b.shared, b.risks = nil, 0
	}
}

// profiled calls f, in the first round under the CPU profiler if profiles are wanted.
func (b *bench) profiled(round int, name string, f func() error) (err error) {
	if b.profiles == "" || round > 0 {
		return f()
	}
	if err := os.MkdirAll(b.profiles, 0o750); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(b.profiles, name+".pprof"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}

// fsync returns how a server syncs its file where a row wants it one way.
func (b *bench) fsync(wanted string) string { return cmp.Or(b.scale.fsync, wanted) }

// server starts a server for one row.
func (b *bench) server(ctx context.Context, fsync string, args ...string) (*server, error) {
	return startServer(ctx, b.fsync(fsync), args...)
}

// warmUp files risks until nobody waits for numbers, which are reserved in blocks that grow
// with the demand. Reserving one takes two seconds.
func (b *bench) warmUp(ctx context.Context, callers int, file func(context.Context, load) (sample, error)) error {
	for range 10 {
		s, err := file(ctx, load{callers: callers, within: b.scale.warm})
		if err != nil || quantile(s.each, 1) < time.Second {
			return err
		}
	}
	return nil
}

// filled returns a server with n risks whose timers are far ahead. Rows share it, so it
// grows from row to row; one that wants fewer gets a new one.
func (b *bench) filled(ctx context.Context, n int) (*server, error) {
	if b.shared != nil && b.risks > n+n/2 {
		b.close()
	}
	if b.shared == nil {
		s, err := b.server(ctx, "everysec")
		if err != nil {
			return nil, err
		}
		b.shared = s
	}
	if b.risks >= n {
		return b.shared, nil
	}
	if err := b.shared.set(ctx, "appendfsync", b.fsync("no")); err != nil {
		return nil, err
	}
	w, err := openWorld(ctx, b.shared, 1, 0)
	if err != nil {
		return nil, err
	}
	defer w.close()
	more := n - b.risks
	filed, err := w.fill(ctx, load{callers: 64, calls: more}, far)
	if err != nil {
		return nil, err
	}
	b.risks = n
	b.note("filed %d risks at %s; there are %d with two timers each", more, perSecond(filed.rate()), n)
	return b.shared, b.shared.set(ctx, "appendfsync", b.fsync("everysec"))
}
