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
	SwitchArg                // given or not
)

// Arg is an argument of a command. On a line it is typed as `key:value`, or stands
// at its place; elsewhere it is an option of its own.
type Arg struct {
	Name     string // in Typed.Args, and in refusals
	Option   string // the name of the option, "" if it is typed only
	Kind     ArgKind
	Required bool
	Max      int      // characters, 0 for any number
	Choices  []string // the only values of an option; nil: any
	Own      bool     // an own field, which the form has too if there is no room for an option
	Help     func(p text.Printer) string

	// suggest completes what was typed so far; nil where nothing can be suggested.
	suggest func(ctx context.Context, c Command, typed string) []Choice

	words []string // how the key may be typed, in lower case; the first is the one that help shows
	zh    string   // the key that help shows to Chinese readers
	list  bool     // takes several values, with commas between
	// fits reports whether a text of several words is a value of this key, or a word
	// an item of its list; nil where values of several words need quotes.
	fits func(s string) bool
	// goesOn reports whether a folded text after a value looks like more of it, though
	// the whole doesn't fit; nil: never.
	goesOn func(s string) bool

	// take reads the argument off the start of the line; nil if it has no place
	// there.
	take func(line string) (value []string, rest string, ok bool)
	// retyped returns what has to be typed there for a value; nil: the value.
	retyped func(value, lang string) string
}

// Suggests reports whether values can be suggested.
func (a Arg) Suggests() bool { return a.suggest != nil }

// keyed reports whether a is typed with a key.
func (a Arg) keyed() bool { return len(a.words) > 0 }

// key returns how help shows the key of a in a language.
func (a Arg) key(lang string) string {
	if lang == text.Chinese && a.zh != "" {
		return a.zh
	}
	return a.words[0]
}

// typed returns the argument as it can be typed on a line.
func (a Arg) typed(value []string, lang string) string {
	one := strings.Join(value, ",")
	switch {
	case a.keyed():
		return a.key(lang) + ":" + quote(one)
	case a.retyped != nil:
		return a.retyped(one, lang)
	}
	return one
}

// said is the help of an argument that is worded by a text.
func said(id string) func(p text.Printer) string {
	return func(p text.Printer) string { return p.S(id) }
}

// theRest takes everything that is left.
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

// typeable reports whether s can stand before a colon: one word of letters, marks,
// digits, "_" and "-", and not of digits alone.
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

// keyNames lists the fields among the keys as readers of lang are shown them.
func keyNames(args []Arg, lang string) []string {
	var out []string
	for _, a := range args {
		if a.keyed() && a.Name != anywayKey {
			out = append(out, a.key(lang))
		}
	}
	return out
}
