package slack

import (
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Capabilities implements core.Adapter. Every Slack workspace has the same.
func (a *Adapter) Capabilities() core.Capabilities { return capabilities() }

func capabilities() core.Capabilities {
	native := core.Ability{Support: core.Native}
	return core.Capabilities{
		Platform: api.Platform,
		Groups: map[core.GroupType]core.Ability{
			core.Ordinary: native,
			core.Item: {
				Support: core.Emulated,
				Why:     "Slack has no badges. A bookmark in the channel leads to a pinned card, whose button opens the details.",
			},
			core.Topic: {Support: core.Lacking, Why: "Ending a discussion is not supported on Slack yet."},
		},
		Set: map[core.Part]core.Ability{
			core.PartName:    native,
			core.PartTopic:   native,
			core.PartPurpose: native,
			core.PartAnnouncement: {
				Support: core.Emulated,
				Why:     "Slack has no announcements. riskroom posts a message and pins it.",
			},
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
				Why:     "Slack removes the bot from a channel that is archived. For a private channel, only the event shows that it was archived.",
			},
			core.Deleted: {
				Support: core.Lacking,
				Why:     "Slack gives the same answer for a deleted channel and for one that the bot is not in (channel_not_found). Only the event shows that it was deleted.",
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
	const repeatable = "The call is idempotent on Slack: a repeat changes nothing."
	const history = "The op is in the message's metadata and is the ID of its first block. The probe reads the conversation's history, from the first attempt on."
	const twice = "If the bot can no longer read the history, the message may appear twice."
	return []core.CallPolicy{
		{Key: "open", Method: "conversations.open", How: repeatable},
		{Key: "post", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "badge", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "announce", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "edit", Method: "chat.update", How: repeatable},
		{
			Key: core.KeyCreate, Method: "conversations.create",
			How:    "The name ends in a suffix that only this call uses. The probe looks for a channel that the bot created after the first attempt and whose name ends so. Slack may alter the rest of the name. If it refuses the name, riskroom tries once more with ASCII letters only.",
			Risk:   "If the bot can't list its channels, a person has to check whether the channel exists.",
			Unsure: core.Park,
		},
		{
			Key: "topic", Method: "conversations.setTopic", How: "riskroom reads the topic and compares it. If somebody set another topic after the first attempt, it keeps that.",
			Risk: "Slack may announce the same topic twice in the channel.", Unsure: core.Resend,
		},
		{
			Key: "purpose", Method: "conversations.setPurpose", How: "riskroom reads the purpose and compares it. If somebody set another purpose after the first attempt, it keeps that.",
			Risk: "Slack may announce the same purpose twice in the channel.", Unsure: core.Resend,
		},
		{Key: "name", Method: "conversations.rename", How: "riskroom reads the name, and changes it only if it differs. If somebody set another name after the first attempt, it keeps that."},
		{Key: "invite", Method: "conversations.invite", How: "For somebody who is already a member, Slack returns already_in_channel, which counts as done."},
		{Key: "kick", Method: "conversations.kick", How: "For somebody who isn't a member, Slack returns not_in_channel, which counts as done."},
		{Key: "pin", Method: "pins.add", How: "For a message that is already pinned, Slack returns already_pinned, which counts as done."},
		{Key: "unpin", Method: "pins.remove", How: "For a message that isn't pinned, Slack returns no_pin, which counts as done."},
		{
			Key: "bookmark", Method: "bookmarks.add", How: "riskroom reads the channel's bookmarks and compares their links and labels.",
			Risk: "If the bot can't read the bookmarks, a person has to check whether the bookmark exists.", Unsure: core.Park,
		},
		{
			Key: "bookmark", Method: "bookmarks.edit", How: "riskroom reads the channel's bookmarks and compares their links and labels.",
			Risk: "If the bot can't read the bookmarks, a person has to check whether the bookmark is right.", Unsure: core.Park,
		},
	}
}
