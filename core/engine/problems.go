package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
	"riskroom/core/text"
)

// The subjects of problems, each with sentences of its own.
const (
	aPerson = "person"
	aStep   = "step"
)

// problem returns a sentence for administrators: what a code means and what to do.
// who is a person or, for what concerns a step, one of its parts; "" means all of
// it. A code without a sentence, such as a rare one of a platform, is quoted.
func (e *Engine) problem(subject, who, code string, args text.Args) string {
	args["Who"], args["Code"] = who, cmp.Or(code, "?")
	other := aStep
	if who != "" {
		other = aPerson
	}
	first, _, _ := strings.Cut(code, ":") // a platform adds what exactly is invalid
	p := e.printerIn(e.org.AdminChannel.Workspace)
	return p.First(args, "engine.problem."+subject+"."+first, "engine.problem."+other+".other")
}

// whoIs returns what administrators call a person, group or list.
func (e *Engine) whoIs(ctx context.Context, ref core.Ref) string {
	if a, ok := ref.Account(); ok {
		if prof, err := e.people.Profile(ctx, a); err != nil || prof.Name == "" {
			return string(ref)
		}
	}
	return core.Text([]core.Span{e.people.Name(ctx, e.text.In(e.org.Language), ref, "")})
}

// problems returns a sentence for each reason why parts of a step failed, and for
// code if the whole step did.
func (t *turn) problems(ctx context.Context, code string, failed []failure) string {
	args := t.noticeArgs("", "")
	args["Channel"] = t.channelName(ctx)
	var out []string
	switch {
	case code != "" && t.blamed != "":
		out = append(out, t.e.problem(aPerson, t.e.whoIs(ctx, t.blamed), code, args))
	case code != "":
		out = append(out, t.e.problem(aStep, "", code, args))
	}
	type cause struct{ subject, code string }
	var causes []cause
	who := map[cause][]string{}
	p := t.e.text.In(t.e.org.Language)
	for _, f := range failed {
		subject, name := t.failedWho(ctx, p, f.What)
		c := cause{subject, f.Code}
		if who[c] == nil {
			causes = append(causes, c)
		}
		who[c] = append(who[c], name)
	}
	for _, c := range causes {
		out = append(out, t.e.problem(c.subject, p.List(who[c]), c.code, args))
	}
	return strings.Join(out, " ")
}

// failedWho returns what administrators call what a failure is of: a person, alone
// or after what was to be done with them, or a part of a group.
func (t *turn) failedWho(ctx context.Context, p text.Printer, what string) (subject, name string) {
	if what == wholeGroup {
		return aStep, t.channelName(ctx)
	}
	first, person, ofPerson := strings.Cut(what, " ")
	switch part := p.Part(core.Part(first)); {
	case strings.HasPrefix(part, "!"):
		return aPerson, t.e.whoIs(ctx, core.Ref(what))
	case ofPerson:
		return aPerson, t.e.whoIs(ctx, core.Ref(person))
	default:
		return aStep, part
	}
}

// channelName returns what people call the group that the step is about.
func (t *turn) channelName(ctx context.Context) string {
	g := t.into
	if g.IsZero() {
		g = t.rec.Binding.Group
	}
	if g.IsZero() {
		return t.e.text.In(t.e.org.Language).S("engine.problem.no_channel")
	}
	made, err := t.groupOf(ctx, g)
	if err != nil || made.Name == "" {
		return g.String()
	}
	t.called = namedGroup{g, "#" + made.Name}
	return t.called.Name
}

