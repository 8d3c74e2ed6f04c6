package emulator

import (
	"slices"
	"strings"
)

// methods lists the Web API methods of the stand-in with their tiers. Each
// name has a page below https://docs.slack.dev/reference/methods/.
func methods() map[string]method {
	list := []method{
		{name: "api.test", open: true, perMinute: tier4, run: apiTest},
		{name: "auth.test", both: true, run: authTest},
		{name: "bots.info", form: true, perMinute: tier3, scope: "users:read", run: botsInfo},
		{name: "apps.connections.open", app: true, perMinute: tier3, run: appsConnectionsOpen},

		{name: "conversations.open", write: true, perMinute: tier3, scope: "im:write", run: conversationsOpen},
		{name: "conversations.create", write: true, perMinute: tier2, run: conversationsCreate},
		{name: "conversations.invite", write: true, perMinute: tier3, in: writable("write.invites"), run: conversationsInvite},
		{name: "conversations.kick", write: true, perMinute: tier3, in: writable("write"), run: conversationsKick},
		{name: "conversations.archive", write: true, perMinute: tier2, in: archivable, run: conversationsArchive},
		{name: "conversations.rename", write: true, perMinute: tier2, in: writable("write"), run: conversationsRename},
		{name: "conversations.setTopic", write: true, perMinute: tier2, in: writable("write.topic"), run: setAspect("topic")},
		{name: "conversations.setPurpose", write: true, perMinute: tier2, in: writable("write.topic"), run: setAspect("purpose")},
		{name: "admin.conversations.setConversationPrefs", write: true, admin: true, perMinute: tier3, scope: "admin.conversations:write", in: anyChannel, run: setConversationPrefs},
		{name: "conversations.members", form: true, perMinute: tier4, in: readable("read"), run: conversationsMembers},
		{name: "conversations.info", form: true, perMinute: tier3, in: readable("read"), run: conversationsInfo},
		{name: "conversations.history", perMinute: tier3, in: readable("history"), run: conversationsHistory},
		{name: "conversations.replies", perMinute: tier3, in: readable("history"), run: conversationsReplies},
		{name: "users.conversations", form: true, perMinute: tier3, run: usersConversations},

		{name: "chat.postMessage", write: true, scope: "chat:write", run: chatPostMessage},
		{name: "chat.update", write: true, perMinute: tier3, scope: "chat:write", in: visible("channel"), run: chatUpdate},
		{name: "chat.getPermalink", form: true, in: visible("channel"), run: chatGetPermalink},

		{name: "files.info", form: true, perMinute: tier4, scope: "files:read", run: filesInfo},
		{name: "files.getUploadURLExternal", write: true, form: true, perMinute: tier4, scope: "files:write", run: filesGetUploadURLExternal},
		{name: "files.completeUploadExternal", write: true, perMinute: tier4, scope: "files:write", run: filesCompleteUploadExternal},

		{name: "pins.add", write: true, perMinute: tier2, scope: "pins:write", in: joined, run: pinsAdd},
		{name: "pins.remove", write: true, perMinute: tier2, scope: "pins:write", in: joined, run: pinsRemove},
		{name: "pins.list", form: true, perMinute: tier2, scope: "pins:read", in: visible("channel"), run: pinsList},
		{name: "bookmarks.add", write: true, perMinute: tier2, scope: "bookmarks:write", in: bookmarkable, run: bookmarksAdd},
		{name: "bookmarks.edit", write: true, perMinute: tier2, scope: "bookmarks:write", in: bookmarkable, run: bookmarksEdit},
		{name: "bookmarks.list", perMinute: tier3, scope: "bookmarks:read", in: visible("channel_id"), run: bookmarksList},

		{name: "users.info", form: true, perMinute: tier4, scope: "users:read", run: usersInfo},
		{name: "users.lookupByEmail", form: true, perMinute: tier3, scope: "users:read.email", run: usersLookupByEmail},
		{name: "usergroups.list", form: true, perMinute: tier2, scope: "usergroups:read", run: usergroupsList},
		{name: "usergroups.users.list", form: true, perMinute: tier2, scope: "usergroups:read", run: usergroupsUsersList},

		{name: "views.open", write: true, perMinute: tier4, run: viewsOpen},
		{name: "views.update", write: true, perMinute: tier4, run: viewsUpdate},
		{name: "views.publish", write: true, perMinute: tier4, run: viewsPublish},
	}
	byName := make(map[string]method, len(list))
	for _, m := range list {
		byName[m.name] = m
	}
	return byName
}

// apiTest returns its arguments, or the error among them.
func apiTest(_ *api, c *call) (object, error) {
	out := object{}
	if len(c.values) > 0 {
		out["args"] = c.values
	}
	if code := c.str("error"); code != "" {
		return nil, &refusal{code: code, extra: out}
	}
	return out, nil
}

