package core

import "strings"

// Nearest returns the word in known that s most likely misspells, ignoring case, or
// "" if none is close.
func Nearest(s string, known []string) string {
	// Only a third of a short word may differ; otherwise any two letters would match.
	return nearest(s, known, func(length int) int { return min(2, (length+2)/3) })
}

// Misspelled is Nearest for an s that may be meant as it is: only a slip of the
// finger counts.
func Misspelled(s string, known []string) string {
	return nearest(s, known, func(length int) int { return min(2, length/3, (length+4)/6) })
}

func nearest(s string, known []string, limit func(length int) int) string {
	best, at := "", longestWord
	typed := []rune(strings.ToLower(s))
	for _, k := range known {
		word := []rune(strings.ToLower(k))
		most := min(limit(len([]rune(k))), at-1)
		if max(len(typed)-len(word), len(word)-len(typed)) > most {
			continue
		}
		if d := distance(typed, word); d <= most {
			best, at = k, d
		}
	}
	return best
}

// longestWord is the length from which words are not compared.
const longestWord = 100

// distance counts the letters to insert, drop, replace or swap with their neighbour
// to turn a into b (optimal string alignment).
func distance(a, b []rune) int {
	if len(a) > longestWord || len(b) > longestWord {
		return longestWord
	}
	// The rows of the table before this one, for the letters of b.
	var rows [3][longestWord + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
