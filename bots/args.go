package bots

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"riskroom/core/text"
)

// ArgKind says what an argument takes.
type ArgKind int

// The kinds of argument.
const (
	WordArg   ArgKind = iota // words; a mention among them is a core.Ref
	ProseArg                 // text as it was typed
	NumberArg                // as people write it
	SwitchArg                // given or absent
)

// Arg is an argument of a command. On a line it is typed as `key:value` or by its
// position; on Discord it is an option.
type Arg struct {
	Name     string // in Typed.Args, and in refusals
	Option   string // the name of the option, "" if there is none
	Kind     ArgKind
	Required bool
	Max      int      // characters, 0 for any number
	Choices  []string // the only values of an option; nil: any
	// Label returns what readers see for one of Choices; nil: the choice itself.
	Label func(p text.Printer, choice string) string
	Own   bool // an own field; the form has it too, in case there is no room for an option
	Help  func(p text.Printer) string

	// suggest returns completions of what was typed so far; nil if there are none.
	suggest func(ctx context.Context, c Command, typed string) []Choice

	words []string // spellings of the key, in lower case; help shows the first
	zh    string   // the key that help shows to Chinese readers
	list  bool     // takes several values, with commas between
	// fits reports whether s is a value of this key, or an item of its list. It finds the
	// end of a value of several words; if nil, such a value needs quotes.
	fits func(s string) bool
	// goesOn reports whether a folded text after a value looks like a part of it that isn't
	// understood. last means that a key or nothing follows. nil: never.
	goesOn func(s string, last bool) bool

	// take reads the argument off the start of the line; nil if it has no position.
	take func(line string) (value []string, rest string, ok bool)
}

// Suggests reports whether values can be suggested.
func (a Arg) Suggests() bool { return a.suggest != nil }

// keyed reports whether a is typed with its key.
func (a Arg) keyed() bool { return len(a.words) > 0 }

// key returns how help shows the key of a in a language.
func (a Arg) key(lang string) string {
	if lang == text.Chinese && a.zh != "" {
		return a.zh
	}
	return a.words[0]
}

// helpText returns the help of an argument, from a text.
func helpText(id string) func(p text.Printer) string {
	return func(p text.Printer) string { return p.S(id) }
}

// theRest takes the rest of the line.
func theRest(line string) (value []string, rest string, ok bool) { return []string{line}, "", true }

// findKey returns the argument whose key is typed as word, or nil.
func findKey(args []Arg, word string) *Arg {
	word = strings.ToLower(text.Fold(word))
	i := slices.IndexFunc(args, func(a Arg) bool { return slices.Contains(a.words, word) })
	if i < 0 {
		return nil
	}
	return &args[i]
}

// typeable reports whether s can be a key: one word of letters, marks, digits, "_" and
// "-", with at least one letter.
func typeable(s string) bool {
	letter := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letter = true
		case unicode.IsMark(r), unicode.IsDigit(r), r == '_', r == '-':
		default:
			return false
		}
	}
	return letter
}

// keyNames returns the names of the fields in a language.
func keyNames(args []Arg, lang string) []string {
	var out []string
	for _, a := range args {
		if a.keyed() && a.Name != anywayKey {
			out = append(out, a.key(lang))
		}
	}
	return out
}
