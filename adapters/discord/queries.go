package discord

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Each function here is one operation of Discord's API that only reads, named
// by its operationId in https://github.com/discord/discord-api-spec. Each
// decodes only what is needed, so that unknown data cannot make a probe fail.

// channel is the part of a channel or category that the adapter reads.
type channel struct {
	ID         string      `json:"id"`
	Type       int         `json:"type"`
	Guild      string      `json:"guild_id"`
	Name       string      `json:"name"`
	Topic      string      `json:"topic"`
	Parent     string      `json:"parent_id"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

// user is the part of an account that the adapter reads.
type user struct {
	ID         string `json:"id"`
	Name       string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
	TwoFactor  bool   `json:"mfa_enabled"` // sent for the bot itself only, and true if its owner has it: https://github.com/discord/discord-api-docs/issues/1670
}

// member is the part of a guild member that the adapter reads.
type member struct {
	User  user     `json:"user"`
	Nick  string   `json:"nick"`
	Roles []string `json:"roles"`
}

// role is the part of a role that the adapter reads.
type role struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions bits   `json:"permissions"`
}

func get[T any](ctx context.Context, a *Adapter, method string, query url.Values, path ...string) (T, error) {
	return rest.Read(ctx, api.Platform, method, func(ctx context.Context) (T, error) {
		var out T
		err := a.client.Send(ctx, api.Request{Method: method, Verb: http.MethodGet, Path: path, Query: query}, &out)
		return out, err
	})
}

// identified returns an error if an answer lacks its ID.
func identified[T any](method, id string, v T, err error) (T, error) {
	if err != nil || isID(id) {
		return v, err
	}
	e := rest.Failure(api.Platform, method, rest.ErrIncomplete)
	e.Effect = core.None
	return v, e
}

func (a *Adapter) getMyUser(ctx context.Context) (user, error) {
	u, err := get[user](ctx, a, "get_my_user", nil, "users", "@me")
	return identified("get_my_user", u.ID, u, err)
}

// application is the part of the bot's application that the adapter reads. See
// https://docs.discord.com/developers/resources/application#application-object.
type application struct {
	ID              string `json:"id"`
	Flags           int64  `json:"flags"`
	VerifyKey       string `json:"verify_key"`
	InteractionsURL string `json:"interactions_endpoint_url"`
}

func (a *Adapter) getMyApplication(ctx context.Context) (application, error) {
	app, err := get[application](ctx, a, "get_my_application", nil, "applications", "@me")
	return identified("get_my_application", app.ID, app, err)
}

// guild is the part of the guild that the adapter reads.
type guild struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Owner string `json:"owner_id"`
	Roles []role `json:"roles"`
	MFA   int    `json:"mfa_level"` // 1: moderators need two-factor authentication
}

func (a *Adapter) getGuild(ctx context.Context) (guild, error) {
	g, err := get[guild](ctx, a, "get_guild", nil, "guilds", a.guild)
	return identified("get_guild", g.ID, g, err)
}

func (a *Adapter) getGuildMember(ctx context.Context, user string) (member, error) {
	m, err := get[member](ctx, a, "get_guild_member", nil, "guilds", a.guild, "members", user)
	return identified("get_guild_member", m.User.ID, m, err)
}

const (
	membersPage  = 1000
	membersPages = 100
)

// listGuildMembers needs the privileged intent GUILD_MEMBERS.
func (a *Adapter) listGuildMembers(ctx context.Context, cursor string) (rest.Page[member], error) {
	q := url.Values{"limit": {strconv.Itoa(membersPage)}}
	if cursor != "" {
		q.Set("after", cursor)
	}
	list, err := get[[]member](ctx, a, "list_guild_members", q, "guilds", a.guild, "members")
	p := rest.Page[member]{Items: list}
	if len(list) == membersPage {
		p.Next = list[len(list)-1].User.ID
	}
	return p, err
}

func (a *Adapter) listGuildRoles(ctx context.Context) ([]role, error) {
	return get[[]role](ctx, a, "list_guild_roles", nil, "guilds", a.guild, "roles")
}

// listGuildChannels lists the channels and categories that the bot can view.
func (a *Adapter) listGuildChannels(ctx context.Context) ([]channel, error) {
	return get[[]channel](ctx, a, "list_guild_channels", nil, "guilds", a.guild, "channels")
}

// command is the part of a registered command that the adapter reads.
type command struct {
	Name string `json:"name"`
}

// listGuildApplicationCommands needs an installation with the scope
// applications.commands.
func (a *Adapter) listGuildApplicationCommands(ctx context.Context, application string) ([]command, error) {
	return get[[]command](ctx, a, "list_guild_application_commands", nil, "applications", application, "guilds", a.guild, "commands")
}

// entry is the part of an entry in the audit log that the adapter reads.
type entry struct {
	ID     string `json:"id"`
	Target string `json:"target_id"`
	Reason string `json:"reason"`

	Changes []struct {
		Key string `json:"key"`
	} `json:"changes"`
}

const (
	auditPage  = 100
	auditPages = 20

	// https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object-audit-log-events
	channelCreated = 10
	channelUpdated = 11
)

// listGuildAuditLogEntries lists the entries of an action, starting after the
// entry after, oldest first. only narrows them down.
func (a *Adapter) listGuildAuditLogEntries(ctx context.Context, action int, after string, only url.Values) (rest.Page[entry], error) {
	q := url.Values{"action_type": {strconv.Itoa(action)}, "after": {after}, "limit": {strconv.Itoa(auditPage)}}
	maps.Copy(q, only)
	out, err := get[struct {
		Entries []entry `json:"audit_log_entries"`
	}](ctx, a, "list_guild_audit_log_entries", q, "guilds", a.guild, "audit-logs")
	p := rest.Page[entry]{Items: out.Entries}
	if len(out.Entries) == auditPage {
		p.Next = out.Entries[auditPage-1].ID
	}
	return p, err
}

func (a *Adapter) getChannel(ctx context.Context, id string) (channel, error) {
	ch, err := get[channel](ctx, a, "get_channel", nil, "channels", id)
	return identified("get_channel", ch.ID, ch, err)
}

// posted is the part of a message that a probe needs.
type posted struct {
	ID         string  `json:"id"`
	Content    string  `json:"content"`
	Components []shown `json:"components"`
	Embeds     []struct {
		Footer struct {
			Text string `json:"text"`
		} `json:"footer"`
	} `json:"embeds"`
	Reference reference `json:"message_reference"`

	Author  user   `json:"author"`
	Type    int    `json:"type"`
	Webhook string `json:"webhook_id"`
}

// shown is a component of a message.
type shown struct {
	Type      int     `json:"type"`
	ID        int64   `json:"id"`
	CustomID  string  `json:"custom_id"` // of a button
	Parts     []shown `json:"components"`
	Accessory *shown  `json:"accessory"`
}

const (
	historyPage  = 100
	historyPages = 20 // after that a probe gives up
)

// listMessages lists a channel's messages after the message after. If the bot
// may not read the history, Discord returns an empty list and no error.
func (a *Adapter) listMessages(ctx context.Context, channel, after string) (rest.Page[posted], error) {
	q := url.Values{"after": {after}, "limit": {strconv.Itoa(historyPage)}}
	list, err := get[[]posted](ctx, a, "list_messages", q, "channels", channel, "messages")
	p := rest.Page[posted]{Items: list}
	if len(list) == historyPage {
		p.Next = newest(list)
	}
	return p, err
}

// newest returns the latest ID. Discord lists the newest first, even after a
// given message.
func newest(list []posted) string {
	latest, last := "", int64(0)
	for _, m := range list {
		if n, err := parseID(m.ID); err == nil && n > last {
			latest, last = m.ID, n
		}
	}
	return latest
}

const (
	pinsPage  = 50
	pinsPages = 6 // 250 pins at most
)

// listPins lists the IDs of the messages pinned in a channel, newest pin first.
func (a *Adapter) listPins(ctx context.Context, channel, before string) (rest.Page[string], error) {
	q := url.Values{"limit": {strconv.Itoa(pinsPage)}}
	if before != "" {
		q.Set("before", before)
	}
	out, err := get[struct {
		Items []struct {
			At      time.Time `json:"pinned_at"`
			Message created   `json:"message"`
		} `json:"items"`
		More bool `json:"has_more"`
	}](ctx, a, "list_pins", q, "channels", channel, "messages", "pins")
	p := rest.Page[string]{}
	for _, item := range out.Items {
		p.Items = append(p.Items, item.Message.ID)
	}
	if n := len(out.Items); out.More && n > 0 {
		p.Next = out.Items[n-1].At.Format(time.RFC3339Nano)
	}
	return p, err
}