func botsInfo(a *api, c *call) (object, error) {
	if c.str("bot") != botID {
		return nil, refuse("bot_not_found")
	}
	return object{"bot": object{
		"id": botID, "app_id": appID, "user_id": botUserID, "name": botName, "deleted": false, "updated": 0, "icons": object{},
	}}, nil
}

func authTest(a *api, _ *call) (object, error) {
	return object{
		"url": a.siteURL() + "/", "team": a.opts.TeamName, "user": botName, "team_id": a.opts.TeamID,
		"user_id": botUserID, "bot_id": botID, "is_enterprise_install": false,
	}, nil
}

// visible finds the channel that an argument names and that the bot can know of.
func visible(arg string) func(*api, *call) (*channel, error) {
	return func(a *api, c *call) (*channel, error) { return a.visible(c.str(arg)) }
}

// joined finds the channel of a call that needs the bot in it.
func joined(a *api, c *call) (*channel, error) { return a.joined(c.str("channel")) }

// readable finds the channel of a call that reads it.
func readable(verb string) func(*api, *call) (*channel, error) {
	return func(a *api, c *call) (*channel, error) {
		if err := a.needAny(verb); err != nil {
			return nil, err
		}
		ch, err := a.visible(c.str("channel"))
		if err != nil {
			return nil, err
		}
		return ch, a.needFor(ch, verb)
	}
}

// writable finds the channel of a call that changes it.
func writable(verb string) func(*api, *call) (*channel, error) {
	return func(a *api, c *call) (*channel, error) {
		if err := a.needAny("write"); err != nil {
			return nil, err
		}
		ch, err := a.visible(c.str("channel"))
		switch {
		case err != nil:
			return nil, err
		case ch.IsDirect():
			return nil, refuse("method_not_supported_for_channel_type")
		}
		if err := a.needFor(ch, verb); err != nil {
			return nil, err
		}
		return a.joined(ch.ID)
	}
}

// anyChannel finds the channel of a call for which an administrator needs to be in none.
func anyChannel(a *api, c *call) (*channel, error) {
	ch := a.Channels.ByID(c.str("channel_id"))
	switch {
	case ch == nil:
		return nil, refuse("channel_not_found")
	case ch.Extra.general, ch.IsDirect():
		return nil, refuse("channel_type_not_supported")
	}
	return ch, nil
}

// archivable finds the channel of a call that archives it, which may be archived.
func archivable(a *api, c *call) (*channel, error) {
	ch, err := writable("write")(a, c)
	if codeOf(err) == "is_archived" {
		err = refuse("already_archived")
	}
	return ch, err
}

// bookmarkable finds the channel of a call that changes bookmarks. The pages
// list neither not_in_channel nor is_archived: both are permission_denied.
func bookmarkable(a *api, c *call) (*channel, error) {
	ch, err := a.visible(c.str("channel_id"))
	if err == nil && (ch.IsDirect() || ch.Extra.archived || !ch.Has(botUserID)) {
		err = refuse("permission_denied")
	}
	return ch, err
}

// need refuses the call unless the token has one of the scopes. The answer
// names what is needed and what is there, as Slack's does; see
// https://docs.slack.dev/reference/scopes.
func (t *team) need(anyOf ...string) error {
	if slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(t.opts.Scopes, s) }) {
		return nil
	}
	return missingScope(strings.Join(anyOf, ","), t.opts.Scopes)
}

func missingScope(needed string, provided []string) error {
	return &refusal{code: "missing_scope", extra: object{"needed": needed, "provided": strings.Join(provided, ",")}}
}

// family is the prefix of the scopes that a conversation falls under.
func family(c *channel) string {
	switch {
	case c.IsDirect():
		return "im"
	case c.Extra.private:
		return "groups"
	default:
		return "channels"
	}
}

// needFor is need for a scope of the conversation's family: "read", "history",
// "write" or a part of it such as "write.topic".
func (t *team) needFor(c *channel, verb string) error {
	scope := family(c) + ":" + verb
	if broad, _, partial := strings.Cut(scope, "."); partial {
		return t.need(manage(broad), scope)
	}
	return t.need(manage(scope))
}

// needAny refuses a call that names a conversation if the token could not use
// the method for any kind of conversation.
func (t *team) needAny(verb string) error {
	return t.need(manage("channels:"+verb), "groups:"+verb, "im:"+verb)
}

// manage returns the name of a scope: writing to channels is called managing
// them.
func manage(scope string) string {
	if scope == "channels:write" {
		return "channels:manage"
	}
	return scope
}
