package bots

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
)

// Mentions maps each mention in a text, as people read it ("@lin"), to its ref.
type Mentions map[string]core.Ref

// Word adds a mention and returns it as one word. It uses the ID if there is no name, or
// if the name already refers to somebody else.
func (m Mentions) Word(name, id string, ref core.Ref) string {
	word := "@" + OneWord(cmp.Or(name, id))
	if other, taken := m[word]; taken && other != ref {
		word = "@" + id
	}
	m[word] = ref
	return word
}

// Accounts returns the people who are mentioned, in the order of their refs.
func (m Mentions) Accounts() []core.Account {
	var all []core.Account
	for _, ref := range slices.Sorted(maps.Values(m)) {
		if a, ok := ref.Account(); ok && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

// OneWord replaces what would end a word of a line in a name.
func OneWord(name string) string {
	return strings.Map(func(r rune) rune {
		if isBlank(r) || isSeparator(r) || isColon(r) || r == '。' {
			return '.'
		}
		return r
	}, name)
}
