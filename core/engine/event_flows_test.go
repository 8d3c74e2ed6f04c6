package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// toldDirectly returns the texts of the direct messages that an account got, sorted.
func toldDirectly(f *fakePlatform, id string) []string {
	var out []string
	for _, p := range f.postsIn("D" + id) {
		out = append(out, core.Text(p.Message.Text))
	}
	slices.Sort(out)
	return out
}

// change changes a risk's status.
func (b *bundle) change(op string, by core.Actor, c engine.ChangeStatus) {
	b.t.Helper()
	if _, err := b.engine.Do(b.ctx(), op, by, c); err != nil {
		b.t.Fatal(err)
	}
}

// What a message says about a change is fixed when the change happens, however late the
// message is sent.
func TestEventsSayWhatHappened(t *testing.T) {
	t.Parallel()
	b := setup(t, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "status"}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"mei"}, Title: "{{ .by }}: {{ .from }} to {{ .to }}: {{ .note }}"}}}})
	r := b.file("Ledger", time.Time{})
	b.change("1", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Note: "looking"})
	b.change("2", lin, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "fixed"})
	b.change("3", wei, engine.ChangeStatus{Risk: r.Key, To: core.Pending})
	b.start()
	want := []string{"lin: In progress to Resolved: fixed", "wei: Pending to In progress: looking", "wei: Resolved to Pending:"}
	b.eventually("mei is told of every change", func() bool { return slices.Equal(toldDirectly(b.platform, "MEI"), want) })
}

func TestEventsOfSomePeopleOnly(t *testing.T) {
	t.Parallel()
	say := func(name, text, condition string, by ...string) flow.Def {
		return flow.Def{Name: name, Trigger: flow.TriggerDef{On: "status", By: by}, If: condition, Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: []string{"mei"}, Title: text + " {{ .by }}"}}}}
	}
	b := setup(t, say("handlers", "handler", "", "handlers"), say("others", "other", "by != submitter"), say("own", "own", "by == submitter"))
	b.start()
	r := b.file("Ledger", time.Time{})
	b.change("1", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress})
	b.change("2", lin, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
	want := []string{"handler wei", "other wei", "own lin"}
	b.eventually("every run ends", func() bool {
		rec, err := b.store.Get(b.ctx(), r.Key)
		return err == nil && len(rec.Runs) == 7 && !slices.ContainsFunc(rec.Runs, func(r engine.RunSummary) bool { return r.State.Live() })
	})
	if got := toldDirectly(b.platform, "MEI"); !slices.Equal(got, want) {
		t.Errorf("mei is told %q, want %q", got, want)
	}
}

// Edits, assignments and notes start flows, and a date of the handling part moves timers like
// any other.
func TestEventsOfOperations(t *testing.T) {
	t.Parallel()
	say := func(name, title string, trigger flow.TriggerDef, to ...string) flow.Def {
		return flow.Def{Name: name, Trigger: trigger, Fields: map[string]flow.FieldDef{"fix_by": {Type: core.DateField}},
			Steps: []flow.StepDef{{Action: &flow.SendMessageDef{To: to, Title: title}}}}
	}
	b := setup(t,
		say("edited", "{{ .by }} plans it for {{ date .fields.fix_by }}", flow.TriggerDef{On: "edited", Fields: []string{"fix_by"}}, "mei"),
		say("assigned", "{{ .by }} assigned {{ .new_handlers }}: {{ .note }}", flow.TriggerDef{On: "assigned"}, "new_handlers"),
		say("note", "{{ .by }} notes: {{ .note }}", flow.TriggerDef{On: "note"}, "mei"),
		say("late", "the fix is late", flow.TriggerDef{DateField: "fix_by", After: "1d"}, "mei"),
	)
	b.org.Fields = append(b.org.Fields, core.Field{Key: "fix_by", Type: core.DateField, Part: core.Handling})
	b.start()
	r := b.file("Ledger", time.Time{})
	do := func(op string, o engine.Operation) {
		t.Helper()
		if _, err := b.engine.Do(b.ctx(), op, wei, o); err != nil {
			t.Fatal(err)
		}
	}
	due := b.clock.Now().AddDate(0, 0, 3)
	do("edit", engine.Edit{Risk: r.Key, Patch: engine.Patch{Fields: map[string]core.Value{"fix_by": {Date: due}}}})
	title := "Ledger is off"
	do("edit another", engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: &title}})
	do("assign", engine.Assign{Risk: r.Key, To: []core.Ref{"lin"}, Add: true, Reason: "knows it"})
	do("note", engine.AddNote{Risk: r.Key, Text: "found it"})
	b.jump(due.AddDate(0, 0, 2))
	want := []string{"the fix is late", "wei notes: found it", "wei plans it for " + due.UTC().Format("2 Jan 2006")}
	b.eventually("mei is told", func() bool { return slices.Equal(toldDirectly(b.platform, "MEI"), want) })
	if got := toldDirectly(b.platform, "LIN"); !slices.Equal(got, []string{"wei assigned lin: knows it"}) {
		t.Errorf("the new handler is told %q", got)
	}
	if got := toldDirectly(b.platform, "WEI"); !slices.Equal(got, []string{"lin assigned wei:"}) {
		t.Errorf("the first handler is told %q", got)
	}
}

