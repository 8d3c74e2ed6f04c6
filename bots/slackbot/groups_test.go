package slackbot

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
)

func (f *fakeEngine) DoGroup(_ context.Context, _ string, _ core.Actor, o engine.GroupOperation) (engine.GroupOutcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grouped = append(f.grouped, o)
	return engine.GroupOutcome{Group: engine.Group{Key: "T-3", Name: "rounding"}}, nil
}

func (f *fakeEngine) Opened(context.Context, string) (engine.Group, error) {
	return engine.Group{Key: "T-3", Name: "rounding-t-3", Ref: core.GroupRef{Workspace: "acme", ID: "C0TOPIC"}}, nil
}

func (f *fakeEngine) Groups(context.Context, core.Actor, core.RiskKey, core.GroupRef, string) ([]engine.GroupView, error) {
	return f.groupViews, nil
}

func (f *fakeEngine) Topics(context.Context, core.Actor, core.RiskKey, core.GroupRef) ([]engine.Group, error) {
	return nil, nil
}

func (f *fakeEngine) Members(context.Context, core.GroupRef, int) ([]core.Account, error) {
	return nil, &core.Error{Kind: core.Unsupported}
}

// ours is a topic group of Lin's, of which Wei is an admin.
func ours() engine.GroupView {
	account := func(id string) core.Account { return core.Account{Workspace: "acme", ID: id} }
	return engine.GroupView{MaySet: true, Can: core.Capabilities{Limits: core.Limits{Topic: 250, Purpose: 250}}, Group: engine.Group{
		Key: "T-3", Ref: core.GroupRef{Workspace: "acme", ID: "C0TOPIC"}, Type: core.Topic, Name: "rounding-t-3", Suffix: "t-3",
		Topic: "Who rounds?", Owner: account(lin), Admins: []core.Account{account(wei)},
	}}
}

// A submitted form changes only what the person changed.
func TestGroupSettingsInAModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.set(func() { b.engine.groupViews = []engine.GroupView{ours()} })
	v := b.risk(t, lin, "group settings T-3").View
	if v == nil || v.Title != "Channel settings" {
		t.Fatalf("no modal\n%s", b.log())
	}
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"purpose": {"Sums"}})
	if err != nil || r.View == nil {
		t.Fatal(err)
	}
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	want := engine.SetGroup{Group: ours().Group.Ref, Purpose: new("Sums")}
	if len(b.engine.grouped) != 1 || !cmp.Equal(b.engine.grouped[0], engine.GroupOperation(want), cmpopts.EquateEmpty()) {
		t.Errorf("did %+v", b.engine.grouped)
	}
}
