package emulator

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Suggest implements stage.Suggester as Discord's client does: it completes commands,
// then the names of options, then their choices, for which it asks the app.
func (h hands) Suggest(ctx context.Context, person, room, line string) []stage.Hint {
	t := h.w.interactions.readLine(line)
	locale, ok := h.w.interactions.mayType(person, room)
	switch {
	case !ok:
		return nil
	case !t.known || len(t.options) > 0 && nested(t.options[0]) || t.end == len(t.line):
		return h.w.interactions.commandHints(t.line, locale)
	}
	if n := len(t.parts); n > 0 && (!strings.HasSuffix(t.line, " ") || t.parts[n-1].value == "") {
		if hints := h.choices(ctx, person, room, t, locale); len(hints) > 0 {
			return hints
		}
	}
	return t.optionHints(locale)
}

// mayType reports whether a person can use commands in a room, and returns their
// language.
func (ix *interactions) mayType(person, room string) (locale string, ok bool) {
	ix.Lock()
	defer ix.Unlock()
	u, ch, err := ix.within(person, room)
	if err != nil || ch.IsDirect() {
		return "", false
	}
	return u.Locale, true
}

// commandHints returns the commands and subcommands that begin with the typed text.
func (ix *interactions) commandHints(typed, locale string) []stage.Hint {
	ix.Lock()
	defer ix.Unlock()
	var out []stage.Hint
	var walk func(path string, o object)
	walk = func(path string, o object) {
		options := stage.Objects(o["options"])
		if len(options) > 0 && nested(options[0]) {
			for _, sub := range options {
				walk(path+" "+stage.Str(sub["name"]), sub)
			}
		} else if strings.HasPrefix(path, strings.TrimRight(typed, " ")) {
			out = append(out, stage.Hint{Line: path + " ", Label: path, Args: usageOf(options), Help: describedIn(o, locale)})
		}
	}
	for _, cmd := range ix.commands {
		if kindOfCommand(cmd) != slashCommand {
			continue
		}
		walk("/"+stage.Str(cmd["name"]), cmd)
	}
	return out
}

// shownOptions is how many options are shown with a command.
const shownOptions = 4

func usageOf(options []object) string {
	var words []string
	for i, o := range options {
		if i == shownOptions {
			words = append(words, "…")
			break
		}
		if required, _ := o["required"].(bool); required {
			words = append(words, "<"+stage.Str(o["name"])+">")
		} else {
			words = append(words, "["+stage.Str(o["name"])+"]")
		}
	}
	return strings.Join(words, " ")
}

// describedIn returns a description in the reader's language.
func describedIn(o object, locale string) string {
	others, _ := o["description_localizations"].(object)
	if s := stage.Str(others[locale]); s != "" {
		return s
	}
	return stage.Str(o["description"])
}

// optionHints returns the missing options that begin with the last word.
func (t typedLine) optionHints(locale string) []stage.Hint {
	before, word := t.line, ""
	if i := strings.LastIndex(t.line, " "); i+1 < len(t.line) {
		before, word = t.line[:i+1], t.line[i+1:]
	}
	given := t.values()
	if n := len(t.parts); n > 0 && t.parts[n-1].value == word {
		delete(given, t.parts[n-1].name) // its value may be the beginning of a name
	}
	var out []stage.Hint
	for _, o := range t.options {
		name := stage.Str(o["name"])
		if _, ok := given[name]; !ok && strings.HasPrefix(name, word) {
			out = append(out, stage.Hint{Line: before + name + ":", Label: name + ":", Help: describedIn(o, locale)})
		}
	}
	return out
}

// choices returns the choices of the last option, registered or from the app.
func (h hands) choices(ctx context.Context, person, room string, t typedLine, locale string) []stage.Hint {
	last := t.parts[len(t.parts)-1]
	o, _ := option(t.options, last.name)
	hint := func(label, value string) stage.Hint {
		return stage.Hint{Line: t.line[:last.from] + value + " ", Label: label}
	}
	var out []stage.Hint
	if kind, _ := integer(o["type"]); kind == optionBoolean {
		return []stage.Hint{hint("true", "true"), hint("false", "false")}
	}
	if asks, _ := o["autocomplete"].(bool); asks {
		others := t.values()
		delete(others, last.name)
		reply, err := h.w.Autocomplete(ctx, person, room, t.command, t.subcommand(), last.name, last.value, others)
		if err != nil {
			return nil // Discord's client then shows that loading failed
		}
		for _, c := range reply.Choices {
			out = append(out, hint(c.Name, c.Value))
		}
		return out
	}
	for _, c := range stage.Objects(o["choices"]) {
		if name := stage.Str(c["name"]); strings.HasPrefix(name, last.value) {
			out = append(out, hint(name, stage.Str(c["value"])))
		}
	}
	if len(out) == 0 && last.value == "" {
		out = append(out, stage.Hint{Line: t.line, Label: last.name + ":", Help: describedIn(o, locale)})
	}
	return out
}

