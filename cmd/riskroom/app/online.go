package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/slack"
	"riskroom/core"
	"riskroom/core/config"
)

// Online asks the workspaces of a config file what only they know: whether they
// accept the credentials, and whether the people, user groups and channels that
// the file names are there. It changes nothing. What is wrong comes in the
// file's order.
func Online(ctx context.Context, cfg *config.Config, log *slog.Logger) (config.Problems, error) {
	o := &online{cfg: cfg, asked: map[string]*slack.Adapter{}, teams: map[string]string{}, accounts: map[core.Account]string{}}
	for _, out := range cfg.Outside {
		if out.Kind != config.OutsideWorkspace {
			continue
		}
		if err := o.workspace(ctx, out, log); err != nil {
			return nil, err
		}
	}
	for _, out := range cfg.Outside {
		o.look(ctx, out)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(o.problems, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return o.problems, nil
}

// online is the work on one file.
type online struct {
	cfg      *config.Config
	asked    map[string]*slack.Adapter // the workspaces that accept the bot
	teams    map[string]string         // the workspace of a team's ID
	accounts map[core.Account]string   // the person of the file who has it
	problems config.Problems
}

func (o *online) report(p config.Problem) { o.problems = append(o.problems, p) }

// The rules of what is found online.
const (
	ruleToken   = "online-token"
	ruleScope   = "online-scope"
	rulePeople  = "online-people"
	ruleChannel = "online-channel"
	ruleTwice   = "online-twice"
	ruleReach   = "online-unreachable"
)

// workspace asks whether a workspace accepts the bot, and with which scopes.
func (o *online) workspace(ctx context.Context, out config.Outside, log *slog.Logger) error {
	i := slices.IndexFunc(o.cfg.Workspaces, func(w config.WorkspaceSettings) bool { return w.Name == out.Workspace })
	if i < 0 {
		return nil
	}
	s := o.cfg.Workspaces[i]
	if s.Values[botTokenKey] == "" {
		o.report(out.Problem(ruleToken, "set the variable or file that bot_token names", "%s was not asked: its bot_token is not set", s.Name))
		return nil
	}
	if s.Platform == discord.Platform {
		return o.guild(ctx, out, s, log)
	}
	a, err := newSlack(s, o.cfg.CallTimeout, nil, nil, log)
	if err != nil {
		return err
	}
	var id slack.Identity
	err = patiently(ctx, func(ctx context.Context) (err error) { id, err = a.Check(ctx); return err })
	switch {
	case core.KindOf(err) == core.Unauthorized:
		o.report(out.Problem(ruleToken, "copy the Bot User OAuth Token from the app's page OAuth & Permissions, and install the app to the workspace",
			"%s refuses the bot_token: %s", s.Name, core.DetailOf(err)))
		return nil
	case err != nil:
		o.report(out.Problem(ruleReach, "see whether this machine reaches it, and mind api_url and proxies", "%s cannot be asked: %s", s.Name, core.DetailOf(err)))
		return nil
	}
	o.asked[s.Name] = a
	if len(id.Missing) > 0 {
		o.report(out.Problem(ruleScope, "add them on the app's page OAuth & Permissions, Bot Token Scopes, then Reinstall to Workspace; riskroom manifest slack has them all",
			"the bot of %s lacks scopes: %s", s.Name, strings.Join(id.Missing, " ")))
	}
	if other, taken := o.teams[id.TeamID]; taken {
		o.report(out.Problem(ruleTwice, "name each workspace once", "%s and %s are the same workspace on Slack, %s", other, s.Name, id.Team))
	}
	o.teams[id.TeamID] = s.Name
	o.appToken(ctx, out, s, a)
	return nil
}

// guild asks whether a Discord guild accepts the bot, and with which permissions.
func (o *online) guild(ctx context.Context, out config.Outside, s config.WorkspaceSettings, log *slog.Logger) error {
	a, err := newDiscord(s, o.cfg.CallTimeout, nil, nil, log)
	if err != nil {
		return err
	}
	var id discord.Identity
	err = patiently(ctx, func(ctx context.Context) (err error) { id, err = a.Check(ctx); return err })
	switch {
	case core.KindOf(err) == core.Unauthorized:
		o.report(out.Problem(ruleToken, "copy the token from the application's page Bot, and install the bot to the server that guild_id names",
			"%s refuses the bot: %s", s.Name, core.DetailOf(err)))
	case err != nil:
		o.report(out.Problem(ruleReach, "see whether this machine reaches it, and mind api_url and proxies", "%s cannot be asked: %s", s.Name, core.DetailOf(err)))
	case len(id.Missing) > 0:
		o.report(out.Problem(ruleScope, "give them to the bot's role", "the bot of %s lacks permissions: %s", s.Name, strings.Join(id.Missing, " ")))
	}
	return nil
}

// appToken asks whether a workspace lets Socket Mode be opened.
func (o *online) appToken(ctx context.Context, out config.Outside, s config.WorkspaceSettings, a *slack.Adapter) {
	if !OverSocketMode(s) {
		return
	}
	err := patiently(ctx, func(ctx context.Context) error { return a.CheckAppToken(ctx, s.Values[appTokenKey]) })
	switch kind := core.KindOf(err); {
	case err == nil:
	case kind == core.Unavailable, kind == core.RateLimited:
		o.unasked(out, "Socket Mode", s.Name, err)
	default:
		o.report(out.Problem(ruleToken, "turn it on on the app's page Socket Mode; the app_token is made with the scope connections:write under Basic Information, App-Level Tokens",
			"the app of %s cannot open Socket Mode with its app_token: %s", s.Name, core.DetailOf(err)))
	}
}

// look asks about everything but the workspaces themselves.
func (o *online) look(ctx context.Context, out config.Outside) {
	switch out.Kind {
	case config.OutsideEmail:
		o.email(ctx, out)
	case config.OutsideUser:
		if a := o.asked[out.Workspace]; a != nil {
			profile, err := find(ctx, a, core.Lookup{ID: out.Name})
			o.person(out, out.Workspace, profile, err)
		}
	case config.OutsideGroup:
		o.group(ctx, out)
	case config.OutsideChannel, config.OutsideAdmins:
		o.channel(ctx, out)
	}
}

// email looks for a person in every workspace where they have no account in the
// file. They need be in one only.
func (o *online) email(ctx context.Context, out config.Outside) {
	var absent []string
	found := len(o.cfg.Organisation.People[out.Person].Accounts) > 0
	for _, name := range o.workspaces("") {
		if o.cfg.Organisation.People[out.Person].Accounts[name] != "" {
			continue
		}
		profile, err := find(ctx, o.asked[name], core.Lookup{Email: out.Name})
		if core.KindOf(err) == core.NotFound {
			absent = append(absent, name)
			continue
		}
		found = true
		o.person(out, name, profile, err)
	}
	const hint = "mind the spelling, or give the person's user ID: in Slack under their profile, More, Copy member ID"
	switch {
	case len(absent) == 0:
	case found:
		o.report(out.Warning(rulePeople, hint, "%s is not found by e-mail address in %s", out.Person, strings.Join(absent, ", ")))
	default:
		o.report(out.Problem(rulePeople, hint, "%s is not found by e-mail address in %s", out.Person, strings.Join(absent, ", ")))
	}
}

// person judges what a workspace says of somebody.
func (o *online) person(out config.Outside, workspace string, p core.Profile, err error) {
	who := out.Person
	if who == "" {
		who = out.Name
	}
	switch {
	case core.KindOf(err) == core.NotFound:
		o.report(out.Problem(rulePeople, "copy it anew: in Slack under the person's profile, More, Copy member ID", "%s has no user %s", workspace, out.Name))
	case err != nil:
		o.unasked(out, who, workspace, err)
	case p.Gone:
		o.report(out.Problem(rulePeople, "name somebody else, or have the account activated again", "%s is deactivated in %s", who, workspace))
	case p.Bot:
		o.report(out.Problem(rulePeople, "name a person", "%s is a bot in %s", who, workspace))
	case out.Person != "":
		if other, taken := o.accounts[p.Account]; taken && other != out.Person {
			o.report(out.Problem(ruleTwice, "keep one of the two", "%s and %s are the same person in %s, %s", other, out.Person, workspace, p.Account.ID))
		}
		o.accounts[p.Account] = out.Person
	}
}

// group looks for a user group; one that is named without a workspace has to be
// in one of them.
func (o *online) group(ctx context.Context, out config.Outside) {
	var absent []string
	why, found := "", false
	for _, name := range o.workspaces(out.Workspace) {
		var members []core.Account
		err := patiently(ctx, func(ctx context.Context) (err error) { members, err = o.asked[name].Expand(ctx, out.Name); return err })
		switch kind := core.KindOf(err); {
		case kind == core.NotFound, kind == core.Unsupported:
			absent = append(absent, name)
			if kind == core.Unsupported {
				why = ": it has no user groups, which take a paid plan"
			}
			continue
		case err != nil:
			o.unasked(out, "@"+out.Name, name, err)
		case len(members) == 0:
			o.report(out.Warning(rulePeople, "add people to it in Slack, under Directories, User groups", "the user group @%s has nobody in it in %s", out.Name, name))
		}
		found = true
	}
	const hint = "mind the spelling of its handle; in Slack groups are made under Directories, User groups"
	switch {
	case len(absent) == 0:
	case found:
		o.report(out.Warning(rulePeople, hint, "there is no user group @%s in %s%s", out.Name, strings.Join(absent, ", "), why))
	default:
		o.report(out.Problem(rulePeople, hint, "there is no user group @%s in %s%s", out.Name, strings.Join(absent, ", "), why))
	}
}

// channel looks whether the bot can post into a channel.
func (o *online) channel(ctx context.Context, out config.Outside) {
	a := o.asked[out.Workspace]
	if a == nil {
		return
	}
	what := "the channel"
	if out.Kind == config.OutsideAdmins {
		what = "the admin_channel"
	}
	err := patiently(ctx, func(ctx context.Context) error { return a.CheckChannel(ctx, out.Name) })
	switch kind := core.KindOf(err); {
	case err == nil:
	case kind == core.NotFound:
		o.report(out.Problem(ruleChannel, "type /invite @riskroom in it, with the bot's own name", "the bot is not in %s %s, or it is not there", what, out.Name))
	case kind == core.Conflict:
		o.report(out.Problem(ruleChannel, "name another one, or unarchive it", "%s %s is archived", what, out.Name))
	default:
		o.unasked(out, what+" "+out.Name, out.Workspace, err)
	}
}

// workspaces returns those that accept the bot: the one called name, or all if
// name is "".
func (o *online) workspaces(name string) []string {
	var out []string
	for _, w := range o.cfg.Workspaces {
		if o.asked[w.Name] != nil && (name == "" || name == w.Name) {
			out = append(out, w.Name)
		}
	}
	return out
}

// unasked reports that a workspace could not say anything of what. A scope that
// is missing has been reported.
func (o *online) unasked(out config.Outside, what, workspace string, err error) {
	if strings.HasPrefix(core.DetailOf(err), "missing_scope") {
		return
	}
	o.report(out.Problem(ruleReach, "", "%s: %s could not be asked: %s", what, workspace, core.DetailOf(err)))
}

func find(ctx context.Context, a *slack.Adapter, who core.Lookup) (p core.Profile, err error) {
	err = patiently(ctx, func(ctx context.Context) error { p, err = a.Find(ctx, who); return err })
	return p, err
}

// How often and how long patiently waits.
const (
	askAgain    = 5
	longestWait = time.Minute
)

// patiently asks again while the platform asks to wait: a large file has more
// people than may be looked up in a minute.
func patiently(ctx context.Context, ask func(context.Context) error) error {
	for n := 1; ; n++ {
		err := ask(ctx)
		if core.KindOf(err) != core.RateLimited || n == askAgain {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("while waiting for a rate limit: %w", ctx.Err())
		case <-time.After(min(max(core.RetryAfterOf(err), time.Second), longestWait)):
		}
	}
}
