package config

import (
	"slices"

	coretext "riskroom/core/text"
)

// called is something that people name by typing, and how it may be typed.
type called struct {
	at    place
	words []string // the first is the one that messages show
}

// alike warns of names that are one word to people, as Payments and payments are. In
// what they type, only one of the two may be found.
func (l *loader) alike(what string, all []called) {
	for i, c := range all {
		for _, other := range all[:i] {
			same := slices.IndexFunc(c.words, func(w string) bool {
				return slices.ContainsFunc(other.words, func(o string) bool { return coretext.Same(w, o) })
			})
			if same < 0 {
				continue
			}
			l.warning(c.at, "alike", "%s %q can't be told from %q in line %d when somebody types %q",
				what, short(c.words[0]), short(other.words[0]), other.at.line, short(c.words[same])).Hint = "give one of them another name"
			break
		}
	}
}

// namesAlike warns of names under a mapping that are alike.
func (l *loader) namesAlike(what string, n *node) {
	var all []called
	for _, e := range n.list() {
		all = append(all, called{e.value.key, []string{e.name}})
	}
	l.alike(what, all)
}
