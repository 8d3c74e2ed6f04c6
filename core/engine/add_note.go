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
	if n := len(d.rec.Risk.Notes) - 1; n >= 0 && a.again(d, text, d.rec.Risk.Notes[n]) {
		r := core.Refuse(core.Conflict, "note_same", "note", "Key", string(d.rec.Risk.Key))
		r.Risk = &d.rec.Risk
		return effect{}, r
	}
	data := map[string]string{"note": text}
	if q := a.Quote; q != nil {
		data["author"], data["link"] = q.By.Name, q.Link
	}
	return effect{note: d.note(text, a.Quote), kind: EventNote, data: data}, nil
}

// again reports whether the same person has just written the same note. People type a
// command again if riskroom was stopped before it could answer.
func (AddNote) again(d deed, text string, last core.Note) bool {
	return last.Text == text && last.By.Account == d.by.Account && d.e.now().Sub(last.At) < AlikeWithin
}
