package e2e_test

import (
	"context"
	"crypto/rand"
	"time"

	"riskroom/core"
)

// plain is a platform that ignores Once, so that its actions make every call again.
type plain struct{ core.Platform }

// made implements core.Once by making the call.
type made struct{}

func (made) Do(ctx context.Context, c core.Call) (string, error) {
	now := time.Now()
	return c.Make(ctx, core.Intent{Op: core.MakeOp(rand.Text()), First: now, Begun: now, Attempt: 1})
}

func (p plain) SendMessage(ctx context.Context, _ core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	return p.Platform.SendMessage(ctx, made{}, to, m)
}

func (p plain) CreateGroup(ctx context.Context, _ core.Once, spec core.GroupSpec) (core.Group, error) {
	return p.Platform.CreateGroup(ctx, made{}, spec)
}

func (p plain) SendGroupMessage(ctx context.Context, _ core.Once, g core.GroupRef, m core.Message) (core.MessageRef, error) {
	return p.Platform.SendGroupMessage(ctx, made{}, g, m)
}

func (p plain) SendFile(ctx context.Context, _ core.Once, g core.GroupRef, u core.Upload) error {
	return p.Platform.SendFile(ctx, made{}, g, u)
}

func (p plain) SetGroup(ctx context.Context, _ core.Once, g core.GroupRef, c core.GroupChange) (core.Report, error) {
	return p.Platform.SetGroup(ctx, made{}, g, c)
}

func (p plain) EditMessage(ctx context.Context, _ core.Once, ref core.MessageRef, m core.Message) error {
	return p.Platform.EditMessage(ctx, made{}, ref, m)
}
