package config

import (
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
)

// itemCreator is a step that creates an item group.
type itemCreator struct {
	flow *flow.Flow
	i    int // of the step
	at   place
}

// itemCreator returns s, a step of f, as one if it creates an item group.
func (s step) itemCreator(f *flow.Flow) (itemCreator, bool) {
	c, creates := s.def.Action.(*flow.CreateGroupDef)
	if !creates || c.Type != core.Item || f == nil {
		return itemCreator{}, false
	}
	return itemCreator{flow: f, i: s.i, at: cmpKey(s.node.get(c.Kind()))}, true
}

// mayCreateItem reports whether s creates an item group, or may be meant to.
func (s step) mayCreateItem() bool {
	if s.def.Action == nil {
		return s.broken(s.node)
	}
	c, creates := s.def.Action.(*flow.CreateGroupDef)
	return creates && (c.Type == core.Item || s.broken(s.node.get(c.Kind()).get("type")))
}

// checkFallbacks warns of steps that fall back to the item group if no flow creates one.
func (l *loader) checkFallbacks(created bool, items []*node) {
	if created {
		return
	}
	for _, n := range items {
		l.warning(n.at, "item-group", "no flow creates an item group, so %s is skipped for every risk without one", n.text)
	}
}

// itemFallbacks returns the entries of s that fall back to the item group.
func (s step) itemFallbacks() []*node {
	d, ok := s.def.Action.(*flow.SendMessageDef)
	if !ok {
		return nil
	}
	list := s.node.get(d.Kind()).get("fallback")
	var out []*node
	for _, n := range append(slices.Clone(list.elements()), list) {
		if n.isString() && flow.IsItem(n.text) {
			out = append(out, n)
		}
	}
	return out
}

// checkItemGroups warns of two flows that may both create an item group for one risk: the
// second fails while the first group exists, unless it reuses that one. Compiling a flow
// warns of two steps of it.
func (l *loader) checkItemGroups(creators []itemCreator) {
	for j, b := range creators {
		if a, ok := b.flow.Steps[b.i].Action.(*flow.CreateGroup); ok && a.Reuse {
			continue
		}
		for _, a := range creators[:j] {
			if a.flow == b.flow || flow.Exclusive(a.flow, a.i, b.flow, b.i) {
				continue
			}
			l.warning(b.at, "item-group", "flow %q (line %d) may create an item group for the same risk, but a risk can have only one", short(a.flow.Name), a.at.line)
			break
		}
	}
}
