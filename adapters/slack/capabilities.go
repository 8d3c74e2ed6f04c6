package slack

import "riskroom/core"

// Capabilities implements core.Adapter. Every Slack workspace has the same.
func (a *Adapter) Capabilities() core.Capabilities { return capabilities() }

func capabilities() core.Capabilities {
	native := core.Ability{Support: core.Native}
	return core.Capabilities{
		Platform: Platform,
		Groups: map[core.GroupType]core.Ability{
			core.Ordinary: native,
			core.Item: {
				Support: core.Emulated,
				Why:     "Slack has no badges: a bookmark in the channel's head leads to a pinned card, whose button opens the details.",
			},
			core.Topic: {Support: core.Lacking, Why: "Ending a discussion is not supported on Slack yet."},
		},
		Set: map[core.Part]core.Ability{
			core.PartName:     native,
			core.PartTopic:    native,
			core.PartPurpose:  {Support: core.Lacking, Why: "The purpose is set when the group is created and not changed later."},
			core.PartMember:   native,
			core.PartRemoved:  native,
			core.PartBadge:    native,
			core.PartPin:      native,
			core.PartBookmark: native,
		},
		Direct: native,
		Edit:   native,
		Endings: map[core.Ending]core.Ability{
			core.Archived: {
				Support: core.Emulated,
				Why:     "Slack takes the bot out of a channel that is archived: of a private one only the event tells it.",
			},
			core.Deleted: {
				Support: core.Lacking,
				Why:     "Slack answers for a deleted channel as for one that the bot is not in (channel_not_found): only the event tells them apart.",
			},
		},
		Limits: core.Limits{
			GroupName: maxName, Topic: maxTopic, Purpose: maxTopic, MessageText: maxMessageText,
			ButtonLabel: maxLabel, GroupMembers: core.MaxMembers,
		},
		Calls: callPolicies(),
	}
}

func callPolicies() []core.CallPolicy {
	const repeatable = "Slack's own rules make it idempotent: doing it again changes nothing."
	const history = "The op stands in the message's metadata and as the ID of its first block; the probe reads the conversation's history since the first attempt."
	const twice = "Where the bot may no longer read the history, the message may appear twice."
	return []core.CallPolicy{
		{Key: "open", Method: "conversations.open", How: repeatable},
		{Key: "post", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "badge", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "edit", Method: "chat.update", How: repeatable},
		{
			Key: core.KeyCreate, Method: "conversations.create",
			How:    "The name ends in the effect's own suffix; the probe looks among the bot's channels for that name, created by the bot since the first attempt.",
			Risk:   "Where the bot may not list its channels, a person has to say whether the channel exists.",
			Unsure: core.Park,
		},
		{
			Key: "topic", Method: "conversations.setTopic", How: "The channel's topic is read and compared; a topic that was set after the first attempt stays.",
			Risk: "A second notice of the same topic.", Unsure: core.Resend,
		},
		{
			Key: "purpose", Method: "conversations.setPurpose", How: "The channel's purpose is read and compared; a purpose that was set after the first attempt stays.",
			Risk: "A second notice of the same purpose.", Unsure: core.Resend,
		},
		{Key: "name", Method: "conversations.rename", How: "The channel's name is read first, and written only where it differs; a name that was given after the first attempt stays."},
		{Key: "invite", Method: "conversations.invite", How: "Who is in already is answered with already_in_channel, which counts as done."},
		{Key: "kick", Method: "conversations.kick", How: "Who is not in is answered with not_in_channel, which counts as done."},
		{Key: "pin", Method: "pins.add", How: "What is pinned is answered with already_pinned, which counts as done."},
		{
			Key: "bookmark", Method: "bookmarks.add", How: "The channel's bookmarks are read and compared by link and label.",
			Risk: "Where the bot may not read the bookmarks, a person has to look whether it is there.", Unsure: core.Park,
		},
		{
			Key: "bookmark", Method: "bookmarks.edit", How: "The channel's bookmarks are read and compared by link and label.",
			Risk: "Where the bot may not read the bookmarks, a person has to look whether it is right.", Unsure: core.Park,
		},
	}
}
