package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// reasonText describes a run's reason. Error codes of platforms are left
// unchanged, so that they can be looked up.
func reasonText(code string) text.Phrase {
	switch code {
	case "":
		return text.Phrase{}
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
	case "forgotten":
		return text.Plain("they may have had their run, more than a day ago")
	case "risk_changed":
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
	}
	return waitingText(code)
}

// waitingText is reasonText of a run that goes on later.
func waitingText(code string) text.Phrase {
	switch code {
	case engine.StepWaits:
		return text.Plain("a step of its flow says so")
	case engine.AwaitsGroup:
		return text.Plain("it waits for the run that creates the risk's group")
	case "group_not_seen":
		return text.Plain("the bot cannot see the risk's group; it checks again")
	case "others_act":
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
	case "rate_limited", "ratelimited", "rate_budget":
		return text.Plain("it waits for the platform's rate limit")
	case "unavailable":
		return text.Plain("the platform or Redis does not respond")
	case "handed_back":
		return text.Plain("handed back by a riskroom that stopped")
	case "retried":
		return text.Plain("retried by hand")
	}
	return text.Plain(code)
}

// builtInText describes what the runs of a built-in flow do, nothing for an admin's flow.
func builtInText(name string) text.Phrase {
	switch name {
	case engine.SyncFlow:
		return text.Plain("keeps cards and channels up to date")
	case engine.NoticeFlow:
		return text.Plain("notifies administrators or one person")
	case engine.NoteFlow:
		return text.Plain("posts a note in the risk's channel")
	case engine.GroupFlow:
		return text.Plain("creates or changes a channel for a person")
	case engine.OpenFlow:
		return text.Plain("creates the risk's channel for a person")
	case engine.CloseFlow:
		return text.Plain("closes the channel of a closed risk")
	case engine.FilesFlow:
		return text.Plain("posts the risk's attachments")
	}
	return text.Phrase{}
}

// eventText describes an audit event of a run, with times in the zone.
func eventText(e engine.Event, zone *time.Location) text.Phrase {
	d := make(map[string]string, len(e.Data))
	for k, v := range e.Data {
		d[k] = core.Isolate(v)
	}
	switch e.Kind {
	case engine.EventTimer:
		return timerText(d, zone)
	case engine.EventMissed:
		return text.Plain("already due when the risk was filed or edited; skipped, as the flow says")
	case engine.EventFired:
		if late, err := time.ParseDuration(d["late"] + "ms"); err == nil && late >= time.Second {
			return text.Phrasef("began, %s after its time", late.Round(time.Second))
		}
		return text.Plain("began, on time")
	case engine.EventSkipped:
		if e.Step != "" {
			return text.Phrasef("skipped the rest: %s", reasonText(d["reason"]))
		}
		return text.Phrasef("skipped: %s", reasonText(d["reason"]))
	case engine.EventStep:
		return stepText(d)
	case engine.EventFallback:
		if code := d["code"]; code != "" {
			return text.Phrasef("could not send the message for %s to %s instead: %s", d["for"], d["to"], reasonText(code))
		}
		return text.Phrasef("sent the message for %s, who could not be reached, to %s instead", d["for"], d["to"])
	case engine.EventPartial:
		return text.Phrasef("partly done: %s; not done: %s", d["action"], d["what"])
	case engine.EventFailed:
		if d["then"] == string(flow.Stop) {
			return text.Phrasef("failed for good: %s (%s); the run ends here, because of on_error: stop", d["action"], reasonText(d["code"]))
		}
		return text.Phrasef("failed for good: %s (%s); steps that do not need it continue", d["action"], reasonText(d["code"]))
	case engine.EventPassed:
		return text.Phrasef("skipped step: %s (%s)", d["action"], reasonText(d["reason"]))
	case engine.EventDeferred:
		s := text.Phrasef("waits until %s: %s", eventTime(d["until"], zone), reasonText(d["code"]))
		if run := d["for"]; run != "" {
			s = text.Phrasef("%s, %s", s, run)
		}
		return s
	case engine.EventHeld:
		return text.Phrasef("holds its message for %s until %s: %s (%s)", cmp.Or(d["for"], d["group"]), eventTime(d["until"], zone), reasonText(d["code"]), d["zone"])
	case engine.EventOmitted:
		return omittedText(d)
	case engine.EventRetry:
		return text.Phrasef("tries again at %s (%s, attempt %s)", eventTime(d["until"], zone), d["code"], d["attempt"])
	case engine.EventParked:
		return text.Phrasef("parked, needs a person: %s", reasonText(d["code"]))
	case engine.EventEnded:
		if r := d["reason"]; r != "" {
			return text.Phrasef("%s: %s", stateText(d["state"]), reasonText(r))
		}
		return stateText(d["state"])
	case engine.EventResent:
		return text.Phrasef("sent again though it may have arrived: %s", d["call"])
	case engine.EventGivenUp:
		return text.Phrasef("gave up an unfinished call: %s", d["call"])
	case engine.EventSynced:
		return text.Phrasef("updated: %s", d["where"])
	case engine.EventOperator:
		return text.Phrasef("%s requested: %s", core.Isolate(e.Actor.Name), d["did"])
	}
	return groupEventText(e.Kind, d)
}

