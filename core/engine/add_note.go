package engine

import (
	"context"
	"strings"

	"riskroom/core"
)

// AddNote adds a note to a risk. Whoever may change its status may do so. The note is
// posted in the risk's item group.
type AddNote struct {
	Risk  core.RiskKey
	Text  string
	Quote *core.Quote // the message that becomes the note, nil if the person wrote it
}

func (a AddNote) subject() (core.RiskKey, int64) { return a.Risk, 0 }

func (AddNote) attempt() string { return "note" }

func (a AddNote) decide(ctx context.Context, d deed) (effect, error) {
	if err := d.mayChange(ctx); err != nil {
		return effect{}, err
	}
	text := strings.TrimSpace(a.Text)
	c := d.e.newChecker(ctx, d.by)
	if !visible(text) {
		c.refuse("note_empty", "note")
	}
	c.text("note", text, core.MaxNote)
	if err := c.refusal(); err != nil {
		return effect{}, err
	}
	data := map[string]string{"note": text}
	if q := a.Quote; q != nil {
		data["author"], data["link"] = q.By.Name, q.Link
	}
	return effect{note: d.note(text, a.Quote), kind: EventNote, data: data}, nil
}
