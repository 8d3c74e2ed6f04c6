package bots

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// historyPages is the Turn.Pages of a history. The subject is its risk or topic group.
const historyPages = "history"

func historyCommand() command {
	return command{
		name: "history", aliases: synonyms{text.English: {"log"}, text.Chinese: {"历史", "记录"}},
		args: (*Bot).subjectArgs, handle: (*Bot).history,
		pages: map[string]handler{historyPages: (*Bot).turnHistory},
	}
}

// history shows what happened to a risk or a topic group.
func (b *Bot) history(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.onlySubject(ctx, c)
	if key == "" {
		return wrong, err
	}
	return b.historyAt(ctx, c, key, nil)
}

// turnHistory shows another page in place of the one with the button.
func (b *Bot) turnHistory(ctx context.Context, c Command) (Reply, error) {
	subject, at := readTurn(c.Turned.State)
	key, err := b.parseGroupKey(subject)
	if err != nil {
		return b.unknown(ctx, c)
	}
	r, err := b.historyAt(ctx, c, key, at)
	r.Replace = err == nil
	if core.KindOf(err) == core.Invalid && !refused(err) {
		return b.unknown(ctx, c)
	}
	return r, err
}

func (b *Bot) historyAt(ctx context.Context, c Command, key core.RiskKey, at place) (Reply, error) {
	h, err := b.handling.History(ctx, c.Actor, key, c.Channel, at.cursor())
	if err != nil {
		return Reply{}, err
	}
	t := eventWords{b: b, c: c, p: b.printer(c)}
	r := Say(t.p.S("history.head", text.Args{"Key": string(key), "Title": h.Risk.Title}))
	r.List = t.lines(ctx, h.Events)
	if !h.Since.IsZero() {
		r.Text = append(r.Text, core.Plain("\n"+t.p.S("history.since", text.Args{"Time": t.p.Time(h.Since, b.zone(c))})))
	}
	if len(r.List) == 0 {
		r.List = [][]core.Span{{core.Plain(t.p.S("history.nothing"))}}
	}
	r.Turns = byTime(t.p, historyPages, string(key), at, h.Next)
	return r, nil
}

// eventWords words events of a risk's history for one reader.
type eventWords struct {
	b    *Bot
	c    Command
	p    text.Printer
	most int // characters of a text that somebody typed; 0: all of it
}

// typed returns a text that somebody typed.
func (t eventWords) typed(s string) string {
	if t.most == 0 {
		return s
	}
	return core.Shorten(strings.Join(strings.Fields(s), " "), t.most)
}

// lines returns a line for each event.
func (t eventWords) lines(ctx context.Context, events []engine.Event) [][]core.Span {
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	var out [][]core.Span
	for _, e := range events {
		line := []core.Span{core.Plain(t.p.S("history.line", text.Args{
			"Time": t.p.Time(e.At, t.b.zone(t.c)), "Who": t.who(short, e), "What": t.what(short, e),
		}))}
		if link := e.Data["link"]; strings.HasPrefix(link, "https://") {
			line = append(line, core.Plain(" "), core.Hyperlink(t.p.S("history.message"), link))
		}
		out = append(out, line)
	}
	return out
}

// who returns who did it: a person, a flow, or riskroom itself.
func (t eventWords) who(ctx context.Context, e engine.Event) string {
	if flow := e.Flow(); flow != "" && e.Actor == (core.Actor{}) && !engine.BuiltIn(flow) {
		return flow
	}
	return t.b.actor(ctx, t.c, e.Actor)
}

// what returns what happened, without who did it.
func (t eventWords) what(ctx context.Context, e engine.Event) string {
	d := e.Data
	switch e.Kind {
	case engine.EventStatus:
		to := core.Status(d["to"])
		if d["from"] == d["to"] {
			return t.p.S("history.note", text.Args{"Text": t.typed(d["note"])})
		}
		return t.with(t.p.S("history.moved", text.Args{"From": t.p.Status(core.Status(d["from"])), "To": t.p.Status(to)}),
			t.noteLabel(to), d["note"])
	case engine.EventEdited:
		return t.edited(ctx, d)
	case engine.EventAssigned:
		how := cmp.Or(d["how"], "assign")
		return t.with(t.p.S("history.assigned."+how, text.Args{"From": t.people(ctx, d["from"]), "To": t.people(ctx, d["to"])}),
			t.p.S("history.reason"), d["reason"])
	case engine.EventNote:
		if d["author"] != "" {
			return t.p.S("history.quote", text.Args{"Author": d["author"], "Text": t.typed(d["note"])})
		}
		return t.p.S("history.note", text.Args{"Text": t.typed(d["note"])})
	case engine.EventNode:
		label := "history.comment"
		if d["how"] == "back" {
			label = "history.reason"
		}
		return t.with(t.p.S("history.node."+cmp.Or(d["how"], "pass"), text.Args{"From": t.p.Node(t.b.org, d["from"]), "To": t.p.Node(t.b.org, d["to"])}),
			t.p.S(label), d["note"])
	case engine.EventStep, engine.EventPartial, engine.EventFailed:
		return t.step(ctx, e)
	case engine.EventFallback:
		return t.fallback(ctx, d)
	case engine.EventHeld:
		return t.held(ctx, d)
	case engine.EventGroup:
		return t.group(ctx, e)
	case engine.EventFreed:
		return t.p.First(nil, "history.freed."+d["reason"], "history.freed")
	case engine.EventOperator:
		return t.p.S("history.operator."+d["did"], text.Args{"Flow": e.Flow()})
	case engine.EventRejected:
		return t.rejected(d)
	}
	return t.p.S("history." + e.Kind)
}

