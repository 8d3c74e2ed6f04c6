package engine

import (
	"cmp"
	"context"
	"encoding/json"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// filesData is the input of a run that posts files.
type filesData struct {
	Into  core.GroupRef `json:"into"` // a group, or a direct conversation
	Files []core.File   `json:"files"`
}

// postFiles arms the run that posts the risk's files where its card has been posted. There
// is one such run for each conversation, so however often the card is posted there, the
// files are posted once.
func (t *turn) postFiles(card core.MessageRef) {
	r := t.rec.Risk
	if len(r.Files) == 0 {
		return
	}
	into := core.GroupRef{Workspace: card.Workspace, ID: card.Channel}
	data, err := json.Marshal(filesData{Into: into, Files: r.Files})
	if err != nil {
		t.log.Error("engine: files can't be posted", "err", err) // they have been stored as JSON: can't happen
		return
	}
	t.notices = append(t.notices, TimerChange{
		Do: ArmTimer, Due: t.e.clock.Now(), Data: data,
		Run: RunID{Risk: r.Key, Flow: FilesFlow, Occurrence: into.Workspace + ":" + into.ID},
	})
}

// filesAction is what the trail calls the posting of files.
const filesAction = "files"

// runFiles runs FilesFlow. A file that can't be posted doesn't stop the others: a message
// takes its place.
func (t *turn) runFiles(ctx context.Context) error {
	t.stepKey = filesAction
	var d filesData
	if err := json.Unmarshal(t.run.Data, &d); err != nil {
		return t.end(ctx, Parked, "stored_input", performed{})
	}
	t.into, t.workspace = d.Into, d.Into.Workspace
	p := performed{out: t.outcome(0)}
	var left error
	for _, f := range d.Files {
		var err error
		if !p.out.failed(f.ID) {
			err = t.postFile(ctx, d.Into, f)
		}
		if final(err) {
			p.out.fail(f.ID, err)
			t.note(EventFailed, "", map[string]string{"action": filesAction, "code": core.DetailOf(err), "what": f.Name})
		}
		if p.out.failed(f.ID) {
			err = t.postMissing(ctx, d.Into, f)
		}
		switch {
		case core.IsStop(err):
			return t.endTurn(ctx, err, p)
		case err != nil && !final(err):
			left = cmp.Or(left, err)
		}
	}
	if left != nil {
		return t.endTurn(ctx, left, p)
	}
	return t.end(ctx, Finished, "", p)
}

// postFile posts one file. It is fetched from the workspace where it was uploaded.
func (t *turn) postFile(ctx context.Context, into core.GroupRef, f core.File) error {
	pl, err := t.platform(into.Workspace)
	if err != nil {
		return err
	}
	err = pl.SendFile(ctx, once{t: t}, into, core.Upload{
		File: f, Message: t.aboutFile("engine.file", into, f),
		Content: func(ctx context.Context) ([]byte, error) {
			from, err := t.e.workspaces.Get(f.Workspace)
			if err != nil {
				return nil, err
			}
			content, err := from.FetchFile(ctx, f)
			return content, people.FailedIn(f.Workspace, err)
		},
	})
	return people.FailedIn(into.Workspace, err)
}

// postMissing posts that a file is missing.
func (t *turn) postMissing(ctx context.Context, into core.GroupRef, f core.File) error {
	pl, err := t.platform(into.Workspace)
	if err != nil {
		return err
	}
	_, err = pl.SendGroupMessage(ctx, once{t: t, scope: "missing:" + f.ID + "/"}, into, t.aboutFile("engine.file.missing", into, f))
	return people.FailedIn(into.Workspace, err)
}

// aboutFile returns the message with a file, or in its place.
func (t *turn) aboutFile(id string, into core.GroupRef, f core.File) core.Message {
	args := text.Args{"Key": string(t.run.ID.Risk), "Name": f.Name}
	return t.about(core.Message{Text: plain(t.e.text.In(t.e.org.Language).S(id, args))}, into.Workspace)
}
