package engine_test

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// groupFlow returns a flow that creates a group of a type when a risk is filed, and
// carries on with steps.
func groupFlow(typ core.GroupType, steps ...flow.StepDef) flow.Def {
	create := flow.StepDef{Action: &flow.CreateGroupDef{ID: "g", Type: typ, Name: "{{ .title }}", Owner: []string{"wei"}, Members: []string{"lin", "wei"}}}
	return flow.Def{Name: "create", Trigger: flow.TriggerDef{On: "filed"}, Steps: append([]flow.StepDef{create}, steps...)}
}

// groups returns the records of a key's groups.
func (b *bundle) groups(key core.RiskKey) []engine.Group {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return rec.Groups
}

// Every group that a run creates has a record.
func TestEveryGroupHasARecord(t *testing.T) {
	t.Parallel()
	for typ, state := range map[core.GroupType]core.TopicState{core.Ordinary: "", core.Topic: core.Discussing, core.Item: ""} {
		t.Run(string(typ), func(t *testing.T) {
			t.Parallel()
			b := setup(t, groupFlow(typ))
			b.start()
			r := b.file("Ledger", time.Now())
			b.eventually("created", func() bool { return b.run(r.Key, "create").State == engine.Finished })
			all := b.groups(r.Key)
			if len(all) != 1 {
				t.Fatalf("%d records", len(all))
			}
			g := all[0]
			if g.Key != r.Key || g.Ref.ID != "C1" || g.Type != typ || g.Owner != wei.Account || g.State != state || g.Life != engine.LiveGroup ||
				g.Run != b.run(r.Key, "create").ID.String() || g.Suffix == "" {
				t.Errorf("recorded %+v", g)
			}
		})
	}
}
