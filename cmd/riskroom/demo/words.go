package demo

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// wordStatus describes a change of a risk's status.
func wordStatus(p text.Printer, it item) string {
	d := it.event.Data
	s := p.S("demo.status", text.Args{
		"Key": string(it.risk.Key), "From": p.Status(core.Status(d["from"])), "To": p.Status(core.Status(d["to"])),
	})
	if d["note"] != "" {
		s += p.S("demo.colon.between") + d["note"]
	}
	return s
}

// wordDeed describes what a person did to a risk besides changing its status.
func wordDeed(w *world, p text.Printer, e engine.Event) string {
	d, org := e.Data, &w.cfg.Organisation
	var what string
	why := cmp.Or(d["reason"], d["note"])
	switch e.Kind {
	case engine.EventEdited:
		var changes []string
		for _, f := range org.FieldNames() {
			if from, to := d["from."+f], d["to."+f]; from != to {
				changes = append(changes, p.S("history.change", text.Args{
					"Field": w.wordField(p, f), "From": w.wordValue(p, f, from), "To": w.wordValue(p, f, to),
				}))
			}
		}
		what = strings.Join(changes, p.S("history.change.between"))
	case engine.EventAssigned:
		what = p.S("history.assigned."+d["how"], text.Args{
			"From": w.wordValue(p, platform.HandlersKey, d["from"]), "To": w.wordValue(p, platform.HandlersKey, d["to"]),
		})
	case engine.EventNode:
		what = p.S("history.node."+d["how"], text.Args{"From": p.Node(org, d["from"]), "To": p.Node(org, d["to"])})
	default:
		return p.S("history.note", text.Args{"Text": d["note"]})
	}
	if why != "" {
		what += p.S("demo.colon.between") + why
	}
	return what
}

// wordValue describes a field's value, as it is in the trail.
func (w *world) wordValue(p text.Printer, field, s string) string {
	v := core.ParseValue(w.cfg.Organisation.FieldType(field), s)
	switch {
	case v.IsZero():
		return p.S("common.none")
	case !v.Date.IsZero():
		return p.Time(v.Date, w.zone())
	case field == "severity":
		return p.Severity(core.Severity(s))
	case len(v.People) == 0:
		return s
	}
	var names []string
	for _, r := range v.People {
		name := string(r)
		if a, ok := r.Account(); ok {
			name = w.nameOf(a)
		}
		names = append(names, name)
	}
	return p.List(names)
}

// wordGroup describes a new group.
func wordGroup(p text.Printer, it item) string {
	s := p.S("demo.group.nobody")
	if members := membersOf(it); len(members) > 0 {
		s = p.S("demo.group.members", text.Args{"Names": p.List(members)})
	}
	s += wordTopic(p, it)
	for _, b := range it.room.Badges {
		s += p.S("demo.stop.between") + p.S("demo.group.badge", text.Args{"Label": b.Title})
	}
	return s
}

// membersOf returns a group's members without the bot.
func membersOf(it item) []string {
	var names []string
	view := it.place.View()
	for _, id := range it.room.Members {
		if who, ok := view.Person(id); ok && !who.Bot {
			names = append(names, "@"+who.Name)
		}
	}
	return names
}

// wordSkip describes what was skipped, and why.
func wordSkip(w *world, p text.Printer, it item) string {
	d := it.event.Data
	args := text.Args{"Flow": flowOf(it.event), "Action": d["action"]}
	switch it.event.Kind {
	case engine.EventMissed:
		return p.S("demo.skip.missed", args)
	case engine.EventPassed:
		args["Why"] = wordWhy(p, d["reason"])
		if d["what"] != "" {
			args["What"] = wordDone(w, p, d["what"])
			return p.S("demo.skip.part", args)
		}
		return p.S("demo.skip.step", args)
	case engine.EventFailed:
		args["Code"] = d["code"]
		return p.S("demo.skip.failed", args)
	case engine.EventPartial:
		args["What"] = wordDone(w, p, d["what"])
		return p.S("demo.skip.partial", args)
	case engine.EventParked:
		args["Code"] = d["code"]
		return p.S("demo.skip.parked", args)
	}
	args["Why"] = whySkipped(p, it.risk, it.event)
	return p.S("demo.skip.flow", args)
}

// wordChange describes what a set_group step did.
func wordChange(w *world, p text.Printer, it item) string {
	done := it.event.Data["done"]
	s := wordDone(w, p, done)
	if slices.Contains(strings.Split(done, ", "), string(core.PartTopic)) {
		s += wordTopic(p, it)
	}
	return s
}

