package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/reason"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
	"riskroom/core/text"
)

func newRunsList(s environment) *cobra.Command {
	var f runsFlags
	var limit int
	c := &cobra.Command{
		Use:   "list --config FILE",
		Short: s.say("List runs that are parked, running or scheduled"),
		Long: s.say(`list shows parked runs first, and then the runs of open risks that are running,
waiting or armed (not yet due), with what they are waiting for. Ended runs are not
listed. Of those that an event started, and of those that repeat, riskroom keeps the
last five of each flow and risk; the list ends with how many others there were.

Exit codes: 0 listed, 1 Redis cannot be read, 2 the command line is wrong.`),
		Example: `  riskroom runs list -c riskroom.yaml
  riskroom runs list -c riskroom.yaml --format json | jq '.[] | select(.state == "parked") | .run'`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error { return listRuns(c.Context(), s, f, limit) },
	}
	runsFlagsFor(s, c, &f)
	c.Flags().IntVar(&limit, "limit", 200, s.say("the most runs to list"))
	return c
}

// listedRun is a run as the list shows it.
type listedRun struct {
	Run      string    `json:"run"`
	Risk     string    `json:"risk"`
	Flow     string    `json:"flow"`
	State    string    `json:"state"`
	Due      time.Time `json:"due"`               // when it was meant to act
	At       time.Time `json:"at,omitzero"`       // when it is claimed next; absent for a parked run
	Step     int       `json:"step"`              // from 1: the current or next one
	Attempts int       `json:"attempts"`          // of that step, failed
	Reason   string    `json:"reason,omitempty"`  // a code
	Meaning  string    `json:"meaning,omitempty"` // the reason in English
}

// listed lists a run. If it is due by each recipient's clock, the times of an armed one are those
// by the file's clock.
func listed(r engine.Run, flows []*flow.Flow) listedRun {
	due := engine.DueIn(flows, r.ID, r.Due)
	if r.State == engine.Armed && r.At.Equal(r.Due) {
		r.At = due
	}
	r.Due = due
	return listedRun{
		Run: r.ID.String(), Risk: string(r.ID.Risk), Flow: r.ID.Flow, State: string(r.State), Due: r.Due.UTC(), At: r.At.UTC(),
		Step: r.Step + 1, Attempts: r.Attempts, Reason: r.Reason, Meaning: reason.Text(r.Reason).String(),
	}
}

func listRuns(ctx context.Context, s environment, f runsFlags, limit int) error {
	if err := oneOf(f.format, formatTable, formatJSON); err != nil {
		return err
	}
	if limit < 1 {
		return misuse("--limit must be at least 1")
	}
	db, cfg, err := openRunStore(ctx, s, f, app.ReadStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	parked, err := db.Stuck(ctx, limit)
	if err != nil {
		return err
	}
	live, folded, err := liveRuns(ctx, db.Store, limit+1-len(parked))
	if err != nil {
		return err
	}
	all := append(parked, live...)
	more := len(all) > limit
	list := make([]listedRun, 0, limit)
	for _, r := range all[:min(limit, len(all))] {
		list = append(list, listed(r, cfg.Flows))
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, list)
	}
	printRuns(s, list, cfg.Organisation.Zone)
	if folded > 0 {
		fmt.Fprintf(s.stdout, "\n%s\n", s.say("Not kept: %d ended runs of events, repeats and schedules, of open risks.", folded))
	}
	if more {
		fmt.Fprintf(s.stderr, "riskroom: %s\n", s.say("only the first %d are shown; raise --limit to see more", limit))
	}
	return nil
}

// liveRuns returns the runs of open risks that have a timer, and the notices,
// soonest first, and how many ended runs these risks no longer have.
func liveRuns(ctx context.Context, db *store.Store, limit int) (runs []engine.Run, folded int, err error) {
	var soon []engine.RunSummary
	gather := func(key core.RiskKey) error {
		rec, err := db.Get(ctx, key)
		if core.KindOf(err) == core.NotFound {
			return nil // closed or removed meanwhile
		}
		if err != nil {
			return err
		}
		folded += rec.Folded
		for _, r := range rec.Runs {
			if r.State.Live() {
				soon = append(soon, r)
			}
		}
		return nil
	}
	if err := db.Each(ctx, gather); err != nil {
		return nil, 0, err
	}
	slices.SortFunc(soon, func(a, b engine.RunSummary) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	for _, r := range soon[:max(0, min(limit, len(soon)))] {
		run, err := db.Load(ctx, r.ID)
		if core.KindOf(err) == core.NotFound {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		runs = append(runs, run)
	}
	return runs, folded, nil
}

func printRuns(s environment, list []listedRun, zone *time.Location) {
	if len(list) == 0 {
		fmt.Fprintln(s.stdout, s.say("No run is parked, running or scheduled."))
		return
	}
	rows := [][]string{{s.say("RUN"), s.say("STATE"), s.say("DUE (%s)", zone), s.say("NEXT"), s.say("WHY")}}
	for _, r := range list {
		next, why := "-", "-"
		if !r.At.IsZero() {
			next = clockTime(r.At, zone)
		}
		if r.Reason != "" {
			why = s.words().Say(reason.Text(r.Reason))
		}
		rows = append(rows, []string{r.Run, s.words().Say(stateText(r.State)), clockTime(r.Due, zone), next, why})
	}
	printTable(s.stdout, rows)
}

// printTable prints rows in columns. A wide character takes two.
func printTable(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], text.Cells(cell))
		}
	}
	for _, row := range rows {
		last := len(row) - 1
		for i, cell := range row[:last] {
			fmt.Fprint(w, text.Pad(cell, widths[i]+2))
		}
		fmt.Fprintln(w, row[last])
	}
}

func clockTime(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02 15:04:05")
}

// eventTime formats a time from an event. Anything else is returned unchanged.
func eventTime(stored string, zone *time.Location) string {
	t, err := time.Parse(time.RFC3339Nano, stored)
	if err != nil {
		return stored
	}
	return clockTime(t, zone)
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
