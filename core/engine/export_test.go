package engine

import "context"

// Adopt brings risks and timers in line with the engine's file, once.
func (e *Engine) Adopt(ctx context.Context) error { return e.adopt(ctx, true) }
