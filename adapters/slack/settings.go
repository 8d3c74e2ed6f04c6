package slack

import "riskroom/core"

// Settings describes a Slack workspace's keys in the config file.
func Settings() core.PlatformSettings {
	return core.PlatformSettings{
		Platform: Platform,
		Settings: []core.Setting{
			{
				Key: "bot_token", Secret: true, Required: true, Pattern: `^(xoxe\.)?xoxb-[A-Za-z0-9-]+$`, Form: "xoxb-…",
				Doc: "The bot user's OAuth token, from the app's page OAuth & Permissions.",
			},
			{
				Key: "app_token", Secret: true, Pattern: `^xapp-[A-Za-z0-9-]+$`, Form: "xapp-…",
				Doc: "An app-level token with connections:write: commands and buttons come in over Socket Mode.",
			},
			{
				Key: "signing_secret", Secret: true, Pattern: `^[!-~]{8,}$`, Form: "32 hexadecimal digits",
				Doc: "The app's signing secret: commands and buttons come in over HTTP.",
			},
			{
				Key: "signing_secret_previous", Secret: true, Pattern: `^[!-~]{8,}$`, Form: "32 hexadecimal digits",
				Doc: "The signing secret that signing_secret replaces: what is signed with it is heard too, until this key is removed.",
			},
			{
				Key: "api_url", URL: true, Pattern: `^https?://[^\s]+$`, Form: "https://slack.com/api/",
				Doc: "Where Slack's Web API is, if elsewhere: GovSlack, a proxy, a stand-in.",
			},
		},
		AnyOf:        []string{"app_token", "signing_secret"},
		Capabilities: capabilities(),
		Channel:      `^[CG][A-Z0-9]{2,}$`,
		User:         `^[UW][A-Z0-9]{2,}$`,
		CopyUser:     "the person's profile, More, Copy member ID",
		ByEmail:      true,
	}
}
