package emulated

import (
	"fmt"
	"slices"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// Groups returns records of the groups by ID that flows change, which riskroom must have
// created: topic groups that belong to the flows' operators. first is the number of the first.
func Groups(flows []*flow.Flow, places []*Place, first int) []engine.Group {
	var out []engine.Group
	for _, f := range flows {
		for _, s := range f.Steps {
			a, ok := s.Action.(*flow.SetGroup)
			if !ok || slices.ContainsFunc(out, func(g engine.Group) bool { return g.Ref == a.Group.Ref }) {
				continue
			}
			i := slices.IndexFunc(places, func(p *Place) bool { return p.Name == a.Group.Ref.Workspace })
			if i < 0 {
				continue
			}
			p := places[i]
			room, _ := p.View().Room(a.Group.Ref.ID)
			g := engine.Group{
				Key: core.RiskKey(fmt.Sprintf("T-%d", first+len(out))), Ref: a.Group.Ref, Type: core.Topic, Rev: 1, Name: room.Name, State: core.Discussing,
			}
			if id := p.IDs[string(a.Operator)]; id != "" {
				g.Owner = core.Account{Workspace: p.Name, ID: id}
			}
			out = append(out, g)
		}
	}
	return out
}
