package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"riskroom/core"
	"riskroom/core/engine"
)

// purgeFlags are the flags of purge.
type purgeFlags struct {
	runsFlags
	closedBefore string
	yes          bool
}

func newPurge(s environment) *cobra.Command {
	var f purgeFlags
	c := &cobra.Command{
		Use:   "purge --config FILE --closed-before DATE",
		Short: "Delete risks for good that were closed long ago",
		Long: `purge lists the risks that were resolved or shelved before a day, in the config's
time zone. With --yes, it deletes them: the risk, its history and its runs. Nothing
can bring them back but a backup. Their numbers are not used again. Messages and
channels on the platforms stay as they are.

purge leaves out, and says so, a risk that has a group, a run that hasn't ended, or a
call of which it is unknown whether it happened, and one that was closed less than
two days ago. The audit trail of R-0 records which risks were purged, and by whom.

You can use it while serve is running, and interrupt it: to go on, run it again.

Exit codes: 0 done, 1 Redis cannot be read or written, 2 the command line is wrong.`,
		Example: `  riskroom purge -c riskroom.yaml --closed-before 2024-01-01
  riskroom export -c riskroom.yaml --format jsonl --history --out before-2024.jsonl
  riskroom purge -c riskroom.yaml --closed-before 2024-01-01 --yes`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error { return purgeRisks(c.Context(), s, f) },
	}
	configFlag(c, &f.config, "the config file with the redis section; - is the standard input")
	c.Flags().StringVar(&f.closedBefore, "closed-before", "", "the day before which a risk must have been closed, such as 2024-01-31")
	c.Flags().BoolVar(&f.yes, "yes", false, "delete the risks; without it, they are only listed")
	return c
}

// purge is one call of the command.
type purge struct {
	s                environment
	db               runStore
	zone             *time.Location
	before           time.Time
	yes              bool
	by               core.Actor
	deleted, skipped int
}

func purgeRisks(ctx context.Context, s environment, f purgeFlags) error {
	if f.closedBefore == "" {
		return misuse("closed before which day? Add --closed-before DATE")
	}
	db, cfg, err := openRunStore(ctx, s, f.runsFlags)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	p := purge{s: s, db: db, zone: cfg.Organisation.Zone, yes: f.yes, by: core.Actor{Name: operator()}}
	if p.before, err = dayFlag("closed-before", f.closedBefore, p.zone); err != nil {
		return err
	}
	prefix := cfg.Organisation.KeyPrefix
	if p.yes {
		finish := func(key core.RiskKey) error { return db.FinishPurge(ctx, key, p.by) }
		if err := db.Unfinished(ctx, prefix, finish); err != nil {
			return err
		}
	}
	err = db.All(ctx, prefix, func(r core.Risk) error {
		if at := engine.ClosedAt(r); at.IsZero() || !at.Before(p.before) {
			return ctx.Err()
		}
		return p.risk(ctx, r.Key)
	})
	p.end()
	return err
}

// risk deletes one risk, or says why not, or that it would be deleted.
func (p *purge) risk(ctx context.Context, key core.RiskKey) error {
	rec, err := p.db.Get(ctx, key)
	if core.KindOf(err) == core.NotFound {
		return nil // another purge was faster
	}
	if err != nil {
		return err
	}
	why := engine.Purgeable(rec, time.Now())
	if why == "" && p.yes {
		err := p.db.Purge(ctx, rec, p.by)
		if err != nil && core.KindOf(err) != core.Conflict {
			return err
		}
		why = core.DetailOf(err)
	}
	if why != "" {
		p.skipped++
		fmt.Fprintf(p.s.stdout, "%s left out: %s\n", key, purgeText(why))
		return nil
	}
	p.deleted++
	did := "would be deleted"
	if p.yes {
		did = "deleted"
	}
	fmt.Fprintf(p.s.stdout, "%s %s, closed %s: %s\n", key, did, clockTime(engine.ClosedAt(rec.Risk), p.zone), core.Isolate(rec.Risk.Title))
	return nil
}

// end says how many risks were deleted.
func (p *purge) end() {
	if p.yes {
		fmt.Fprintf(p.s.stdout, "%d deleted, %d left out\n", p.deleted, p.skipped)
		return
	}
	fmt.Fprintf(p.s.stdout, "%d would be deleted, %d left out\n", p.deleted, p.skipped)
	if p.deleted > 0 {
		fmt.Fprintln(p.s.stdout, "Nothing has been deleted. To delete them for good, add --yes.")
	}
}

// purgeText describes why a risk isn't deleted.
func purgeText(code string) string {
	switch code {
	case "group":
		return "it has a group"
	case "run":
		return "a run of it has not ended: riskroom runs list"
	case "intent":
		return "it is unknown whether a call for it happened: riskroom runs list"
	case "recent":
		return "it was closed less than two days ago"
	}
	return "it has just changed"
}
