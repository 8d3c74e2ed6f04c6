package slack

import (
	"context"
	"strings"

	"riskroom/adapters/slack"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/text"
)

var _ platform.Inspector = (*workspace)(nil)

func (w *workspace) Unable(err error) platform.Finding {
	if core.KindOf(err) != core.Unauthorized {
		return platform.Offline(title, w.settings.Name, err)
	}
	return platform.Finding{
		Rule: platform.RuleToken, Message: text.Phrasef("Slack rejects the bot token of %s (%s)", w.settings.Name, core.DetailOf(err)),
		Hint: text.Plain("copy the Bot User OAuth Token from the app's OAuth & Permissions page; if there is none, install the app first"),
	}
}

// Examine checks the scopes, the administrator's token and Socket Mode. No bot can find out the workspace's settings
// (who may create private channels or remove people), the URLs on the app's page, and the
// signing secret.
func (w *workspace) Examine(ctx context.Context) []platform.Finding {
	var out []platform.Finding
	if missing := w.known().Missing; len(missing) > 0 {
		out = append(out, platform.Finding{
			Rule: platform.RuleScope, Message: text.Phrasef("the bot of %s lacks scopes: %s", w.settings.Name, strings.Join(missing, " ")),
			Hint: text.Plain("add them on the app's OAuth & Permissions page under Bot Token Scopes, then use Reinstall to Workspace; riskroom manifest slack lists them all"),
		})
	}
	out = append(out, w.examineAdmin(ctx)...)
	if !overSocketMode(w.settings) {
		return out
	}
	err := platform.Patiently(ctx, func(ctx context.Context) error { return w.adapter.CheckAppToken(ctx, w.settings.Values[appTokenKey]) })
	switch {
	case err == nil:
	case platform.Temporary(err):
		out = append(out, platform.Unanswered(text.Plain("Socket Mode"), w.settings.Name, err))
	default:
		out = append(out, platform.Finding{
			Rule: platform.RuleToken, Message: text.Phrasef("the app of %s cannot open Socket Mode with its app_token: %s", w.settings.Name, core.DetailOf(err)),
			Hint: text.Plain("switch it on on the app's Socket Mode page, and generate the app_token with the scope connections:write under Basic Information, App-Level Tokens"),
		})
	}
	return out
}

// examineAdmin checks the administrator's token, if there is one.
func (w *workspace) examineAdmin(ctx context.Context) []platform.Finding {
	err := platform.Patiently(ctx, w.adapter.CheckAdminToken)
	switch {
	case err == nil:
		return nil
	case platform.Temporary(err):
		return []platform.Finding{platform.Unanswered(text.Plain("the admin_token"), w.settings.Name, err)}
	}
	return []platform.Finding{{
		Rule: platform.RuleToken, Message: text.Phrasef("riskroom cannot restrict who posts in %s with its admin_token: %s", w.settings.Name, core.DetailOf(err)),
		Hint: text.Plain("have an owner or administrator of the organisation install the app with the user scope admin.conversations:write, and copy the User OAuth Token"),
	}}
}

func (w *workspace) Channel(ctx context.Context, what text.Phrase, id string) []platform.Finding {
	err := platform.Patiently(ctx, func(ctx context.Context) error { return w.adapter.CheckChannel(ctx, id) })
	f := platform.Finding{Rule: platform.RuleChannel}
	switch kind := core.KindOf(err); {
	case err == nil, strings.HasPrefix(core.DetailOf(err), missingScope):
		return nil
	case kind == core.NotFound:
		f.Message, f.Hint = text.Phrasef("%s %s doesn't exist, or the bot is not a member", what, id), text.Plain("in the channel, type /invite @ and the bot's name")
	case kind == core.Conflict:
		f.Message, f.Hint = text.Phrasef("%s %s is archived", what, id), text.Plain("unarchive it, or name another channel")
	case kind == core.Denied:
		f.Message, f.Warning = text.Phrasef("posting in %s %s is restricted, and the bot may be excluded", what, id), true
		f.Hint = text.Plain("allow the bot in the channel's settings under Posting permissions, or name another channel")
	default:
		f = platform.Unanswered(text.Phrasef("%s %s", what, id), w.settings.Name, err)
	}
	return []platform.Finding{f}
}

// missingScope is the prefix of the Detail of a call that lacks a scope.
const missingScope = "missing_scope"

func (w *workspace) Words() platform.Words {
	way := text.Phrasef("over HTTP, at %s", "/slack/"+w.settings.Name+"/…")
	if overSocketMode(w.settings) {
		way = text.Plain("over Socket Mode")
	}
	paid := text.Plain("they need a paid plan")
	return platform.Words{
		Platform: title, Place: text.Plain("workspace"), Way: way, ByEmail: slack.Settings().ByEmail, Member: text.Plain("user"), CopyID: text.Plain(slack.Settings().CopyUser),
		Group: text.Plain("user group"), Groups: text.Plain("Directories, User groups"), Fill: text.Plain("add people to it under Directories, User groups"),
		NoGroups: map[string]text.Phrase{"plan_upgrade_required": paid, "paid_teams_only": paid},
		Reported: missingScope,
	}
}
