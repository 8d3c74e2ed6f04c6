package emulator

import "time"

// Paths of the REST API.
const (
	guildPath       = "/guilds/{guild}"
	channelPath     = "/channels/{channel}"
	messagesPath    = channelPath + "/messages"
	messagePath     = messagesPath + "/{message}"
	pinsPath        = messagesPath + "/pins"
	pinPath         = pinsPath + "/{message}"
	oldPinsPath     = channelPath + "/pins"
	oldPinPath      = oldPinsPath + "/{message}"
	overwritePath   = channelPath + "/permissions/{overwrite}"
	applicationPath = "/applications/{application}"
	commandsPath    = applicationPath + "/guilds/{guild}/commands"
	callbackPath    = "/interactions/{interaction}/{token}/callback"
	webhookPath     = "/webhooks/{application}/{token}"
	originalPath    = webhookPath + "/messages/@original"
	followUpPath    = webhookPath + "/messages/{message}"
)

// routes lists the operations of the stand-in by their operationId in
// Discord's OpenAPI document. Discord publishes no sizes of buckets; these are
// what its headers are known to say, rounded down.
func routes() []route {
	list := []route{
		{name: "get_gateway", verb: "GET", path: "/gateway", free: true, run: getGateway},
		{name: "get_bot_gateway", verb: "GET", path: "/gateway/bot", limit: 2, window: 5 * time.Second, run: getBotGateway},

		{name: "get_my_user", verb: "GET", path: "/users/@me", run: getMyUser},
		{name: "list_my_guilds", verb: "GET", path: "/users/@me/guilds", limit: 1, window: time.Second, run: listMyGuilds},
		{name: "create_dm", verb: "POST", path: "/users/@me/channels", write: true, run: createDM},
		{name: "get_my_application", verb: "GET", path: "/applications/@me", run: getMyApplication},
		{name: "get_my_oauth2_application", verb: "GET", path: "/oauth2/applications/@me", run: getMyApplication},

		{name: "get_guild", verb: "GET", path: guildPath, run: getGuild},
		{name: "list_guild_roles", verb: "GET", path: guildPath + "/roles", run: listGuildRoles},
		{name: "list_guild_members", verb: "GET", path: guildPath + "/members", limit: 10, window: 10 * time.Second, run: listGuildMembers},
		{name: "search_guild_members", verb: "GET", path: guildPath + "/members/search", limit: 10, window: 10 * time.Second, run: searchGuildMembers},
		{name: "get_guild_member", verb: "GET", path: guildPath + "/members/{user}", limit: 5, window: time.Second, run: getGuildMember},
		{name: "list_guild_audit_log_entries", verb: "GET", path: guildPath + "/audit-logs", limit: 10, window: 10 * time.Second, run: listAuditLog},
		{name: "list_guild_channels", verb: "GET", path: guildPath + "/channels", run: listGuildChannels},
		{name: "create_guild_channel", verb: "POST", path: guildPath + "/channels", write: true, run: createGuildChannel},

		{name: "get_channel", verb: "GET", path: channelPath, run: getChannel},
		{name: "update_channel", verb: "PATCH", path: channelPath, write: true, limit: 10, window: 15 * time.Second, run: updateChannel},
		{name: "delete_channel", verb: "DELETE", path: channelPath, write: true, run: deleteChannel},
		{name: "set_channel_permission_overwrite", verb: "PUT", path: overwritePath, write: true, limit: 10, window: 15 * time.Second, run: setOverwrite},
		{name: "delete_channel_permission_overwrite", verb: "DELETE", path: overwritePath, write: true, limit: 10, window: 15 * time.Second, run: deleteOverwrite},

		{name: "list_messages", verb: "GET", path: messagesPath, limit: 5, window: 5 * time.Second, run: listMessages},
		{name: "get_message", verb: "GET", path: messagePath, limit: 5, window: 5 * time.Second, run: getMessage},
		{name: "create_message", verb: "POST", path: messagesPath, write: true, limit: 5, window: 5 * time.Second, run: createMessage},
		{name: "update_message", verb: "PATCH", path: messagePath, write: true, limit: 5, window: 5 * time.Second, run: updateMessage},
		{name: "delete_message", verb: "DELETE", path: messagePath, write: true, limit: 5, window: 5 * time.Second, run: deleteMessage},
		{name: "list_pins", verb: "GET", path: pinsPath, limit: 5, window: 5 * time.Second, run: listPins},
		{name: "create_pin", verb: "PUT", path: pinPath, write: true, limit: 5, window: 5 * time.Second, run: createPin},
		{name: "delete_pin", verb: "DELETE", path: pinPath, write: true, limit: 5, window: 5 * time.Second, run: deletePin},
		{name: "list_pins", verb: "GET", path: oldPinsPath, limit: 5, window: 5 * time.Second, run: oldListPins},
		{name: "create_pin", verb: "PUT", path: oldPinPath, write: true, limit: 5, window: 5 * time.Second, run: createPin},
		{name: "delete_pin", verb: "DELETE", path: oldPinPath, write: true, limit: 5, window: 5 * time.Second, run: deletePin},
	}
	return append(list, applicationRoutes()...)
}

// applicationRoutes are the operations of commands and interactions.
func applicationRoutes() []route {
	return []route{
		{name: "list_guild_application_commands", verb: "GET", path: commandsPath, limit: 5, window: 5 * time.Second, run: listCommands},
		{name: "bulk_set_guild_application_commands", verb: "PUT", path: commandsPath, write: true, limit: 2, window: time.Minute, run: bulkSetCommands},

		{name: "create_interaction_response", verb: "POST", path: callbackPath, write: true, free: true, run: createResponse},
		{name: "execute_webhook", verb: "POST", path: webhookPath, write: true, free: true, limit: 5, window: 2 * time.Second, run: createFollowUp},
		{name: "get_original_webhook_message", verb: "GET", path: originalPath, free: true, limit: 5, window: 2 * time.Second, run: getOriginal},
		{name: "update_original_webhook_message", verb: "PATCH", path: originalPath, write: true, free: true, limit: 5, window: 2 * time.Second, run: updateOriginal},
		{name: "delete_original_webhook_message", verb: "DELETE", path: originalPath, write: true, free: true, limit: 5, window: 2 * time.Second, run: deleteOriginal},
		{name: "get_webhook_message", verb: "GET", path: followUpPath, free: true, limit: 5, window: 2 * time.Second, run: getFollowUp},
		{name: "update_webhook_message", verb: "PATCH", path: followUpPath, write: true, free: true, limit: 5, window: 2 * time.Second, run: updateFollowUp},
		{name: "delete_webhook_message", verb: "DELETE", path: followUpPath, write: true, free: true, limit: 5, window: 2 * time.Second, run: deleteFollowUp},
	}
}
