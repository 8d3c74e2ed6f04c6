package discord

import (
	"cmp"
	"context"
	"slices"
)

// Identity is whom a bot token speaks for, and what it may do in the guild.
type Identity struct {
	UserID        string   // the bot's own user
	Name          string   // as people see it
	ApplicationID string   // commands are registered under it
	GuildID       string   //
	Guild         string   // its name
	Missing       []string // of RequiredPermissions, those that the bot's roles do not give it
	Room          int      // how many more channels the guild takes
}

// Check asks Discord whom the token speaks for: a bad token, and a bot that is
// not in the guild, are Unauthorized. It is made for a program's start.
func (a *Adapter) Check(ctx context.Context) (Identity, error) {
	u, err := spend(ctx, a, "", "get_my_user", a.getMyUser)
	if err != nil {
		return Identity{}, err
	}
	a.introduce(u)
	app, err := spend(ctx, a, "", "get_my_application", a.getMyApplication)
	if err != nil {
		return Identity{}, err
	}
	g, err := spend(ctx, a, "", "get_guild", a.getGuild)
	if err != nil {
		return Identity{}, err
	}
	m, err := spend(ctx, a, "", "get_guild_member", func(ctx context.Context) (member, error) {
		return a.getGuildMember(ctx, u.ID)
	})
	if err != nil {
		return Identity{}, err
	}
	channels, err := spend(ctx, a, "", "list_guild_channels", a.listGuildChannels)
	if err != nil {
		return Identity{}, err
	}
	return Identity{
		UserID: u.ID, Name: cmp.Or(m.Nick, u.GlobalName, u.Name), ApplicationID: app.ID, GuildID: g.ID, Guild: g.Name,
		Missing: missing(g, m), Room: max(0, maxInGuild-len(channels)),
	}, nil
}

// missing names the required permissions that none of a member's roles gives,
// @everyone among them.
func missing(g guild, m member) []string {
	if g.Owner == m.User.ID {
		return nil
	}
	var held bits
	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(m.Roles, r.ID) {
			held |= r.Permissions
		}
	}
	var out []string
	for _, p := range RequiredPermissions() {
		if held&administrator == 0 && held&bits(p.Bit) == 0 {
			out = append(out, p.Name)
		}
	}
	return out
}

// whoAmI returns the bot's own user, asked for once: it does not change.
func (a *Adapter) whoAmI(ctx context.Context) (string, error) {
	a.mu.Lock()
	self := a.self
	a.mu.Unlock()
	if self != "" {
		return self, nil
	}
	u, err := spend(ctx, a, "", "get_my_user", a.getMyUser)
	if err != nil {
		return "", err
	}
	a.introduce(u)
	return u.ID, nil
}

func (a *Adapter) introduce(u user) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self = u.ID
}
