package slack

import (
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Capabilities implements core.Adapter.
func (a *Adapter) Capabilities() core.Capabilities {
	return capabilities(a.end, a.client.Administers())
}

// capabilities returns what a workspace can do in which topic groups end in a way, and
// with or without the token of an administrator.
func capabilities(end string, administers bool) core.Capabilities {
	ending, ended := endings(end)
	native := core.Ability{Support: core.Native}
	return core.Capabilities{
		Platform: api.Platform,
		Groups: map[core.GroupType]core.Ability{
			core.Ordinary: native,
			core.Item: {
				Support: core.Emulated,
				Why:     "Slack has no badges. A bookmark in the channel leads to a pinned card, whose button opens the details.",
			},
			core.Topic: ending,
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
			core.PartMute:     muting(administers),
			core.PartState:    ending,
			core.PartClosing:  native,
			core.PartDissolve: {Support: core.Emulated, Why: "The channel is archived. Only people can unarchive it, and must then invite the bot again."},
			core.PartBadge:    native,
			core.PartPin:      native,
			core.PartBookmark: native,
		},
		Mute:   core.Ability{Support: core.Lacking, Why: "Slack can't mute single people."},
		Delete: core.Ability{Support: core.Lacking, Why: "Slack doesn't let bots delete channels, only archive them."},
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
		End: ended,
		Limits: core.Limits{
			GroupName: maxName, Topic: maxTopic, Purpose: maxTopic, MessageText: maxMessageText,
			ButtonLabel: maxLabel, GroupMembers: core.MaxMembers,
		},
		Calls: callPolicies(),
	}
}

// endings returns how a topic group ends, see topic_end.
func endings(end string) (core.Ability, core.End) {
	switch end {
	case endRestrict:
		return core.Ability{
			Support: core.Emulated, Why: "Posting is restricted. The workspace's owners and administrators can still post.",
		}, core.End{Posters: core.Administrators}
	case endAnnounce:
		return core.Ability{
			Support: core.Emulated, Why: "The end is only announced. Everybody can still post.",
		}, core.End{Posters: core.EveryPoster}
	default:
		return core.Ability{
			Support: core.Emulated, Why: "The channel is archived. No bot can unarchive a channel, so a person has to reopen it.",
		}, core.End{Leaves: true}
	}
}

func muting(administers bool) core.Ability {
	if !administers {
		return core.Ability{Support: core.Lacking, Why: "Slack lets a bot restrict who can post only with an admin_token, which only organisations on an Enterprise plan have."}
	}
	return core.Ability{Support: core.Emulated, Why: "Only everybody can be muted. The workspace's owners and administrators can still post."}
}

func callPolicies() []core.CallPolicy {
	const repeatable = "The call is idempotent on Slack: a repeat changes nothing."
	const history = "The op is in the message's metadata and is the ID of its first block. The probe reads the conversation's history, from the first attempt on."
	const unseen = "Nobody sees an upload until it is shared. A repeat uploads the file again, and only that upload is shared."
	const twice = "If the bot can no longer read the history, the message may appear twice."
	return []core.CallPolicy{
		{Key: "open", Method: "conversations.open", How: repeatable},
		{Key: "post", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "badge", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "announce", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{Key: "edit", Method: "chat.update", How: repeatable},
		{Key: "upload", Method: "files.getUploadURLExternal", How: unseen},
		{Key: "upload", Method: "upload_url", How: unseen},
		{
			Key: "share", Method: "files.completeUploadExternal",
			How:    "The probe reads in which channels Slack shows the uploaded file. An upload can be completed only once.",
			Risk:   "If Slack can't be asked before the upload expires, the file may be missing.",
			Unsure: core.Resend,
		},
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
		{Key: "closing", Method: "chat.postMessage", How: history, Risk: twice, Unsure: core.Resend},
		{
			Key: "archive", Method: "conversations.archive",
			How:  "The probe reads the channel. Slack removes the bot from a channel that is archived, so a private channel that the bot no longer sees counts as archived if an attempt may have had its effect.",
			Risk: "If the bot may not read the channel, it is archived again, even if somebody has unarchived it meanwhile.", Unsure: core.Resend,
		},
		{Key: "posters", Method: "conversations.info", How: "It only reads: what people have set, to be restored when posting is allowed again."},
		{Key: "restrict", Method: "admin.conversations.setConversationPrefs", How: repeatable},
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
