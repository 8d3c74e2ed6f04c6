package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
	"riskroom/core/text"
)

const (
	listedRisks = 20   // that one message of a digest names
	maxLists    = 2000 // messages of one digest, unless a test sets another number
	listsAtOnce = 100  // messages that one script arms
	maxMissing  = 20   // people without an account whom a notice names
	maxOmitted  = 20   // risks or recipients that an event names
)

// forgotten is why a risk gets no run: it may have had it, so long ago that nobody knows.
const forgotten = "forgotten"

// PeopleFailed is why a risk isn't in the messages of a step: the people to whom it sends
// can't be evaluated.
const PeopleFailed = "people_failed"

// TooManyMessages is why recipients get no message of a digest.
const TooManyMessages = "too_many_messages"

// list is what one message of a digest is about. A walk gathers it, and the run that sends the
// message has it as data.
type list struct {
	Step  int          `json:"step"`        // of the flow
	To    core.Account `json:"to,omitzero"` // of a direct message; zero: the step's channel
	Count int          `json:"count"`       // of risks
	// Missed is when the flow was due for them, if it was missed; zero in other digests.
	Missed span           `json:"missed,omitzero"`
	Keys   []core.RiskKey `json:"keys,omitempty"` // the first of them
}

// gather adds risks to the lists of those who may read them.
func (t *turn) gather(ctx context.Context, f *flow.Flow, risks []core.Risk, w *walked) error {
	for _, r := range risks {
		t.rec = Record{Risk: r}
		if err := t.gatherOne(ctx, f, w); err != nil {
			return err
		}
	}
	return nil
}

// gatherOne adds the present risk to the lists. If a condition can't be evaluated, it is false.
func (t *turn) gatherOne(ctx context.Context, f *flow.Flow, w *walked) error {
	env := t.env(ctx)
	holds, err := t.e.evaluate(Evaluation{Run: t.run.ID, Condition: f.If, Env: env})
	if !holds || err != nil {
		if err != nil {
			w.fail(t.rec.Risk.Key)
		}
		return nil
	}
	return t.gatherSteps(ctx, f, env, w)
}

// gatherSteps adds the present risk, for which the flow's condition is true, to the lists of
// each step. If a condition can't be evaluated, it is false. If the people of a step can't be,
// the risk is in no list of that step.
func (t *turn) gatherSteps(ctx context.Context, f *flow.Flow, env flow.Env, w *walked) error {
	failed, unaddressed := false, false
	for i, s := range f.Steps {
		concerns, err := t.e.evaluate(Evaluation{Run: t.run.ID, Step: s.Key(), Condition: s.If, Env: env})
		failed = failed || err != nil
		if !concerns {
			continue
		}
		t.enter(s)
		addressed, err := t.gatherFor(ctx, i, s, env, w)
		if err != nil {
			return err
		}
		unaddressed = unaddressed || !addressed
	}
	if failed {
		w.fail(t.rec.Risk.Key)
	}
	if unaddressed {
		w.Unaddressed, w.UnaddressedCount = omit(w.Unaddressed, t.rec.Risk.Key), w.UnaddressedCount+1
	}
	return nil
}

// fail notes a risk for which a condition can't be evaluated.
func (w *walked) fail(key core.RiskKey) {
	w.Failed, w.FailedCount = omit(w.Failed, key), w.FailedCount+1
}

// forget notes a risk of which it isn't known whether it had a run.
func (w *walked) forget(key core.RiskKey) {
	w.Forgotten, w.ForgottenCount = omit(w.Forgotten, key), w.ForgottenCount+1
}

// omit adds a risk to the first that are left out.
func omit(first []core.RiskKey, key core.RiskKey) []core.RiskKey {
	if len(first) == maxOmitted {
		return first
	}
	return append(first, key)
}

// gatherFor adds the present risk to the lists of one step. It returns false if the people of
// the step can't be evaluated.
func (t *turn) gatherFor(ctx context.Context, i int, s flow.Step, env flow.Env, w *walked) (bool, error) {
	if a, posts := s.Action.(*flow.SendGroupMessage); posts {
		t.add(i, core.Account{}, a.Group.String(), w)
	}
	a, direct := s.Action.(*flow.SendMessage)
	if !direct {
		return true, nil
	}
	refs, err := t.e.named(a.To, env)
	if err != nil {
		t.log.Warn("people could not be evaluated", "risk", t.rec.Risk.Key, "err", err)
		return false, nil
	}
	accounts, missing, err := t.resolveRefs(ctx, a.To, refs)
	if err != nil {
		return true, err
	}
	for _, m := range missing {
		if what := string(m.Ref) + " " + m.Code; m.Code != nobody && len(w.Missing) < maxMissing && !slices.Contains(w.Missing, what) {
			w.Missing = append(w.Missing, what)
		}
	}
	for _, to := range accounts {
		may, err := t.e.rights.MayRead(ctx, to, t.rec.Risk)
		if err != nil {
			return true, err
		}
		if may {
			t.add(i, to, to.String(), w)
		}
	}
	return true, nil
}

