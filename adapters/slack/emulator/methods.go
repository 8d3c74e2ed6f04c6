package emulator

// methods lists the Web API methods of the stand-in with their tiers. Each
// name has a page below https://docs.slack.dev/reference/methods/.
func methods() map[string]method {
	list := []method{
		{name: "auth.test", run: authTest},
		{name: "apps.connections.open", app: true, perMinute: tier3, run: appsConnectionsOpen},
		{name: "team.info", form: true, perMinute: tier3, run: teamInfo},

		{name: "conversations.open", write: true, perMinute: tier3, run: conversationsOpen},
		{name: "conversations.create", write: true, perMinute: tier2, run: conversationsCreate},
		{name: "conversations.invite", write: true, perMinute: tier3, run: conversationsInvite},
		{name: "conversations.kick", write: true, perMinute: tier3, run: conversationsKick},
		{name: "conversations.rename", write: true, perMinute: tier2, run: conversationsRename},
		{name: "conversations.setTopic", write: true, perMinute: tier2, run: conversationsSetTopic},
		{name: "conversations.setPurpose", write: true, perMinute: tier2, run: conversationsSetPurpose},
		{name: "conversations.archive", write: true, perMinute: tier2, run: conversationsArchive},
		{name: "conversations.unarchive", write: true, perMinute: tier2, run: conversationsUnarchive},
		{name: "conversations.info", form: true, perMinute: tier3, run: conversationsInfo},
		{name: "conversations.list", form: true, perMinute: tier2, run: conversationsList},
		{name: "conversations.members", form: true, perMinute: tier4, run: conversationsMembers},
		{name: "conversations.history", perMinute: tier3, run: conversationsHistory},
		{name: "conversations.replies", form: true, perMinute: tier3, run: conversationsReplies},
		{name: "users.conversations", form: true, perMinute: tier3, run: usersConversations},

		{name: "chat.postMessage", write: true, run: chatPostMessage},
		{name: "chat.postEphemeral", write: true, perMinute: tier4, run: chatPostEphemeral},
		{name: "chat.update", write: true, perMinute: tier3, run: chatUpdate},
		{name: "chat.delete", write: true, perMinute: tier3, run: chatDelete},
		{name: "chat.getPermalink", form: true, run: chatGetPermalink},

		{name: "pins.add", write: true, perMinute: tier2, run: pinsAdd},
		{name: "pins.remove", write: true, perMinute: tier2, run: pinsRemove},
		{name: "pins.list", form: true, perMinute: tier2, run: pinsList},
		{name: "bookmarks.add", write: true, perMinute: tier2, run: bookmarksAdd},
		{name: "bookmarks.edit", write: true, perMinute: tier2, run: bookmarksEdit},
		{name: "bookmarks.remove", write: true, perMinute: tier2, run: bookmarksRemove},
		{name: "bookmarks.list", perMinute: tier3, run: bookmarksList},

		{name: "users.info", form: true, perMinute: tier4, run: usersInfo},
		{name: "users.list", form: true, perMinute: tier2, run: usersList},
		{name: "users.lookupByEmail", form: true, perMinute: tier3, run: usersLookupByEmail},
		{name: "usergroups.list", form: true, perMinute: tier2, run: usergroupsList},
		{name: "usergroups.users.list", form: true, perMinute: tier2, run: usergroupsUsersList},

		{name: "views.open", write: true, perMinute: tier4, run: viewsOpen},
		{name: "views.push", write: true, perMinute: tier4, run: viewsPush},
		{name: "views.update", write: true, perMinute: tier4, run: viewsUpdate},
	}
	byName := make(map[string]method, len(list))
	for _, m := range list {
		byName[m.name] = m
	}
	return byName
}

func authTest(a *api, _ *call) (object, error) {
	return object{
		"url": a.siteURL() + "/", "team": a.opts.TeamName, "user": a.opts.BotName, "team_id": a.opts.TeamID,
		"user_id": a.opts.BotUserID, "bot_id": a.opts.BotID, "is_enterprise_install": false,
	}, nil
}

func teamInfo(a *api, _ *call) (object, error) {
	if err := a.need("team:read"); err != nil {
		return nil, err
	}
	return object{"team": object{
		"id": a.opts.TeamID, "name": a.opts.TeamName, "domain": a.opts.Domain, "email_domain": "", "url": a.siteURL() + "/",
	}}, nil
}
