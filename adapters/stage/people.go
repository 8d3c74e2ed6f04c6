package stage

import (
	"fmt"
	"maps"
	"slices"
)

// People are the accounts of a workspace. No two have the same ID or name. The
// World's lock guards them.
type People[P any] struct {
	byID, byName map[string]*P
}

// Add stores a person. It fails if the ID or the name is taken.
func (p *People[P]) Add(id, name string, person *P) error {
	if p.byID[id] != nil || p.byName[name] != nil {
		return fmt.Errorf("stage: two users have the ID %s or the name @%s", id, name)
	}
	if p.byID == nil {
		p.byID, p.byName = make(map[string]*P), make(map[string]*P)
	}
	p.byID[id], p.byName[name] = person, person
	return nil
}

// ByID returns the person with the ID, nil if there is none.
func (p *People[P]) ByID(id string) *P { return p.byID[id] }

// ByName returns the person with the name, nil if there is none.
func (p *People[P]) ByName(name string) *P { return p.byName[name] }

// IDs returns everybody's ID, sorted.
func (p *People[P]) IDs() []string { return slices.Sorted(maps.Keys(p.byID)) }

// All returns everybody, ordered by ID.
func (p *People[P]) All() []*P {
	all := make([]*P, 0, len(p.byID))
	for _, id := range p.IDs() {
		all = append(all, p.byID[id])
	}
	return all
}
