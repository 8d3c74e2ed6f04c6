package demo

import "riskroom/adapters/stage"

// Draw draws a message as the terminal shows it: its text, then its card.
func Draw(p stage.Post) []string {
	above, parts := cardIn(p)
	var out []string
	if p.Parts == nil {
		out = wrap(p.Text, boxWidth)
	}
	for _, x := range above {
		if !isOp(x) {
			out = append(out, wrap(x.Text(), boxWidth)...)
		}
	}
	if parts == nil {
		return out
	}
	return append(out, card(parts)...)
}
