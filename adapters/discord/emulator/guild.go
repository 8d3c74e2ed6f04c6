package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// What the workspace keeps, in the stage's model.
type (
	world   = stage.World[member, channelExtra, content, modal]
	channel = stage.Channel[channelExtra, content]
	message = stage.Message[channelExtra, content]
	object  = stage.Object
)

// guild is the state of the workspace and the rules that apply to everybody. The
// API, interactions, the gateway and people's actions share it, and its lock
// guards their own state too.
type guild struct {
	*world
	opts    Options
	host    *stage.Host
	show    *renderer
	gateway *Gateway

	created  time.Time
	roles    map[string]*Role
	files    map[string]*upload // that people uploaded in modals
	posted   map[string][]byte  // files of messages, by ID
	commands []object           // as registered
	audit    []AuditEntry       // oldest first
	reserved map[string]bool    // IDs in Options, which newID must not give out
	lastID   int64
}

const (
	botName  = "riskroom"
	everyone = "@everyone"
	general  = "general" // the channel that every guild of the stand-in has
)

// populate adds the roles, people and channels of the options.
func (g *guild) populate() error {
	if err := g.addRoles(); err != nil {
		return err
	}
	users := g.opts.Users
	if g.opts.OwnerID == "" {
		g.opts.OwnerID = g.newID()
		users = append([]User{{ID: g.opts.OwnerID, Name: "owner"}}, users...)
	}
	bot := User{ID: g.opts.BotUserID, Name: botName, Bot: true, Roles: []string{g.botRole().ID}}
	for _, u := range append([]User{bot}, users...) {
		if err := g.addUser(u); err != nil {
			return err
		}
	}
	if u := g.People.ByID(g.opts.OwnerID); u == nil || u.Outside {
		return fmt.Errorf("emulator: the owner %s is not in the guild", g.opts.OwnerID)
	}
	seeds := g.opts.Channels
	if !slices.ContainsFunc(seeds, func(c Channel) bool { return c.Name == general }) {
		seeds = append([]Channel{{Name: general}}, seeds...)
	}
	for _, c := range seeds {
		if err := g.seed(c); err != nil {
			return err
		}
	}
	return nil
}

// stamp formats an instant as Discord does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// botRole returns the bot's own role.
func (g *guild) botRole() *Role {
	for _, r := range g.roles {
		if r.Managed && r.Name == botName {
			return r
		}
	}
	return nil
}

func (g *guild) addRoles() error {
	position := g.opts.BotPosition
	for i, r := range g.opts.Roles {
		r.Position = cmp.Or(r.Position, i+1)
		if g.opts.BotPosition == 0 {
			position = max(position, r.Position+1)
		}
		if r.ID == "" {
			r.ID = g.newID()
		}
		if _, ok := snowflake(r.ID); !ok || g.roles[r.ID] != nil || r.ID == g.opts.GuildID {
			return fmt.Errorf("emulator: the role ID %q is no snowflake or there twice", r.ID)
		}
		g.roles[r.ID] = &r
	}
	own := &Role{ID: g.newID(), Name: botName, Permissions: g.opts.BotPermissions, Position: max(position, 1), Managed: true}
	g.roles[own.ID] = own
	return nil
}

// roleList returns the guild's roles, @everyone first, then by position.
func (g *guild) roleList() []Role {
	list := []Role{{ID: g.opts.GuildID, Name: everyone, Permissions: g.opts.Everyone}}
	for _, id := range slices.Sorted(maps.Keys(g.roles)) {
		list = append(list, *g.roles[id])
	}
	slices.SortStableFunc(list, func(a, b Role) int { return a.Position - b.Position })
	return list
}

func roleObject(r Role) object {
	return object{
		"id": r.ID, "name": r.Name, "permissions": r.Permissions, "position": r.Position, "managed": r.Managed,
		"color": 0, "colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "hoist": false,
		"mentionable": !r.Managed, "icon": nil, "unicode_emoji": nil, "flags": 0, "description": nil,
	}
}

func userObject(u *member) object {
	out := object{
		"id": u.ID, "username": u.Name, "discriminator": "0", "global_name": nil, "avatar": nil, "bot": u.Bot,
		"public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	if u.RealName != "" {
		out["global_name"] = u.RealName
	}
	return out
}