// Somebody with accounts in two workspaces is one person in conditions, too.
func TestOwnActWithAnotherAccount(t *testing.T) {
	t.Parallel()
	b, guild := twoWorkspaces(t, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "status"}, If: "by != submitter", Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"submitter"}, Title: "{{ .by }} did it"}}}})
	b.start()
	if err := b.link(lin, at("guild", "G-LIN")); err != nil {
		t.Fatal(err)
	}
	r := b.file("Ledger", time.Time{})
	b.change("1", at("guild", "G-LIN"), engine.ChangeStatus{Risk: r.Key, To: core.InProgress})
	b.change("2", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
	b.eventually("lin is told", func() bool { return slices.Contains(toldDirectly(b.platform, "LIN"), "wei did it") })
	for _, text := range append(toldDirectly(b.platform, "LIN"), toldDirectly(guild, "G-LIN")...) {
		if text == "g-lin did it" || text == "lin did it" {
			t.Errorf("lin is told of their own act: %q", text)
		}
	}
}

// A user group in the trigger is that of the risk's home, as in every list of a flow.
func TestEventsOfAUserGroup(t *testing.T) {
	t.Parallel()
	b, guild := twoWorkspaces(t, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "status", By: []string{"@oncall"}}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"lin"}, Title: "to {{ .to }}"}}}})
	guild.profiles["WEI"] = core.Profile{Account: core.Account{Workspace: "guild", ID: "WEI"}, Name: "wei"}
	b.org.Modules[0].Handlers = []core.Ref{"wei", "guild/WEI"}
	b.start()
	r := b.file("Ledger", time.Time{})
	b.change("1", at("guild", "WEI"), engine.ChangeStatus{Risk: r.Key, To: core.InProgress})
	b.change("2", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
	b.eventually("both runs end", func() bool {
		ended := 0
		rec, err := b.store.Get(b.ctx(), r.Key)
		for _, run := range rec.Runs {
			if run.ID.Flow == "tell" && !run.State.Live() {
				ended++
			}
		}
		return err == nil && ended == 2
	})
	if got := toldDirectly(b.platform, "LIN"); !slices.Equal(got, []string{"to Resolved"}) {
		t.Errorf("lin is told %q", got)
	}
}

// A condition about what happened stays as it is when the risk changes while its run acts.
func TestChangeDoesNotCancelTheRunOfAnEvent(t *testing.T) {
	t.Parallel()
	var steps []flow.StepDef
	for i := range 3 {
		steps = append(steps, flow.StepDef{Action: &flow.SendMessageDef{To: []string{"mei"}, Title: fmt.Sprint(i)}})
	}
	b := setup(t, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "status", To: []string{"resolved"}}, If: `to == "resolved" and by == submitter`, Steps: steps})
	r := b.file("Ledger", time.Time{})
	b.change("1", lin, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
	var once sync.Once
	b.platform.setFail(func(method, about string) error {
		once.Do(func() {
			if _, err := b.engine.Do(b.ctx(), "2", wei, engine.ChangeStatus{Risk: r.Key, To: core.Pending}); err != nil {
				t.Error(err)
			}
		})
		return nil
	})
	b.start()
	b.eventually("mei gets every message", func() bool { return slices.Equal(toldDirectly(b.platform, "MEI"), []string{"0", "1", "2"}) })
}
