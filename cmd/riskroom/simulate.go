package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
	"riskroom/core/text"
)

type simulateFlags struct {
	risks, risk, from, length, format, svg string
	down                                   []string
	contents, live                         bool
}

func newSimulate(s environment) *cobra.Command {
	var f simulateFlags
	c := &cobra.Command{
		Use:   "simulate FILE",
		Short: s.say("Show what flows will do on which day, without contacting anybody"),
		Long: s.say(`simulate files risks, lets days pass within seconds, and prints a timeline: who
gets a message, which group is created with whom, what is skipped and why. The
engine, the adapters and their rate limits are the ones that serve uses. Only the
workspaces are emulated: nobody is contacted, and secrets needn't be set.

By default there are two made-up risks: nobody touches the first, and somebody
starts on the second and resolves it. --risks names a file with your own: CSV as
riskroom export writes it, or YAML like this:
  start: "2026-03-02 09:00"      # by default today at nine
  for: 30d                       # the default
  members: { acme/oncall: [lin] }        # of user groups and roles
  risks:
    - { title: Ledger is off, by: mei, module: Payments, severity: high,
        discovered_at: "2026-03-01 15:00", filed: "2026-03-02 09:30" }
  actions:
    - { at: "2026-03-03 10:00", by: lin, do: /risk take R-1 }
  down:                          # riskroom isn't running
    - { from: "2026-03-07 08:00", until: "2026-03-09 12:00" }
Only title is required of a risk. It can also have description, workspace,
handlers, due_at and fields. An action is any slash command. If the members of a
user group aren't known, the group stands for all of them.

With --live, it goes on from the open risks and the timers in the Redis that the
config file names: what will the next 30 days bring if nobody acts? simulate only
reads there, and needs the secrets in the redis section.

simulate warns if a flow can't keep its schedule under a platform's rate limits.
With --format json, the output has every event with its whole text.

Exit codes: 0 simulated, 1 it could not be simulated, 2 the command line is wrong.`),
		Example: `  riskroom simulate riskroom.yaml
  riskroom simulate riskroom.yaml --risks scenario.yaml --contents
  riskroom simulate riskroom.yaml --risks risks.csv --from 2026-03-01 --for 90d --risk R-3
  riskroom simulate riskroom.yaml --live --for 7d
  riskroom simulate riskroom.yaml --from 2026-03-02 --down "2026-03-03 08:00/2026-03-05 12:00"
  riskroom simulate riskroom.yaml --format json | jq '.events[] | select(.what == "message")'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misuse("which file? Name one config file")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return runSimulate(c.Context(), s, f, args[0], time.Now())
		},
	}
	c.Flags().StringVar(&f.risks, "risks", "", s.say("a YAML file with risks and what people do, or CSV as export writes it"))
	c.Flags().BoolVar(&f.live, "live", false, s.say("go on from the open risks in the Redis of the config file"))
	c.Flags().StringVar(&f.risk, "risk", "", s.say("show only this risk, such as R-17"))
	c.Flags().BoolVar(&f.contents, "contents", false, s.say("show messages as each platform displays them, and topics of groups"))
	c.Flags().StringVar(&f.svg, "svg", "", s.say("a folder to write timelines to: R-17.svg of a risk, schedules.svg"))
	c.Flags().StringVar(&f.from, "from", "", s.say("when it starts: a day, or a day and a time as in \"2026-03-02 09:00\""))
	c.Flags().StringVar(&f.length, "for", "", s.say("how long it lasts, such as 90d or 12h (default: 30d)"))
	c.Flags().StringArrayVar(&f.down, "down", nil, s.say("riskroom isn't running during `FROM/UNTIL`; repeatable"))
	formatFlag(s, c, &f.format, formatText, formatJSON)
	return c
}

func runSimulate(ctx context.Context, s environment, f simulateFlags, file string, now time.Time) error {
	if err := oneOf(f.format, formatText, formatJSON); err != nil {
		return err
	}
	if f.live && (f.risks != "" || f.from != "") {
		return misuse("--live begins with the present and the risks in Redis: leave out --risks and --from")
	}
	cfg, live, err := simulateInput(ctx, s, f, file)
	if err != nil {
		return err
	}
	only := core.RiskKey("")
	if f.risk != "" {
		if only, err = core.ParseRiskKey(cfg.Organisation.KeyPrefix, f.risk); err != nil {
			return misuse("--risk: %v", err)
		}
	}
	scenario, err := scenarioOf(s, f, cfg, now)
	if err != nil {
		return err
	}
	if err := playable(s, scenario, cfg, now); err != nil {
		return err
	}
	defer simulate.CollectLess()()
	result, err := simulate.Run(ctx, cfg, scenario, simulate.Options{Now: now, Live: live, Progress: func(at time.Time) {
		fmt.Fprintln(s.stderr, s.say("riskroom: at %s", at.In(cfg.Organisation.Zone).Format("2006-01-02 15:04")))
	}})
	if err != nil {
		return err
	}
	if _, ok := result.Titles[only]; !ok && only != "" {
		return errors.New(s.say("there is no risk %s", only))
	}
	for _, a := range result.Answers {
		if w, is := a.Wrong(); is {
			warnScenario(s, w)
		}
	}
	if only != "" {
		result.Events = slices.DeleteFunc(result.Events, func(e simulate.Event) bool { return e.Risk != only && !e.IsOutage() })
	}
	if f.svg != "" {
		if err := newTimeline(s, cfg, false).draw(f.svg, result); err != nil {
			return err
		}
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, result)
	}
	newTimeline(s, cfg, f.contents).print(result)
	return nil
}

// playable warns of what isn't played as a scenario says. It reports what can't be played at all, and
// fails if there is any.
func playable(s environment, scenario simulate.Scenario, cfg *config.Config, now time.Time) error {
	for _, w := range scenario.Outside(cfg, now) {
		warnScenario(s, w)
	}
	wrong := scenario.Wrong(cfg, now)
	for _, m := range wrong {
		aboutScenario(s, m.Place, m.Says, m.Hint)
	}
	if n := len(wrong); n > 0 {
		fmt.Fprintln(s.stderr, s.say("%s: %s; nothing was simulated", "riskroom", text.Count(n, "%d error", "%d errors")))
		return errReported
	}
	return nil
}

// warnScenario prints a warning about a scenario.
func warnScenario(s environment, w simulate.Warning) {
	aboutScenario(s, w.Place, text.Phrasef("warning: %s", w.Says), w.Hint)
}

// aboutScenario prints something about a scenario with its place in a file, if it is from one.
func aboutScenario(s environment, at simulate.Place, what, hint text.Phrase) {
	says := s.words().Say(what)
	if at.File != "" {
		says = fmt.Sprintf("%s:%d:%d: %s", at.File, at.Line, at.Col, says)
	}
	fmt.Fprintf(s.stderr, "%s\n  = %s\n", says, s.words().Say(hint))
}

// simulateInput reads the config file and, with --live, the open risks.
func simulateInput(ctx context.Context, s environment, f simulateFlags, file string) (*config.Config, *store.Snapshot, error) {
	var again bytes.Buffer // the standard input is read once more for the Redis
	if s.stdin != nil {
		s.stdin = io.TeeReader(s.stdin, &again)
	}
	cfg, err := configWithoutSecrets(s, file)
	if err != nil || !f.live {
		return cfg, nil, err
	}
	s.stdin = &again
	// Here an unset variable isn't filled in: a placeholder is no address of a Redis.
	real, problems, err := load(s, file, config.UnsetIsWarning)
	if err != nil {
		return nil, nil, err
	}
	if real == nil || real.Redis.URL == "" && !real.Redis.Private {
		fmt.Fprint(s.stderr, problems.String())
		return nil, nil, errReported
	}
	live, err := app.TakeSnapshot(ctx, real, store.Options{Logger: slog.New(slog.DiscardHandler)})
	return cfg, live, err
}

// scenarioOf returns the scenario that the flags ask for.
func scenarioOf(s environment, f simulateFlags, cfg *config.Config, now time.Time) (simulate.Scenario, error) {
	start, length := time.Time{}, simulate.Span{}
	if f.from != "" {
		var ok bool
		if start, ok = simulate.Moment(&cfg.Organisation, f.from); !ok {
			return simulate.Scenario{}, misuse("--from: %q is not a day such as 2026-03-02, nor a moment such as \"2026-03-02 09:00\"", f.from)
		}
	}
	if f.length != "" {
		var ok bool
		if length, ok = simulate.ParseSpan(f.length); !ok {
			return simulate.Scenario{}, misuse("--for: %q is not a length of time such as 90d or 12h", f.length)
		}
	}
	down, err := outages(f, cfg)
	if err != nil {
		return simulate.Scenario{}, err
	}
	var scenario simulate.Scenario
	switch {
	case f.live:
		scenario.Start = now.Truncate(time.Second)
	case f.risks == "":
		if !start.IsZero() {
			now = start
		}
		scenario = simulate.Sample(cfg, s.language(), now)
	default:
		if scenario, err = readScenario(s, f.risks, cfg); err != nil {
			return scenario, err
		}
		if !start.IsZero() {
			scenario.Start = start
		}
	}
	if !length.IsZero() {
		scenario.For = length
	}
	scenario.Down = append(scenario.Down, down...)
	return scenario, nil
}

// outages returns the outages of --down.
func outages(f simulateFlags, cfg *config.Config) ([]simulate.Outage, error) {
	var all []simulate.Outage
	for _, s := range f.down {
		from, until, _ := strings.Cut(s, "/")
		begins, ok := simulate.Moment(&cfg.Organisation, strings.TrimSpace(from))
		ends, also := simulate.Moment(&cfg.Organisation, strings.TrimSpace(until))
		if !ok || !also {
			return nil, misuse("--down: %q is not two moments such as \"2026-03-07 08:00/2026-03-09 12:00\"", s)
		}
		all = append(all, simulate.Outage{From: begins, Until: ends})
	}
	return all, nil
}

// maxRisks is how large a file with risks may be.
const maxRisks = 64 << 20

// readRisks reads a file with risks. Errors are misused.
func readRisks(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, misuse("cannot read the risks: %v", withoutSyscall(err))
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxRisks+1))
	switch {
	case err != nil:
		return nil, misuse("cannot read the risks: %v", withoutSyscall(err))
	case len(src) > maxRisks:
		return nil, misuse("%s is larger than %d MiB: export fewer risks, for example with --since", name, maxRisks>>20)
	}
	return src, nil
}

// readScenario reads a file with risks.
func readScenario(s environment, name string, cfg *config.Config) (simulate.Scenario, error) {
	src, err := readRisks(name)
	if err != nil {
		return simulate.Scenario{}, err
	}
	parse := simulate.Parse
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		parse = simulate.ParseCSV
	}
	scenario, problems := parse(name, src, s.language(), cfg)
	fmt.Fprint(s.stderr, problems.String())
	if n := len(problems.Errors()); n > 0 {
		fmt.Fprintln(s.stderr, s.say("%s: %s; nothing was simulated", name, text.Count(n, "%d error", "%d errors")))
		return scenario, errReported
	}
	return scenario, nil
}
