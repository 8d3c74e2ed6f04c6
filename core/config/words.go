package config

import (
	"slices"
	"strings"

	"riskroom/core"
	coretext "riskroom/core/text"
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
func suggest(got string, words []string) coretext.Phrase {
	const most = 30
	words = slices.Clone(words)
	known := coretext.Phrasef("known: %s", strings.Join(words[:min(len(words), most)], ", "))
	if len(words) > most {
		known = coretext.Phrasef("%s and %d more", known, len(words)-most)
	}
	switch best := core.Nearest(got, words); {
	case len(words) == 0:
		return coretext.Plain("there is none")
	case best != "":
		return coretext.Phrasef("did you mean %q? %s", best, known)
	}
	return known
}
