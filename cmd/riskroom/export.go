package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// exportFlags are the flags of export.
type exportFlags struct {
	runsFlags
	out     string
	status  []string
	module  []string
	since   string
	history bool
}

func newExport(s environment) *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export --config FILE",
		Short: s.say("Write risks as CSV or JSON Lines, with their history if you want"),
		Long: s.say(`export writes all risks, or those that you select, in the order of their keys. CSV
has a header and a row for each risk. JSON Lines has everything that is stored of a
risk. With --history, both have what /risk history shows, too.

In CSV, times are in the config's time zone. A cell that a spreadsheet would take
for a formula gets an apostrophe in front.

export reads the Redis that the config file names. You can use it while serve is
running. It needs only the secrets in the redis section. Only you can read the file
that --out writes.

Exit codes: 0 written, 1 not everything could be written, 2 the command line is
wrong.`),
		Example: `  riskroom export -c riskroom.yaml --out risks.csv
  riskroom export -c riskroom.yaml --status resolved,shelved --since 2026-01-01 --history
  riskroom export -c riskroom.yaml --format jsonl | jq 'select(.severity == "critical") | .key'`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error { return exportRisks(c.Context(), s, f) },
	}
	configFlag(c, &f.config, s.say("the config file with the redis section; - is the standard input"))
	formatFlag(s, c, &f.format, formatCSV, formatLines)
	c.Flags().StringVar(&f.out, "out", "", s.say("the file to write, which must not exist; without it, the standard output"))
	c.Flags().StringSliceVar(&f.status, "status", nil, s.say("only risks in these statuses, with commas between"))
	c.Flags().StringSliceVar(&f.module, "module", nil, s.say("only risks of these modules, with commas between"))
	c.Flags().StringVar(&f.since, "since", "", s.say("only risks that were filed on this day or later, such as 2026-01-31"))
	c.Flags().BoolVar(&f.history, "history", false, s.say("add what happened to each risk"))
	return c
}

// The formats of export.
const (
	formatCSV   = "csv"
	formatLines = "jsonl"
)

// exporter writes risks in one format.
type exporter interface {
	risk(r core.Risk, h history) error
	end() error
}

// history is what happened to a risk, oldest first.
type history struct {
	events []engine.Event
	since  time.Time // the trail was trimmed before this; zero: it is complete
}

func exportRisks(ctx context.Context, s environment, f exportFlags) error {
	if err := oneOf(f.format, formatCSV, formatLines); err != nil {
		return err
	}
	db, cfg, err := openRunStore(ctx, s, f.runsFlags, app.ReadStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	wanted, err := f.selection(cfg)
	if err != nil {
		return err
	}
	n := 0
	write := func(w io.Writer) error {
		out := newExporter(w, f, &cfg.Organisation)
		next := time.Now().Add(progressEvery)
		err := db.All(ctx, cfg.Organisation.KeyPrefix, func(r core.Risk) error {
			if time.Now().After(next) {
				fmt.Fprintf(s.stderr, "riskroom: at %s, %d written\n", r.Key, n)
				next = time.Now().Add(progressEvery)
			}
			if !wanted(r) {
				return ctx.Err()
			}
			var h history
			var err error
			if f.history {
				if h, err = readHistory(ctx, db.Store, r.Key); err != nil {
					return err
				}
			}
			n++
			return cmp.Or(out.risk(r, h), ctx.Err())
		})
		return cmp.Or(err, out.end())
	}
	if f.out == "" {
		return write(s.stdout)
	}
	if err := writePrivate(f.out, write); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.stdout, s.say("wrote %s: %s", f.out, text.Count(n, "%d risk", "%d risks")))
	return err
}

// progressEvery is how often a command that takes long says how far it is.
const progressEvery = 5 * time.Second

// selection returns which risks the flags ask for.
func (f exportFlags) selection(cfg *config.Config) (func(core.Risk) bool, error) {
	words, err := text.Load()
	if err != nil {
		return nil, err
	}
	var statuses []core.Status
	for _, word := range f.status {
		st, ok := words.StatusFrom(word)
		if !ok {
			var known []string
			for _, s := range core.Statuses() {
				known = append(known, string(s))
			}
			return nil, misuse("--status: %q is not one of %s", word, strings.Join(known, ", "))
		}
		statuses = append(statuses, st)
	}
	since, err := dayFlag("since", f.since, cfg.Organisation.Zone)
	if err != nil {
		return nil, err
	}
	return func(r core.Risk) bool {
		return (len(statuses) == 0 || slices.Contains(statuses, r.Status)) &&
			(len(f.module) == 0 || slices.Contains(f.module, r.Module)) && !r.SubmittedAt.Before(since)
	}, nil
}

// dayFlag returns the beginning of the day that a flag names, zero for "".
func dayFlag(name, value string, zone *time.Location) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, value, zone)
	if err != nil {
		return day, misuse("--%s: %q is not a day such as 2026-01-31", name, value)
	}
	return day, nil
}

// readHistory reads what people want to know about a risk's past.
func readHistory(ctx context.Context, db *store.Store, key core.RiskKey) (h history, err error) {
	var last engine.Event
	for from := ""; ; from = last.Prev {
		page, err := db.Trail(ctx, key, from, trailLength)
		if err != nil {
			return h, err
		}
		for _, e := range page {
			if last = e; engine.InHistory(e) {
				h.events = append(h.events, e)
			}
		}
		if len(page) == 0 {
			h.since = last.At
		}
		if len(page) == 0 || last.Prev == "" {
			slices.Reverse(h.events)
			return h, nil
		}
	}
}

// writePrivate has a new file written that only its owner can read. The file gets its
// name when it is complete.
func writePrivate(name string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(name); err == nil {
		return misuse("%s exists already: name another file", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*") // with mode 0600
	if err != nil {
		return fmt.Errorf("cannot write the file: %w", withoutSyscall(err))
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err = cmp.Or(w.Flush(), f.Chmod(0o600), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}
