package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// reasonText describes a run's reason in English. Error codes of platforms are left
// unchanged, so that they can be looked up.
func reasonText(code string) string {
	switch code {
	case "":
		return ""
	case "condition":
		return "its condition was false"
	case "by_others":
		return "somebody did it whom the trigger does not name under by"
	case "condition_failed":
		return "its condition could not be evaluated"
	case "risk_changed":
		return "the risk changed meanwhile"
	case "crashing":
		return "its worker crashed three times during a call"
	case "unsure":
		return "it is unknown whether its last call happened: check the platform, then retry or drop"
	case "stored_input":
		return "this version cannot read what it stored"
	case "handed_back":
		return "handed back by a riskroom that stopped"
	case "announced":
		return "its notice is in the channel, which it closes a day later unless a person posts there"
	case "kept":
		return "a person has posted since the notice"
	case "topic_ended":
		return "the topic has ended"
	case engine.AwaitsGroup:
		return "it waits for the run that creates the risk's group"
	case "group_not_ready":
		return "the run that creates the risk's group did not get that done within a day"
	case "group_not_seen":
		return "the bot cannot see the risk's group; it checks again"
	case "others_act":
		return "another run of the risk is acting"
	case "cancelling":
		return "cancelled; it waits until the outcome of its last call is known"
	case "young":
		return "its last call may still take effect; it waits before it checks"
	case "moving":
		return "its risk keeps changing; its condition is evaluated again"
	case "not_read":
		return "its risk could not be read"
	case "flow_unreadable":
		return "its flow was written by another version"
	case "paused":
		return "the workspace refuses the bot"
	case "rate_limited", "ratelimited", "rate_budget":
		return "it waits for the platform's rate limit"
	case "unavailable":
		return "the platform or Redis does not respond"
	case "no_risk":
		return "its risk does not exist"
	case "retried":
		return "retried by hand"
	case "dropped":
		return "dropped by hand"
	}
	return code
}

// builtInText describes what the runs of a built-in flow do, "" for an admin's flow.
func builtInText(flow string) string {
	switch flow {
	case engine.SyncFlow:
		return "keeps cards and channels up to date"
	case engine.NoticeFlow:
		return "notifies administrators or one person"
	case engine.NoteFlow:
		return "posts a note in the risk's channel"
	case engine.GroupFlow:
		return "creates or changes a channel for a person"
	case engine.OpenFlow:
		return "creates the risk's channel for a person"
	case engine.CloseFlow:
		return "closes the channel of a closed risk"
	case engine.FilesFlow:
		return "posts the risk's attachments"
	}
	return ""
}

// eventText describes an audit event of a run in English, with times in the zone.
func eventText(e engine.Event, zone *time.Location) string {
	d := make(map[string]string, len(e.Data))
	for k, v := range e.Data {
		d[k] = core.Isolate(v)
	}
	switch e.Kind {
	case engine.EventTimer:
		return timerText(d, zone)
	case engine.EventMissed:
		return "already due when the risk was filed or edited; skipped, as the flow says"
	case engine.EventFired:
		if late, err := time.ParseDuration(d["late"] + "ms"); err == nil && late >= time.Second {
			return "began, " + late.Round(time.Second).String() + " after its time"
		}
		return "began, on time"
	case engine.EventSkipped:
		return "skipped: " + reasonText(d["reason"])
	case engine.EventStep:
		return stepText(d)
	case engine.EventFallback:
		if code := d["code"]; code != "" {
			return "could not send the message for " + d["for"] + " to " + d["to"] + " instead: " + reasonText(code)
		}
		return "sent the message for " + d["for"] + ", who could not be reached, to " + d["to"] + " instead"
	case engine.EventPartial:
		return "partly done: " + d["action"] + "; not done: " + d["what"]
	case engine.EventFailed:
		return "failed for good: " + d["action"] + " (" + reasonText(d["code"]) + "); steps that do not need it continue"
	case engine.EventPassed:
		return "skipped step: " + d["action"] + " (" + reasonText(d["reason"]) + ")"
	case engine.EventDeferred:
		s := "waits until " + eventTime(d["until"], zone) + ": " + reasonText(d["code"])
		if run := d["for"]; run != "" {
			s += ", " + run
		}
		return s
	case engine.EventRetry:
		return "tries again at " + eventTime(d["until"], zone) + " (" + d["code"] + ", attempt " + d["attempt"] + ")"
	case engine.EventParked:
		return "parked, needs a person: " + reasonText(d["code"])
	case engine.EventEnded:
		if r := d["reason"]; r != "" {
			return d["state"] + ": " + reasonText(r)
		}
		return d["state"]
	case engine.EventResent:
		return "sent again though it may have arrived: " + d["call"]
	case engine.EventGivenUp:
		return "gave up an unfinished call: " + d["call"]
	case engine.EventBound:
		if d["outcome"] == "unbound" {
			return "created the group " + d["group"] + " too late; the risk is not bound to it"
		}
		return "bound the risk to the group " + d["group"]
	case engine.EventFreed:
		return "the risk is no longer bound to the group " + d["group"] + " (" + d["reason"] + ")"
	case engine.EventLost:
		return "the bot can no longer see the group " + d["group"] + " (" + d["code"] + ")"
	case engine.EventFound:
		return "the bot can see the group " + d["group"] + " again"
	case engine.EventMembers:
		s := "new people of the risk in the group " + d["group"]
		if d["done"] != "" {
			s += "; invited: " + d["done"]
		}
		if d["what"] != "" {
			s += "; not added: " + d["what"]
		}
		return s
	case engine.EventSynced:
		return "updated: " + d["where"]
	case engine.EventOperator:
		return core.Isolate(e.Actor.Name) + " requested: " + d["did"]
	}
	return unknownEventText(e.Kind, d)
}

func timerText(d map[string]string, zone *time.Location) string {
	due := eventTime(d["due"], zone)
	switch d["outcome"] {
	case "armed":
		return "armed for " + due
	case "moved":
		return "moved to " + due
	case "dropped":
		return "timer removed"
	case "wished":
		return "asked to stop"
	case "left":
		return "left unchanged, because it had begun"
	}
	return "timer " + d["outcome"] + " " + due
}

func stepText(d map[string]string) string {
	s := d["action"]
	if name := d["name"]; name != "" {
		s += " " + name
	}
	if done := d["done"]; done != "" {
		s += ": " + done
	}
	return s
}

// unknownEventText describes an event that a newer version wrote.
func unknownEventText(kind string, d map[string]string) string {
	for _, k := range slices.Sorted(maps.Keys(d)) {
		kind += fmt.Sprintf(" %s=%s", k, d[k])
	}
	return kind
}
