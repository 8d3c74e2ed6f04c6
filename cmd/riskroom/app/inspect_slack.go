package app

import (
	"context"
	"fmt"
	"strings"

	"riskroom/adapters/slack"
	"riskroom/core"
)

var _ inspector = (*slackHome)(nil)

func (h *slackHome) unable(err error) finding {
	if core.KindOf(err) != core.Unauthorized {
		return offline("Slack", h.settings.Name, err)
	}
	return finding{
		rule: ruleToken, message: fmt.Sprintf("Slack refuses the bot token of %s (%s)", h.settings.Name, core.DetailOf(err)),
		hint: "copy the Bot User OAuth Token from the app's page OAuth & Permissions, and install the app to the workspace if it is not",
	}
}

// examine asks for the scopes and for Socket Mode. Which of the workspace's
// settings stand in the way (who may create private channels, who may remove
// people), the URLs on the app's page and the signing secret are told to no bot.
func (h *slackHome) examine(ctx context.Context) []finding {
	var out []finding
	if missing := h.known().Missing; len(missing) > 0 {
		out = append(out, finding{
			rule: ruleScope, message: fmt.Sprintf("the bot of %s lacks scopes: %s", h.settings.Name, strings.Join(missing, " ")),
			hint: "add them on the app's page OAuth & Permissions, Bot Token Scopes, then Reinstall to Workspace; riskroom manifest slack has them all",
		})
	}
	if !OverSocketMode(h.settings) {
		return out
	}
	err := patiently(ctx, func(ctx context.Context) error { return h.adapter.CheckAppToken(ctx, h.settings.Values[appTokenKey]) })
	switch {
	case err == nil:
	case passing(err):
		out = append(out, unanswered("Socket Mode", h.settings.Name, err))
	default:
		out = append(out, finding{
			rule: ruleToken, message: fmt.Sprintf("the app of %s cannot open Socket Mode with its app_token: %s", h.settings.Name, core.DetailOf(err)),
			hint: "turn it on on the app's page Socket Mode; the app_token is made with the scope connections:write under Basic Information, App-Level Tokens",
		})
	}
	return out
}

func (h *slackHome) channel(ctx context.Context, what, id string) []finding {
	err := patiently(ctx, func(ctx context.Context) error { return h.adapter.CheckChannel(ctx, id) })
	f := finding{rule: ruleChannel}
	switch kind := core.KindOf(err); {
	case err == nil, strings.HasPrefix(core.DetailOf(err), missingScope):
		return nil
	case kind == core.NotFound:
		f.message, f.hint = fmt.Sprintf("the bot is not in %s %s, or it is not there", what, id), "type /invite @riskroom in it, with the bot's own name"
	case kind == core.Conflict:
		f.message, f.hint = fmt.Sprintf("%s %s is archived", what, id), "name another one, or unarchive it"
	case kind == core.Denied:
		f.message, f.warning = fmt.Sprintf("only some may post into %s %s, and the bot perhaps not", what, id), true
		f.hint = "allow it under the channel's name, Settings, Posting permissions, or name another one"
	default:
		f = unanswered(what+" "+id, h.settings.Name, err)
	}
	return []finding{f}
}

// missingScope begins the Detail of what a scope is lacking for.
const missingScope = "missing_scope"

func (h *slackHome) words() words {
	way := "over HTTP, at /slack/" + h.settings.Name + "/…"
	if OverSocketMode(h.settings) {
		way = "over Socket Mode"
	}
	const paid = ": they take a paid plan"
	return words{
		platform: "Slack", place: "workspace", way: way, byEmail: slack.Settings().ByEmail, member: "user", copyID: slack.Settings().CopyUser,
		group: "user group", groups: "Directories, User groups", fill: "add people to it under Directories, User groups",
		noGroups: map[string]string{"plan_upgrade_required": paid, "paid_teams_only": paid},
		said:     missingScope,
	}
}
