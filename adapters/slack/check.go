package slack

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Identity describes the bot that a token belongs to.
type Identity struct {
	UserID       string   // the bot's own user
	Name         string   // as people see it
	BotID        string   //
	TeamID       string   // the workspace
	Team         string   // its name
	EnterpriseID string   // the organisation, "" outside of Enterprise Grid
	URL          string   // of the workspace, for people
	Scopes       []string // granted to the token; nil if Slack didn't say
	Missing      []string // of RequiredScopes, those not granted
}

// RequiredScopes returns the scopes that the bot needs for its uses, sorted.
// usergroups:read is always among them, because people may name user groups.
// See https://docs.slack.dev/reference/scopes.
func RequiredScopes(uses core.Uses) []string {
	out := []string{"chat:write", "commands", "im:history", "im:write", "usergroups:read", "users:read"}
	if uses.Addresses {
		out = append(out, "users:read.email")
	}
	if uses.Channels || uses.Groups {
		out = append(out, "channels:history", "channels:read", "groups:history", "groups:read")
	}
	if uses.Groups {
		out = append(out, "bookmarks:read", "bookmarks:write", "channels:manage", "groups:write", "pins:read", "pins:write")
	}
	if uses.Files {
		out = append(out, "files:read", "files:write")
	}
	slices.Sort(out)
	return out
}

// Check asks Slack which bot the token belongs to and whether it has the scopes
// for its uses. A bad token is Unauthorized. Call it when the program starts.
func (a *Adapter) Check(ctx context.Context, uses core.Uses) (Identity, error) {
	r, err := spend(ctx, a, "auth.test", a.authTest)
	if err != nil {
		return Identity{}, err
	}
	id := identity(r, uses)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self = id
	return id, nil
}

// CheckAppToken asks Slack whether an app-level token can open Socket Mode. It
// does not connect.
func (a *Adapter) CheckAppToken(ctx context.Context, token string) error {
	_, err := a.client.OpenSocket(ctx, token)
	return err
}

// adminScope is what an administrator's token needs.
const adminScope = "admin.conversations:write"

// CheckAdminToken asks Slack whether the administrator's token is valid and has the scope
// that it needs. Without a token it does nothing.
func (a *Adapter) CheckAdminToken(ctx context.Context) error {
	admin := a.client.Admin()
	if admin == nil {
		return nil
	}
	r, err := spend(ctx, a, "auth.test", func(ctx context.Context) (*slack.AuthTestResponse, error) {
		return rest.Read(ctx, api.Platform, "auth.test", func(ctx context.Context) (*slack.AuthTestResponse, error) {
			return admin.AuthTestContext(ctx)
		})
	})
	if err != nil {
		return err
	}
	if granted := r.Header.Get("X-OAuth-Scopes"); granted != "" && !slices.Contains(scopes(granted), adminScope) {
		return &core.Error{Op: "slack: auth.test", Kind: core.Denied, Detail: "missing_scope:" + adminScope}
	}
	return nil
}

// CheckChannel asks Slack whether the bot can post to a channel. A channel that
// is gone or that the bot is not in is NotFound, an archived one is a Conflict,
// and one with restricted posting is Denied. Restrictions appear in two places,
// see https://docs.slack.dev/reference/objects/conversation-object and
// https://docs.slack.dev/reference/methods/admin.conversations.setConversationPrefs.
func (a *Adapter) CheckChannel(ctx context.Context, id string) error {
	ch, err := spend(ctx, a, "conversations.info", func(ctx context.Context) (slack.Channel, error) {
		return a.conversationsInfo(ctx, id)
	})
	const op = "slack: conversations.info"
	switch {
	case err != nil:
		return err
	case ch.IsArchived:
		return &core.Error{Op: op, Kind: core.Conflict, Detail: "is_archived"}
	case !ch.IsMember:
		return &core.Error{Op: op, Kind: core.NotFound, Detail: "not_in_channel"}
	case ch.IsReadOnly, restricted(ch.Properties):
		return &core.Error{Op: op, Kind: core.Denied, Detail: "restricted_action_read_only_channel"}
	}
	return nil
}

// restricted reports whether only certain people may post to a channel.
func restricted(p *slack.Properties) bool {
	return p != nil && len(p.PostingRestrictedTo.Type)+len(p.PostingRestrictedTo.User) > 0
}

// whoAmI returns the bot's identity. It asks once, because a token's identity
// does not change.
func (a *Adapter) whoAmI(ctx context.Context) (Identity, error) {
	a.mu.Lock()
	self := a.self
	a.mu.Unlock()
	if self.UserID != "" {
		return self, nil
	}
	return a.Check(ctx, core.Uses{})
}

func identity(r *slack.AuthTestResponse, uses core.Uses) Identity {
	id := Identity{
		UserID: r.UserID, Name: r.User, BotID: r.BotID, TeamID: r.TeamID, Team: r.Team, EnterpriseID: r.EnterpriseID, URL: r.URL,
	}
	granted := r.Header.Get("X-OAuth-Scopes")
	if granted == "" {
		return id
	}
	id.Scopes = scopes(granted)
	for _, s := range RequiredScopes(uses) {
		if !slices.Contains(id.Scopes, s) {
			id.Missing = append(id.Missing, s)
		}
	}
	return id
}

// scopes splits a list of scopes.
func scopes(granted string) []string {
	var out []string
	for s := range strings.SplitSeq(granted, ",") {
		out = append(out, strings.TrimSpace(s))
	}
	return out
}
