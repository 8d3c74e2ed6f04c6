package bots

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func whyCommand() command {
	return command{
		name: "why", aliases: synonyms{text.Chinese: {"为什么", "为何"}},
		args: (*Bot).whyArgs, handle: (*Bot).why,
	}
}

// flowName is the name of the argument for a flow.
const flowName = "flow"

func (b *Bot) whyArgs() []Arg {
	return []Arg{
		b.riskArg(),
		{Name: flowName, Option: "flow", Help: helpText("options.flow"), suggest: b.suggestFlow, take: theRest},
	}
}

func (b *Bot) suggestFlow(_ context.Context, _ Command, typed string) []Choice {
	var all []Choice
	for _, name := range b.handling.FlowNames() {
		all = append(all, Choice{Key: name, Label: name})
	}
	return matching(all, typed)
}

// whyRoom is the number of characters that a reply about flows may have.
const whyRoom = 2500

// why explains what flows did about a risk and will do: `why R-17`, `why R-17 remind`.
func (b *Bot) why(ctx context.Context, c Command) (Reply, error) {
	name := strings.TrimSpace(text.Fold(c.Typed.Args.Get(flowName)))
	key, wrong, err := b.riskOf(ctx, c)
	switch {
	case key == "" && err == nil && name != "" && c.Typed.Args.Get(riskName) == "" && !slices.Contains(b.handling.FlowNames(), name):
		return b.noKey(c, name), nil
	case key == "":
		return wrong, err
	}
	x, err := b.handling.Explain(ctx, &c.Actor.Account, key, name)
	if err != nil {
		return Reply{}, err
	}
	w := b.whyWords(c)
	r := Say(w.head(x))
	room := whyRoom
	for i, f := range x.Flows {
		said := strings.Join(w.flow(ctx, f), "\n")
		if room -= utf8.RuneCountInString(said); room < 0 && i > 0 {
			r.List = append(r.List, []core.Span{core.Plain(w.p.S("why.left_out", text.Args{
				"Count": len(x.Flows) - i, "Command": b.org.Command, "Key": string(key), "Flow": f.Name}))})
			break
		}
		r.List = append(r.List, []core.Span{core.Plain(core.Shorten(said, whyRoom))})
	}
	if !x.Since.IsZero() {
		r.Text = append(r.Text, core.Plain("\n"+w.since(x)))
	}
	return r, nil
}

// Explained words an explanation for somebody who reads it outside the platforms.
func (b *Bot) Explained(ctx context.Context, x engine.Explanation, lang string) string {
	w := b.whyWords(Command{Lang: lang})
	lines := []string{w.head(x)}
	for _, f := range x.Flows {
		lines = append(lines, "", strings.Join(w.flow(ctx, f), "\n  "))
	}
	if !x.Since.IsZero() {
		lines = append(lines, "", w.since(x))
	}
	return strings.Join(lines, "\n") + "\n"
}

// whyWords words an explanation for one reader.
type whyWords struct{ eventWords }

func (b *Bot) whyWords(c Command) whyWords { return whyWords{eventWords{b: b, c: c, p: b.printer(c)}} }

func (w whyWords) head(x engine.Explanation) string {
	s := w.p.S("why.head", text.Args{"Key": string(x.Risk.Key), "Title": x.Risk.Title})
	if len(x.Flows) == 0 {
		s += "\n" + w.p.S("why.none")
	}
	return s
}

func (w whyWords) since(x engine.Explanation) string {
	return w.p.S("why.since", text.Args{"Time": w.p.Time(x.Since, w.b.zone(w.c))})
}

// flow words one flow, in lines.
func (w whyWords) flow(ctx context.Context, f engine.FlowExplained) []string {
	lines := []string{w.p.S("why.flow.gone", text.Args{"Flow": f.Name})}
	if !f.Gone {
		lines[0] = w.p.S("why.flow", text.Args{"Flow": f.Name, "When": w.when(f)})
	}
	if !f.Gone {
		lines = append(lines, w.repeat(f)...)
	}
	if f.If != "" {
		id := "why.if"
		switch {
		case f.Known && f.Holds:
			id = "why.if.true"
		case f.Known:
			id = "why.if.false"
		}
		lines = append(lines, w.p.S(id, text.Args{"If": w.condition(f.If), "Values": w.values(f.Now)}))
	}
	if !f.Next.IsZero() {
		id := "why.next"
		if f.When.Digest {
			id += ".digest"
		}
		lines = append(lines, w.p.S(id, text.Args{"Next": w.p.Time(f.Next, w.b.zone(w.c))}))
	}
	if f.Idle != "" {
		args := text.Args{"Date": w.date(f.When.DateField), "Due": w.p.Time(f.Due, w.b.zone(w.c))}
		if f.Idle == engine.IdleAtMost {
			args["Count"] = f.When.AtMost
		}
		lines = append(lines, w.p.S("why.idle."+string(f.Idle), args))
	}
	for _, r := range f.Runs {
		lines = append(lines, w.run(ctx, r, f.When.AtMost)...)
	}
	if !f.Again.IsZero() {
		lines = append(lines, w.p.S("why.again", text.Args{"Due": w.p.Time(f.Again, w.b.zone(w.c))}))
	}
	if f.More > 0 {
		lines = append(lines, w.p.S("why.older", text.Args{"Count": f.More}))
	}
	return lines
}

