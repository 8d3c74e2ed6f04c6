package emulator

import "time"

// Paths of the REST API.
const (
	guildPath       = "/guilds/{guild}"
	channelPath     = "/channels/{channel}"
	messagesPath    = channelPath + "/messages"
	messagePath     = messagesPath + "/{message}"
	pinsPath        = messagesPath + "/pins"
	overwritePath   = channelPath + "/permissions/{overwrite}"
	applicationPath = "/applications/{application}"
	commandsPath    = applicationPath + "/guilds/{guild}/commands"
	callbackPath    = "/interactions/{interaction}/{token}/callback"
	originalPath    = "/webhooks/{application}/{token}/messages/@original"
)

// routes lists the operations of the stand-in by their operationId in
// Discord's OpenAPI document. Discord publishes no sizes of buckets; these are
// what its headers are known to say, rounded down.
func routes() []route {
	const s = time.Second
	return []route{
		{name: "get_gateway", verb: "GET", path: "/gateway", free: true, run: getGateway}, // for discordgo in tests
		{name: "get_bot_gateway", verb: "GET", path: "/gateway/bot", limit: 2, window: 5 * s, run: getBotGateway},
		{name: "get_my_user", verb: "GET", path: "/users/@me", run: getMyUser},
		{name: "create_dm", verb: "POST", path: "/users/@me/channels", body: true, write: true, run: createDM},
		{name: "get_my_application", verb: "GET", path: "/applications/@me", run: getMyApplication},

		{name: "get_guild", verb: "GET", path: guildPath, run: getGuild},
		{name: "list_guild_roles", verb: "GET", path: guildPath + "/roles", run: listGuildRoles},
		{name: "list_guild_members", verb: "GET", path: guildPath + "/members", limit: 10, window: 10 * s, run: listGuildMembers},
		{name: "get_guild_member", verb: "GET", path: guildPath + "/members/{user}", limit: 5, window: s, run: getGuildMember},
		{name: "list_guild_audit_log_entries", verb: "GET", path: guildPath + "/audit-logs", limit: 10, window: 10 * s, run: listAuditLog},
		{name: "list_guild_channels", verb: "GET", path: guildPath + "/channels", run: listGuildChannels},
		{name: "create_guild_channel", verb: "POST", path: guildPath + "/channels", body: true, write: true, run: createGuildChannel},

		{name: "get_channel", verb: "GET", path: channelPath, run: getChannel},
		{name: "update_channel", verb: "PATCH", path: channelPath, body: true, write: true, limit: 10, window: 15 * s, run: updateChannel},
		{name: "delete_channel", verb: "DELETE", path: channelPath, write: true, limit: 10, window: 15 * s, run: deleteChannel},
		{name: "set_channel_permission_overwrite", verb: "PUT", path: overwritePath, body: true, write: true, limit: 10, window: 15 * s, run: setOverwrite},
		{name: "delete_channel_permission_overwrite", verb: "DELETE", path: overwritePath, write: true, limit: 10, window: 15 * s, run: deleteOverwrite},

		{name: "list_messages", verb: "GET", path: messagesPath, limit: 5, window: 5 * s, run: listMessages},
		{name: "create_message", verb: "POST", path: messagesPath, body: true, write: true, limit: 5, window: 5 * s, run: createMessage},
		{name: "update_message", verb: "PATCH", path: messagePath, body: true, write: true, limit: 5, window: 5 * s, run: updateMessage},
		{name: "list_pins", verb: "GET", path: pinsPath, limit: 5, window: 5 * s, run: listPins},
		{name: "create_pin", verb: "PUT", path: pinsPath + "/{message}", write: true, limit: 5, window: 5 * s, run: createPin},
		{name: "delete_pin", verb: "DELETE", path: pinsPath + "/{message}", write: true, limit: 5, window: 5 * s, run: deletePin},

		{name: "list_guild_application_commands", verb: "GET", path: commandsPath, limit: 5, window: 5 * s, run: listCommands},
		{name: "bulk_set_guild_application_commands", verb: "PUT", path: commandsPath, write: true, limit: 2, window: time.Minute, run: bulkSetCommands},
		{name: "create_interaction_response", verb: "POST", path: callbackPath, body: true, write: true, free: true, run: createResponse},
		{name: "update_original_webhook_message", verb: "PATCH", path: originalPath, body: true, write: true, free: true, limit: 5, window: 2 * s, run: updateOriginal},
	}
}