// typedLine is a command that a person is typing, parsed as far as possible.
type typedLine struct {
	line    string
	command string
	known   bool     // the command exists
	path    []string // subcommand group, subcommand
	options []object // that can follow, as registered
	parts   []typedOption
	end     int // where the path ends
	ix      *interactions
}

// typedOption is an option in a line.
type typedOption struct {
	name  string
	from  int // where its value begins
	value string
}

func (t typedLine) subcommand() string { return strings.Join(t.path, " ") }

// values returns the options as they are sent.
func (t typedLine) values() Values {
	out := Values{}
	for _, p := range t.parts {
		out[p.name] = p.value
		o, _ := option(t.options, p.name)
		if kind, _ := integer(o["type"]); kind == optionString {
			out[p.name] = t.ix.withMentions(p.value)
		}
	}
	return out
}

// readLine reads a line. Text before the first option's name is the value of the
// first option that is not named: Discord's client fills that in too.
func (ix *interactions) readLine(line string) typedLine {
	ix.Lock()
	defer ix.Unlock()
	line = strings.TrimLeft(line, " ")
	word := firstWord(line)
	t := typedLine{line: line, command: word, end: len(word), ix: ix}
	cmd := ix.command(strings.TrimPrefix(word, "/"), slashCommand)
	if t.known = cmd != nil; !t.known {
		return t
	}
	t.options = stage.Objects(cmd["options"])
	for {
		at := t.end + blanks(line[t.end:])
		o, ok := option(t.options, firstWord(line[at:]))
		if !ok || !nested(o) {
			break
		}
		t.path, t.options, t.end = append(t.path, stage.Str(o["name"])), stage.Objects(o["options"]), at+len(stage.Str(o["name"]))
	}
	if len(t.options) > 0 && !nested(t.options[0]) {
		t.readOptions()
	}
	return t
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// readOptions finds the names of options with their colons, and takes the text
// between them as their values.
func (t *typedLine) readOptions() {
	first := typedOption{from: t.end + blanks(t.line[t.end:])} // without a name
	open := &first
	for at := t.end; at < len(t.line); at++ {
		if name, n := t.optionAt(at); n > 0 {
			open.value = strings.TrimSpace(t.line[open.from:at])
			t.parts = append(t.parts, typedOption{name: name, from: at + n})
			open = &t.parts[len(t.parts)-1]
		}
	}
	open.value = strings.TrimSpace(t.line[min(open.from, len(t.line)):])
	for _, o := range t.options {
		name := stage.Str(o["name"])
		if first.value != "" && !slices.ContainsFunc(t.parts, func(p typedOption) bool { return p.name == name }) {
			first.name = name
			t.parts = append([]typedOption{first}, t.parts...)
			return
		}
	}
}

// optionAt returns the name of the option that begins a word at that position, and
// its length with the colon; 0 if there is none.
func (t *typedLine) optionAt(at int) (name string, length int) {
	if t.line[at-1] != ' ' {
		return "", 0
	}
	for _, o := range t.options {
		name := stage.Str(o["name"])
		rest, ok := strings.CutPrefix(t.line[at:], name)
		if colon, n := utf8.DecodeRuneInString(rest); ok && (colon == ':' || colon == '：') {
			return name, len(name) + n
		}
	}
	return "", 0
}

// blanks returns how many blanks s begins with.
func blanks(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// withMentions replaces "@name" with a mention, as Discord's client does when
// somebody picks a person from its list.
func (ix *interactions) withMentions(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	ix.Lock()
	defer ix.Unlock()
	people := ix.People.All()
	slices.SortFunc(people, func(a, b *member) int { return len(b.Name) - len(a.Name) }) // "@ana-2" is not "@ana"
	for _, u := range people {
		text = strings.ReplaceAll(text, "@"+u.Name, "<@"+u.ID+">")
	}
	return text
}