// memberObject is a member as the API returns it; withGuild adds the guild's ID, as
// in events.
func (g *guild) memberObject(u *member, withGuild bool) object {
	out := object{
		"user": userObject(u), "nick": nil, "avatar": nil, "banner": nil, "roles": append([]string{}, u.Roles...),
		"joined_at": stamp(u.joined), "premium_since": nil, "deaf": false, "mute": false, "pending": false, "flags": 0,
		"communication_disabled_until": nil,
	}
	if u.Nick != "" {
		out["nick"] = u.Nick
	}
	if withGuild {
		out["guild_id"] = g.opts.GuildID
	}
	return out
}

// guildObject is the guild as get_guild returns it.
func (g *guild) guildObject() object {
	roles := []object{}
	for _, r := range g.roleList() {
		roles = append(roles, roleObject(r))
	}
	out := object{
		"id": g.opts.GuildID, "name": g.opts.GuildName, "owner_id": g.opts.OwnerID, "roles": roles, "features": []string{},
		"emojis": []object{}, "stickers": []object{}, "region": "deprecated", "afk_timeout": 300, "system_channel_flags": 0,
		"widget_enabled": false, "verification_level": 0, "default_message_notifications": 0, "mfa_level": 0,
		"explicit_content_filter": 0, "max_members": 500000, "max_video_channel_users": 25, "max_stage_video_channel_users": 50,
		"premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false, "preferred_locale": "en-US",
		"nsfw": false, "nsfw_level": 0,
	}
	if g.opts.NeedsTwoFactor {
		out["mfa_level"] = 1
	}
	for _, none := range []string{
		"icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id",
		"system_channel_id", "widget_channel_id", "max_presences", "vanity_url_code", "rules_channel_id",
		"safety_alerts_channel_id", "public_updates_channel_id", "incidents_data",
	} {
		out[none] = nil
	}
	return out
}

// needInGuild checks the bot's permissions in the guild as a whole.
func (a *api) needInGuild(wanted Permissions) error {
	if !a.basePermissions(a.bot()).Has(wanted) {
		return refuse(missingPermissions)
	}
	return a.mayModerate(wanted)
}

func getGuild(a *api, _ *call) (any, error) { return a.guildObject(), nil }

func getMyUser(a *api, _ *call) (any, error) {
	out := userObject(a.bot())
	out["mfa_enabled"], out["verified"], out["email"], out["locale"] = !a.opts.OwnerWithoutIt, true, nil, "en-US"
	return out, nil
}

func listGuildRoles(a *api, _ *call) (any, error) { return a.guildObject()["roles"], nil }

// getGuildMember: https://docs.discord.com/developers/resources/guild#get-guild-member
func getGuildMember(a *api, c *call) (any, error) {
	switch u := a.People.ByID(c.path["user"]); {
	case u == nil:
		return nil, refuse(unknownUser)
	case u.Outside:
		return nil, refuse(unknownMember)
	default:
		return a.memberObject(u, false), nil
	}
}

// membersAfter returns the guild's members with an ID above after, by ID.
func (g *guild) membersAfter(after int64) []*member {
	var out []*member
	for _, u := range g.People.All() {
		if n, _ := snowflake(u.ID); !u.Outside && n > after {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b *member) int { return compareIDs(a.ID, b.ID) })
	return out
}

// compareIDs orders snowflakes by number.
func compareIDs(a, b string) int {
	x, _ := snowflake(a)
	y, _ := snowflake(b)
	return cmp.Compare(x, y)
}

// page reads limit from the query: 1 to most, usual if it is missing.
func (c *call) page(usual, most int) (int, error) {
	if !c.query.Has("limit") {
		return usual, nil
	}
	n, err := strconv.Atoi(c.query.Get("limit"))
	if err != nil || n < 1 || n > most {
		f := &form{}
		f.fail("limit", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 1 and %d.", most))
		return 0, f.err()
	}
	return n, nil
}

// after reads after from the query: an ID or 0.
func (c *call) after() (string, error) {
	id := c.query.Get("after")
	if _, ok := integer(id); !ok {
		f := &form{}
		f.fail("after", "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", id))
		return "", f.err()
	}
	return id, nil
}

// listGuildMembers: https://docs.discord.com/developers/resources/guild#list-guild-members
func listGuildMembers(a *api, c *call) (any, error) {
	if a.opts.DisallowedIntents&IntentGuildMembers != 0 {
		return nil, refuse(missingAccess)
	}
	limit, err := c.page(1, 1000)
	if err != nil {
		return nil, err
	}
	after, _ := snowflake(c.query.Get("after"))
	list := a.membersAfter(after)
	out := []object{}
	for _, u := range list[:min(limit, len(list))] {
		out = append(out, a.memberObject(u, false))
	}
	return out, nil
}
