package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// entry is a command of the table with its arguments.
type entry struct {
	command
	path  []string // the names that lead to it
	typed []string // what it can be called on a line
	above *entry
	args  []Arg
	subs  []*entry
}

func (e *entry) fullName() string { return strings.Join(e.path, " ") }

// lineIn returns the words that lead to e on a line, for readers of lang.
func (e *entry) lineIn(lang string) string {
	if e.above == nil {
		return e.wordIn(lang)
	}
	return e.above.lineIn(lang) + " " + e.wordIn(lang)
}

// command returns the words that lead to the command that was typed, for readers of
// lang. Commands with options have one name in every language.
func (t *Typed) command(lang string) string {
	if len(t.Path) > 0 {
		return t.entry.fullName()
	}
	return t.entry.lineIn(lang)
}

// route is what handles a command.
type route struct {
	handle  handler
	changes bool
	entry   *entry // nil if this version has no such command
}

// routes holds the routes to all handlers.
type routes struct {
	commands  []*entry
	presses   map[core.Press]route
	pages     map[string]route
	forms     map[string]route
	shortcuts map[string]route
}

// routesOf returns the routes to the commands of the table.
func (b *Bot) routesOf(table []command) routes {
	r := routes{presses: make(map[core.Press]route), pages: make(map[string]route), shortcuts: make(map[string]route), forms: make(map[string]route)}
	r.commands = b.entries(table, nil)
	for _, e := range r.commands {
		for _, p := range e.presses {
			r.presses[p.press] = route{handle: p.handle, changes: p.changes, entry: e}
		}
		for name, handle := range e.pages {
			r.pages[name] = route{handle: handle, entry: e}
		}
		for name, handle := range e.turns {
			r.pages[name] = route{handle: handle, changes: true, entry: e}
		}
		for _, s := range e.shortcuts {
			r.shortcuts[s.name] = route{handle: s.handle, changes: s.changes, entry: e}
		}
		for _, f := range append([]*entry{e}, e.subs...) {
			for id, handle := range f.forms {
				r.forms[id] = route{handle: handle, changes: true, entry: f}
			}
		}
	}
	return r
}

func (b *Bot) entries(table []command, above *entry) []*entry {
	var all []*entry
	for _, c := range table {
		e := &entry{command: c, path: []string{c.name}, typed: c.words(), above: above}
		if above != nil {
			e.path = append(slices.Clone(above.path), c.name)
		}
		if c.args != nil {
			e.args = c.args(b)
		}
		if len(c.subs) > 0 {
			e.handle, e.subs = (*Bot).chooseSub, b.entries(c.subs, e)
		}
		all = append(all, e)
	}
	return all
}

// find returns the command that a word names, in any case, or nil.
func find(all []*entry, word string) *entry {
	word = strings.TrimPrefix(strings.ToLower(text.Fold(word)), "/")
	i := slices.IndexFunc(all, func(e *entry) bool { return slices.Contains(e.typed, word) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// serve calls the handler of c.
func (b *Bot) serve(ctx context.Context, c Command) (Reply, error) {
	c, r := b.route(c)
	if c.Typed != nil && r.entry != nil {
		c.Typed.read(r.entry)
	}
	if reply, done, err := b.former(ctx, c); done {
		return reply, err
	}
	return r.handle(b, ctx, c)
}

// mayStore reports whether c may store something.
func (b *Bot) mayStore(c Command) bool {
	_, r := b.route(c)
	return r.changes
}

// route returns the route for c, and c with the command that was typed.
func (b *Bot) route(c Command) (Command, route) {
	r, ok := route{}, false
	switch {
	case c.Typed != nil:
		t := *c.Typed
		t.find(b.commands)
		if b.findByKey(&t); t.entry != nil {
			r, ok = route{handle: t.entry.handle, changes: t.entry.changes, entry: t.entry}, true
		}
		c.Typed = &t
	case c.Pressed != nil:
		r, ok = b.presses[c.Pressed.Press]
	case c.Turned != nil:
		r, ok = b.pages[c.Turned.Pages]
	case c.Filled != nil:
		r, ok = b.forms[c.Filled.Form]
		r.changes = r.changes && !c.Filled.Refresh
	case c.Shortcut != nil:
		r, ok = b.shortcuts[c.Shortcut.Name]
	}
	if !ok {
		r = route{handle: (*Bot).unknown}
	}
	return c, r
}

// find sets the command that is named and the rest of the line.
func (t *Typed) find(all []*entry) {
	t.entry, t.word, t.after = nil, "", t.Text
	for _, name := range t.Path {
		e := find(all, name)
		if e == nil {
			t.word = name
			return
		}
		t.entry, all = e, e.subs
	}
	for len(t.Path) == 0 {
		word, rest := cutWord(t.after)
		e := find(all, word)
		if e == nil {
			t.entry, t.word = t.entry.orUsual(t.after), word
			return
		}
		t.entry, t.after, all = e, rest, e.subs
	}
}

// orUsual returns the usual command below e if what was typed after e can be its
// first argument, otherwise e. e may be nil.
func (e *entry) orUsual(after string) *entry {
	if e == nil || e.usual == "" {
		return e
	}
	sub := find(e.subs, e.usual)
	if after != "" {
		if _, _, ok := sub.args[0].take(after); !ok {
			return e
		}
	}
	return sub
}

// read sets the arguments from the line. With a Path they are set already.
func (t *Typed) read(e *entry) {
	if len(t.Path) > 0 {
		return
	}
	line := t.after
	t.Args = Values{}
	if slices.ContainsFunc(e.args, Arg.keyed) {
		titled := !slices.ContainsFunc(e.args, func(a Arg) bool { return a.Name == "title" && a.take != nil })
		t.Args, line, t.faults = readLine(e.args, line, titled)
	}
	for _, a := range e.args {
		if a.take == nil || line == "" {
			continue
		}
		value, rest, ok := a.take(line)
		switch {
		case !ok && a.Required: // what follows can't be read
			t.left = line
			return
		case !ok:
			continue
		}
		if t.Args[a.Name] != nil { // with its key too
			t.faults = append(t.faults, outside(a.Name, line))
		} else {
			t.Args[a.Name] = value
		}
		line = rest
	}
	t.left = line
}

// cutWord splits the first word off s.
func cutWord(s string) (word, rest string) {
	s = trimBlanks(s)
	word = firstWord(s)
	return word, trimBlanks(s[len(word):])
}

// cutPhrase splits a quoted text or some words off s, or fewer words if punctuation
// follows.
func cutPhrase(s string, words int) (phrase, rest string) {
	ends := func(r rune) bool { return isColon(r) || endsValue(r) }
	rest = trimBlanks(s)
	if inside, after, ok := quoted(rest); ok {
		return inside, strings.TrimLeftFunc(after, func(r rune) bool { return isBlank(r) || ends(r) })
	}
	var all []string
	for len(all) < words && rest != "" {
		word := firstWord(rest)
		i := strings.IndexFunc(word, ends)
		if i >= 0 {
			word = word[:i]
		}
		all, rest = append(all, word), strings.TrimLeftFunc(rest[len(word):], isBlank)
		if i >= 0 {
			rest = strings.TrimLeftFunc(rest, func(r rune) bool { return isBlank(r) || ends(r) })
			break
		}
	}
	return strings.Join(all, " "), rest
}
