package core

import "strings"

// Characters that open and close a stretch of text with a direction of its own.
const (
	firstStrong  = '\u2068' // isolates text, with the direction that it has
	popDirection = '\u2069' // ends an isolate, and whatever was opened in it
)

// Isolate returns s with its direction marks confined to it: in a list, a title with
// such a mark could reverse the rest of the line. Text without them stays as it is, and
// so does what Isolate returned.
func Isolate(s string) string {
	if !strings.ContainsFunc(s, directs) {
		return s
	}
	lines := strings.SplitAfter(s, "\n")
	for i, l := range lines {
		text := strings.TrimRight(l, "\r\n")
		lines[i] = isolateLine(text) + l[len(text):]
	}
	return strings.Join(lines, "")
}

// isolateLine isolates a line unless it keeps its marks to itself.
func isolateLine(s string) string {
	var b strings.Builder
	open, leaks := 0, false
	for _, r := range s {
		switch {
		case r == popDirection && open == 0:
			leaks = true
			continue
		case r == popDirection:
			open--
		case r >= '\u2066' && r <= firstStrong:
			open++
		case directs(r) && open == 0:
			leaks = true
		}
		b.WriteRune(r)
	}
	if !leaks && open == 0 {
		return s
	}
	return string(firstStrong) + b.String() + strings.Repeat(string(popDirection), open+1)
}

// directs reports whether r changes the direction of text.
func directs(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= popDirection
}
