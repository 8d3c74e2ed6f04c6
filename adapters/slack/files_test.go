package slack_test

import (
	"bytes"
	"context"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// upload returns a file that was uploaded in a form.
func upload(f core.File, content func(context.Context) ([]byte, error)) core.Upload {
	return core.Upload{File: f, Message: text("see"), Content: content}
}

// TestFilesArePosted checks that the content of a file arrives, and who may fetch it.
func TestFilesArePosted(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	content := bytes.Repeat([]byte("x"), 2<<20)
	f := core.File{Workspace: home, ID: w.Upload("U0000000LIN", "流程 \"1\".png", content), Name: "流程 \"1\".png"}
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf("U0000000LIN"))
	if err != nil {
		t.Fatal(err)
	}
	u := upload(f, func(ctx context.Context) ([]byte, error) { return a.FetchFile(ctx, f) })
	if err := a.SendFile(t.Context(), newOnce(), g.Ref, u); err != nil {
		t.Fatal(err)
	}
	posted := w.Messages(g.Ref.ID)
	m := posted[len(posted)-1]
	if len(m.Files) != 1 || m.Files[0] == f.ID || !bytes.Equal(w.FileContent(m.Files[0]), content) || m.Plain != "see\n"+f.Name {
		t.Errorf("posted is %+v", m)
	}
	w.DeleteFile(f.ID)
	_, err = a.FetchFile(t.Context(), f)
	wantError(t, err, core.NotFound, "file_deleted")
	_, err = a.FetchFile(t.Context(), core.File{Workspace: "other", ID: f.ID})
	wantError(t, err, core.Invalid, "other_workspace")
	big := core.File{Workspace: home, ID: w.Upload("U0000000LIN", "big", make([]byte, core.MaxFile+1))}
	_, err = a.FetchFile(t.Context(), big)
	wantError(t, err, core.Invalid, "file_too_large")
}
