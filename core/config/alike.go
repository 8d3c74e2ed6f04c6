package config

import (
	"strings"

	coretext "riskroom/core/text"
)

// called is something that people name by typing, and how it may be typed.
type called struct {
	at    place
	words []string // the first is the one that messages show
}

// alike warns of names that are one word to people, as Payments and payments are. In
// what they type, only one of the two may be found.
func (l *loader) alike(what coretext.Phrase, all []called) {
	first := map[string]called{} // by folded word
	for _, c := range all {
		var same string
		var other called
		for _, w := range c.words {
			folded := strings.ToLower(coretext.Fold(w))
			if o, taken := first[folded]; !taken {
				first[folded] = c
			} else if same == "" && o.at != c.at {
				same, other = w, o
			}
		}
		if same != "" {
			l.warning(c.at, "alike", "%s %q can't be told from %q in line %d when somebody types %q",
				what, short(c.words[0]), short(other.words[0]), other.at.line, short(same)).hint("give one of them another name")
		}
	}
}

// namesAlike warns of names under a mapping that are alike.
func (l *loader) namesAlike(what coretext.Phrase, n *node) {
	var all []called
	for _, e := range n.list() {
		all = append(all, called{e.value.key, []string{e.name}})
	}
	l.alike(what, all)
}
