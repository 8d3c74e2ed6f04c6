package core

import "unicode/utf8"

// Shorten returns s, or its beginning with an ellipsis if it has more than limit
// characters. limit must be positive.
func Shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
