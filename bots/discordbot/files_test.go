package discordbot

import (
	"slices"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// TestModalsTakeFiles checks that files are kept when their modal is shown again, which
// can't show them.
func TestModalsTakeFiles(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *core.Organisation) { o.Attachments, o.Fields = true, nil })
	b.risk(t, lin, "new", nil)
	m := b.submit(t, emulator.Values{"title": "Ledger", "module": "Ledger"})
	r := b.press(t, m, "Continue")
	if got, want := shows(r.Modal), "files/19="; got[len(got)-len(want):] != want {
		t.Fatalf("the second modal shows %s", got)
	}
	one, two := b.Upload("..\\a.png", []byte("one")), b.Upload("b.pdf", []byte("two"))
	m = b.submit(t, emulator.Values{"due_at": "someday", "files": one + "\n" + two})
	wantContains(t, m.Plain, "someday", "a.png, b.pdf")
	b.press(t, m, "Open the form")
	wantContains(t, b.submit(t, emulator.Values{"due_at": ""}).Plain, "R-17 is filed")
	want := []core.File{
		{Workspace: "acme", ID: one, Name: "a.png", Size: 3, URL: b.UploadURL(one)},
		{Workspace: "acme", ID: two, Name: "b.pdf", Size: 3, URL: b.UploadURL(two)},
	}
	if d := b.draft(t); !slices.Equal(d.Files, want) {
		t.Errorf("draft %+v, want %+v", d.Files, want)
	}
}
