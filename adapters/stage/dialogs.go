package stage

import "slices"

// Dialogs are the dialogs that people have open, one on top of another. The
// World's lock guards them.
type Dialogs[D any] struct {
	byID   map[string]*dialog[D]
	stacks map[string][]*dialog[D] // by person, topmost last
}

// dialog is an open dialog; body is what its platform knows of it.
type dialog[D any] struct {
	id, person, title string
	body              *D
}

// ByID returns the open dialog with the ID, nil if there is none.
func (s *Dialogs[D]) ByID(id string) *D {
	if d := s.byID[id]; d != nil {
		return d.body
	}
	return nil
}

// Of returns what a person has open, topmost last.
func (s *Dialogs[D]) Of(person string) []*D {
	var out []*D
	for _, d := range s.stacks[person] {
		out = append(out, d.body)
	}
	return out
}

// Top returns what a person has open on top, nil if nothing is open.
func (s *Dialogs[D]) Top(person string) *D {
	if n := len(s.stacks[person]); n > 0 {
		return s.stacks[person][n-1].body
	}
	return nil
}

// Find returns the first open dialog that matches, nil if none does.
func (s *Dialogs[D]) Find(match func(*D) bool) *D {
	for _, d := range s.byID {
		if match(d.body) {
			return d.body
		}
	}
	return nil
}

func (s *Dialogs[D]) push(d *dialog[D]) {
	if s.byID == nil {
		s.byID, s.stacks = make(map[string]*dialog[D]), make(map[string][]*dialog[D])
	}
	s.byID[d.id] = d
	s.stacks[d.person] = append(s.stacks[d.person], d)
}

func (s *Dialogs[D]) pop(person string) (d *dialog[D], ok bool) {
	stack := s.stacks[person]
	if len(stack) == 0 {
		return nil, false
	}
	d = stack[len(stack)-1]
	s.stacks[person] = slices.Delete(stack, len(stack)-1, len(stack))
	delete(s.byID, d.id)
	return d, true
}
