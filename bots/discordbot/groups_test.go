package discordbot

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riskroom/adapters/discord/emulator"
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

// A form of several modals changes only what the person changed.
func TestGroupSettingsInModals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.set(func() { b.engine.groupViews = []engine.GroupView{ours()} })
	r := b.risk(t, lin, "group settings", emulator.Values{"key": "T-3"})
	for modals := 1; ; modals++ {
		if r.Modal == nil || modals > 4 {
			t.Fatalf("no modal %d: %s", modals, r.Body)
		}
		values := emulator.Values{}
		if strings.Contains(shows(r.Modal), "purpose") {
			values["purpose"] = "Sums"
		}
		m := b.submit(t, values)
		if !strings.Contains(m.Plain, "Nothing is saved yet") {
			wantContains(t, m.Plain, "Changing ")
			break
		}
		r = b.press(t, m, "Continue")
	}
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	want := engine.SetGroup{Group: ours().Group.Ref, Purpose: new("Sums")}
	if len(b.engine.grouped) != 1 || !cmp.Equal(b.engine.grouped[0], engine.GroupOperation(want), cmpopts.EquateEmpty()) {
		t.Errorf("did %+v", b.engine.grouped)
	}
}
