package demo

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"riskroom/adapters/stage"
	"riskroom/adapters/stage/browser"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// trail returns what happened, oldest first. The caller holds the lock.
func (b *backstage) trail(p text.Printer) []browser.Entry {
	out := []browser.Entry{}
	for _, r := range b.seen.risks {
		for _, e := range slices.Backward(r.trail) {
			if entry, ok := b.entry(p, r, e); ok {
				entry.ID, entry.At, entry.About = string(r.Risk.Key)+" "+e.ID, e.At, string(r.Risk.Key)
				out = append(out, entry)
			}
		}
	}
	for i, x := range b.extras {
		e := wordExtra(p, x)
		e.ID, e.At = "extra "+strconv.Itoa(i), x.at
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(x, y browser.Entry) int { return cmp.Compare(x.At.UnixMilli(), y.At.UnixMilli()) })
	return out
}

// entry describes an event of a risk's trail. ok is false for one that doesn't help
// newcomers.
func (b *backstage) entry(p text.Printer, r followed, e engine.Event) (out browser.Entry, ok bool) {
	d := e.Data
	name := flowOf(e)
	own := !engine.BuiltIn(name)
	args := text.Args{
		"Flow": name, "Who": b.w.nameOf(e.Actor.Account), "Action": d["action"], "Code": d["code"], "When": b.when(p, e),
		"Done": wordDone(b.w, p, d["done"]), "Where": "#" + d["name"],
	}
	it := item{at: e.At, risk: r.Risk, event: e}
	say := func(tone browser.Tone, id string) {
		out.Tone, out.Text, ok = tone, p.First(args, "browser.trail."+id, "history."+id), true
	}
	switch e.Kind {
	case engine.EventFiled:
		say(browser.Acted, "filed")
	case engine.EventStatus:
		args["From"], args["To"] = p.Status(core.Status(d["from"])), p.Status(core.Status(d["to"]))
		say(browser.Acted, "status")
		out.Why = d["note"]
	case engine.EventEdited, engine.EventAssigned, engine.EventNote:
		args["What"] = wordDeed(b.w, p, e)
		say(browser.Acted, "deed")
	case engine.EventNode:
		if org := &b.w.cfg.Organisation; d["from"] != "" {
			args["From"], args["To"] = p.Node(org, d["from"]), p.Node(org, d["to"])
			say(browser.Acted, "status")
			out.Why = d["note"]
		}
	case engine.EventTimer:
		b.timer(say, d, e)
	case engine.EventFired:
		if own {
			say(browser.Acted, "fired")
			out.Why = b.w.wordTrigger(p, it)
		}
	case engine.EventMissed:
		say(browser.Passed, "missed")
		out.Why = p.S("browser.trail.missed.why")
	case engine.EventSkipped:
		id := "skipped"
		if e.Step != "" {
			id = "skipped.rest" // after a wait
		}
		say(browser.Passed, id)
		out.Why = whySkipped(p, r.Risk, e)
	case engine.EventPassed:
		say(browser.Passed, "passed")
		out.Why = wordWhy(p, d["reason"])
	case engine.EventStep:
		if id := "step." + d["action"]; own {
			if d["action"] == "send_message" && d["done"] != "" {
				id += ".to"
			}
			say(browser.Acted, id)
		}
		out.Why = wordApart(b.w, p, d)
	case engine.EventBound, engine.EventFound:
		say(browser.Quiet, e.Kind)
	case engine.EventEnded:
		if own && d["state"] == string(engine.Cancelled) && d["reason"] != "step_failed" {
			say(browser.Passed, "cancelled")
		}
	default:
		out.Why = wordTrouble(p, say, e, own, args)
	}
	return out, ok
}