// groupEventText says what an event did to a group.
func groupEventText(kind string, d map[string]string) text.Phrase {
	switch kind {
	case engine.EventBound:
		if d["outcome"] == "unbound" {
			return text.Phrasef("created the group %s too late; the risk is not bound to it", d["group"])
		}
		return text.Phrasef("bound the risk to the group %s", d["group"])
	case engine.EventFreed:
		return text.Phrasef("the risk is no longer bound to the group %s (%s)", d["group"], d["reason"])
	case engine.EventLost:
		return text.Phrasef("the bot can no longer see the group %s (%s)", d["group"], d["code"])
	case engine.EventFound:
		return text.Phrasef("the bot can see the group %s again", d["group"])
	case engine.EventMembers:
		s := text.Phrasef("new people of the risk in the group %s", d["group"])
		if d["done"] != "" {
			s = text.Phrasef("%s; invited: %s", s, d["done"])
		}
		if d["what"] != "" {
			s = text.Phrasef("%s; not added: %s", s, d["what"])
		}
		return s
	}
	return unknownEventText(kind, d)
}

// omittedText describes what a walk left out.
func omittedText(d map[string]string) text.Phrase {
	if d["code"] != engine.TooManyMessages {
		return text.Phrasef("left out risks, %s in all, the first of them %s: %s", d["count"], d["first"], reasonText(d["code"]))
	}
	if d["more"] != "" {
		return text.Phrasef("sends nothing to %s and others, because a digest has at most %s messages", d["first"], d["most"])
	}
	return text.Phrasef("sends nothing to %s, because a digest has at most %s messages", d["first"], d["most"])
}

func timerText(d map[string]string, zone *time.Location) text.Phrase {
	due := eventTime(d["due"], zone)
	switch d["outcome"] {
	case "armed":
		return text.Phrasef("armed for %s", due)
	case "moved":
		return text.Phrasef("moved to %s", due)
	case "dropped":
		return text.Plain("timer removed")
	case "wished":
		return text.Plain("asked to stop")
	case "left":
		return text.Plain("left unchanged, because it had begun")
	}
	return text.Phrasef("timer %s %s", d["outcome"], due)
}

func stepText(d map[string]string) text.Phrase {
	s := text.Plain(d["action"])
	if name := d["name"]; name != "" {
		s = text.Phrasef("%s %s", s, name)
	}
	if done := d["done"]; done != "" {
		s = text.Phrasef("%s: %s", s, done)
	}
	if why := d["apart"]; why != "" {
		s = text.Phrasef("%s; not a reply: %s", s, apartText(why))
	}
	for _, k := range slices.Sorted(maps.Keys(d)) {
		if why, apart := strings.CutPrefix(k, engine.ApartPrefix); apart {
			s = text.Phrasef("%s; not a reply for %s: %s", s, d[k], apartText(why))
		}
	}
	return s
}

// apartText says why a message is not a reply.
func apartText(code string) text.Phrase {
	switch code {
	case "not_sent":
		return text.Plain("the earlier message was not sent")
	case "another_group":
		return text.Plain("the earlier message is in another group")
	case "message_gone":
		return text.Plain("the earlier message has been deleted")
	}
	return text.Plain(code)
}

// unknownEventText describes an event that a newer version wrote.
func unknownEventText(kind string, d map[string]string) text.Phrase {
	for _, k := range slices.Sorted(maps.Keys(d)) {
		kind += fmt.Sprintf(" %s=%s", k, d[k])
	}
	return text.Plain(kind)
}

// stateText describes the state of a run.
func stateText(state string) text.Phrase {
	switch engine.RunState(state) {
	case engine.Armed:
		return text.Plain("armed")
	case engine.Running:
		return text.Plain("running")
	case engine.Waiting:
		return text.Plain("waiting")
	case engine.Parked:
		return text.Plain("parked")
	case engine.Finished:
		return text.Plain("finished")
	case engine.Skipped:
		return text.Plain("skipped")
	case engine.Cancelled:
		return text.Plain("cancelled")
	}
	return text.Plain(state)
}
