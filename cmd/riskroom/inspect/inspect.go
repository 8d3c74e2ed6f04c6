// Package inspect checks a config file against its workspaces. `check --online` reports
// the result as problems of the file, and serve, at its start, as a screen or a log
// record.
package inspect

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Online checks whether a config file's workspaces accept the credentials, whether they
// are set up for what the bot must do, and whether the people, groups and channels in the
// file exist. It changes nothing. It returns an error if ctx ends or a workspace's
// settings are invalid.
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
		_ = platform.Patiently(ctx, w.Ask) // Check reports the error
		asked = append(asked, w)
	}
	found := Check(ctx, cfg, asked)
	return found, ctx.Err()
}

// Within is the time limit for the check at the start of serve.
const Within = 30 * time.Second

// Findings are the results of a check.
type Findings struct {
	Answered []text.Phrase              // workspaces that accept the bot: "acme is Acme on Slack, where the bot is riskroom"
	Own      map[string]config.Problems // problems of workspaces themselves, by name
	Named    config.Problems            // problems of the people, groups and channels that the file names, in the file's order
	Whole    bool                       // the check was completed before ctx ended
}

// Problems returns all problems in the file's order.
func (f Findings) Problems() config.Problems {
	all := slices.Clone(f.Named)
	for _, own := range f.Own {
		all = append(all, own...)
	}
	SortByPlace(all)
	return all
}

// SortByPlace sorts problems by their position in the file.
func SortByPlace(p config.Problems) {
	slices.SortStableFunc(p, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}

// Check checks a config file against workspaces on which Ask has been called.
func Check(ctx context.Context, cfg *config.Config, workspaces []*Workspace) Findings {
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
			o.found.Named = o.found.Named[:before] // what a cancelled lookup found isn't reliable
			break
		}
	}
	o.found.Whole = ctx.Err() == nil
	SortByPlace(o.found.Named)
	return o.found
}

// online is the check of one file.
type online struct {
	cfg      *config.Config
	asked    []*Workspace            // workspaces that accept the bot, in the file's order
	same     map[string]string       // workspaces by the ID of their team or server
	accounts map[core.Account]string // people in the file by account
	unlisted map[string]bool         // workspaces already reported for not listing members
	found    Findings
}

func (o *online) report(out config.Outside, f platform.Finding) {
	o.found.Named = append(o.found.Named, problem(out, f))
}

// problem returns f as a problem at its position in the file.
func problem(out config.Outside, f platform.Finding) config.Problem {
	if f.Warning {
		return out.Warning(f.Rule, f.Message, f.Hint)
	}
	return out.Problem(f.Rule, f.Message, f.Hint)
}

// workspace checks whether a workspace accepts the bot, and its setup.
func (o *online) workspace(ctx context.Context, out config.Outside, all []*Workspace) {
	name := out.Workspace
	own := func(list ...platform.Finding) {
		for _, f := range list {
			o.found.Own[name] = append(o.found.Own[name], problem(out, f))
		}
	}
	i := slices.IndexFunc(all, func(w *Workspace) bool { return w.Settings.Name == name })
	if i < 0 {
		own(platform.Finding{Rule: platform.RuleToken, Message: text.Phrasef("%s was not asked: its bot_token is not set", name), Hint: text.Plain("set the environment variable or the file that bot_token refers to")})
		return
	}
	w := all[i]
	if w.Failure != nil {
		own(w.Inspector.Unable(w.Failure))
		return
	}
	o.asked = append(o.asked, w)
	o.found.Answered = append(o.found.Answered, text.Phrasef("%s is %s, where the bot is %s", name, w.place(), w.Identity.Bot))
	if list := w.Inspector.Examine(ctx); ctx.Err() == nil {
		own(list...)
	}
	id := w.Settings.Platform + "/" + w.Identity.ID
	if other, taken := o.same[id]; taken {
		own(platform.Finding{
			Rule: platform.RuleTwice, Message: text.Phrasef("%s and %s are the same %s, %s", other, name, w.Inspector.Words().Place, w.place()),
			Hint: text.Plain("remove one of them"),
		})
	}
	o.same[id] = name
}

// look checks everything but the workspaces themselves.
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
		what := text.Plain("the channel")
		if out.Kind == config.OutsideAdmins {
			what = text.Plain("the admin_channel")
		}
		for _, w := range o.among(out.Workspace) {
			for _, f := range w.Inspector.Channel(ctx, what, out.Name) {
				o.report(out, f)
			}
		}
	case config.OutsideWorkspace: // already checked
	}
}

// among returns the workspaces that accept the bot: the one with the name, or all if name
// is "".
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