// wordTrouble describes a failure or a wait, and returns the reason.
func wordTrouble(p text.Printer, say func(browser.Tone, string), e engine.Event, own bool, args text.Args) (why string) {
	switch e.Kind {
	case engine.EventFallback:
		if e.Data["code"] == "" {
			say(browser.Acted, e.Kind)
			return e.Data["to"]
		}
		say(browser.Wrong, e.Kind+".failed")
		return p.S("browser.trail.code", text.Args{"Code": e.Data["to"] + ": " + e.Data["code"]})
	case engine.EventPartial, engine.EventFailed:
		id := e.Kind
		if then := e.Data["then"]; then != "" {
			id += "." + then
		}
		say(browser.Wrong, id)
		return p.S("browser.trail.code", text.Args{"Code": cmp.Or(e.Data["code"], e.Data["what"])})
	case engine.EventRetry:
		say(browser.Wrong, "retry")
		return p.S("browser.trail.code", args)
	case engine.EventHeld:
		say(browser.Quiet, e.Kind)
		return p.S("history.held.why." + e.Data["code"])
	case engine.EventDeferred:
		if e.Data["code"] == "young" {
			say(browser.Wrong, "wait.young")
			return p.S("browser.trail.wait.young.why")
		}
		switch {
		case e.Data["code"] == engine.StepWaits:
			say(browser.Quiet, "wait.step")
		case own:
			say(browser.Quiet, "wait.turn")
		}
	case engine.EventParked, engine.EventResent, engine.EventGivenUp, engine.EventLost, engine.EventFreed:
		say(browser.Wrong, e.Kind)
	}
	return ""
}

// timer describes a change of a timer. It leaves out those of built-in runs.
func (b *backstage) timer(say func(browser.Tone, string), d map[string]string, e engine.Event) {
	if engine.BuiltIn(flowOf(e)) {
		return
	}
	switch outcome := d["outcome"]; outcome {
	case "armed":
		if at, ok := stampOf(d["due"]); ok && !at.After(e.At.Add(time.Second)) {
			outcome = "armed.now"
		}
		say(browser.Quiet, outcome)
	case "moved", "dropped", "wished":
		say(browser.Quiet, outcome)
	}
}

// when formats the time in an event, to the second if it is near.
func (b *backstage) when(p text.Printer, e engine.Event) string {
	at, ok := stampOf(cmp.Or(e.Data["until"], e.Data["due"]))
	if !ok {
		return ""
	}
	if at.Sub(e.At).Abs() < time.Hour {
		return at.In(b.w.zone()).Format("15:04:05")
	}
	return p.Time(at, b.w.zone())
}

// stampOf parses a time in an event's data: milliseconds of Unix time, or RFC 3339.
func stampOf(s string) (time.Time, bool) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(ms), true
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	return at, err == nil
}

// whySkipped describes why a flow was skipped. Conditions of flows that count from a date are
// nearly always about the status.
func whySkipped(p text.Printer, r core.Risk, e engine.Event) string {
	id, err := engine.ParseRunID(e.Run)
	if e.Data["reason"] == "condition" && err == nil && id.Version() == 0 {
		return p.S("demo.why.status", text.Args{"Status": p.Status(r.Status)})
	}
	return wordWhy(p, e.Data["reason"])
}

// wordExtra describes an extra.
func wordExtra(p text.Printer, x extra) browser.Entry {
	args := text.Args{"Call": x.call, "Error": x.err}
	e := browser.Entry{Tone: browser.Wrong}
	switch x.kind {
	case "struck":
		id := "other"
		if slices.Contains([]stage.FaultKind{stage.RateLimit, stage.ErrorAfter, stage.Slow}, stage.FaultKind(x.err)) {
			id = x.err
		}
		e.Text = p.S("browser.struck."+id, args)
	case "killed":
		e.Text = p.S("browser.killed")
	case "killed.in":
		e.Text, e.Why = p.S("browser.killed.in", args), p.S("browser.killed.in.why")
	case "restarted":
		e.Tone, e.Text, e.Why = browser.Acted, p.S("browser.restarted"), p.S("browser.restarted.why")
	case "once":
		e.Tone, e.Text = browser.Acted, p.S("browser.once", args)
	case "not_started":
		e.Text = p.S("browser.not_started", args)
	default:
		e.Text = p.S("browser.stuck", args)
	}
	return e
}
