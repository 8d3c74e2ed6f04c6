package emulator_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// TestHandsUpload checks that people upload files in a window, as many and as large as the
// input takes.
func TestHandsUpload(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, saying(`{"type":9,"data":{"custom_id":"file","title":"File","components":[
		{"type":18,"label":"Files","component":{"type":19,"custom_id":"files","required":false,"min_values":0,"max_values":2}}]}}`), nil)
	if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); err != nil {
		t.Fatal(err)
	}
	hands := b.Hands()
	window := func() stage.Window { return b.View().For(lin).Windows[0] }
	upload := func(name string, content []byte) (string, error) {
		return hands.Upload(t.Context(), lin, window().ID, "files", name, content)
	}
	first, err := upload("a.txt", []byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	in := window().Parts[0].Input
	if diff := cmp.Diff([]stage.File{{ID: first, Name: "a.txt", Size: 3}}, in.Files); diff != "" || in.Kind != stage.FileInput || in.Max != 2 || in.MaxBytes != 10<<20 {
		t.Errorf("people see %+v\n%s", in, diff)
	}
	if _, err := upload("large", bytes.Repeat([]byte("x"), in.MaxBytes+1)); !errors.Is(err, stage.ErrTooLarge) {
		t.Errorf("a file that is too large: %v", err)
	}
	for _, name := range []string{"b.txt", "c.txt"} {
		if _, err := upload(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	problems, err := hands.Submit(t.Context(), lin, window().ID, nil)
	if err != nil || problems["files"] == "" {
		t.Errorf("three files are submitted: %v, %v", problems, err)
	}
}
