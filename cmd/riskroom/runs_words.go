package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/core/engine"
)

// wordReason says in English what a run's reason means. Codes of platforms stay
// as they are: that is how their pages name them.
func wordReason(code string) string {
	switch code {
	case "":
		return ""
	case "condition":
		return "its condition did not hold"
	case "condition_failed":
		return "its condition could not be judged"
	case "risk_changed":
		return "the risk changed meanwhile"
	case "crashing":
		return "its worker died three times in the middle of a call"
	case "unsure":
		return "nobody can tell whether its last call happened: look, then retry or drop"
	case "stored_input":
		return "what it stored cannot be read by this version"
	case "handed_back":
		return "handed back by a riskroom that was stopped"
	case "others_act":
		return "another run of the risk is acting"
	case "cancelling":
		return "cancelled, and waits until its last call is settled"
	case "young":
		return "its last call may yet have its effect: it waits before it looks"
	case "moving":
		return "its risk keeps changing: it is judged again"
	case "not_read":
		return "its risk could not be read"
	case "flow_unreadable":
		return "its flow was written by another version"
	case "paused":
		return "the workspace refuses the bot"
	case "rate_limited", "ratelimited", "rate_budget":
		return "it waits for the platform's rate limit"
	case "unavailable":
		return "the other side does not answer"
	case "no_risk":
		return "its risk does not exist"
	case "dropped":
		return "dropped by hand"
	}
	return code
}

// wordEvent says an audit event of a run in English, with times as clocks in the
// zone show them.
func wordEvent(e engine.Event, zone *time.Location) string {
	d := e.Data
	switch e.Kind {
	case engine.EventTimer:
		return wordTimer(d, zone)
	case engine.EventMissed:
		return "already due when the risk was filed or edited, and skipped as the flow says"
	case engine.EventFired:
		if late, err := time.ParseDuration(d["late"] + "ms"); err == nil && late >= time.Second {
			return "began, " + late.Round(time.Second).String() + " after its time"
		}
		return "began, on time"
	case engine.EventSkipped:
		return "skipped: " + wordReason(d["reason"])
	case engine.EventStep:
		return wordStep(d)
	case engine.EventPartial:
		return "done in part: " + d["action"] + "; not done: " + d["what"]
	case engine.EventFailed:
		return "failed for good: " + d["action"] + " (" + d["code"] + "); the steps that do not need it go on"
	case engine.EventPassed:
		return "passed over: " + d["action"] + " (" + wordReason(d["reason"]) + ")"
	case engine.EventDeferred:
		return "waits until " + clockTold(d["until"], zone) + ": " + wordReason(d["code"])
	case engine.EventRetry:
		return "tries again at " + clockTold(d["until"], zone) + " (" + d["code"] + ", attempt " + d["attempt"] + ")"
	case engine.EventParked:
		return "parked, it needs a person: " + wordReason(d["code"])
	case engine.EventEnded:
		if r := d["reason"]; r != "" {
			return d["state"] + ": " + wordReason(r)
		}
		return d["state"]
	case engine.EventResent:
		return "sent again though it may have arrived: " + d["call"]
	case engine.EventGivenUp:
		return "gave up on a call that was open: " + d["call"]
	case engine.EventBound:
		if d["outcome"] == "unbound" {
			return "made the group " + d["group"] + " too late: the risk is not bound to it"
		}
		return "bound the risk to the group " + d["group"]
	case engine.EventFreed:
		return "the risk is free of the group " + d["group"] + " (" + d["reason"] + ")"
	case engine.EventMissing:
		return "the group " + d["group"] + " can no longer be seen (" + d["code"] + ")"
	case engine.EventFound:
		return "the group " + d["group"] + " is there again"
	case engine.EventSynced:
		return "brought up to date: " + d["where"]
	case engine.EventOperator:
		return e.Actor.Name + " asked by hand: " + d["did"]
	}
	return wordUnknown(e)
}

func wordTimer(d map[string]string, zone *time.Location) string {
	due := clockTold(d["due"], zone)
	switch d["outcome"] {
	case "armed":
		return "armed for " + due
	case "moved":
		return "moved to " + due
	case "dropped":
		return "its timer was dropped"
	case "wished":
		return "asked to stop"
	case "left":
		return "left as it was: it had begun"
	}
	return "timer " + d["outcome"] + " " + due
}

func wordStep(d map[string]string) string {
	s := d["action"]
	if name := d["name"]; name != "" {
		s += " " + name
	}
	if done := d["done"]; done != "" {
		s += ": " + done
	}
	return s
}

// wordUnknown shows an event that a newer version wrote.
func wordUnknown(e engine.Event) string {
	s := e.Kind
	for _, k := range slices.Sorted(maps.Keys(e.Data)) {
		s += fmt.Sprintf(" %s=%s", k, e.Data[k])
	}
	return s
}