// add adds the present risk to the list of a recipient.
func (t *turn) add(step int, to core.Account, name string, w *walked) {
	at := slices.IndexFunc(w.Lists, func(l *list) bool { return l.Step == step && l.To == to })
	if at < 0 {
		if len(w.Lists) == t.e.lists {
			// One more than an event names shows that there are more.
			if len(w.Excess) <= maxOmitted && !slices.Contains(w.Excess, name) {
				w.Excess = append(w.Excess, name)
			}
			return
		}
		at, w.Lists = len(w.Lists), append(w.Lists, &list{Step: step, To: to})
	}
	l := w.Lists[at]
	l.Missed = l.Missed.and(t.missedAt)
	if l.Count++; len(l.Keys) < listedRisks {
		l.Keys = append(l.Keys, t.rec.Risk.Key)
	}
}

// noteOmitted records what a walk leaves out, and notifies administrators of what they can
// change.
func (t *turn) noteOmitted(ctx context.Context, w *walked) {
	risks := func(code string, count int, first []core.RiskKey) {
		var keys []string
		for _, key := range first {
			keys = append(keys, string(key))
		}
		if count > 0 {
			t.note(EventOmitted, "", map[string]string{"code": code, "count": strconv.Itoa(count), "first": strings.Join(keys, ", ")})
		}
	}
	risks(forgotten, w.ForgottenCount, w.Forgotten)
	risks(conditionFailed, w.FailedCount, w.Failed)
	if w.FailedCount > 0 {
		t.notifyCondition()
	}
	risks(PeopleFailed, w.UnaddressedCount, w.Unaddressed)
	if w.UnaddressedCount > 0 {
		args := t.noticeArgs("digest", PeopleFailed)
		args["Why"] = t.e.problem(aStep, "", PeopleFailed, t.noticeArgs("", ""))
		t.notify("partial", args)
	}
	if first := w.Excess; len(first) > 0 {
		data := map[string]string{"code": TooManyMessages, "most": strconv.Itoa(t.e.lists)}
		if len(first) > maxOmitted {
			first, data["more"] = first[:maxOmitted], "true"
		}
		data["first"] = strings.Join(first, ", ")
		t.note(EventOmitted, "", data)
		t.notifyExcess(ctx, first)
	}
}

// notifyExcess notifies administrators of recipients who get no message of a digest.
func (t *turn) notifyExcess(ctx context.Context, first []string) {
	var names []string
	for _, name := range first {
		names = append(names, t.e.whoIs(ctx, core.Ref(name)))
	}
	why := text.Args{"Most": t.e.lists, "Names": t.e.text.In(t.e.org.Language).List(names)}
	args := t.noticeArgs("digest", TooManyMessages)
	args["Why"] = t.e.problem(aStep, "", TooManyMessages, why)
	t.notify("partial", args)
}

// armLists arms the runs of some more messages.
func (t *turn) armLists(w *walked) error {
	now := t.e.now()
	for _, l := range w.Lists[w.Armed:min(w.Armed+listsAtOnce, len(w.Lists))] {
		data, err := json.Marshal(l)
		if err != nil {
			return invalid("a digest", err)
		}
		id := t.run.ID
		id.Occurrence += ":" + strconv.Itoa(w.Armed)
		t.notices = append(t.notices, TimerChange{Do: ArmTimer, Run: id, Due: now, FlowHash: t.run.FlowHash, Data: data})
		w.Armed++
	}
	return nil
}

// notifyMissing notifies administrators of recipients without an account.
func (t *turn) notifyMissing(ctx context.Context, w *walked) error {
	var missing []people.Unresolved
	for _, m := range w.Missing {
		ref, code, _ := strings.Cut(m, " ")
		missing = append(missing, people.Unresolved{Ref: core.Ref(ref), Code: code})
	}
	return t.e.notifyUnresolved(ctx, "unresolved", t.noticeArgs("", ""), missing)
}

