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
	for _, k := range known {
		if d := distance(strings.ToLower(s), strings.ToLower(k)); d < at && d <= limit(len([]rune(k))) {
			best, at = k, d
		}
	}
	return best
}

// longestWord is the length from which words are not compared.
const longestWord = 100

// distance counts the letters to insert, drop, replace or swap with their neighbour
// to turn a into b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > longestWord || len(y) > longestWord {
		return longestWord
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
