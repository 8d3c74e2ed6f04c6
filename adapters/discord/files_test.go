package discord_test

import (
	"bytes"
	"context"
	"testing"

	"riskroom/adapters/discord"
	"riskroom/core"
)

// upload returns a file that was uploaded in a form.
func upload(f core.File, content func(context.Context) ([]byte, error)) core.Upload {
	m := text("see")
	m.About = &core.Card{Risk: "R-17", Buttons: []core.Button{{Press: core.PressDetails, Label: "Details"}}}
	return core.Upload{File: f, Message: m, Content: content}
}

// TestFilesArePosted checks that the content of a file arrives, and from where it may be
// fetched.
func TestFilesArePosted(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	content := bytes.Repeat([]byte("x"), 2<<20)
	id := w.Upload("流程 \"1\".png", content)
	f := core.File{Workspace: home, ID: id, Name: "流程 \"1\".png", URL: w.UploadURL(id)}
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	u := upload(f, func(ctx context.Context) ([]byte, error) { return a.FetchFile(ctx, f) })
	if err := a.SendFile(t.Context(), newOnce(), g.Ref, u); err != nil {
		t.Fatal(err)
	}
	posted := w.Messages(g.Ref.ID)
	m := posted[len(posted)-1]
	if len(m.Files) != 1 || m.Files[0]["filename"] != f.Name || m.Files[0]["size"] != int64(len(content)) || m.Content != "see" {
		t.Errorf("posted is %+v", m)
	}
	w.ExpireUpload(f.ID)
	_, err = a.FetchFile(t.Context(), f)
	wantError(t, err, core.NotFound, "file_gone")
	for _, url := range []string{"", "http://169.254.169.254/latest", "https://cdn.discordapp.com@evil.example/x", "file:///etc/passwd", "https://evil.example/x"} {
		_, err = a.FetchFile(t.Context(), core.File{Workspace: home, ID: f.ID, URL: url})
		wantError(t, err, core.Invalid, "foreign_file")
	}
	_, err = a.FetchFile(t.Context(), core.File{Workspace: "other", ID: f.ID})
	wantError(t, err, core.Invalid, "other_workspace")
	big := w.Upload("big", make([]byte, core.MaxFile+1))
	_, err = a.FetchFile(t.Context(), core.File{Workspace: home, ID: big, URL: w.UploadURL(big)})
	wantError(t, err, core.Invalid, "file_too_large")
}
