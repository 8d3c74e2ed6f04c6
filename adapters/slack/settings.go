package slack

import (
	"cmp"

	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Keys of a workspace in the config file.
const (
	AppHomeKey    = "app_home"    // true if its app has a Home tab
	TopicEndKey   = "topic_end"   // how topic groups end
	AdminTokenKey = "admin_token" // of an administrator of the organisation
)

// clash reports a way to end topic groups for which a token is missing.
func clash(settings map[string]string) (key, why string) {
	if settings[TopicEndKey] == endRestrict && settings[AdminTokenKey] == "" {
		return TopicEndKey, "only an admin_token can restrict who posts; without one, use archive or announce"
	}
	return "", ""
}

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
				Key: TopicEndKey, Choices: []string{endArchive, endRestrict, endAnnounce},
				Doc: "What ending a topic group does. archive (the default): the channel is archived after a last message, and only a person can unarchive it. restrict: only owners and administrators can still post, which needs an admin_token. announce: riskroom only says that it has ended, and everybody can still post.",
			},
			{
				Key: AdminTokenKey, Secret: true, Pattern: `^(xoxe\.)?xoxp-[A-Za-z0-9-]+$`, Form: "xoxp-…",
				Doc: "A user token of an administrator with admin.conversations:write, which only organisations on an Enterprise plan can have. riskroom uses it only to restrict who can post: for topic_end: restrict, and to mute groups.",
			},
			{
				Key: "api_url", URL: true, Pattern: `^https?://[^\s]+$`, Form: "https://slack.com/api/",
				Doc: "The URL of Slack's Web API, if it isn't the usual one: GovSlack, a proxy or an emulator.",
			},
		},
		AnyOf:        []string{"app_token", "signing_secret"},
		Clash:        clash,
		Capabilities: capabilities(endArchive, false),
		With: func(settings map[string]string) core.Capabilities {
			return capabilities(cmp.Or(settings[TopicEndKey], endArchive), settings[AdminTokenKey] != "")
		},
		Variants: []core.Variant{
			{Name: "topic_end: restrict, with admin_token", Settings: map[string]string{TopicEndKey: endRestrict, AdminTokenKey: AdminTokenKey}},
			{Name: "topic_end: announce", Settings: map[string]string{TopicEndKey: endAnnounce}},
		},
		Channel:     `^[CG][A-Z0-9]{2,}$`,
		ChannelForm: "C0123456789",
		CopyChannel: "the channel's name at its top, About, Channel ID at the bottom",
		User:        `^[UW][A-Z0-9]{2,}$`,
		UserForm:    "U0123456789",
		CopyUser:    "the person's profile, More, Copy member ID",
		ByEmail:     true,
		Chinese:     chinese(),
	}
}
