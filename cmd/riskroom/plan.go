package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// planFlags are the flags of plan.
type planFlags struct {
	format, logLevel string
	all              bool
}

// planned is how many risks of a kind plan names without --all.
const planned = 3

func newPlan(s environment) *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan FILE",
		Short: s.say("Show what a changed config file will do to the risks in Redis"),
		Long: s.say(`plan compares a config file with the risks in the Redis that it names. It shows what
serve does when it starts with the file or reloads it: for each flow, which timers
move, are added or dropped, and which runs keep the text with which they began. It
also shows which fields, options, nodes, modules and people of open risks the file no
longer has. If messages would be sent at once, it warns and counts them for each
recipient.

A timer that would be due already with the new file is dropped, so a change never
sends a burst of reminders. What is overdue in any case, because no serve is running,
and what starts when risks enter a new process, is due at once.

plan changes nothing. It needs only the secrets in the redis section, and shows people
by the names in the config file. User groups count as one recipient.

Exit codes: 0 compared, 1 the file has errors or Redis cannot be read, 2 the command
line is wrong.`),
		Example: `  riskroom plan riskroom.yaml
  riskroom plan riskroom.yaml --all --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misuse("which config file? riskroom plan FILE")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return planFile(c.Context(), s, f, args[0]) },
	}
	c.Flags().BoolVar(&f.all, "all", false, s.say("name every risk and run, not only the first ones"))
	formatFlag(s, c, &f.format, formatText, formatJSON)
	c.Flags().StringVar(&f.logLevel, "log-level", "error", s.say("what to log to stderr: debug, info, warn or error"))
	return c
}

func planFile(ctx context.Context, s environment, f planFlags, name string) error {
	if err := oneOf(f.format, formatText, formatJSON); err != nil {
		return err
	}
	db, cfg, err := openRunStore(ctx, s, runsFlags{config: name, logLevel: f.logLevel}, app.ReadStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	words, err := text.Load()
	if err != nil {
		return err
	}
	reader, _, err := readerOf(cfg, db.Store, words)
	if err != nil {
		return err
	}
	most := planned
	if f.all {
		most = -1
	}
	p, err := reader.PlanFile(ctx, most)
	if err != nil {
		return err
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, planAsJSON(p))
	}
	w := planWriter{s: s, out: s.stdout, zone: cfg.Organisation.Zone}
	w.write(p)
	return w.err
}

// plannedFile is a plan as JSON.
type plannedFile struct {
	Risks  int             `json:"risks"`
	Enters plannedRisks    `json:"enter_process"`
	Flows  []plannedFlow   `json:"flows"`
	Lost   []plannedLost   `json:"lost"`
	AtOnce plannedMessages `json:"due_at_once"`
}

type plannedFlow struct {
	Flow     string        `json:"flow"`
	Gone     bool          `json:"gone,omitempty"`
	Moved    plannedTimers `json:"moved"`
	Added    plannedTimers `json:"added"`
	Dropped  plannedTimers `json:"dropped"`
	Late     plannedTimers `json:"dropped_as_late"`
	Reworded plannedTimers `json:"new_text"`
	Pinned   plannedTimers `json:"keep_text"`
}

type plannedTimers struct {
	Count  int            `json:"count"`
	Timers []plannedTimer `json:"timers,omitempty"`
}

type plannedTimer struct {
	Run  string    `json:"run"`
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	Late time.Time `json:"would_be_due,omitzero"`
}

type plannedRisks struct {
	Count int      `json:"count"`
	Risks []string `json:"risks,omitempty"`
}

type plannedLost struct {
	Kind engine.LostKind `json:"kind"`
	Name string          `json:"name"`
	plannedRisks
}

type plannedMessages struct {
	Count    int            `json:"count"`
	Runs     []plannedDue   `json:"runs,omitempty"`
	Messages map[string]int `json:"messages"`       // by recipient
	Posts    map[string]int `json:"group_messages"` // by group
	Groups   int            `json:"new_groups"`
	Walks    int            `json:"schedules"` // that are due; their messages aren't counted
}

type plannedDue struct {
	Run    string   `json:"run"`
	To     []string `json:"to,omitempty"`
	Posts  []string `json:"groups,omitempty"`
	Groups int      `json:"new_groups,omitempty"`
}

func planAsJSON(p engine.FilePlan) plannedFile {
	out := plannedFile{Risks: p.Risks, Enters: plannedRisksOf(p.Enters), Flows: []plannedFlow{}, Lost: []plannedLost{}}
	for _, f := range p.Flows {
		out.Flows = append(out.Flows, plannedFlow{
			Flow: f.Name, Gone: f.Gone, Moved: plannedTimersOf(f.Moved), Added: plannedTimersOf(f.Added), Dropped: plannedTimersOf(f.Dropped),
			Late: plannedTimersOf(f.Late), Reworded: plannedTimersOf(f.Reworded), Pinned: plannedTimersOf(f.Pinned),
		})
	}
	for _, v := range lostValues(p) {
		out.Lost = append(out.Lost, plannedLost{v.Kind, v.Name, plannedRisksOf(p.Lost[v])})
	}
	out.AtOnce = plannedMessages{Count: p.Due.Count, Messages: p.Messages, Posts: p.Posts, Groups: p.Creates, Walks: p.Walks}
	for _, d := range p.Due.First {
		out.AtOnce.Runs = append(out.AtOnce.Runs, plannedDue{d.Run.String(), d.To, d.Posts, d.Creates})
	}
	return out
}

func plannedTimersOf(t engine.Some[engine.TimerPlan]) plannedTimers {
	out := plannedTimers{Count: t.Count}
	for _, one := range t.First {
		out.Timers = append(out.Timers, plannedTimer{one.Run.String(), one.From.UTC(), one.To.UTC(), one.Late.UTC()})
	}
	return out
}

func plannedRisksOf(r engine.SomeRisks) plannedRisks {
	out := plannedRisks{Count: r.Count}
	for _, key := range r.First {
		out.Risks = append(out.Risks, string(key))
	}
	return out
}
