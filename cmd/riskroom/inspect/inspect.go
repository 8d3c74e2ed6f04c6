// Package inspect asks the workspaces of a config file what only they know, and
// words what came of it: for `check --online` as problems of the file, and for
// serve, at its start, as a screen or a record of the log.
package inspect

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
)

// Online asks the workspaces of a config file what only they know: whether they
// accept the credentials, whether they are set up for what the bot is asked to do,
// and whether the people, groups and channels that the file names are there. It
// changes nothing. The error is that ctx ended, or that a workspace's settings are
// of no use.
func Online(ctx context.Context, cfg *config.Config, log *slog.Logger) (Findings, error) {
	var asked []*Workspace
	for _, s := range cfg.Workspaces {
		if s.Values[platform.BotTokenKey] == "" {
			continue
		}
		w, err := Connect(platform.Connection{Settings: s, Config: cfg, Log: log})
		if err != nil {
			return Findings{}, err
		}
		_ = platform.Patiently(ctx, w.Ask) // what goes wrong is kept, and told below
		asked = append(asked, w)
	}
	found := Hold(ctx, cfg, asked)
	return found, ctx.Err()
}

// Within is how long serve may take to ask at its start.
const Within = 30 * time.Second

// Findings are what the workspaces of a config file say.
type Findings struct {
	Answered []string                   // who accepts the bot: "acme is Acme on Slack, where the bot is riskroom"
	Own      map[string]config.Problems // what is wrong with a workspace itself, by its name
	Named    config.Problems            // with what the file names there, in the file's order
	Whole    bool                       // all that there was to ask was asked before ctx ended
}

// Problems returns all that is wrong, in the file's order.
func (f Findings) Problems() config.Problems {
	all := slices.Clone(f.Named)
	for _, own := range f.Own {
		all = append(all, own...)
	}
	SortByPlace(all)
	return all
}

// SortByPlace sorts problems by their place in the file.
func SortByPlace(p config.Problems) {
	slices.SortStableFunc(p, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}

// Hold holds a config file against workspaces that have been asked.
func Hold(ctx context.Context, cfg *config.Config, workspaces []*Workspace) Findings {
	o := &online{
		cfg: cfg, accounts: map[core.Account]string{}, same: map[string]string{}, unlisted: map[string]bool{},
		found: Findings{Own: map[string]config.Problems{}},
	}
	for _, out := range cfg.Outside {
		if out.Kind == config.OutsideWorkspace {
			o.workspace(ctx, out, workspaces)
		}
	}
	for _, out := range cfg.Outside {
		before := len(o.found.Named)
		o.look(ctx, out)
		if ctx.Err() != nil {
			o.found.Named = o.found.Named[:before] // an answer that did not come says nothing
			break
		}
	}
	o.found.Whole = ctx.Err() == nil
	SortByPlace(o.found.Named)
	return o.found
}

// online is the work on one file.
type online struct {
	cfg      *config.Config
	asked    []*Workspace            // those that accept the bot, in the file's order
	same     map[string]string       // the workspace of a team's or server's own ID
	accounts map[core.Account]string // the person of the file who has it
	unlisted map[string]bool         // the workspaces of which it was told that groups cannot be listed
	found    Findings
}

func (o *online) report(out config.Outside, f platform.Finding) {
	o.found.Named = append(o.found.Named, problem(out, f))
}

// problem is what f says, at its place in the file.
func problem(out config.Outside, f platform.Finding) config.Problem {
	if f.Warning {
		return out.Warning(f.Rule, f.Hint, "%s", f.Message)
	}
	return out.Problem(f.Rule, f.Hint, "%s", f.Message)
}

// workspace reports whether a workspace accepts the bot, and what is wrong with it.
func (o *online) workspace(ctx context.Context, out config.Outside, all []*Workspace) {
	name := out.Workspace
	own := func(list ...platform.Finding) {
		for _, f := range list {
			o.found.Own[name] = append(o.found.Own[name], problem(out, f))
		}
	}
	i := slices.IndexFunc(all, func(w *Workspace) bool { return w.Settings.Name == name })
	if i < 0 {
		own(platform.Finding{Rule: platform.RuleToken, Message: name + " was not asked: its bot_token is not set", Hint: "set the environment variable or the file that bot_token refers to"})
		return
	}
	w := all[i]
	if w.Failure != nil {
		own(w.Inspector.Unable(w.Failure))
		return
	}
	o.asked = append(o.asked, w)
	o.found.Answered = append(o.found.Answered, fmt.Sprintf("%s is %s, where the bot is %s", name, w.place(), w.Identity.Bot))
	if list := w.Inspector.Examine(ctx); ctx.Err() == nil {
		own(list...)
	}
	id := w.Settings.Platform + "/" + w.Identity.ID
	if other, taken := o.same[id]; taken {
		own(platform.Finding{
			Rule: platform.RuleTwice, Message: fmt.Sprintf("%s and %s are the same %s, %s", other, name, w.Inspector.Words().Place, w.place()),
			Hint: "remove one of them",
		})
	}
	o.same[id] = name
}

// look asks about everything but the workspaces themselves.
func (o *online) look(ctx context.Context, out config.Outside) {
	switch out.Kind {
	case config.OutsideEmail:
		o.email(ctx, out)
	case config.OutsideUser:
		for _, w := range o.among(out.Workspace) {
			profile, err := find(ctx, w, core.Lookup{ID: out.Name})
			o.person(out, w, profile, err)
		}
	case config.OutsideGroup:
		o.group(ctx, out)
	case config.OutsideChannel, config.OutsideAdmins:
		what := "the channel"
		if out.Kind == config.OutsideAdmins {
			what = "the admin_channel"
		}
		for _, w := range o.among(out.Workspace) {
			for _, f := range w.Inspector.Channel(ctx, what, out.Name) {
				o.report(out, f)
			}
		}
	case config.OutsideWorkspace: // asked first, by itself
	}
}

// among returns the workspaces that accept the bot: the one called name, or all
// if name is "".
func (o *online) among(name string) []*Workspace {
	if name == "" {
		return o.asked
	}
	var out []*Workspace
	for _, w := range o.asked {
		if w.Settings.Name == name {
			out = append(out, w)
		}
	}
	return out
}
