// Package emulator is a stand-in Discord guild: Discord's REST API, its
// gateway and its interactions, and people who act in it, for tests, benchmarks
// and the demonstration.
//
// It is strict where Discord is strict, in what it takes (permissions and
// overwrites of each call, names, limits of messages, embeds, components and
// commands, buckets when asked, intents, interaction tokens) and in the codes
// it refuses with, so that what works here has a fair chance to work there.
// What Discord's pages leave open is settled towards the stricter side and said
// so where it is done. See https://docs.discord.com/developers/reference and the
// pages named beside the code.
//
// Three sides:
//   - the app calls Handler, over HTTP (Start) or in process (Client), and
//     connects to the Gateway, over a socket or in process (DialContext);
//   - people act: SlashCommand, Autocomplete, Press, Choose, SubmitModal,
//     DeleteChannel and so on; interactions go to the app over the gateway, or
//     signed to its interactions URL where one is set;
//   - a test looks: Channels, Messages, State, Log, Feed, and orders Faults.
//
// Inside, guild is the state, in the model of package stage, and the rules for
// changing it. The api answers the app, interactions hold what people did until
// the app has answered, the Gateway carries events, and the renderer shows
// everything as people see it. Who is in a channel follows from roles and
// overwrites, so that a stage.Channel of this guild has no members of its own.
//
// Calls are named in Log and in faults by their operationId in Discord's OpenAPI
// document (https://github.com/discord/discord-api-spec): "create_message".
// The deprecated paths of pins count under the names of the new ones.
//
// Where $DISCORD_OPENAPI says where that document is, every call and every
// answer of the app is held against it and against the limits that it leaves
// out, and Close tells what Discord could not have taken. Faults change nothing
// in that.
//
// IDs are deterministic: snowflakes whose time is Options.Now and whose rest
// counts up.
package emulator
