package core

import "context"

type backgroundKey struct{}

// Background returns a context for work that no person waits for. What people do goes
// before it.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// InBackground reports whether ctx is for work that no person waits for.
func InBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }
