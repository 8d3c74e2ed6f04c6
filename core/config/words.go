package config

import (
	"fmt"
	"slices"
	"strings"

	"riskroom/core"
)

// maxQuoted is how many characters a message quotes.
const maxQuoted = 60

// short shortens a quotation.
func short(s string) string {
	if r := []rune(s); len(r) > maxQuoted {
		return string(r[:maxQuoted]) + "…"
	}
	return s
}

// suggest returns the word that was probably meant and all known words.
func suggest(got string, words []string) string {
	const most = 30
	words = slices.Clone(words)
	list := strings.Join(words[:min(len(words), most)], ", ")
	if len(words) > most {
		list += fmt.Sprintf(" and %d more", len(words)-most)
	}
	switch best := core.Nearest(got, words); {
	case len(words) == 0:
		return "there is none"
	case best != "":
		return fmt.Sprintf("did you mean %q? known: %s", best, list)
	}
	return "known: " + list
}
