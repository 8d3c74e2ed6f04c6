package engine

import (
	"context"

	"riskroom/core"
)

// ReopenTopic lets people post in a topic group again. Its owner, its admins and
// administrators may. Where the platform keeps the bot out of a group that has ended, it
// is refused: only a person can reopen it there.
type ReopenTopic struct{ Group core.GroupRef }

func (o ReopenTopic) group() core.GroupRef { return o.Group }

func (o ReopenTopic) decide(ctx context.Context, d groupDeed) (groupTask, error) {
	return d.toState(ctx, core.Discussing)
}
