package slack

import (
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// AppHomeKey is the key of a workspace whose app has a Home tab.
const AppHomeKey = "app_home"

// Settings describes a Slack workspace's keys in the config file.
func Settings() core.PlatformSettings {
	return core.PlatformSettings{
		Platform: api.Platform,
		Settings: []core.Setting{
			{
				Key: "bot_token", Secret: true, Required: true, Pattern: `^(xoxe\.)?xoxb-[A-Za-z0-9-]+$`, Form: "xoxb-…",
				Doc: "The bot user's OAuth token, from the app's OAuth & Permissions page.",
			},
			{
				Key: "app_token", Secret: true, Pattern: `^xapp-[A-Za-z0-9-]+$`, Form: "xapp-…",
				Doc: "An app-level token with connections:write. With it, commands and buttons arrive over Socket Mode.",
			},
			{
				Key: "signing_secret", Secret: true, Pattern: `^[!-~]{8,}$`, Form: "32 hexadecimal digits",
				Doc: "The app's signing secret. With it, commands and buttons arrive over HTTP.",
			},
			{
				Key: "signing_secret_previous", Secret: true, Pattern: `^[!-~]{8,}$`, Form: "32 hexadecimal digits",
				Doc: "The old signing secret, while you replace it. riskroom accepts requests signed with either.",
			},
			{
				Key: AppHomeKey, Switch: true, Form: "true",
				Doc: "Show people their risks on the app's Home tab. The manifest then switches the tab on.",
			},
			{
				Key: "api_url", URL: true, Pattern: `^https?://[^\s]+$`, Form: "https://slack.com/api/",
				Doc: "The URL of Slack's Web API, if it isn't the usual one: GovSlack, a proxy or an emulator.",
			},
		},
		AnyOf:        []string{"app_token", "signing_secret"},
		Capabilities: capabilities(endArchive, false),
		Channel:      `^[CG][A-Z0-9]{2,}$`,
		User:         `^[UW][A-Z0-9]{2,}$`,
		CopyUser:     "the person's profile, More, Copy member ID",
		ByEmail:      true,
	}
}
