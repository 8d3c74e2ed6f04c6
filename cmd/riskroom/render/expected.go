package render

import (
	"context"
	"fmt"
	"strings"

	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// creator returns a flow that creates the item group that the flow acts on, nil if it acts on
// none or creates it itself.
func (w *world) creator() (*flow.Flow, error) {
	if w.flow.CreatesItemGroup(0) || !usesItem(w.given) {
		return nil, nil
	}
	create := &flow.CreateGroupDef{Type: core.Item, Name: "{{ .title }}", Members: []string{"handlers", "lead", "submitter"}}
	for _, s := range w.given.Steps {
		if a, ok := s.Action.(*flow.SetGroup); ok && a.Group.Item {
			create.Owner = []string{string(a.Operator)}
			break
		}
	}
	f, problems := flow.Compile(flow.Def{
		Name: "_item", Zone: "UTC", Trigger: flow.TriggerDef{On: "filed"}, Process: w.cfg.Organisation.NodeKeys(),
		Steps: []flow.StepDef{{Action: create}},
	})
	if f == nil {
		return nil, fmt.Errorf("compile the flow that creates the item group: %v", problems)
	}
	return f, nil
}

// usesItem reports whether a step of f acts on the risk's item group.
func usesItem(f *flow.Flow) bool {
	for _, s := range f.Def().Steps {
		for _, k := range s.Action.Form().Keys {
			if k.Kind == flow.GroupKey && flow.IsItem(*k.Text) {
				return true
			}
		}
	}
	return false
}

// file stores the risk, and the records of the groups by ID that the flow changes: topic
// groups that belong to its operators.
func (w *world) file(ctx context.Context) error {
	if _, err := w.db.Apply(ctx, engine.Change{New: w.risk}); err != nil {
		return fmt.Errorf("store the risk: %w", err)
	}
	var places []*emulated.Place
	for _, p := range w.places {
		places = append(places, p.Place)
	}
	for _, g := range emulated.Groups([]*flow.Flow{w.given}, places, 1) {
		if err := w.db.ChangeGroup(ctx, engine.GroupUpdate{Group: g}); err != nil {
			return fmt.Errorf("store the group %s: %w", g.Ref, err)
		}
	}
	return nil
}

// cause returns what the run knows about the event that puts a risk in its status. It is made
// up.
func (w *world) cause(r core.Risk) *flow.Cause {
	def := w.given.Def().Trigger
	if def.On == "" {
		return nil
	}
	c := &flow.Cause{
		By: w.actor(), Note: w.say("They called back: it happens every Monday."), From: core.Pending, To: r.Status, NewHandlers: r.Handlers,
	}
	if len(def.From) > 0 {
		c.From = core.Status(def.From[0])
	}
	if def.On == "group_created" || def.On == "group_ended" {
		c.Group, c.GroupType = strings.ToLower(string(r.Key)), core.Item
		if len(def.Type) > 0 {
			c.GroupType = core.GroupType(def.Type[0])
		}
	}
	return c
}
