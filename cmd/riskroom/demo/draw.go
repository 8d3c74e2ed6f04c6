package demo

import (
	"slices"
	"strings"
	"unicode"

	"riskroom/adapters/stage"
	"riskroom/core/text"
)

// boxWidth is the maximum width of a card, including its frame.
const boxWidth = 72

// card draws the parts of a message as a card, with a frame, rows in columns, and buttons
// in brackets.
func card(parts []stage.Part) []string {
	body := drawn(rowsIn(parts), boxWidth-4)
	widest := 0
	for _, l := range body {
		widest = max(widest, text.Cells(l))
	}
	out := []string{"┌" + strings.Repeat("─", widest+2) + "┐"}
	for _, l := range body {
		out = append(out, "│ "+text.Pad(l, widest)+" │")
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
		widest = max(widest, text.Cells(r.label))
	}
	var out []string
	for _, r := range rows {
		label := r.label
		for _, v := range wrap(r.value, width-2-widest) {
			out = append(out, text.Pad(label, widest)+"  "+v)
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
		if i > 0 && a.Menu == actions[i-1].Menu && text.Cells(out[last]+" "+button) <= boxWidth-4 {
			out[last] += " " + button
		} else {
			out = append(out, button)
		}
	}
	return out
}

// wrap breaks a text into lines of at most n columns. It drops control and bidirectional
// characters.
func wrap(s string, n int) []string { return text.Wrap(clean(s), n) }

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
