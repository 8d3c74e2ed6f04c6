package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
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
		Short: s.say("Delete risks and topics for good that ended long ago"),
		Long: s.say(`purge lists the risks that were resolved or shelved before a day, in the config's
time zone, and the topics that belong to no risk and ended before it. With --yes, it
deletes them: the risk or topic, its history and its runs. Nothing can bring them back
but a backup. Their numbers are not used again. Messages and channels on the platforms
stay as they are.

purge leaves out, and says so, a risk that has an item group or a topic that hasn't
ended, a run that hasn't ended, or a call of which it is unknown whether it happened,
and one that was closed less than two days ago. The audit trail of R-0 records what was
purged, and by whom.

You can use it while serve is running, and interrupt it: to go on, run it again.

Exit codes: 0 done, 1 Redis cannot be read or written, 2 the command line is wrong.`),
		Example: `  riskroom purge -c riskroom.yaml --closed-before 2024-01-01
  riskroom export -c riskroom.yaml --format jsonl --history --out before-2024.jsonl
  riskroom purge -c riskroom.yaml --closed-before 2024-01-01 --yes`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error { return purgeRisks(c.Context(), s, f) },
	}
	configFlag(c, &f.config, s.say("the config file with the redis section; - is the standard input"))
	c.Flags().StringVar(&f.closedBefore, "closed-before", "", s.say("the day before which they must have ended, such as 2024-01-31"))
	c.Flags().BoolVar(&f.yes, "yes", false, s.say("delete them; without it, they are only listed"))
	return c
}

// purge is one call of the command.
type purge struct {
	s                environment
	db               runStore
	zone             *time.Location
	before           time.Time
	yes              bool
	log              core.RiskKey // whose trail records what is deleted
	by               core.Actor
	deleted, skipped int
}

func purgeRisks(ctx context.Context, s environment, f purgeFlags) error {
	if f.closedBefore == "" {
		return misuse("closed before which day? Add --closed-before DATE")
	}
	db, cfg, err := openRunStore(ctx, s, f.runsFlags, app.AttachStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	prefix, topics := cfg.Organisation.KeyPrefix, cfg.Organisation.TopicPrefix()
	p := purge{s: s, db: db, zone: cfg.Organisation.Zone, yes: f.yes, log: core.MakeRiskKey(prefix, 0), by: core.Actor{Name: operator()}}
	if p.before, err = dayFlag("closed-before", f.closedBefore, p.zone); err != nil {
		return err
	}
	if p.yes {
		finish := func(key core.RiskKey) error { return db.FinishPurge(ctx, key, p.log, p.by) }
		if err := db.Unfinished(ctx, prefix, topics, finish); err != nil {
			return err
		}
	}
	err = db.All(ctx, prefix, func(r core.Risk) error {
		if !p.includes(engine.ClosedAt(r)) {
			return ctx.Err()
		}
		return p.one(ctx, r.Key)
	})
	if err == nil {
		err = db.Topics(ctx, topics, func(key core.RiskKey) error { return p.one(ctx, key) })
	}
	p.end()
	return err
}

// includes reports whether the command is about what was over at a time, zero if it isn't.
func (p *purge) includes(at time.Time) bool { return !at.IsZero() && at.Before(p.before) }

// one deletes a risk or a topic, or says why not, or that it would be deleted.
func (p *purge) one(ctx context.Context, key core.RiskKey) error {
	rec, err := p.db.Get(ctx, key)
	if core.KindOf(err) == core.NotFound {
		return nil // it was purged, or has never been
	}
	if err != nil {
		return err
	}
	over := engine.OverSince(rec)
	if !p.includes(over) {
		return nil
	}
	why := engine.Purgeable(rec, time.Now())
	if why == "" && p.yes {
		err := p.db.Purge(ctx, rec, p.log, p.by)
		if err != nil && core.KindOf(err) != core.Conflict {
			return err
		}
		why = core.DetailOf(err)
	}
	if why != "" {
		p.skipped++
		fmt.Fprintln(p.s.stdout, p.s.say("%s left out: %s", key, purgeText(why)))
		return nil
	}
	p.deleted++
	did := text.Plain("would be deleted")
	if p.yes {
		did = text.Plain("deleted")
	}
	ended, title := text.Phrasef("closed %s", clockTime(over, p.zone)), rec.Risk.Title
	if rec.Risk.Version == 0 {
		ended, title = text.Phrasef("ended %s", clockTime(over, p.zone)), cmp.Or(rec.Groups[0].Topic, rec.Groups[0].Name)
	}
	fmt.Fprintln(p.s.stdout, p.s.say("%s %s, %s: %s", key, did, ended, core.Isolate(title)))
	return nil
}

// end says how much was deleted.
func (p *purge) end() {
	if p.yes {
		fmt.Fprintln(p.s.stdout, p.s.say("%d deleted, %d left out", p.deleted, p.skipped))
		return
	}
	fmt.Fprintln(p.s.stdout, p.s.say("%d would be deleted, %d left out", p.deleted, p.skipped))
	if p.deleted > 0 {
		fmt.Fprintln(p.s.stdout, p.s.say("Nothing has been deleted. To delete them for good, add --yes."))
	}
}

// purgeText describes why a risk or a topic isn't deleted.
func purgeText(code string) text.Phrase {
	switch code {
	case "group":
		return text.Plain("it has a group that is in use")
	case "run":
		return text.Plain("a run of it has not ended: riskroom runs list")
	case "intent":
		return text.Plain("it is unknown whether a call for it happened: riskroom runs list")
	case "recent":
		return text.Plain("it ended less than two days ago")
	}
	return text.Plain("it has just changed")
}
