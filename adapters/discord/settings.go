package discord

import (
	"riskroom/adapters/discord/api"
	"riskroom/core"
)

// defaultCategory is the category for groups if the config file names none.
// When it is full, "riskroom-2" follows, and so on.
const defaultCategory = "riskroom"

// Settings describes a Discord guild's keys in the config file.
func Settings() core.PlatformSettings {
	return core.PlatformSettings{
		Platform: api.Platform,
		Settings: []core.Setting{
			{
				Key: "bot_token", Secret: true, Required: true, Pattern: `^[A-Za-z0-9_.-]{10,}$`, Form: "three parts with dots between",
				Doc: "The bot's token, from the application's Bot page.",
			},
			{
				Key: "guild_id", Required: true, Pattern: `^` + idPattern + `$`, Form: "80351110224678912",
				Doc: "The server's ID. To copy it, switch on Developer Mode, then use Copy Server ID.",
			},
			{
				Key: "public_key", Pattern: `^[0-9a-fA-F]{64}$`, Form: "64 hexadecimal digits",
				Doc: "The application's public key, from its General Information page. With it, commands and buttons arrive over HTTP, otherwise over the gateway.",
			},
			{
				Key: "category", Pattern: `^\S(.{0,88}\S)?$`, Form: defaultCategory,
				Doc: "The category for groups. riskroom creates it if it doesn't exist, and another one when it is full. Default: " + defaultCategory + ".",
			},
			{
				Key: core.OnCloseKey, Choices: []string{string(core.DissolveArchive), string(core.DissolveDelete)},
				Doc: "How close_group closes groups: archive (the default) moves them to the archive category, where nobody can post; delete deletes them with everything in them.",
			},
			{
				Key: "api_url", URL: true, Pattern: `^https?://[^\s]+$`, Form: api.DefaultURL,
				Doc: "The URL of Discord's API with its version, if it isn't the usual one: a proxy or an emulator.",
			},
		},
		Capabilities: capabilities(),
		Channel:      `^` + idPattern + `$`,
		User:         `^` + idPattern + `$`,
		OptionName:   32,
		OwnOptions:   17, // of 25, less those that every file has
		CopyUser:     "the person's profile, ···, Copy User ID, with Developer Mode on (User Settings, Advanced)",
	}
}
