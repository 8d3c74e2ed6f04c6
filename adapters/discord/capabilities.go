package discord

import (
	"riskroom/adapters/discord/api"
	"riskroom/core"
)

// Capabilities implements core.Adapter. Every guild has the same.
func (a *Adapter) Capabilities() core.Capabilities { return capabilities() }

func capabilities() core.Capabilities {
	native := core.Ability{Support: core.Native}
	silence := core.Ability{
		Support: core.Emulated,
		Why:     "Permissions deny posting in the channel and its threads. The server's owner and administrators can still post.",
	}
	return core.Capabilities{
		Platform: api.Platform,
		Groups: map[core.GroupType]core.Ability{
			core.Ordinary: native,
			core.Item: {
				Support: core.Emulated,
				Why:     "Discord has no badges. riskroom uses a pinned card, whose button opens the details, and a line in the channel's topic.",
			},
			core.Topic: silence,
		},
		Set: map[core.Part]core.Ability{
			core.PartName: {
				Support: core.Emulated,
				Why:     "Discord allows about two changes of a channel's name and topic in ten minutes. Further changes wait.",
			},
			core.PartTopic: {
				Support: core.Emulated,
				Why:     "Discord allows about two changes of a channel's name and topic in ten minutes. Further changes wait.",
			},
			core.PartPurpose: {Support: core.Emulated, Why: "Discord has no purpose. riskroom puts it below the topic, and it counts as a change of the topic."},
			core.PartAnnouncement: {
				Support: core.Emulated,
				Why:     "Discord's announcement channels are for other servers to follow. riskroom posts a message and pins it.",
			},
			core.PartMember: native,
			core.PartRemoved: {
				Support: core.Emulated,
				Why:     "Discord's channels have permissions instead of members. People who are removed still see a public channel, and one that a role of theirs can see.",
			},
			core.PartMute:    silence,
			core.PartState:   silence,
			core.PartClosing: native,
			core.PartDissolve: {
				Support: core.Emulated,
				Why:     "Discord can delete a channel, but not archive it. riskroom moves it to a category and denies posting there to everybody.",
			},
			core.PartBadge:    native,
			core.PartPin:      native,
			core.PartBookmark: {Support: core.Lacking, Why: "Discord has no bookmarks. The pinned card and a line in the topic lead to the risk."},
		},
		Mute:   silence,
		Delete: native,
		Direct: native,
		Edit:   native,
		Endings: map[core.Ending]core.Ability{
			core.Archived: {
				Support: core.Emulated,
				Why:     "Discord has no archived channels. A channel in the category for archived groups counts as one.",
			},
			core.Deleted: native,
		},
		End: core.End{Posters: core.Administrators},
		Limits: core.Limits{
			GroupName: maxName, Topic: maxTopic, Purpose: maxPurpose, MessageText: maxContent,
			ButtonLabel: maxLabel, GroupMembers: core.MaxMembers,
		},
		Calls: callPolicies(),
	}
}

func callPolicies() []core.CallPolicy {
	const repeatable = "The call is idempotent on Discord: a repeat changes nothing."
	const history = "The op is the message's nonce, which Discord enforces for a few minutes. It is also in a button's custom_id: a message without a card gets the button Details of the risk that it is about. A message without any button consists of components, of which a text has an id that is derived from the op; Discord's push notifications don't show such a text. The probe reads the channel's messages, from the first attempt on."
	const twice = "If the bot can no longer read the history and Discord no longer enforces the nonce, the message may appear twice."
	return []core.CallPolicy{
		{Key: "open", Method: "create_dm", How: repeatable},
		{Key: "post", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "badge", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "announce", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "edit", Method: "update_message", How: repeatable},
		{Key: "file", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{
			Key: core.KeyCreate, Method: "create_guild_channel",
			How:    "The op is the reason in the audit log, and the channel's name ends in characters that only this call uses. The probe looks for the reason and, if the log can't be read, for a channel of the bot whose name ends so. riskroom creates a category only if the server has none with room for the channel.",
			Risk:   "If the bot can't read the audit log and finds no such name, or can't list the channels, a person has to check whether the channel exists.",
			Unsure: core.Park,
		},
		{Key: "describe", Method: "update_channel", How: "riskroom reads the name and the topic, which contains the purpose, and changes them only if they differ. If the audit log shows that somebody changed one after the first attempt, it keeps that."},
		{Key: "closing", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "permissions", Method: "get_channel", How: "It only reads: what people have set, to be restored when posting is allowed again."},
		{Key: "posting", Method: "update_channel", How: "riskroom reads the permissions, and changes all of them in one request if they differ. More than 100 are set one by one."},
		{Key: "posting", Method: "set_channel_permission_overwrite", How: repeatable},
		{Key: "mute", Method: "set_channel_permission_overwrite", How: repeatable},
		{Key: "unmute", Method: "set_channel_permission_overwrite", How: repeatable},
		{Key: "unmute", Method: "delete_channel_permission_overwrite", How: "For somebody without permissions of their own, Discord returns error 10009, which counts as done."},
		{Key: "archive", Method: "update_channel", How: "riskroom reads which category the channel is in, and moves it only if that isn't one for archived groups. If the audit log shows that it was moved after the first attempt, it stays there."},
		{Key: "delete", Method: "delete_channel", How: "For a channel that doesn't exist any more, Discord returns error 10003, which counts as done."},
		{Key: "invite", Method: "set_channel_permission_overwrite", How: repeatable},
		{Key: "kick", Method: "delete_channel_permission_overwrite", How: "For somebody without access, Discord returns error 10009, which counts as done."},
		{Key: "pin", Method: "create_pin", How: repeatable},
		{Key: "unpin", Method: "delete_pin", How: repeatable},
	}
}
