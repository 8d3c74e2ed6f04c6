package emulator

import (
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

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
	cmd := ix.command(strings.TrimPrefix(word, "/"))
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
