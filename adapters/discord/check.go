package discord

import (
	"cmp"
	"context"
	"strings"

	"riskroom/core"
)

// Identity describes the bot that a token belongs to, its permissions in the
// guild, and the room left in the guild.
type Identity struct {
	UserID        string // the bot's own user
	Name          string // as people see it
	ApplicationID string // commands are registered under it
	GuildID       string
	Guild         string   // its name
	Missing       []string // of RequiredPermissions, those that the bot lacks

	PublicKey       string // of the application, in hexadecimal digits
	InteractionsURL string // where Discord sends interactions; "" is the gateway
	MembersIntent   bool   // the privileged intent GUILD_MEMBERS is switched on
	NeedsTwoFactor  bool   // the guild requires two-factor of moderators, and the application's owner seems to lack it

	Channels        int      // how many of the guild's 500 are used
	Room            int      // how many more groups fit in the guild
	Category        string   // for the next group; "" if it has to be created
	CategoryMissing []string // permissions that the bot has in the guild but not in the category
	Archive         string   // the category for the next archived group; "" if it has to be created
	ArchiveMissing  []string // likewise
}

// flagsMembers are the flags of an application that may use the intent
// GUILD_MEMBERS:
// https://docs.discord.com/developers/resources/application#application-object-application-flags.
const flagsMembers = 1<<14 | 1<<15

// Check asks Discord which bot the token belongs to and whether it has the
// permissions for its uses. A bad token is Unauthorized, and so is a bot that
// is not in the guild. Call it when the program starts.
func (a *Adapter) Check(ctx context.Context, uses core.Uses) (Identity, error) {
	u, err := spend(ctx, a, "", "get_my_user", a.getMyUser)
	if err != nil {
		return Identity{}, err
	}
	a.rememberSelf(u)
	app, err := spend(ctx, a, "", "get_my_application", a.getMyApplication)
	if err != nil {
		return Identity{}, err
	}
	g, m, err := a.guildAndMember(ctx, u.ID)
	if err != nil {
		return Identity{}, err
	}
	channels, err := spend(ctx, a, "", "list_guild_channels", a.listGuildChannels)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{
		UserID: u.ID, Name: cmp.Or(m.Nick, u.GlobalName, u.Name), ApplicationID: app.ID, GuildID: g.ID, Guild: g.Name,
		Missing: lacking(may(g, m), required(uses)), PublicKey: app.VerifyKey, InteractionsURL: app.InteractionsURL,
		MembersIntent: app.Flags&flagsMembers != 0, NeedsTwoFactor: g.MFA > 0 && !u.TwoFactor,
		Channels: len(channels), Room: a.capacity(channels),
	}
	next := func(s shelf) (name string, missing []string) {
		found, _ := s.find(channels, nil)
		for _, ch := range channels {
			if ch.ID == found {
				return ch.Name, lacking(mayIn(g, m, ch), (viewChannel|manageChannels)&may(g, m))
			}
		}
		return "", nil
	}
	id.Category, id.CategoryMissing = next(a.category)
	id.Archive, id.ArchiveMissing = next(a.archive)
	return id, nil
}

// CheckCommands asks Discord whether the bot may register commands in the
// guild, and returns the names of the registered ones. A bot installed without
// the scope applications.commands is Denied. See
// https://docs.discord.com/developers/interactions/application-commands#authorizing-your-application.
func (a *Adapter) CheckCommands(ctx context.Context, application string) ([]string, error) {
	list, err := spend(ctx, a, "", "list_guild_application_commands", func(ctx context.Context) ([]command, error) {
		return a.listGuildApplicationCommands(ctx, application)
	})
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names, err
}

// CheckChannel asks Discord whether the bot can post to a channel. A channel
// that is gone or that the bot cannot view is NotFound, one of another guild is
// a Conflict, and one that takes no messages is Unsupported. If permissions are
// missing it is Denied, and Detail names them.
func (a *Adapter) CheckChannel(ctx context.Context, id string) error {
	if err := a.own("check channel", a.workspace, id); err != nil {
		return err
	}
	ch, err := a.look(ctx, id)
	if err != nil {
		return err
	}
	const op = "discord: get_channel"
	switch {
	case ch.Guild != a.guild:
		return &core.Error{Op: op, Kind: core.Conflict, Detail: "other_guild"}
	case ch.Type == categoryChannel, ch.Type == forumChannel, ch.Type == mediaChannel:
		return &core.Error{Op: op, Kind: core.Unsupported, Detail: "no_messages"}
	}
	self, err := a.whoAmI(ctx)
	if err != nil {
		return err
	}
	g, m, err := a.guildAndMember(ctx, self)
	if err != nil {
		return err
	}
	// The permissions that the bot gets in a group's channel, see forBot.
	if l := lacking(mayIn(g, m, ch), forBot(self).Allow); len(l) > 0 {
		return &core.Error{Op: op, Kind: core.Denied, Detail: strings.Join(l, " ")}
	}
	return nil
}

// guildAndMember returns the guild and the bot's membership in it.
func (a *Adapter) guildAndMember(ctx context.Context, self string) (guild, member, error) {
	g, err := spend(ctx, a, "", "get_guild", a.getGuild)
	if err != nil {
		return guild{}, member{}, err
	}
	m, err := spend(ctx, a, "", "get_guild_member", func(ctx context.Context) (member, error) {
		return a.getGuildMember(ctx, self)
	})
	return g, m, err
}

// whoAmI returns the ID of the bot's own user. It asks once, because the ID
// does not change.
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
	a.rememberSelf(u)
	return u.ID, nil
}

func (a *Adapter) rememberSelf(u user) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self = u.ID
}