// with adds a labelled text to a sentence.
func (t eventWords) with(what, label, typed string) string {
	if typed == "" {
		return what
	}
	return t.p.S("history.with", text.Args{"What": what, "Label": label, "Text": t.typed(typed)})
}

// noteLabel returns the label of the text that comes with a status.
func (t eventWords) noteLabel(to core.Status) string {
	if to.Open() {
		return t.p.S("history.comment")
	}
	return t.p.Resolution(to)
}

// edited words the fields of an edit, whose data has "from.<field>" and "to.<field>".
func (t eventWords) edited(ctx context.Context, d map[string]string) string {
	fields := t.b.org.FieldNames()
	for _, k := range slices.Sorted(maps.Keys(d)) { // fields that the config file no longer has
		if _, field, _ := strings.Cut(k, "."); !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	var changes []string
	for _, field := range fields {
		from, to := d["from."+field], d["to."+field]
		if from == to {
			continue
		}
		changes = append(changes, t.p.S("history.change", text.Args{
			"Field": cmp.Or(t.b.fieldLabel(t.p, field), field), "From": t.value(ctx, field, from), "To": t.value(ctx, field, to),
		}))
	}
	return strings.Join(changes, t.p.S("history.change.between"))
}

// changedText is the number of characters of a field's old and new content that the
// history shows. All of it would take several messages, and is in the audit trail.
const changedText = 300

// value words a stored value of a field, without mentions.
func (t eventWords) value(ctx context.Context, field, s string) string {
	v := core.ParseValue(t.b.org.FieldType(field), s)
	if v.IsZero() {
		return t.p.S("common.none")
	}
	t.most = cmp.Or(t.most, changedText)
	return t.typed(cmp.Or(core.Text(t.b.handling.Value(ctx, field, v, "", t.p.Lang())), s))
}

// people words stored handlers.
func (t eventWords) people(ctx context.Context, s string) string {
	if s == "" {
		return t.p.S("common.nobody")
	}
	return t.value(ctx, "handlers", s)
}

// step words what a step of a flow did.
func (t eventWords) step(ctx context.Context, e engine.Event) string {
	d := e.Data
	if e.Kind != engine.EventStep {
		id := "history." + e.Kind
		if d["then"] != "" {
			id += "." + d["then"]
		}
		return t.p.S(id, text.Args{"Action": t.p.First(nil, "history.action."+d["action"], "history.action.other")})
	}
	id := "history.step." + d["action"]
	switch {
	case d["action"] == "send_message" && d["done"] != "":
		id += ".to"
	case d["apart"] != "":
		return t.p.First(nil, "history.apart."+d["apart"], id, "history.step.other")
	}
	did := t.p.First(text.Args{"Done": t.done(ctx, d["done"]), "Where": "#" + strings.TrimPrefix(d["name"], "#")}, id, "history.step.other")
	for _, why := range slices.Sorted(maps.Keys(d)) {
		if reason, apart := strings.CutPrefix(why, engine.ApartPrefix); apart {
			did = t.p.First(text.Args{"Step": did, "Who": t.done(ctx, d[why])}, "history.apart.each."+reason, "history.apart.each.other")
		}
	}
	return did
}

// fallback words where a direct message went that couldn't be delivered.
func (t eventWords) fallback(ctx context.Context, d map[string]string) string {
	id, to := "history.fallback."+d["where"], d["to"]
	if d["where"] == "person" {
		to = t.done(ctx, to)
	}
	if d["code"] != "" {
		id += ".failed"
	}
	return t.p.S(id, text.Args{"For": t.done(ctx, d["for"]), "To": to})
}

// held words until when messages are held, by the clock that decided it.
func (t eventWords) held(ctx context.Context, d map[string]string) string {
	until, err := time.Parse(time.RFC3339Nano, d["until"])
	zone, unknown := time.LoadLocation(d["zone"])
	if err != nil || unknown != nil {
		zone = t.b.zone(t.c)
	}
	id := "history.held"
	if d["group"] != "" {
		id += ".group"
	}
	why := t.p.First(text.Args{"Code": d["code"]}, "history.held.why."+d["code"], "why.reason.other")
	return t.p.S(id, text.Args{"For": t.done(ctx, d["for"]), "Until": t.p.Time(until, zone), "Zone": zone.String(), "Why": why})
}

// part words a part of a group, or returns it as it is.
func (t eventWords) part(part string) string {
	if label := t.p.First(nil, "history.part."+part, "common.part."+part); !strings.HasPrefix(label, "!") {
		return label
	}
	return part
}

// done words the people and parts that a step reached: "acme/U1, topic, member acme/U2".
func (t eventWords) done(ctx context.Context, s string) string {
	var out []string
	for one := range strings.SplitSeq(s, ", ") {
		words := strings.Fields(one)
		for i, w := range words {
			if a, err := core.ParseAccount(w); err == nil {
				words[i] = t.b.refName(ctx, t.c, core.RefOf(a))
			} else if i == 0 {
				words[i] = t.part(w)
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return t.p.List(out)
}

// rejected words attempts that were refused.
func (t eventWords) rejected(d map[string]string) string {
	what := d["what"]
	args := text.Args{"What": t.p.First(nil, "history.try."+what, "history.try.change")}
	if core.Status(what).Valid() {
		args["What"] = t.p.S("history.try.status", text.Args{"Status": t.p.Status(core.Status(what))})
	}
	id := "history.rejected." + d["kind"]
	if d["count"] != "1" {
		id, args["Times"] = id+".again", d["count"]
	}
	return t.p.S(id, args)
}
