package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stamp writes an instant the way Discord does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// botRole is the role that came with the bot.
func (w *Workspace) botRole() *Role {
	for _, r := range w.roles {
		if r.Managed && r.Name == w.opts.BotName {
			return r
		}
	}
	return nil
}

func (w *Workspace) addRoles() error {
	position := w.opts.BotPosition
	for i, r := range w.opts.Roles {
		r.Position = cmp.Or(r.Position, i+1)
		if w.opts.BotPosition == 0 {
			position = max(position, r.Position+1)
		}
		if r.ID == "" {
			r.ID = w.newID()
		}
		if _, ok := snowflake(r.ID); !ok || w.roles[r.ID] != nil || r.ID == w.opts.GuildID {
			return fmt.Errorf("emulator: the role ID %q is no snowflake or there twice", r.ID)
		}
		w.roles[r.ID] = &r
	}
	own := &Role{ID: w.newID(), Name: w.opts.BotName, Permissions: w.opts.BotPermissions, Position: max(position, 1), Managed: true}
	w.roles[own.ID] = own
	return nil
}

// roleList is the guild's roles, @everyone first, then by position.
func (w *Workspace) roleList() []Role {
	list := []Role{{ID: w.opts.GuildID, Name: "@everyone", Permissions: w.opts.Everyone}}
	for _, id := range slices.Sorted(maps.Keys(w.roles)) {
		list = append(list, *w.roles[id])
	}
	slices.SortStableFunc(list, func(a, b Role) int { return a.Position - b.Position })
	return list
}

func roleObject(r Role) object {
	out := object{
		"id": r.ID, "name": r.Name, "permissions": r.Permissions, "position": r.Position, "managed": r.Managed,
		"color": 0, "colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "hoist": false,
		"mentionable": !r.Managed, "icon": nil, "unicode_emoji": nil, "flags": 0, "description": nil,
	}
	return out
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

// memberObject is a member of the guild; withGuild adds the guild's ID, as
// events have it.
func (w *Workspace) memberObject(u *member, withGuild bool) object {
	out := object{
		"user": userObject(u), "nick": nil, "avatar": nil, "banner": nil, "roles": append([]string{}, u.Roles...),
		"joined_at": stamp(u.joined), "premium_since": nil, "deaf": false, "mute": false, "pending": false, "flags": 0,
		"communication_disabled_until": nil,
	}
	if u.Nick != "" {
		out["nick"] = u.Nick
	}
	if withGuild {
		out["guild_id"] = w.opts.GuildID
	}
	return out
}

// guildObject is the guild as get_guild gives it.
func (w *Workspace) guildObject() object {
	features := []string{}
	if w.opts.Community {
		features = append(features, "COMMUNITY")
	}
	roles := []object{}
	for _, r := range w.roleList() {
		roles = append(roles, roleObject(r))
	}
	out := object{
		"id": w.opts.GuildID, "name": w.opts.GuildName, "owner_id": w.opts.OwnerID, "roles": roles, "features": features,
		"emojis": []object{}, "stickers": []object{}, "region": "deprecated", "afk_timeout": 300, "system_channel_flags": 0,
		"widget_enabled": false, "verification_level": 0, "default_message_notifications": 0, "mfa_level": 0,
		"explicit_content_filter": 0, "max_members": 500000, "max_video_channel_users": 25, "max_stage_video_channel_users": 50,
		"premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false, "preferred_locale": "en-US",
		"nsfw": false, "nsfw_level": 0,
	}
	if w.opts.NeedsTwoFactor {
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

// ownGuild checks that a call concerns the guild that the bot is in.
func (w *Workspace) ownGuild(c *call) error {
	if c.path["guild"] != w.opts.GuildID || w.bot().Outside {
		return refuse(unknownGuild)
	}
	return nil
}

// needInGuild checks what the bot may do in the guild at large.
func (w *Workspace) needInGuild(wanted Permissions) error {
	if !w.basePermissions(w.bot()).Has(wanted) {
		return refuse(missingPermissions)
	}
	return w.mayModerate(wanted)
}

func getGuild(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	return w.guildObject(), nil
}

func listMyGuilds(w *Workspace, _ *call) (any, error) {
	return []object{{
		"id": w.opts.GuildID, "name": w.opts.GuildName, "icon": nil, "banner": nil, "owner": w.opts.OwnerID == w.opts.BotUserID,
		"permissions": w.basePermissions(w.bot()), "features": []string{},
	}}, nil
}

func getMyUser(w *Workspace, _ *call) (any, error) {
	out := userObject(w.bot())
	out["mfa_enabled"], out["verified"], out["email"], out["locale"] = !w.opts.OwnerWithoutIt, true, nil, "en-US"
	return out, nil
}

func listGuildRoles(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	return w.guildObject()["roles"], nil
}

// getGuildMember: https://docs.discord.com/developers/resources/guild#get-guild-member
func getGuildMember(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	switch u := w.users[c.path["user"]]; {
	case u == nil:
		return nil, refuse(unknownUser)
	case u.Outside:
		return nil, refuse(unknownMember)
	default:
		return w.memberObject(u, false), nil
	}
}

// membersAfter are the guild's members with an ID above after, by ID.
func (w *Workspace) membersAfter(after int64) []*member {
	var out []*member
	for _, u := range w.users {
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

// page reads limit from the query: 1 to most, and usual where it is left out.
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

// listGuildMembers: https://docs.discord.com/developers/resources/guild#list-guild-members
func listGuildMembers(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	if w.opts.DisallowedIntents&IntentGuildMembers != 0 {
		return nil, refuse(missingAccess)
	}
	limit, err := c.page(1, 1000)
	if err != nil {
		return nil, err
	}
	after, _ := snowflake(c.query.Get("after"))
	return w.memberObjects(w.membersAfter(after), limit), nil
}

// searchGuildMembers: https://docs.discord.com/developers/resources/guild#search-guild-members
func searchGuildMembers(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	limit, err := c.page(1, 1000)
	f := &form{}
	query := strings.ToLower(f.text("query", c.query.Get("query"), 1, 100))
	if err == nil {
		err = f.err()
	}
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(w.membersAfter(0), func(u *member) bool {
		return !strings.HasPrefix(strings.ToLower(u.Name), query) && !strings.HasPrefix(strings.ToLower(u.Nick), query)
	})
	return w.memberObjects(found, limit), nil
}

func (w *Workspace) memberObjects(list []*member, limit int) []object {
	out := []object{}
	for _, u := range list[:min(limit, len(list))] {
		out = append(out, w.memberObject(u, false))
	}
	return out
}
