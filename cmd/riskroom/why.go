package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"riskroom/bots"
	"riskroom/cmd/riskroom/app"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/people"
	"riskroom/core/store"
	"riskroom/core/text"
)

func newWhy(s environment) *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "why --config FILE RISK [FLOW]",
		Short: s.say("Explain what flows did about a risk, what they will do, and why"),
		Long: s.say(`why shows for each flow when it was or will be due and from which date, its
condition with the present values, what it waits for, and what it sent to whom.
With the name of a flow, it also shows earlier runs of that flow. In chat, /risk
why shows the same to whoever may read the risk.

why reads the Redis that the config file names, and changes nothing there. You can
use it while serve is running. It needs only the secrets in the redis section, and
shows people by the names in the config file or, if it doesn't have their accounts, as
workspace/ID.

Exit codes: 0 shown, 1 there is no such risk or flow or Redis cannot be read, 2 the
command line is wrong.`),
		Example: `  riskroom why -c riskroom.yaml R-17
  riskroom why -c riskroom.yaml R-17 remind-after-a-day --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return misuse("which risk? Its key, such as R-17, and a flow if you want only one")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return explain(c.Context(), s, f, args) },
	}
	configFlag(c, &f.config, s.say("the config file with the redis section; - is the standard input"))
	formatFlag(s, c, &f.format, formatText, formatJSON)
	c.Flags().StringVar(&f.logLevel, "log-level", "error", s.say("what to log to stderr: debug, info, warn or error"))
	return c
}

func explain(ctx context.Context, s environment, f runsFlags, args []string) error {
	if err := oneOf(f.format, formatText, formatJSON); err != nil {
		return err
	}
	db, cfg, err := openRunStore(ctx, s, f, app.ReadStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	org := &cfg.Organisation
	key, err := core.ParseRiskKey(org.KeyPrefix, text.Fold(args[0]))
	if err != nil {
		return misuse("%q is not the key of a risk; they look like %s", args[0], core.MakeRiskKey(org.KeyPrefix, 17))
	}
	name := ""
	if len(args) > 1 {
		name = text.Fold(args[1])
	}
	words, err := text.Load()
	if err != nil {
		return err
	}
	reader, bot, err := readerOf(cfg, db.Store, words)
	if err != nil {
		return err
	}
	x, err := reader.Explain(ctx, nil, key, name)
	if refusal, ok := errors.AsType[*core.Refusal](err); ok {
		return errors.New(words.In(s.language()).S("refusal."+refusal.Code, text.Args(refusal.Args)))
	}
	if err != nil {
		return err
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, explanationOf(x, org.Zone))
	}
	_, err = fmt.Fprint(s.stdout, bot.Explained(ctx, x, s.language()))
	return err
}

// readerOf returns an engine that runs nothing and reaches no platform, and a bot that words
// what it returns.
func readerOf(cfg *config.Config, db *store.Store, words *text.Catalogue) (*engine.Engine, *bots.Bot, error) {
	e, err := engine.New(engine.Options{Organisation: &cfg.Organisation, Flows: cfg.Flows, Store: db, Text: words})
	if err != nil {
		return nil, nil, err
	}
	b, err := bots.New(bots.Config{
		Filing: e, Handling: e, Persons: byAccount{e.Persons()}, Org: &cfg.Organisation, Text: words, Clock: core.ClockFunc(time.Now),
	})
	return e, b, err
}

// byAccount names people whom only a platform can name by their accounts.
type byAccount struct{ people.Persons }

func (b byAccount) Name(ctx context.Context, ref core.Ref, workspace, lang string) core.Span {
	if a, ok := ref.Account(); ok {
		return core.Plain(a.String())
	}
	return b.Persons.Name(ctx, ref, workspace, lang)
}

// explainedRisk is an explanation as JSON.
type explainedRisk struct {
	Risk  string          `json:"risk"`
	Title string          `json:"title"`
	Flows []explainedFlow `json:"flows"`
	Since time.Time       `json:"since,omitzero"` // what was sent before is left out
}

type explainedFlow struct {
	Flow   string    `json:"flow"`
	Gone   bool      `json:"gone,omitempty"` // no longer in the config file
	On     string    `json:"on,omitempty"`
	Times  string    `json:"schedule,omitempty"`
	Digest bool      `json:"digest,omitempty"`
	Next   time.Time `json:"next,omitzero"` // of schedule
	Date   string    `json:"date_field,omitempty"`
	After  string    `json:"after,omitempty"`
	Before string    `json:"before,omitempty"`
	At     string    `json:"at,omitempty"`
	Zone   string    `json:"zone,omitempty"`

	Every    string `json:"every,omitempty"`
	AtMost   int    `json:"at_most,omitempty"`
	Calendar string `json:"calendar,omitempty"` // of working days

	Until      string            `json:"until,omitempty"`
	UntilNow   map[string]string `json:"until_now,omitempty"`
	UntilHolds bool              `json:"until_holds,omitempty"`
	Again      time.Time         `json:"again,omitzero"` // due again, after a run that is under way

	If      string            `json:"if,omitempty"`
	Now     map[string]string `json:"now,omitempty"`   // values of the condition's variables
	Holds   *bool             `json:"holds,omitempty"` // absent if it depends on what starts the flow
	Idle    string            `json:"idle,omitempty"`  // why nothing is due: event, date, missed, unarmed, closed, until or at_most
	Due     time.Time         `json:"due,omitzero"`    // of idle
	Runs    []explainedRun    `json:"runs"`            // newest first
	Earlier int               `json:"earlier_runs,omitempty"`
}

type explainedRun struct {
	Run     string            `json:"run"`
	State   string            `json:"state"`
	Anchor  time.Time         `json:"from,omitzero"`
	Number  int               `json:"number,omitempty"` // which time it is, of a flow that repeats
	Due     time.Time         `json:"due"`
	Fired   time.Time         `json:"began,omitzero"`
	Until   time.Time         `json:"until,omitzero"`
	Ended   time.Time         `json:"ended,omitzero"`
	Reason  string            `json:"reason,omitempty"` // a code
	For     string            `json:"waits_for,omitempty"`
	Earlier bool              `json:"earlier_version,omitempty"`
	Unmet   map[string]string `json:"values,omitempty"` // for which the condition was false
	Held    []engine.Hold     `json:"held,omitempty"`   // messages that wait
	Did     []shownEvent      `json:"did"`
}

func explanationOf(x engine.Explanation, zone *time.Location) explainedRisk {
	out := explainedRisk{Risk: string(x.Risk.Key), Title: x.Risk.Title, Flows: []explainedFlow{}, Since: x.Since}
	for _, f := range x.Flows {
		t := f.When
		one := explainedFlow{
			Flow: f.Name, Gone: f.Gone, On: t.On, Times: t.Schedule, Digest: t.Digest, Next: f.Next, Date: t.DateField, After: t.After, Before: t.Before, At: t.At, Zone: t.Zone,
			If: f.If, Now: valuesOf(f.Now), Idle: string(f.Idle), Due: f.Due, Runs: []explainedRun{}, Earlier: f.More,
			Every: t.Every, AtMost: t.AtMost, Calendar: t.Calendar,
			Until: f.Until, UntilNow: valuesOf(f.UntilNow), UntilHolds: f.UntilHolds, Again: f.Again.UTC(),
		}
		if f.Known {
			one.Holds = &f.Holds
		}
		for _, r := range f.Runs {
			run := explainedRun{
				Run: r.ID.String(), State: string(r.State), Anchor: r.Anchor, Number: r.Number, Due: r.Due.UTC(), Fired: r.Fired.UTC(), Until: r.Until.UTC(),
				Ended: r.Ended.UTC(), Reason: r.Reason, For: r.For, Earlier: r.Earlier, Unmet: valuesOf(r.Unmet), Held: r.Held, Did: []shownEvent{},
			}
			for _, e := range r.Did {
				run.Did = append(run.Did, showEvent(e, zone))
			}
			one.Runs = append(one.Runs, run)
		}
		out.Flows = append(out.Flows, one)
	}
	return out
}

func valuesOf(used []engine.Used) map[string]string {
	out := map[string]string{}
	for _, u := range used {
		out[u.Name] = u.Value
	}
	return out
}