// wordTopic describes a group's topic on one line, if it has one.
func wordTopic(p text.Printer, it item) string {
	if it.room.Topic == "" {
		return ""
	}
	return p.S("demo.stop.between") + p.S("demo.group.topic", text.Args{"Topic": strings.Join(strings.Fields(it.room.Topic), " ")})
}

// wordDone makes the trail's list of parts and accounts, such as "topic, member
// acme/U012", readable.
func wordDone(w *world, p text.Printer, done string) string {
	var out []string
	for one := range strings.SplitSeq(done, ", ") {
		words := strings.Fields(one)
		for i, s := range words {
			if a, err := core.ParseAccount(s); err == nil && w.place(a.Workspace) != nil {
				words[i] = "@" + w.nameOf(a)
			} else if label := p.First(nil, "commands.group.part."+s, "common.part."+s); i == 0 && !strings.HasPrefix(label, "!") {
				words[i] = label
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return p.List(out)
}

// wordWhy describes why a step was skipped. A reason without a text remains a code.
func wordWhy(p text.Printer, reason string) string {
	switch reason {
	case "condition":
		return p.S("demo.why.condition")
	case flow.OverClosed, flow.OverUntil, flow.OverMoved:
		return p.S("demo.why." + reason)
	case "by_others":
		return p.S("demo.why.by")
	case "nobody":
		return p.S("demo.why.nobody")
	case "no_item_group", "no_group":
		return p.S("demo.why.group")
	case "topic_ended":
		return p.S("demo.why.topic")
	case "not_sent", "another_group", "message_gone":
		return p.S("demo.why." + reason)
	case "unsupported":
		return p.S("demo.why.unsupported")
	case "unchanged":
		return p.S("demo.why.unchanged")
	}
	return strings.ReplaceAll(reason, "_", " ")
}

// wordApart says why messages of a step are no replies, "" if they are, or aren't meant to be.
func wordApart(w *world, p text.Printer, d map[string]string) string {
	if why := d["apart"]; why != "" {
		return wordWhy(p, why)
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(d)) {
		if why, apart := strings.CutPrefix(k, engine.ApartPrefix); apart {
			out = append(out, p.S("demo.why.apart", text.Args{"Who": wordDone(w, p, d[k]), "Why": wordWhy(p, why)}))
		}
	}
	return strings.Join(out, "\n")
}

// nodeSince is the date since which a risk has been at its node. By the time the trail is
// shown, the risk may be at another.
const nodeSince = "node_since"

// wordTrigger describes why a flow begins.
func (w *world) wordTrigger(p text.Printer, it item) string {
	for _, f := range w.cfg.Flows {
		if f.Name != flowOf(it.event) {
			continue
		}
		args := text.Args{"Key": string(it.risk.Key), "Status": p.Status(it.risk.Status)}
		if date, ok := f.Trigger.(flow.DateTrigger); ok {
			anchor, _ := date.Anchor(it.risk)
			args["Delay"] = wordDelay(p, date.Delay)
			args["Field"], args["Date"] = w.wordField(p, date.Field), p.Time(anchor, w.zone())
			if id, err := engine.ParseRunID(it.event.Run); err == nil && date.Repeat != nil {
				args["Number"], _ = date.Number(id.Occurrence)
				args["Every"] = wordDelay(p, date.Repeat.Every)
				return p.S("demo.trigger.every", args)
			}
			if date.Field == nodeSince {
				return p.S("demo.trigger.node", args)
			}
			if date.Before {
				return p.S("demo.trigger.before", args)
			}
		}
		return p.S("demo.trigger."+f.Trigger.Kind(), args)
	}
	return ""
}

// wordDelay returns how long after or before its date a flow is due.
func wordDelay(p text.Printer, d flow.Delay) string {
	exact := time.Duration(d.Days)*core.Day + d.Exact
	if d.WorkingDays == 0 {
		return p.Duration(exact)
	}
	days := p.S("demo.trigger.workdays", text.Args{"Count": d.WorkingDays})
	if exact == 0 {
		return days
	}
	return days + " " + p.Duration(exact)
}

// wordField returns the label of a risk's date.
func (w *world) wordField(p text.Printer, field string) string {
	if own, ok := w.cfg.Organisation.Field(strings.TrimPrefix(field, platform.OwnPrefix)); ok {
		return core.LabelIn(own.Label, p.Lang(), own.Key)
	}
	return p.Field(field)
}
