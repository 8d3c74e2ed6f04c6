package bots

import (
	"context"
	"strings"
	"unicode"

	"riskroom/core"
)

// Mux leads each command to its handler. Routes are added before the first
// command comes in.
type Mux struct {
	words   map[string]route
	presses map[core.Press]route
	forms   map[string]route
	unknown Handler
}

type route struct {
	name    string // of a typed command, whatever word led here
	handler Handler
	changes bool
}

// NewMux returns a Mux without routes. What no route takes goes to unknown.
func NewMux(unknown Handler) *Mux {
	return &Mux{
		words:   make(map[string]route),
		presses: make(map[core.Press]route),
		forms:   make(map[string]route),
		unknown: unknown,
	}
}

// Word routes typed commands whose first word is name or one of the other
// words, in any case. changes tells that the command stores something.
func (m *Mux) Word(h Handler, changes bool, name string, others ...string) {
	for _, w := range append(others, name) {
		m.words[strings.ToLower(w)] = route{name: name, handler: h, changes: changes}
	}
}

// Press routes buttons.
func (m *Mux) Press(h Handler, changes bool, p core.Press) {
	m.presses[p] = route{handler: h, changes: changes}
}

// Form routes the submissions of forms of that ID, and what is chosen in them.
func (m *Mux) Form(h Handler, id string) {
	m.forms[id] = route{handler: h, changes: true}
}

// Handle has c handled by whoever takes it. A typed command without a word goes
// to unknown with an empty Name.
func (m *Mux) Handle(ctx context.Context, c Command) (Reply, error) {
	c, r := m.route(c)
	return r.handler.Handle(ctx, c)
}

// Changes tells whether c may store something.
func (m *Mux) Changes(c Command) bool {
	_, r := m.route(c)
	return r.changes
}

// route finds who takes c, and splits the name off a typed command.
func (m *Mux) route(c Command) (Command, route) {
	var r route
	var ok bool
	switch {
	case c.Typed != nil:
		typed := *c.Typed
		typed.Name, typed.Text = cutWord(typed.Text)
		if r, ok = m.words[strings.ToLower(typed.Name)]; ok {
			typed.Name = r.name
		}
		c.Typed = &typed
	case c.Pressed != nil:
		r, ok = m.presses[c.Pressed.Press]
	case c.Filled != nil:
		r, ok = m.forms[c.Filled.Form]
		r.changes = r.changes && !c.Filled.Refresh
	}
	if !ok {
		r = route{handler: m.unknown}
	}
	return c, r
}

// cutWord splits the first word off s.
func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}
