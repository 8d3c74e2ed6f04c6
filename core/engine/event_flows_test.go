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
