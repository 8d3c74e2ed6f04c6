package engine

import (
	"context"
	"encoding/json"
	"strconv"

	"riskroom/core"
	"riskroom/core/text"
)

// postNoteAt returns the change that arms the run that posts a note of a risk in its
// item group, none if it has no group.
func (e *Engine) postNoteAt(rec Record, risk core.Risk, n core.Note) ([]TimerChange, error) {
	if rec.Binding.State != Bound {
		return nil, nil
	}
	data, err := json.Marshal(n)
	return []TimerChange{{
		Do: ArmTimer, Due: e.clock.Now(), Data: data,
		Run: RunID{Risk: risk.Key, Flow: NoteFlow, Occurrence: "v" + strconv.FormatInt(risk.Version, 10)},
	}}, err
}

// postNote runs NoteFlow.
func (t *turn) postNote(ctx context.Context) error {
	t.stepKey = "note"
	in := &input{}
	if t.run.Input != nil {
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return t.end(ctx, Parked, "stored_input", performed{})
		}
	} else if err := t.wordNote(ctx, in); err != nil {
		return t.endTurn(ctx, err, performed{})
	}
	t.into, t.workspace = in.Group, in.Group.Workspace
	p, err := t.perform(ctx, (*turn).performSendGroupMessage, in, t.outcome(0))
	if err != nil {
		return t.endTurn(ctx, err, p)
	}
	return t.end(ctx, Finished, "", p)
}

// wordNote writes what is posted. It fails with NotFound if the risk has no group now.
func (t *turn) wordNote(ctx context.Context, in *input) error {
	rec, err := t.read(ctx)
	if err != nil {
		return err
	}
	if rec.Binding.State != Bound {
		return &core.Error{Op: "post a note", Kind: core.NotFound, Detail: "no_group"}
	}
	var n core.Note
	if err := json.Unmarshal(t.run.Data, &n); err != nil {
		return invalid("note", err)
	}
	in.Group, in.Message = rec.Binding.Group, &core.Message{Text: t.e.noteText(n)}
	t.input, err = in.encode()
	return err
}

// noteText returns a note as it is posted: who wrote it, and what.
func (e *Engine) noteText(n core.Note) []core.Span {
	p := e.text.In(e.org.Language)
	if n.Quote == nil {
		return plain(p.S("engine.note", text.Args{"Name": n.By.Name, "Text": n.Text}))
	}
	out := plain(p.S("engine.note", text.Args{"Name": n.By.Name, "Text": n.Text}))
	if author := n.Quote.By.Name; author != "" { // and it is what they wrote
		out = plain(p.S("engine.note.quote", text.Args{"Name": n.By.Name, "Author": author, "Text": n.Text}))
	}
	if n.Quote.Link != "" {
		out = append(out, core.Plain(" "), core.Hyperlink(p.S("engine.note.link"), n.Quote.Link))
	}
	return out
}
