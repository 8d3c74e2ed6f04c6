package stage

import (
	"maps"
	"slices"
)

// Dialogs are the dialogs that people have open, at most one each. The World's
// lock guards them.
type Dialogs[D any] struct{ byPerson map[string]*dialog[D] }

type dialog[D any] struct {
	title string
	body  *D
}

// Of returns what the person has open, nil if nothing.
func (s *Dialogs[D]) Of(person string) *D {
	if d := s.byPerson[person]; d != nil {
		return d.body
	}
	return nil
}

// Find returns the open dialog that matches, nil if none does.
func (s *Dialogs[D]) Find(match func(*D) bool) *D {
	for _, d := range s.byPerson {
		if match(d.body) {
			return d.body
		}
	}
	return nil
}

// People returns who has a dialog open, sorted.
func (s *Dialogs[D]) People() []string { return slices.Sorted(maps.Keys(s.byPerson)) }
