package discordbot

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
)

func (f *fakeEngine) DoGroup(_ context.Context, _ string, _ core.Actor, o engine.GroupOperation) (engine.GroupOutcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grouped = append(f.grouped, o)
	return engine.GroupOutcome{Group: engine.Group{Key: "T-3", Name: "rounding"}}, nil
}

func (f *fakeEngine) Opened(context.Context, core.RiskKey, string) (engine.Group, error) {
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
