package engine_test

import (
	"testing"
	"time"

	"riskroom/core/engine"
	"riskroom/core/flow"
)

// repeating is a trigger whose occurrence "v1" is followed by a second one.
type repeating struct{ flow.Trigger }

func (repeating) Next(occurrence string, env flow.Env) (flow.Occurrence, bool) {
	return flow.Occurrence{ID: "second", Due: env.Risk.SubmittedAt.Add(time.Hour)}, occurrence == "v1"
}

func TestNextOccurrenceIsArmedWhenARunEnds(t *testing.T) {
	t.Parallel()
	for name, condition := range map[string]string{"finished": "", "skipped": `status == "resolved"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := storyFlows()[0]
			d.If = condition
			b := setup(t, d)
			f := b.options.Flows[0]
			f.Trigger = repeating{f.Trigger}
			b.start()
			r := b.file("Again", time.Time{})
			second := engine.RunID{Risk: r.Key, Flow: d.Name, Occurrence: "second"}
			b.eventually("the second occurrence is armed", func() bool {
				rec, err := b.store.Get(b.ctx(), r.Key)
				if err != nil {
					t.Fatal(err)
				}
				for _, run := range rec.Runs {
					if run.ID == second {
						return run.State == engine.Armed && run.Due.Equal(r.SubmittedAt.Add(time.Hour))
					}
				}
				return false
			})
			b.jump(r.SubmittedAt.Add(2 * time.Hour))
			b.eventually("it ends, and none follows", func() bool {
				rec, err := b.store.Get(b.ctx(), r.Key)
				if err != nil {
					t.Fatal(err)
				}
				for _, run := range rec.Runs {
					if run.State.Live() && run.ID.Flow == d.Name {
						return false
					}
				}
				return true
			})
		})
	}
}
