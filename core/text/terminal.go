package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// bullet begins an item of a list. Its further lines are indented.
const bullet = "• "

// Wrap breaks a text for the terminal into lines of at most n columns, at spaces and next
// to wide characters. Codes of colours have no width.
func Wrap(s string, n int) []string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		hang := 0
		if strings.HasPrefix(line, bullet) && n > 2*Cells(bullet) {
			hang = Cells(bullet)
		}
		out = append(out, WrapLine(line, n, hang)...)
	}
	return out
}

// WrapLine is Wrap for one line. The lines after the first are indented by hang columns.
func WrapLine(line string, n, hang int) []string {
	var out []string
	glyphs := glyphsOf(strings.TrimRight(line, " "))
	indent, room := "", max(n, 2)
	for {
		end := fitting(glyphs, room)
		out = append(out, strings.TrimRight(indent+joined(glyphs[:end]), " "))
		if end == len(glyphs) {
			return out
		}
		for glyphs = glyphs[end:]; len(glyphs) > 0 && glyphs[0].is == ' '; {
			glyphs = glyphs[1:]
		}
		indent, room = Pad("", hang), max(n-hang, 2)
	}
}

// glyph is a character with the colour codes before it.
type glyph struct {
	is   rune
	text string
}

func glyphsOf(line string) []glyph {
	var out []glyph
	for line != "" {
		at := colours.FindStringIndex(line)
		before := 0
		if at != nil {
			before = at[1]
		}
		is, size := utf8.DecodeRuneInString(line[before:])
		if size == 0 && len(out) > 0 { // a colour code after the last character belongs to it
			out[len(out)-1].text += line
			break
		}
		out = append(out, glyph{is, line[:before+size]})
		line = line[before+size:]
	}
	return out
}

// colours matches the codes of colours at the beginning of a text.
var colours = regexp.MustCompile(`^(?:\x1b\[[0-9]+m)+`)

func joined(glyphs []glyph) string {
	var b strings.Builder
	for _, g := range glyphs {
		b.WriteString(g.text)
	}
	return b.String()
}

// fitting returns how many glyphs fit on a line of n columns.
func fitting(glyphs []glyph, n int) int {
	end, good, used := 0, 0, 0
	for ; end < len(glyphs) && used+cellsOf(glyphs[end].is) <= n; end++ {
		used += cellsOf(glyphs[end].is)
		if end > 0 && breaks(glyphs[end-1].is, glyphs[end].is) {
			good = end
		}
	}
	if end == len(glyphs) || breaks(glyphs[end-1].is, glyphs[end].is) || good == 0 {
		return end
	}
	return good
}

// breaks reports whether a line may break between two characters. Closing punctuation
// stays with the character before it.
func breaks(a, b rune) bool {
	if strings.ContainsRune(closing, b) {
		return false
	}
	return a == ' ' || b == ' ' || cellsOf(a) == 2 || cellsOf(b) == 2
}

const closing = "，。、；：！？）】”’」》,.;:!?)"

// Pad pads s with spaces to n columns.
func Pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-Cells(s))) }

// Cells returns the width of s in terminal columns.
func Cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1f300 && r <= 0x1faff: // emoji
		return 2
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}
