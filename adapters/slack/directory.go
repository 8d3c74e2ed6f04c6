package slack

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// Find implements core.Directory. Slack returns a person's language only for
// look-ups by ID.
func (a *Adapter) Find(ctx context.Context, who core.Lookup) (core.Profile, error) {
	method, ask := "users.info", func(ctx context.Context) (slack.User, error) { return a.usersInfo(ctx, who.ID) }
	if who.ID == "" {
		method, ask = "users.lookupByEmail", func(ctx context.Context) (slack.User, error) {
			return a.usersLookupByEmail(ctx, who.Email)
		}
	}
	if (who.ID == "") == (who.Email == "") {
		return core.Profile{}, &core.Error{Op: "slack: find", Kind: core.Invalid, Detail: "id_or_email"}
	}
	u, err := spend(ctx, a, method, ask)
	if err != nil {
		return core.Profile{}, err
	}
	self, err := a.whoAmI(ctx)
	if err != nil {
		return core.Profile{}, err
	}
	return a.profile(u, self), nil
}

func (a *Adapter) profile(u slack.User, self Identity) core.Profile {
	foreign := u.TeamID != "" && u.TeamID != self.TeamID &&
		(self.EnterpriseID == "" || u.Enterprise.EnterpriseID != self.EnterpriseID)
	return core.Profile{
		Account: core.Account{Workspace: a.workspace, ID: u.ID},
		Name:    cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name),
		Email:   u.Profile.Email,
		Locale:  u.Locale,
		Zone:    u.TZ,
		Guest:   u.IsRestricted || u.IsUltraRestricted || u.IsStranger || foreign,
		Gone:    u.Deleted,
		Bot:     u.IsBot || u.ID == slackbot,
	}
}

// Expand implements core.Directory. A group is named by its handle or its ID.
// User groups exist on paid plans only; otherwise Detail is Slack's code for
// that, plan_upgrade_required or paid_teams_only. See
// https://docs.slack.dev/reference/methods/usergroups.list.
func (a *Adapter) Expand(ctx context.Context, group string) ([]core.Account, error) {
	found, err := a.userGroup(ctx, group)
	if err != nil {
		return nil, err
	}
	ids, err := spend(ctx, a, "usergroups.users.list", func(ctx context.Context) ([]string, error) {
		return a.usergroupsUsersList(ctx, found.ID)
	})
	if err != nil {
		return nil, err
	}
	out := make([]core.Account, len(ids))
	for i, id := range ids {
		out[i] = core.Account{Workspace: a.workspace, ID: id}
	}
	return out, nil
}

// Group implements core.Directory. Name is the group's handle.
func (a *Adapter) Group(ctx context.Context, group string) (core.UserGroup, error) {
	found, err := a.userGroup(ctx, group)
	return core.UserGroup{ID: found.ID, Name: found.Handle}, err
}

// userGroup finds a user group by its ID or its handle.
func (a *Adapter) userGroup(ctx context.Context, group string) (slack.UserGroup, error) {
	groups, err := spend(ctx, a, "usergroups.list", a.usergroupsList)
	if err != nil {
		return slack.UserGroup{}, err
	}
	i := slices.IndexFunc(groups, func(g slack.UserGroup) bool {
		return g.ID == group || strings.EqualFold(g.Handle, group)
	})
	if i < 0 {
		return slack.UserGroup{}, &core.Error{Op: "slack: usergroups.list", Kind: core.NotFound, Detail: "no_such_subteam"}
	}
	return groups[i], nil
}
