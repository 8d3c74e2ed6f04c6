package config

import (
	"fmt"
	"slices"
	"strings"
)

// maxQuoted is how many characters of what somebody wrote a message repeats.
const maxQuoted = 60

// short cuts what a message quotes.
func short(s string) string {
	if r := []rune(s); len(r) > maxQuoted {
		return string(r[:maxQuoted]) + "…"
	}
	return s
}

// suggest names the word that was probably meant, and all that are known.
func suggest(got string, words []string) string {
	const most = 30
	words = slices.Clone(words)
	list := strings.Join(words[:min(len(words), most)], ", ")
	if len(words) > most {
		list += fmt.Sprintf(" and %d more", len(words)-most)
	}
	switch best := nearest(got, words); {
	case len(words) == 0:
		return "there is none"
	case best != "":
		return fmt.Sprintf("did you mean %q? known: %s", best, list)
	}
	return "known: " + list
}

// nearest returns the word that got was probably meant to be, or "".
func nearest(got string, words []string) string {
	if len(got) > 2*maxQuoted {
		return ""
	}
	best, at := "", 1+max(1, len([]rune(got))/3)
	for _, w := range words {
		if d := distance(strings.ToLower(got), strings.ToLower(w)); d < at {
			best, at = w, d
		}
	}
	return best
}

// distance counts the letters to insert, drop, replace or swap with the next one
// to make b of a (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range t {
		rows[0][j+1] = j + 1
	}
	for i := range s {
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(s)][len(t)]
}