// reportStep records what a step that ended did and what it couldn't do, and
// notifies administrators of that. failed reports whether it did nothing.
func (t *turn) reportStep(ctx context.Context, s flow.Step, p performed) (failed bool, err error) {
	data := map[string]string{"action": s.Action.Kind()}
	if p.out.Group != nil {
		data["group"], data["name"] = p.out.Group.String(), p.out.Name
	}
	if len(p.out.Done) > 0 {
		data["done"] = strings.Join(p.out.Done, ", ")
	}
	p.out.apartData(data)
	nothing := p.out.Group == nil && len(p.out.Done) == 0 && len(p.out.Failed) > 0
	switch {
	case nothing && len(p.out.delivered()) == 0:
		return true, t.reportFailure(ctx, s, p.out.Failed[0].Code, p)
	case !nothing:
		t.note(EventStep, t.op(""), data)
	}
	if len(p.out.Failed) == 0 {
		return false, nil
	}
	what := p.out.failures()
	t.note(EventPartial, "", map[string]string{"action": s.Action.Kind(), "what": what})
	args := t.noticeArgs(s.Action.Kind(), "")
	args["What"] = what
	return false, t.notifyProblems(ctx, "partial", args, "", p)
}

// reportFailure records that a step did nothing, and notifies administrators.
func (t *turn) reportFailure(ctx context.Context, s flow.Step, code string, p performed) error {
	data := map[string]string{"action": s.Action.Kind(), "code": code}
	if what := p.out.failures(); what != "" {
		data["what"] = what
	}
	if t.stops(s) {
		data["then"] = string(flow.Stop)
	}
	t.note(EventFailed, "", data)
	args := t.noticeArgs(s.Action.Kind(), code)
	if code == groupLost {
		t.notify("blocked", args)
		return nil
	}
	whole := code
	if p.out.Code == "" {
		whole = "" // the code of a part
	}
	return t.notifyProblems(ctx, "failed", args, whole, p)
}

// groupLost is the Detail when a risk can't get a group because its group is lost.
const groupLost = "item_group_lost"

// notifyProblems notifies administrators of the people who can't be found, and of
// everything else that failed in a step.
func (t *turn) notifyProblems(ctx context.Context, notice string, args text.Args, code string, p performed) error {
	failed, missing := slices.Clone(p.out.Failed), slices.Clone(p.missing)
	missing = slices.DeleteFunc(missing, func(m people.Unresolved) bool { return m.Code == nobody || m.Code == tooManyMembers })
	for _, m := range missing {
		failed = slices.DeleteFunc(failed, func(f failure) bool { return f.What == string(m.Ref) })
	}
	if err := t.e.notifyUnresolved(ctx, "unresolved", t.noticeArgs("", ""), missing); err != nil {
		return err
	}
	if why := t.problems(ctx, code, failed); why != "" {
		if to := p.out.delivered(); len(to) > 0 {
			words := t.e.text.In(t.e.org.Language)
			why += " " + words.S("engine.problem.fallback", text.Args{"To": words.List(to)})
		}
		args["Why"] = why
		t.notify(notice, args)
	}
	return nil
}

// notifyUnresolved notifies administrators of people and groups that can't be found,
// all at once if for the same reason: once a day, however many risks need them.
func (e *Engine) notifyUnresolved(ctx context.Context, notice string, args text.Args, missing []people.Unresolved) error {
	byCode := map[string][]core.Ref{}
	for _, m := range missing {
		byCode[m.Code] = append(byCode[m.Code], m.Ref)
	}
	day := stamp(e.clock.Now().Truncate(24 * time.Hour))
	var timers []TimerChange
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		about, who := []string{"unresolved", code, day}, []string(nil)
		slices.Sort(byCode[code])
		for _, ref := range slices.Compact(byCode[code]) {
			about, who = append(about, string(ref)), append(who, e.whoIs(ctx, ref))
		}
		a := maps.Clone(args)
		a["Command"] = e.org.Command
		a["Why"] = e.problem(aPerson, e.text.In(e.org.Language).List(who), code, a)
		c, err := e.noticeNow(noticeData{Code: notice, Args: a}, core.MakeOp(about...))
		if err != nil {
			return err
		}
		timers = append(timers, c)
	}
	if len(timers) == 0 {
		return nil
	}
	return e.store.Arm(ctx, e.noticesRisk(), timers)
}
