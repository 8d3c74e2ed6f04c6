package discord

// maxName is the longest name of a channel, in characters:
// https://docs.discord.com/developers/resources/channel#channel-object.
const maxName = 100
