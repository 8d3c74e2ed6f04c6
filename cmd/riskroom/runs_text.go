package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/reason"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/text"
)

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
			return text.Phrasef("skipped the rest: %s", reason.Text(d["reason"]))
		}
		return text.Phrasef("skipped: %s", reason.Text(d["reason"]))
	case engine.EventStep:
		return stepText(d)
	case engine.EventFallback:
		if code := d["code"]; code != "" {
			return text.Phrasef("could not send the message for %s to %s instead: %s", d["for"], d["to"], reason.Text(code))
		}
		return text.Phrasef("sent the message for %s, who could not be reached, to %s instead", d["for"], d["to"])
	case engine.EventPartial:
		return text.Phrasef("partly done: %s; not done: %s", d["action"], reason.Text(d["what"]))
	case engine.EventFailed:
		if d["then"] == string(flow.Stop) {
			return text.Phrasef("failed for good: %s (%s); the run ends here, because of on_error: stop", d["action"], reason.Text(d["code"]))
		}
		return text.Phrasef("failed for good: %s (%s); steps that do not need it continue", d["action"], reason.Text(d["code"]))
	case engine.EventPassed:
		return text.Phrasef("skipped step: %s (%s)", d["action"], reason.Text(d["reason"]))
	case engine.EventDeferred:
		s := text.Phrasef("waits until %s: %s", eventTime(d["until"], zone), reason.Text(d["code"]))
		if run := d["for"]; run != "" {
			s = text.Phrasef("%s, %s", s, run)
		}
		return s
	case engine.EventHeld:
		return text.Phrasef("holds its message for %s until %s: %s (%s)", cmp.Or(d["for"], d["group"]), eventTime(d["until"], zone), reason.Text(d["code"]), d["zone"])
	case engine.EventOmitted:
		return omittedText(d)
	case engine.EventRetry:
		return text.Phrasef("tries again at %s (%s, attempt %s)", eventTime(d["until"], zone), reason.Text(d["code"]), d["attempt"])
	case engine.EventParked:
		return text.Phrasef("parked, needs a person: %s", reason.Text(d["code"]))
	case engine.EventEnded:
		if r := d["reason"]; r != "" {
			return text.Phrasef("%s: %s", stateText(d["state"]), reason.Text(r))
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
		return text.Phrasef("the risk is no longer bound to the group %s (%s)", d["group"], reason.Text(d["reason"]))
	case engine.EventLost:
		return text.Phrasef("the bot can no longer see the group %s (%s)", d["group"], reason.Text(d["code"]))
	case engine.EventFound:
		return text.Phrasef("the bot can see the group %s again", d["group"])
	case engine.EventMembers:
		s := text.Phrasef("new people of the risk in the group %s", d["group"])
		if d["done"] != "" {
			s = text.Phrasef("%s; invited: %s", s, d["done"])
		}
		if d["what"] != "" {
			s = text.Phrasef("%s; not added: %s", s, reason.Text(d["what"]))
		}
		return s
	}
	return unknownEventText(kind, d)
}

// omittedText describes what a walk left out.
func omittedText(d map[string]string) text.Phrase {
	if d["code"] != engine.TooManyMessages {
		return text.Phrasef("left out risks, %s in all, the first of them %s: %s", d["count"], d["first"], reason.Text(d["code"]))
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
