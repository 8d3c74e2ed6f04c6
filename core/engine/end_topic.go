package engine

import (
	"context"

	"riskroom/core"
)

// EndTopic ends a topic group: nobody can post in it any more, as far as its platform can
// enforce that. Its owner, its admins and administrators may.
type EndTopic struct{ Group core.GroupRef }

func (o EndTopic) group() core.GroupRef { return o.Group }

func (o EndTopic) decide(ctx context.Context, d groupDeed) (groupTask, error) {
	return d.toState(ctx, core.Ended)
}

// toState returns the task that sets the state of a topic group.
func (d groupDeed) toState(ctx context.Context, to core.TopicState) (groupTask, error) {
	if d.now.Type == core.Topic && d.now.State == to {
		if err := d.mayOperate(ctx); err != nil {
			return groupTask{}, err
		}
		if to == core.Ended {
			return groupTask{}, core.Refuse(core.Conflict, "topic_ended", "", "Group", d.now.Title(d.e.org))
		}
		return groupTask{}, core.Refuse(core.Conflict, "topic_discussing", "", "Group", d.now.Title(d.e.org))
	}
	return SetGroup{Group: d.now.Ref, State: to}.decide(ctx, d)
}
