package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
)

func newRunsShow(s environment) *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "show --config FILE RUN",
		Short: "Explain a run: its state, the reason, and what it has done so far",
		Long: `show prints the state of a run and its audit trail, oldest event first.

Exit codes: 0 shown, 1 there is no such run or Redis cannot be read, 2 the
command line is wrong.`,
		Example: `  riskroom runs show -c riskroom.yaml R-17/open-a-group-after-two/1781234567890`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misuse("which run? One ID from riskroom runs list")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return showRun(c.Context(), s, f, args[0]) },
	}
	runsFlagsFor(c, &f)
	return c
}

// shownRun is a run with its trail.
type shownRun struct {
	listedRun
	Calls []shownCall `json:"calls,omitempty"` // of the current step
	// Waiting are the runs that wait for the group that this one creates.
	Waiting []string     `json:"waiting,omitempty"`
	Trail   []shownEvent `json:"trail"`
}

type shownCall struct {
	Call    string `json:"call"`
	State   string `json:"state"` // done, open or failed
	Attempt int    `json:"attempt"`
	Value   string `json:"value,omitempty"`
}

type shownEvent struct {
	At   time.Time         `json:"at"`
	Kind string            `json:"kind"`
	Step string            `json:"step,omitempty"`
	By   string            `json:"by,omitempty"`
	Op   string            `json:"op,omitempty"`
	Data map[string]string `json:"data,omitempty"`
	Text string            `json:"text"`
}

// trailLength is how many of a risk's events are searched.
const trailLength = 1000

func showRun(ctx context.Context, s environment, f runsFlags, arg string) error {
	if err := oneOf(f.format, formatTable, formatJSON); err != nil {
		return err
	}
	ids, err := parseRuns([]string{arg})
	if err != nil {
		return err
	}
	db, cfg, err := openRunStore(ctx, s, f)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	run, err := db.Load(ctx, ids[0])
	if core.KindOf(err) == core.NotFound {
		return fmt.Errorf("there is no run %s (runs that ended long ago are removed)", ids[0])
	}
	if err != nil {
		return err
	}
	events, err := db.Trail(ctx, run.ID.Risk, "", trailLength)
	if err != nil {
		return err
	}
	out := shownRun{listedRun: listed(run), Calls: callsOf(run), Trail: trailOf(run.ID, events, cfg.Organisation.Zone)}
	if out.Waiting, err = waitingFor(ctx, db.Store, run.ID, events); err != nil {
		return err
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, out)
	}
	printRun(s.stdout, out, cfg.Organisation.Zone)
	return nil
}

// waitingFor returns the runs that wait for the group that a run creates.
func waitingFor(ctx context.Context, db *store.Store, id engine.RunID, events []engine.Event) ([]string, error) {
	var waiting []string
	for _, e := range events {
		if e.Data["for"] != id.String() || slices.Contains(waiting, e.Run) {
			continue
		}
		other, err := engine.ParseRunID(e.Run)
		if err != nil {
			return nil, err
		}
		run, err := db.Load(ctx, other)
		switch {
		case core.KindOf(err) == core.NotFound:
		case err != nil:
			return nil, err
		case run.State == engine.Waiting && run.Reason == engine.AwaitsGroup:
			waiting = append(waiting, e.Run)
		}
	}
	slices.Sort(waiting)
	return waiting, nil
}

func callsOf(run engine.Run) []shownCall {
	var calls []shownCall
	for key, c := range run.Calls {
		state := "failed"
		switch {
		case c.Done:
			state = "done"
		case c.Open:
			state = "open"
		}
		calls = append(calls, shownCall{Call: key, State: state, Attempt: c.Attempt, Value: c.Value})
	}
	slices.SortFunc(calls, func(a, b shownCall) int { return strings.Compare(a.Call, b.Call) })
	return calls
}

// trailOf returns the events of one run, oldest first.
func trailOf(id engine.RunID, newestFirst []engine.Event, zone *time.Location) []shownEvent {
	trail := []shownEvent{}
	for _, e := range slices.Backward(newestFirst) {
		if e.Run != id.String() {
			continue
		}
		trail = append(trail, shownEvent{
			At: e.At.UTC(), Kind: e.Kind, Step: e.Step, By: e.Actor.Name, Op: e.Op, Data: e.Data, Text: eventText(e, zone),
		})
	}
	return trail
}

func printRun(w io.Writer, r shownRun, zone *time.Location) {
	shown := r.Flow
	if does := builtInText(r.Flow); does != "" {
		shown += ": " + does
	}
	fmt.Fprintf(w, "%s\n", r.Run)
	fmt.Fprintf(w, "  risk   %s\n  flow   %s\n  state  %s, at step %d\n  due    %s (%s)\n", r.Risk, shown, r.State, r.Step, clockTime(r.Due, zone), zone)
	if !r.At.IsZero() {
		fmt.Fprintf(w, "  next   %s\n", clockTime(r.At, zone))
	}
	if r.Reason != "" {
		fmt.Fprintf(w, "  why    %s\n", r.Meaning)
	}
	if len(r.Calls) > 0 {
		fmt.Fprintln(w, "\nCalls of this step:")
		for _, c := range r.Calls {
			fmt.Fprintf(w, "  %-6s %s (attempt %d)\n", c.State, c.Call, c.Attempt)
		}
	}
	if len(r.Waiting) > 0 {
		fmt.Fprintf(w, "\nRuns that wait for its group:\n  %s\n", strings.Join(r.Waiting, "\n  "))
	}
	fmt.Fprintln(w, "\nWhat happened:")
	if len(r.Trail) == 0 {
		fmt.Fprintln(w, "  nothing yet")
	}
	for _, e := range r.Trail {
		fmt.Fprintf(w, "  %s  %s\n", clockTime(e.At, zone), e.Text)
	}
	if r.State == string(engine.Parked) {
		fmt.Fprintf(w, "\nThis run waits for you. To continue it: riskroom runs retry %s   (or drop it)\n", r.Run)
	}
}
