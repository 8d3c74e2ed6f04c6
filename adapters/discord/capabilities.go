package discord

import "riskroom/core"

// Capabilities implements core.Adapter. Every guild has the same.
func (a *Adapter) Capabilities() core.Capabilities { return capabilities() }

func capabilities() core.Capabilities {
	native := core.Ability{Support: core.Native}
	return core.Capabilities{
		Platform: Platform,
		Groups: map[core.GroupType]core.Ability{
			core.Ordinary: native,
			core.Item: {
				Support: core.Emulated,
				Why:     "Discord has no badges: a pinned card, whose button opens the details, and a line in the channel's topic stand for one.",
			},
			core.Topic: {Support: core.Lacking, Why: "Ending a discussion is not supported on Discord yet."},
		},
		Set: map[core.Part]core.Ability{
			core.PartName: {
				Support: core.Emulated,
				Why:     "Discord takes about two changes of name and topic in ten minutes for one channel: what comes sooner waits.",
			},
			core.PartTopic: {
				Support: core.Emulated,
				Why:     "Discord takes about two changes of name and topic in ten minutes for one channel: what comes sooner waits.",
			},
			core.PartPurpose: {Support: core.Lacking, Why: "Discord has no purpose: it stands below the topic when the group is created and is not changed later."},
			core.PartMember:  native,
			core.PartRemoved: {
				Support: core.Emulated,
				Why:     "Discord's channels have no members, only people who are let in: who is removed still sees a public channel, and one that a role of theirs opens.",
			},
			core.PartBadge:    native,
			core.PartPin:      native,
			core.PartBookmark: {Support: core.Lacking, Why: "Discord has no bookmarks: the pinned card and a line in the topic lead to the item."},
		},
		Direct: native,
		Edit:   native,
		Endings: map[core.Ending]core.Ability{
			core.Archived: {Support: core.Lacking, Why: "Discord has no archived channels."},
			core.Deleted:  native,
		},
		Limits: core.Limits{
			GroupName: maxName, Topic: maxTopic, Purpose: maxPurpose, MessageText: maxMessageText,
			ButtonLabel: maxLabel, GroupMembers: core.MaxMembers,
		},
		Calls: callPolicies(),
	}
}

func callPolicies() []core.CallPolicy {
	const repeatable = "Discord's own rules make it idempotent: doing it again changes nothing."
	const history = "The op is the message's nonce, which Discord itself enforces for some minutes, and stands in the custom_id of a button, in the footer or on the last line; the probe reads the channel's messages since the first attempt."
	const twice = "Where the bot may no longer read the history and Discord has forgotten the nonce, the message may appear twice."
	return []core.CallPolicy{
		{Key: "open", Method: "create_dm", How: repeatable},
		{Key: "post", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "badge", Method: "create_message", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "edit", Method: "update_message", How: repeatable},
		{
			Key: core.KeyCreate, Method: "create_guild_channel",
			How:    "The op stands in the channel's topic and in the audit log's reason; the probe looks for it in both. A category is made only where the guild's channels show none with room.",
			Risk:   "Where the bot may read neither the list of channels nor the audit log, a person has to say whether the channel exists.",
			Unsure: core.Park,
		},
		{Key: "describe", Method: "update_channel", How: "The channel's name and topic are read first, and written only where they differ; what was changed after the first attempt, as the audit log shows, stays."},
		{Key: "invite", Method: "set_channel_permission_overwrite", How: repeatable},
		{Key: "kick", Method: "delete_channel_permission_overwrite", How: "Who is not in is answered with 10009, which counts as done."},
		{Key: "pin", Method: "create_pin", How: repeatable},
	}
}
