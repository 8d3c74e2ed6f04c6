package discord

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"riskroom/core"
)

// Find implements core.Directory. Discord shows bots no e-mail addresses,
// languages or time zones, so people are found by ID only. A person who is not
// in the guild is NotFound.
func (a *Adapter) Find(ctx context.Context, who core.Lookup) (core.Profile, error) {
	switch {
	case (who.ID == "") == (who.Email == ""):
		return core.Profile{}, &core.Error{Op: "discord: find", Kind: core.Invalid, Detail: "id_or_email"}
	case who.ID == "":
		return core.Profile{}, &core.Error{Op: "discord: find", Kind: core.NotFound, Detail: "no_lookup_by_email"}
	}
	if err := a.own("find", a.workspace, who.ID); err != nil {
		return core.Profile{}, err
	}
	m, err := spend(ctx, a, "", "get_guild_member", func(ctx context.Context) (member, error) {
		return a.getGuildMember(ctx, who.ID)
	})
	if err != nil {
		return core.Profile{}, err
	}
	return core.Profile{
		Account: core.Account{Workspace: a.workspace, ID: m.User.ID},
		Name:    cmp.Or(m.Nick, m.User.GlobalName, m.User.Name),
		Bot:     m.User.Bot,
	}, nil
}

// Expand implements core.Directory: it returns the members with a role. Listing
// members needs the privileged intent GUILD_MEMBERS; without it Detail is
// guild_members_intent. If two roles have the name, it is a Conflict, because a
// permission must not depend on which comes first. See
// https://docs.discord.com/developers/resources/guild#list-guild-members.
func (a *Adapter) Expand(ctx context.Context, group string) ([]core.Account, error) {
	found, err := a.role(ctx, group)
	if err != nil {
		return nil, err
	}
	var out []core.Account
	whole, err := pages(ctx, a, "", "list_guild_members", false, membersPages, a.listGuildMembers, func(m member) bool {
		if slices.Contains(m.Roles, found.ID) {
			out = append(out, core.Account{Workspace: a.workspace, ID: m.User.ID})
		}
		return true
	})
	switch {
	case core.KindOf(err) == core.Denied:
		return nil, &core.Error{Op: "discord: list_guild_members", Kind: core.Denied, Detail: "guild_members_intent", Err: err}
	case err != nil:
		return nil, err
	case !whole:
		return nil, &core.Error{Op: "discord: list_guild_members", Kind: core.Unsupported, Detail: "too_many_members"}
	}
	return out, nil
}

// Group implements core.Directory. It needs no intent.
func (a *Adapter) Group(ctx context.Context, group string) (core.UserGroup, error) {
	r, err := a.role(ctx, group)
	return core.UserGroup{ID: r.ID, Name: r.Name}, err
}

// role finds a role by its ID or its name. It ignores @everyone, whose ID is
// the guild's.
func (a *Adapter) role(ctx context.Context, group string) (role, error) {
	roles, err := spend(ctx, a, "", "list_guild_roles", a.listGuildRoles)
	if err != nil {
		return role{}, err
	}
	var named []role
	for _, r := range roles {
		switch {
		case r.ID == a.guild:
		case r.ID == group:
			return r, nil
		case strings.EqualFold(r.Name, group):
			named = append(named, r)
		}
	}
	switch len(named) {
	case 0:
		return role{}, &core.Error{Op: "discord: list_guild_roles", Kind: core.NotFound, Detail: "no_such_role"}
	case 1:
		return named[0], nil
	}
	return role{}, &core.Error{Op: "discord: list_guild_roles", Kind: core.Conflict, Detail: "two_roles"}
}