// sendDigest sends one message of a digest, as the step of a flow.
func (t *turn) sendDigest(ctx context.Context, f *flow.Flow) error {
	l := &list{}
	if err := json.Unmarshal(t.run.Data, l); err != nil || l.Step >= len(f.Steps) {
		return t.end(ctx, Parked, "stored_input", performed{})
	}
	one := *f
	s := f.Steps[l.Step]
	t.listed, t.listedIn = l, f
	s.If = nil // it was evaluated for each risk
	one.Steps = []flow.Step{s}
	t.flow = &one
	t.fired()
	_, _, err := t.runStep(ctx, s)
	return err
}

// resolveDigest fills the input of a message of a digest. Risks that have changed since they
// were gathered are left out. A rehearsal lists the risk that it is about.
func (t *turn) resolveDigest(ctx context.Context, s flow.Step, in *input) error {
	risks, count := []core.Risk{t.rec.Risk}, 1
	if l := t.listed; l != nil {
		var err error
		if risks, err = t.stillListed(ctx); err != nil {
			return err
		}
		count = l.Count - len(l.Keys) + len(risks)
	}
	if count == 0 {
		return stepSkipped{"condition"}
	}
	env := flow.Env{Now: t.e.clock.Now(), Count: count, Text: t.e.text.In(t.e.org.Language)}
	switch a := s.Action.(type) {
	case *flow.SendMessage:
		in.Messages = map[string]core.Message{}
		if t.listed != nil {
			in.To = []core.Account{t.listed.To}
		} else {
			var err error
			if in.To, in.Missing, err = t.resolvePeople(ctx, a.To, t.env(ctx)); err != nil {
				return err
			}
		}
		for _, to := range in.To {
			m, err := t.digestMessage(a.Title, a.Text, env, risks, to.Workspace)
			if err != nil {
				return err
			}
			in.Messages[to.Workspace] = m
		}
	case *flow.SendGroupMessage:
		in.Group, t.into = a.Group.Ref, a.Group.Ref
		m, err := t.digestMessage(a.Title, a.Text, env, risks, in.Group.Workspace)
		if err != nil {
			return err
		}
		in.Message = &m
	}
	return nil
}

// stillListed returns the risks of the list for which the conditions are still true, and which
// the recipient may still read.
func (t *turn) stillListed(ctx context.Context) ([]core.Risk, error) {
	var out []core.Risk
	for _, key := range t.listed.Keys {
		rec, err := t.e.store.Get(ctx, key)
		if core.KindOf(err) == core.NotFound || err == nil && !rec.OfRisk() {
			continue // purged
		}
		if err != nil {
			return nil, err
		}
		env := t.e.envOf(ctx, rec.Risk, flow.Cause{})
		holds := rec.Risk.Status.Open()
		for _, c := range []*flow.Condition{t.listedIn.If, t.listedIn.Steps[t.listed.Step].If} {
			still, err := c.Holds(env)
			holds = holds && still && err == nil
		}
		if holds && !t.listed.To.IsZero() {
			if holds, err = t.e.rights.MayRead(ctx, t.listed.To, rec.Risk); err != nil {
				return nil, err
			}
		}
		if holds {
			out = append(out, rec.Risk)
		}
	}
	return out, nil
}

// digestMessage returns a message with a list of risks, as far as they fit. The others are
// counted.
func (t *turn) digestMessage(title, body *flow.Template, env flow.Env, risks []core.Risk, workspace string) (core.Message, error) {
	pl, err := t.platform(workspace)
	if err != nil {
		return core.Message{}, err
	}
	p := env.Text.In(t.e.org.Workspaces[workspace])
	head, err := t.digestHead(title, body, env, p, workspace)
	if err != nil {
		return core.Message{}, err
	}
	more := func(n int) string {
		return p.S("engine.digest.more", text.Args{"Count": n, "Command": t.e.org.Command})
	}
	room := pl.Capabilities().Limits.MessageText
	bounded := room > 0
	room -= utf8.RuneCountInString(core.Text(head)) + utf8.RuneCountInString(more(env.Count)) + 1
	for i, r := range risks {
		line := "\n• " + core.Isolate(p.Listed(t.e.org, r, env.Now))
		if room -= utf8.RuneCountInString(line); room < 0 && bounded {
			risks = risks[:i]
			break
		}
		head = append(head, core.Plain(line))
	}
	if n := env.Count - len(risks); n > 0 {
		head = append(head, core.Plain("\n"+more(n)))
	}
	return core.Message{Text: head}, nil
}
