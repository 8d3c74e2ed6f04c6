package engine

import (
	"cmp"
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
	task, err := SetGroup{Group: d.now.Ref, State: to}.decide(ctx, d)
	if err != nil || to != core.Ended {
		return task, err
	}
	// Otherwise the group would be told twice.
	if ending, err := d.isEnding(ctx); err != nil || ending {
		return groupTask{}, cmp.Or(err, error(core.Refuse(core.Conflict, "topic_ending", "", "Group", d.now.Title(d.e.org))))
	}
	return task, nil
}

// isEnding reports whether a run that somebody set going has yet to end the topic, or to
// record that it has: its worker may have been killed.
func (d groupDeed) isEnding(ctx context.Context) (bool, error) {
	for _, r := range d.rec.Runs {
		if r.ID.Flow != GroupFlow || !r.State.Live() {
			continue
		}
		task, err := d.e.load(ctx, d.now.Key, r.ID.Occurrence)
		if err != nil {
			return false, err
		}
		if task != nil && task.Input.Group == d.now.Ref && task.Input.Change != nil && task.Input.Change.State == core.Ended {
			return true, nil
		}
	}
	return false, nil
}
