package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/reason"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

func newRunsShow(s environment) *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "show --config FILE RUN",
		Short: s.say("Explain a run: its state, the reason, and what it has done so far"),
		Long: s.say(`show prints the state of a run and its audit trail, oldest event first.

Exit codes: 0 shown, 1 there is no such run or Redis cannot be read, 2 the
command line is wrong.`),
		Example: `  riskroom runs show -c riskroom.yaml R-17/open-a-group-after-two/1781234567890`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misuse("which run? One ID from riskroom runs list")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return showRun(c.Context(), s, f, args[0]) },
	}
	runsFlagsFor(s, c, &f)
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
	State   string `json:"state"`
	Attempt int    `json:"attempt"`
	Value   string `json:"value,omitempty"`
}

// States of a call.
const (
	callDone   = "done"
	callOpen   = "open"
	callFailed = "failed"
)

type shownEvent struct {
	At   time.Time         `json:"at"`
	Kind string            `json:"kind"`
	Step string            `json:"step,omitempty"`
	By   string            `json:"by,omitempty"`
	Op   string            `json:"op,omitempty"`
	Data map[string]string `json:"data,omitempty"`
	Text string            `json:"text"` // in English
	says text.Phrase
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
	db, cfg, err := openRunStore(ctx, s, f, app.ReadStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	run, err := db.Load(ctx, ids[0])
	if core.KindOf(err) == core.NotFound {
		return errors.New(s.say("there is no run %s (runs that ended long ago are removed)", ids[0]))
	}
	if err != nil {
		return err
	}
	events, err := db.Trail(ctx, run.ID.Risk, "", trailLength)
	if err != nil {
		return err
	}
	out := shownRun{listedRun: listed(run, cfg.Flows), Calls: callsOf(run), Trail: trailOf(run.ID, events, cfg.Organisation.Zone)}
	if out.Waiting, err = waitingFor(ctx, db.Store, run.ID, events); err != nil {
		return err
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, out)
	}
	printRun(s, out, cfg.Organisation.Zone)
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
		state := callFailed
		switch {
		case c.Done:
			state = callDone
		case c.Open:
			state = callOpen
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
		trail = append(trail, showEvent(e, zone))
	}
	return trail
}

func showEvent(e engine.Event, zone *time.Location) shownEvent {
	says := eventText(e, zone)
	return shownEvent{
		At: e.At.UTC(), Kind: e.Kind, Step: e.Step, By: e.Actor.Name, Op: e.Op, Data: e.Data, Text: says.String(), says: says,
	}
}

func printRun(s environment, r shownRun, zone *time.Location) {
	w := s.stdout
	fmt.Fprintln(w, r.Run)
	flow := text.Plain(r.Flow)
	if does := builtInText(r.Flow); !does.IsZero() {
		flow = text.Phrasef("%s: %s", r.Flow, does)
	}
	rows := [][]string{
		{"  " + s.say("risk"), s.words().Say(simulate.Subject(core.RiskKey(r.Risk), r.Flow))}, {"  " + s.say("flow"), s.words().Say(flow)},
		{"  " + s.say("state"), s.say("%s, at step %d", stateText(r.State), r.Step)},
		{"  " + s.say("due"), s.say("%s (%s)", clockTime(r.Due, zone), zone)},
	}
	if !r.At.IsZero() {
		rows = append(rows, []string{"  " + s.say("next"), clockTime(r.At, zone)})
	}
	if r.Reason != "" {
		rows = append(rows, []string{"  " + s.say("why"), s.words().Say(reason.Text(r.Reason))})
	}
	printTable(w, rows)
	if len(r.Calls) > 0 {
		fmt.Fprintf(w, "\n%s\n", s.say("Calls of this step:"))
		for _, c := range r.Calls {
			fmt.Fprintf(w, "  %s %s\n", text.Pad(s.words().Say(callText(c.State)), 6), s.say("%s (attempt %d)", c.Call, c.Attempt))
		}
	}
	if len(r.Waiting) > 0 {
		fmt.Fprintf(w, "\n%s\n  %s\n", s.say("Runs that wait for its group:"), strings.Join(r.Waiting, "\n  "))
	}
	fmt.Fprintf(w, "\n%s\n", s.say("What happened:"))
	if len(r.Trail) == 0 {
		fmt.Fprintf(w, "  %s\n", s.say("nothing yet"))
	}
	for _, e := range r.Trail {
		fmt.Fprintf(w, "  %s  %s\n", clockTime(e.At, zone), s.words().Say(e.says))
	}
	if r.State == string(engine.Parked) {
		fmt.Fprintf(w, "\n%s\n", s.say("This run waits for you. To continue it: riskroom runs retry %s   (or drop it)", r.Run))
	}
}

// callText describes the state of a call.
func callText(state string) text.Phrase {
	switch state {
	case callDone:
		return text.Plain("done")
	case callOpen:
		return text.Plain("open")
	}
	return text.Plain("failed")
}
