package core

import "strings"

// Nearest returns the word in known that s most likely misspells, ignoring case, or
// "" if none is close.
func Nearest(s string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		d := distance(strings.ToLower(s), strings.ToLower(k))
		// Only a third of a short word may differ; otherwise any two letters would match.
		if limit := (len([]rune(k)) + 2) / 3; d < at && d <= limit {
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
