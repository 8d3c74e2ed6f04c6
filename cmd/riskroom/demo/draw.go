package demo

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"riskroom/adapters/stage"
)

// boxWidth is how many columns a card takes at most, its frame included.
const boxWidth = 72

// card draws a message of several parts as a card: a frame, its rows in columns,
// its buttons in brackets.
func card(parts []stage.Part) []string {
	var body []string
	for _, part := range parts {
		switch {
		case part.Kind == stage.ActionsPart:
			body = append(body, wrap(buttons(part.Actions), boxWidth-4)...)
		case isRows(part):
			body = append(body, columns(part.Text)...)
		default:
			body = append(body, wrap(part.Text, boxWidth-4)...)
		}
	}
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

// rowGap stands between a row's label and its value in a card.
const rowGap = "  "

// isRows tells whether a part is the rows of a card: more than one line, each
// with a label.
func isRows(p stage.Part) bool {
	lines := strings.Split(p.Text, "\n")
	return p.Kind == stage.TextPart && len(lines) > 1 &&
		!slices.ContainsFunc(lines, func(l string) bool { return !strings.Contains(l, rowGap) })
}

// cardIn parts a message into what stands above its card and the card. That
// begins with the title above its rows; a small one has no rows and nothing
// above it.
func cardIn(p stage.Post) (above, card []stage.Part) {
	i := slices.IndexFunc(p.Parts, isRows) - 1
	if i < 0 && slices.ContainsFunc(p.Parts, func(x stage.Part) bool { return x.Kind == stage.ActionsPart }) {
		i = 0
	}
	if i < 0 {
		return p.Parts, nil
	}
	return p.Parts[:i], p.Parts[i:]
}

// columns draws rows with their values below each other.
func columns(rows string) []string {
	widest := 0
	for l := range strings.SplitSeq(rows, "\n") {
		label, _, _ := strings.Cut(l, rowGap)
		widest = max(widest, cells(label))
	}
	var out []string
	for l := range strings.SplitSeq(rows, "\n") {
		label, value, _ := strings.Cut(l, rowGap)
		for _, v := range wrap(value, boxWidth-6-widest) {
			out = append(out, pad(label, widest)+"  "+v)
			label = ""
		}
	}
	return out
}

func buttons(actions []stage.Action) string {
	var words []string
	for _, a := range actions {
		words = append(words, "[ "+a.Label+" ]")
	}
	return strings.Join(words, " ")
}

// wrap breaks a text into lines of at most n columns: at blanks, and beside the
// wide characters of scripts that have none. Characters that a terminal obeys or
// that turn the text around are left out.
func wrap(text string, n int) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		runes := []rune(strings.TrimRight(strings.Map(printable, line), " "))
		for {
			end := fitting(runes, max(n, 2))
			out = append(out, strings.TrimRight(string(runes[:end]), " "))
			if end == len(runes) {
				break
			}
			runes = []rune(strings.TrimLeft(string(runes[end:]), " "))
		}
	}
	return out
}

// fitting returns how many runes go onto a line of n columns.
func fitting(runes []rune, n int) int {
	end, good, used := 0, 0, 0
	for ; end < len(runes) && used+cellsOf(runes[end]) <= n; end++ {
		used += cellsOf(runes[end])
		if end > 0 && breaks(runes[end-1], runes[end]) {
			good = end
		}
	}
	if end == len(runes) || breaks(runes[end-1], runes[end]) || good == 0 {
		return end
	}
	return good
}

// breaks tells whether a line may end between two runes.
func breaks(a, b rune) bool {
	return a == ' ' || b == ' ' || cellsOf(a) == 2 || cellsOf(b) == 2
}

func printable(r rune) rune {
	if r == '\t' {
		return ' '
	}
	if unicode.In(r, unicode.Cc, unicode.Cf) {
		return -1
	}
	return r
}

// pad fills s up with blanks to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-cells(s))) }

// cells is how many columns of a terminal s takes.
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
	case r >= 0x1f300 && r <= 0x1faff: // pictures
		return 2
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}
