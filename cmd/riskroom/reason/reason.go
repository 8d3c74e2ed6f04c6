// Package reason words why a run or a step is in its state, for the commands that show runs.
package reason

import (
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/people"
	"riskroom/core/text"
)

// Text describes a reason: a code, or what failed with the code of each as in "lin (no_account)".
// Error codes of platforms are left unchanged, so that they can be looked up.
func Text(reason string) text.Phrase {
	if !strings.HasSuffix(reason, ")") {
		return one(reason)
	}
	var list text.Phrase
	for part := range strings.SplitSeq(reason, ", ") {
		said := text.Plain(part)
		if what, code, ok := strings.Cut(strings.TrimSuffix(part, ")"), " ("); ok {
			said = text.Phrasef("%s (%s)", what, one(code))
		}
		if !list.IsZero() {
			said = text.Phrasef("%s, %s", list, said)
		}
		list = said
	}
	return list
}

// one describes a code.
func one(code string) text.Phrase {
	for _, words := range []func(string) text.Phrase{whole, step, person, later, group, kind} {
		if p := words(code); !p.IsZero() {
			return p
		}
	}
	return text.Plain(code)
}

// whole describes why a run was skipped, parked or cancelled, or failed.
func whole(code string) text.Phrase {
	switch code {
	case "condition":
		return text.Plain("its condition was false")
	case flow.OverClosed:
		return text.Plain("the risk was closed")
	case flow.OverUntil:
		return text.Plain("its until was true")
	case flow.OverMoved:
		return text.Plain("the date that it counted from has changed")
	case "by_others":
		return text.Plain("somebody did it whom the trigger does not name under by")
	case "condition_failed":
		return text.Plain("its condition could not be evaluated")
	case engine.PeopleFailed:
		return text.Plain("the people to send to could not be evaluated")
	case "forgotten":
		return text.Plain("they may have had their run, more than a day ago")
	case "risk_changed", "version":
		return text.Plain("the risk changed meanwhile")
	case "step_failed":
		return text.Plain("a step failed that has on_error: stop")
	case "crashing":
		return text.Plain("its worker crashed three times during a call")
	case "unsure":
		return text.Plain("it is unknown whether its last call happened: check the platform, then retry or drop")
	case "stored_input":
		return text.Plain("this version cannot read what it stored")
	case "kept":
		return text.Plain("a person has posted since the notice")
	case "topic_ended":
		return text.Plain("the topic has ended")
	case "group_not_ready":
		return text.Plain("the run that creates the risk's group did not get that done within a day")
	case "flow_unreadable":
		return text.Plain("its flow was written by another version")
	case "no_risk":
		return text.Plain("its risk does not exist")
	case engine.Digested:
		return text.Plain("it was missed while riskroom was not running, and is in a digest")
	case "dropped":
		return text.Plain("dropped by hand")
	case "missed":
		return text.Plain("it was already due when the risk was filed or edited")
	}
	return text.Phrase{}
}

// step describes why a step was skipped, or failed.
func step(code string) text.Phrase {
	switch code {
	case "no_item_group":
		return text.Plain("the risk has no group")
	case "no_group":
		return text.Plain("there is no such group")
	case "unchanged":
		return text.Plain("there is nothing to change")
	case "group_gone":
		return text.Plain("the group has been archived or deleted")
	case "group_unknown":
		return text.Plain("riskroom did not create the group")
	case "group_not_topic":
		return text.Plain("the group is not for a topic")
	case "group_contradiction":
		return text.Plain("the topic cannot be reopened and dissolved at once")
	case "topic_reopen_by_hand":
		return text.Plain("the channel is archived, and only a person can unarchive it")
	case "topic_over":
		return text.Plain("the topic has to be reopened first")
	case "item_group_exists":
		return text.Plain("the risk already has a group")
	case "item_group_lost":
		return text.Plain("the risk has a group that the bot cannot see")
	case "risk_closed":
		return text.Plain("the risk has been closed in the meantime")
	case "message_not_found":
		return text.Plain("the message no longer exists")
	case "no_workspace":
		return text.Plain("the config file no longer has the workspace")
	case "template_failed":
		return text.Plain("a text could not be rendered")
	case "too_large":
		return text.Plain("the texts are too long to store")
	case engine.TooManyMessages:
		return text.Plain("a digest has too many messages")
	}
	return text.Phrase{}
}