// repeat words how often a flow repeats and until when, and its calendar, in lines.
func (w whyWords) repeat(f engine.FlowExplained) []string {
	var lines []string
	t := f.When
	switch {
	case t.AtMost > 0:
		lines = append(lines, w.p.S("why.every.at_most", text.Args{"Every": t.Every, "Count": t.AtMost}))
	case t.Every != "":
		lines = append(lines, w.p.S("why.every", text.Args{"Every": t.Every}))
	}
	if f.Until != "" {
		id := "why.until.false"
		if f.UntilHolds {
			id = "why.until.true"
		}
		lines = append(lines, w.p.S(id, text.Args{"If": w.condition(f.Until), "Values": w.values(f.UntilNow)}))
	}
	if t.Calendar != "" {
		lines = append(lines, w.p.S("why.calendar", text.Args{"Calendar": t.Calendar}))
	}
	return lines
}

// conditionText is the number of characters of a condition that are shown.
const conditionText = 300

func (w whyWords) condition(s string) string {
	return core.Shorten(strings.Join(strings.Fields(s), " "), conditionText)
}

// when words a trigger.
func (w whyWords) when(f engine.FlowExplained) string {
	t := f.When
	if t.On != "" {
		return w.p.First(text.Args{"Event": t.On}, "why.on."+t.On, "why.on.other")
	}
	if t.Schedule != "" {
		return w.p.S("why.when.schedule", text.Args{"Schedule": t.Schedule, "Zone": t.Zone})
	}
	id, delay := "why.when.after", t.After
	switch {
	case t.Before != "":
		id, delay = "why.when.before", t.Before
	case t.After == "":
		delay = t.Every
	}
	switch {
	case t.Theirs:
		id += ".theirs"
	case t.At != "":
		id += ".at"
	}
	return w.p.S(id, text.Args{"Delay": delay, "Date": w.date(t.DateField), "At": t.At, "Zone": t.Zone})
}

// date returns the label of a date that a flow counts from.
func (w whyWords) date(field string) string {
	if f, ok := w.b.org.Field(field); ok {
		return core.LabelIn(f.Label, w.p.Lang(), field)
	}
	return w.p.Field(field)
}

// values words variables of a condition.
func (w whyWords) values(used []engine.Used) string {
	var out []string
	for _, u := range used {
		id := "why.value"
		if u.Value == "" {
			id = "why.value.none"
		}
		out = append(out, w.p.S(id, text.Args{"Name": u.Name, "Value": u.Value}))
	}
	return w.p.List(out)
}

// run words one run of a flow that runs at most so often, in lines.
func (w whyWords) run(ctx context.Context, r engine.RunExplained, most int) []string {
	zone := w.b.zone(w.c)
	due := w.p.S("why.due", text.Args{"Due": w.p.Time(r.Due, zone)})
	if !r.Anchor.IsZero() {
		id := "why.due.anchor"
		switch {
		case r.Number > 0 && most > 0:
			id = "why.due.number.of"
		case r.Number > 0:
			id = "why.due.number"
		}
		due = w.p.S(id, text.Args{"Due": w.p.Time(r.Due, zone), "Anchor": w.p.Time(r.Anchor, zone), "Number": r.Number, "Most": most})
	}
	id := "why.state." + string(r.State)
	switch {
	case r.State == engine.Armed && !r.Due.After(w.b.clock.Now()):
		id += ".late"
	case r.State == engine.Skipped && r.Rest:
		id += ".rest"
	}
	if r.State == engine.Skipped && len(r.Unmet) > 0 {
		id += ".values"
	}
	what := w.p.S(id, text.Args{"Due": due, "Until": w.p.Time(r.Until, zone), "Reason": w.reason(r.Reason, r.For), "Values": w.values(r.Unmet)})
	if r.Earlier {
		what = w.p.S("why.earlier", text.Args{"What": what})
	}
	lines := []string{what}
	for _, h := range r.Held {
		lines = append(lines, w.holds(ctx, h))
	}
	for _, e := range r.Did {
		lines = append(lines, w.p.S("why.did", text.Args{"Time": w.p.Time(e.At, zone), "What": w.did(ctx, e)}))
	}
	return lines
}

// holds words until when a message is held.
func (w whyWords) holds(ctx context.Context, h engine.Hold) string {
	d := map[string]string{"until": h.Until.Format(time.RFC3339Nano), "zone": h.Zone, "code": h.Why, "for": h.For}
	if h.Group {
		d["for"], d["group"] = "", h.For
	}
	return w.p.S("why.held", text.Args{"What": w.held(ctx, d)})
}

// did words what a step did.
func (w whyWords) did(ctx context.Context, e engine.Event) string {
	if e.Kind != engine.EventPassed {
		return w.what(ctx, e)
	}
	action := w.p.First(nil, "history.action."+e.Data["action"], "history.action.other")
	return w.p.S("why.passed", text.Args{"Action": action, "Reason": w.reason(e.Data["reason"], "")})
}

// reason words the reason of a run's state. by is the flow that it waits for.
func (w whyWords) reason(code, by string) string {
	id := "why.reason." + code
	switch {
	case code == "rate_budget", code == "ratelimited":
		id = "why.reason.rate_limited"
	case by != "":
		id += ".for"
	}
	return w.p.First(text.Args{"Code": code, "Flow": by}, id, "why.reason.other")
}
