package slack

import (
	"context"
	"fmt"
	"strings"

	"riskroom/adapters/slack"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
)

var _ platform.Inspector = (*workspace)(nil)

func (w *workspace) Unable(err error) platform.Finding {
	if core.KindOf(err) != core.Unauthorized {
		return platform.Offline(title, w.settings.Name, err)
	}
	return platform.Finding{
		Rule: platform.RuleToken, Message: fmt.Sprintf("Slack refuses the bot token of %s (%s)", w.settings.Name, core.DetailOf(err)),
		Hint: "copy the Bot User OAuth Token from the app's page OAuth & Permissions, and install the app to the workspace if it is not",
	}
}

// Examine asks for the scopes and for Socket Mode. Which of the workspace's
// settings stand in the way (who may create private channels, who may remove
// people), the URLs on the app's page and the signing secret are told to no bot.
func (w *workspace) Examine(ctx context.Context) []platform.Finding {
	var out []platform.Finding
	if missing := w.known().Missing; len(missing) > 0 {
		out = append(out, platform.Finding{
			Rule: platform.RuleScope, Message: fmt.Sprintf("the bot of %s lacks scopes: %s", w.settings.Name, strings.Join(missing, " ")),
			Hint: "add them on the app's page OAuth & Permissions, Bot Token Scopes, then Reinstall to Workspace; riskroom manifest slack has them all",
		})
	}
	if !overSocketMode(w.settings) {
		return out
	}
	err := platform.Patiently(ctx, func(ctx context.Context) error { return w.adapter.CheckAppToken(ctx, w.settings.Values[appTokenKey]) })
	switch {
	case err == nil:
	case platform.Passing(err):
		out = append(out, platform.Unanswered("Socket Mode", w.settings.Name, err))
	default:
		out = append(out, platform.Finding{
			Rule: platform.RuleToken, Message: fmt.Sprintf("the app of %s cannot open Socket Mode with its app_token: %s", w.settings.Name, core.DetailOf(err)),
			Hint: "turn it on on the app's page Socket Mode; the app_token is made with the scope connections:write under Basic Information, App-Level Tokens",
		})
	}
	return out
}

func (w *workspace) Channel(ctx context.Context, what, id string) []platform.Finding {
	err := platform.Patiently(ctx, func(ctx context.Context) error { return w.adapter.CheckChannel(ctx, id) })
	f := platform.Finding{Rule: platform.RuleChannel}
	switch kind := core.KindOf(err); {
	case err == nil, strings.HasPrefix(core.DetailOf(err), missingScope):
		return nil
	case kind == core.NotFound:
		f.Message, f.Hint = fmt.Sprintf("the bot is not in %s %s, or it is not there", what, id), "type /invite @riskroom in it, with the bot's own name"
	case kind == core.Conflict:
		f.Message, f.Hint = fmt.Sprintf("%s %s is archived", what, id), "name another one, or unarchive it"
	case kind == core.Denied:
		f.Message, f.Warning = fmt.Sprintf("only some may post into %s %s, and the bot perhaps not", what, id), true
		f.Hint = "allow it under the channel's name, Settings, Posting permissions, or name another one"
	default:
		f = platform.Unanswered(what+" "+id, w.settings.Name, err)
	}
	return []platform.Finding{f}
}

// missingScope begins the Detail of what a scope is lacking for.
const missingScope = "missing_scope"

func (w *workspace) Words() platform.Words {
	way := "over HTTP, at /slack/" + w.settings.Name + "/…"
	if overSocketMode(w.settings) {
		way = "over Socket Mode"
	}
	const paid = ": they take a paid plan"
	return platform.Words{
		Platform: title, Place: "workspace", Way: way, ByEmail: slack.Settings().ByEmail, Member: "user", CopyID: slack.Settings().CopyUser,
		Group: "user group", Groups: "Directories, User groups", Fill: "add people to it under Directories, User groups",
		NoGroups: map[string]string{"plan_upgrade_required": paid, "paid_teams_only": paid},
		Said:     missingScope,
	}
}
