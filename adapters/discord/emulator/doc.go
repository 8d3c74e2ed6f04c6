// Package emulator is a stand-in for one Discord server (guild) with its API v10, its
// gateway and its interactions, and people who act in it, for tests, benchmarks and the
// demo.
//
// It is as strict as Discord in what it accepts (permissions and overwrites of each
// call, names, limits of messages, embeds, components and commands, buckets when asked,
// intents, interaction tokens) and in its error codes, so that what works here is likely
// to work on Discord. It refuses most of what riskroom doesn't use. Where Discord's pages leave
// something open, it takes the stricter reading and says so. See
// https://docs.discord.com/developers/reference and the pages cited in the code.
//
// Three sides:
//   - the app calls Handler, over HTTP (Start) or in process (Client), and
//     connects to the Gateway, over a socket or in process (DialContext);
//   - people act: SlashCommand, Autocomplete, Press, SubmitModal, DeleteChannel
//     and so on; interactions go to the app over the gateway, or signed to its
//     interactions URL if one is set;
//   - a test looks: Channels, Messages, State, Log, Feed, and orders Faults.
//
// Inside, guild is the state, in the model of package stage, with the rules for
// changing it. The api answers the app, interactions are actions of people that the app
// may answer, the Gateway carries events, and the renderer shows everything as people
// see it. Roles and overwrites determine who is in a channel, so that a stage.Channel of
// a guild has no members.
//
// Log and faults name calls by their operationId in Discord's OpenAPI document
// (https://github.com/discord/discord-api-spec): "create_message".
//
// If $DISCORD_OPENAPI names that document, every call and every answer of the app is
// checked against it and against the limits that it leaves out, and Close returns what
// Discord could not have accepted. Faults don't change that.
//
// IDs are deterministic: snowflakes with the time of Options.Now that count up.
package emulator
