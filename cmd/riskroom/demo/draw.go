package demo

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"riskroom/adapters/stage"
)

// boxWidth is the maximum width of a card, including its frame.
const boxWidth = 72

// card draws the parts of a message as a card, with a frame, rows in columns, and buttons
// in brackets.
func card(parts []stage.Part) []string {
	body := drawn(rowsIn(parts), boxWidth-4)
	widest := 0
	for _, l := range body {
		widest = max(widest, cells(l))
	}
	out := []string{"┌" + strings.Repeat("─", widest+2) + "┐"}
	for _, l := range body {
		out = append(out, "│ "+pad(l, widest)+" │")
	}
	return append(out, "└"+strings.Repeat("─", widest+2)+"┘")
}

// drawn draws rows. Those with labels that follow each other share their columns.
func drawn(rows []row, width int) []string {
	var out []string
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r row) bool { return r.label == "" })
		if n < 0 {
			n = len(rows)
		}
		out = append(out, columns(rows[:n], width)...)
		if rows = rows[n:]; len(rows) > 0 {
			out = append(out, wrap(rows[0].value, width)...)
			rows = rows[1:]
		}
	}
	return out
}

// row is a line of a card: a value with a label, or a text without one.
type row struct{ label, value string }

// rowGap separates a row's label and its value in a single text.
const rowGap = "  "

// rowsIn returns all parts of a card as rows.
func rowsIn(parts []stage.Part) []row {
	var out []row
	for _, part := range parts {
		switch {
		case isRows(part):
			out = append(out, rowsOf(part)...)
		case part.Kind == stage.ActionsPart:
			for _, l := range buttons(part.Actions) {
				out = append(out, row{value: l})
			}
		default:
			out = append(out, row{value: part.Text()})
		}
	}
	return out
}

// rowsOf returns the rows of a card in a part: its fields, or the lines of a text if there
// are several and each has a label.
func rowsOf(p stage.Part) []row {
	var out []row
	for _, cell := range p.Cells {
		label, value, _ := strings.Cut(stage.Plain(cell), "\n")
		out = append(out, row{label, value})
	}
	if lines := strings.Split(p.Text(), "\n"); p.Kind == stage.TextPart && len(lines) > 1 {
		for _, l := range lines {
			label, value, ok := strings.Cut(l, rowGap)
			if !ok {
				return nil
			}
			out = append(out, row{label, value})
		}
	}
	return out
}

func isRows(p stage.Part) bool { return len(rowsOf(p)) > 0 }

// cardIn splits a message into the parts above its card and the card. A card begins with a
// heading, or with the title above its rows. A small one has no rows, and nothing is above
// it.
func cardIn(p stage.Post) (above, card []stage.Part) {
	parts := p.Flat()
	i := slices.IndexFunc(parts, func(x stage.Part) bool { return x.Kind == stage.HeadingPart })
	if i < 0 {
		i = slices.IndexFunc(parts, isRows) - 1
	}
	small := func(x stage.Part) bool { return x.Kind == stage.ActionsPart || x.Kind == stage.NotePart && !isOp(x) }
	if i < 0 && slices.ContainsFunc(parts, small) {
		i = 0
	}
	if i < 0 {
		return parts, nil
	}
	return parts[:i], parts[i:]
}

// columns draws rows with their values below each other.
func columns(rows []row, width int) []string {
	widest := 0
	for _, r := range rows {
		widest = max(widest, cells(r.label))
	}
	var out []string
	for _, r := range rows {
		label := r.label
		for _, v := range wrap(r.value, width-2-widest) {
			out = append(out, pad(label, widest)+"  "+v)
			label = ""
		}
	}
	return out
}

// buttons draws buttons in lines that fit into a card. Those of a menu have lines of their
// own.
func buttons(actions []stage.Action) []string {
	var out []string
	for i, a := range actions {
		button, last := "[ "+clean(a.Label)+" ]", len(out)-1
		if i > 0 && a.Menu == actions[i-1].Menu && cells(out[last]+" "+button) <= boxWidth-4 {
			out[last] += " " + button
		} else {
			out = append(out, button)
		}
	}
	return out
}

// wrap breaks a text into lines of at most n columns, at spaces and next to wide
// characters. It drops control and bidirectional characters.
func wrap(text string, n int) []string { return fold(clean(text), n) }

// bullet begins an item of a list. Its further lines are indented.
const bullet = "• "

// fold is wrap for a clean text with colours from style.
func fold(text string, n int) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		glyphs := glyphsOf(strings.TrimRight(line, " "))
		indent, room := "", max(n, 2)
		for {
			end := fitting(glyphs, room)
			out = append(out, strings.TrimRight(indent+joined(glyphs[:end]), " "))
			if end == len(glyphs) {
				break
			}
			for glyphs = glyphs[end:]; len(glyphs) > 0 && glyphs[0].is == ' '; {
				glyphs = glyphs[1:]
			}
			if strings.HasPrefix(line, bullet) && n > 2*cells(bullet) {
				indent, room = pad("", cells(bullet)), n-cells(bullet)
			}
		}
	}
	return out
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

// colours matches style's codes at the beginning of a text.
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

// clean removes control and bidirectional characters.
func clean(s string) string { return strings.Map(printable, s) }

func printable(r rune) rune {
	switch {
	case r == '\n':
		return r
	case r == '\t':
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return -1
	}
	return r
}

// pad pads s with spaces to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-cells(s))) }

// cells returns the width of s in terminal columns.
func cells(s string) int {
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
