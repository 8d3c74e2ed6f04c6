package discord

import (
	"cmp"
	"strings"

	"riskroom/adapters/discord/api"
	"riskroom/core"
)

// defaultCategory is the category for groups if the config file names none.
// When it is full, "riskroom-2" follows, and so on.
const defaultCategory = "riskroom"

// archiveSuffix makes the name of the category for archived groups of the name of the
// category for groups.
const archiveSuffix = "-archive"

// shelves returns the categories for groups and for archived groups.
func shelves(category, archive string) (groups, archived shelf) {
	groups = shelf(cmp.Or(strings.TrimSpace(category), defaultCategory))
	return groups, cmp.Or(shelf(strings.TrimSpace(archive)), groups+archiveSuffix)
}

// Keys of the categories in the config file.
const (
	categoryKey = "category"
	archiveKey  = "archive_category"
)

// clash rejects an archive that is a category of groups, or could become one.
func clash(values map[string]string) (key, why string) {
	groups, archived := shelves(values[categoryKey], values[archiveKey])
	if groups.number(string(archived)) > 0 || archived.number(string(groups)) > 0 {
		return archiveKey, "archived groups need another category than groups in use, or riskroom couldn't tell which groups are archived"
	}
	return "", ""
}

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
				Key: categoryKey, Pattern: `^\S(.{0,88}\S)?$`, Form: defaultCategory,
				Doc: "The category for groups. riskroom creates it if it doesn't exist, and another one when it is full. Default: " + defaultCategory + ".",
			},
			{
				Key: core.OnCloseKey, Choices: []string{string(core.DissolveArchive), string(core.DissolveDelete)},
				Doc: "How close_group closes groups: archive (the default) moves them to the archive category, where nobody can post; delete deletes them with everything in them.",
			},
			{
				Key: archiveKey, Pattern: `^\S(.{0,88}\S)?$`, Form: defaultCategory + archiveSuffix,
				Doc: "The category for archived groups. riskroom creates it like the other. Default: the category for groups with " + archiveSuffix + " added.",
			},
			{
				Key: "api_url", URL: true, Pattern: `^https?://[^\s]+$`, Form: api.DefaultURL,
				Doc: "The URL of Discord's API with its version, if it isn't the usual one: a proxy or an emulator.",
			},
		},
		Clash:        clash,
		Capabilities: capabilities(),
		Channel:      `^` + idPattern + `$`,
		ChannelForm:  "1134567890123456789",
		CopyChannel:  "the channel's menu, Copy Channel ID, with Developer Mode on (User Settings, Advanced)",
		User:         `^` + idPattern + `$`,
		UserForm:     "80351110224678912",
		Chinese:      chinese(),
		OptionName:   32,
		OwnOptions:   17, // of 25, less those that every file has
		CopyUser:     "the person's profile, ···, Copy User ID, with Developer Mode on (User Settings, Advanced)",
	}
}