// person describes why somebody can't get a message or be added to a group.
func person(code string) text.Phrase {
	switch code {
	case "no_account":
		return text.Plain("the person has no account in any workspace")
	case "unknown_person":
		return text.Plain("the config file does not have the person")
	case "other_workspace":
		return text.Plain("the person is in another workspace")
	case "too_many_members":
		return text.Plain("the group has no room")
	case "added_and_removed":
		return text.Plain("the step both adds and removes the person")
	case people.EmptyGroup:
		return text.Plain("the user group has no members")
	case "nobody":
		return text.Plain("the list of people is empty")
	case "nobody_to_tell":
		return text.Plain("no administrator can be reached")
	case "not_operator":
		return text.Plain("the operator may not change the group")
	}
	return text.Phrase{}
}

// later describes why a run goes on later.
func later(code string) text.Phrase {
	switch code {
	case engine.StepWaits:
		return text.Plain("a step of its flow says so")
	case engine.AwaitsGroup:
		return text.Plain("it waits for the run that creates the risk's group")
	case "group_not_seen":
		return text.Plain("the bot cannot see the risk's group; it checks again")
	case engine.OthersAct:
		return text.Plain("another run of the risk is acting")
	case "cancelling":
		return text.Plain("cancelled; it waits until the outcome of its last call is known")
	case "young":
		return text.Plain("its last call may still take effect; it waits before it checks")
	case "moving":
		return text.Plain("its risk keeps changing; its condition is evaluated again")
	case "not_read":
		return text.Plain("its risk could not be read")
	case "walking":
		return text.Plain("it goes on reading the open risks")
	case "announced":
		return text.Plain("its notice is in the channel, which it closes a day later unless a person posts there")
	case engine.Held:
		return text.Plain("it holds messages")
	case engine.NotYet:
		return text.Plain("its time of day has not come for any recipient")
	case engine.AwaitsDigest:
		return text.Plain("it was missed while riskroom was not running, and waits for its digest")
	case engine.QuietHours:
		return text.Plain("quiet hours")
	case engine.LocalTime:
		return text.Plain("its time of day comes then")
	case "paused":
		return text.Plain("the workspace refuses the bot")
	case "ratelimited", "rate_budget":
		return text.Plain("it waits for the platform's rate limit")
	case "link":
		return text.Plain("another run of the risk has just created or released its group")
	case "handed_back":
		return text.Plain("handed back by a riskroom that stopped")
	case "retried":
		return text.Plain("retried by hand")
	}
	return text.Phrase{}
}

// group describes why a risk is no longer bound to its group.
func group(code string) text.Phrase {
	switch code {
	case "released":
		return text.Plain("somebody released it")
	case string(core.Archived):
		return text.Plain("it was archived")
	case string(core.Deleted):
		return text.Plain("it was deleted")
	}
	return text.Phrase{}
}

// kind describes an error that has no code but its kind.
func kind(code string) text.Phrase {
	switch core.Kind(code) {
	case core.Invalid:
		return text.Plain("the input is invalid")
	case core.NotFound:
		return text.Plain("it does not exist")
	case core.Conflict:
		return text.Plain("it exists already, or has changed")
	case core.Unauthorized:
		return text.Plain("the workspace refuses the bot")
	case core.Denied:
		return text.Plain("the bot may not do this")
	case core.Unreachable:
		return text.Plain("the person accepts no direct messages")
	case core.Unsupported:
		return text.Plain("the platform does not have this")
	case core.RateLimited:
		return text.Plain("it waits for the platform's rate limit")
	case core.Unavailable:
		return text.Plain("the platform or Redis does not respond")
	case core.Lost:
		return text.Plain("another process has the run")
	case core.Unknown:
		return text.Plain("the reason is unknown")
	}
	return text.Phrase{}
}
