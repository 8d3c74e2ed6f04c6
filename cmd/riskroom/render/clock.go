package render

import (
	"context"
	"time"

	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
)

// clock jumps when somebody sleeps.
type clock struct{ *emulated.Clock }

var _ core.Sleeper = clock{}

// Sleep implements core.Sleeper.
func (c clock) Sleep(ctx context.Context, d time.Duration) error {
	c.Move(c.Now().Add(d))
	return ctx.Err()
}
