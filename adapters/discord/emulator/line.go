package emulator

import (
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// typedLine is a command as somebody types it, read as far as it goes.
type typedLine struct {
	line    string
	command string
	known   bool     // there is such a command
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

// values are the options as they are sent.
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

// readLine reads a line. What stands before the first option's name is taken for
// the first option that is not named: Discord's client fills that in too.
func (ix *interactions) readLine(line string) typedLine {
	ix.Lock()
	defer ix.Unlock()
	line = strings.TrimLeft(line, " ")
	word := firstWord(line)
	t := typedLine{line: line, command: word, end: len(word), ix: ix}
	cmd := ix.command(strings.TrimPrefix(word, "/"))
	if t.known = cmd != nil; !t.known {
		return t
	}
	t.options = stage.Objects(cmd["options"])
	for {
		at := t.end + blanks(line[t.end:])
		o, ok := option(t.options, firstWord(line[at:]))
		if kind, _ := integer(o["type"]); !ok || kind != optionSubcommand && kind != optionGroup {
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

// nested reports whether an option is a subcommand, or a group of some.
func nested(o object) bool {
	kind, _ := integer(o["type"])
	return kind == optionSubcommand || kind == optionGroup
}

// readOptions finds the names of options, each with its colon, and takes what
// stands between them for their values.
func (t *typedLine) readOptions() {
	first := typedOption{from: t.end + blanks(t.line[t.end:])} // has no name
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

// optionAt returns the name of an option that begins a word at that place, and
// how long it is with its colon; 0 for none.
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

// blanks is how many blanks s begins with.
func blanks(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// withMentions puts mentions in the place of "@name", as Discord's client does
// when somebody picks a person from its list.
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
