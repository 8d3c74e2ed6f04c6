package emulator_test

import (
	"bytes"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// TestHandsUpload checks that people upload files in a window, as many and as large as the
// input takes.
func TestHandsUpload(t *testing.T) {
	t.Parallel()
	const view = `{"type":"modal","title":{"type":"plain_text","text":"File"},"submit":{"type":"plain_text","text":"Go"},"blocks":[
		{"type":"input","block_id":"files","optional":true,"label":{"type":"plain_text","text":"Files"},
			"element":{"type":"file_input","action_id":"a","max_files":2}}]}`
	var b *bench
	b, _ = setupApp(t, func(_ http.ResponseWriter, r *received) {
		if r.path == "/commands" {
			b.fine("views.open", "trigger_id", r.form.Get("trigger_id"), "view", view)
		}
	}, nil)
	if _, err := b.SlashCommand(t.Context(), lin, "C0000PUBLIC", "/risk", "new"); err != nil {
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
	second, err := upload("b.txt", []byte("more"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := upload("c.txt", []byte("c")); err == nil {
		t.Error("the input takes a third file")
	}
	in := window().Parts[0].Input
	want := []stage.File{{ID: first, Name: "a.txt", Size: 3}, {ID: second, Name: "b.txt", Size: 4}}
	if diff := cmp.Diff(want, in.Files); diff != "" || in.Kind != stage.FileInput || in.Max != 2 || in.MaxBytes < 10<<20 {
		t.Errorf("people see %+v\n%s", in, diff)
	}
	if _, err := upload("large", bytes.Repeat([]byte("x"), in.MaxBytes+1)); !errors.Is(err, stage.ErrTooLarge) {
		t.Errorf("a file that is too large: %v", err)
	}
	if err := hands.Choose(t.Context(), lin, window().ID, "files", second); err != nil || len(window().Parts[0].Input.Files) != 1 {
		t.Errorf("after taking one out: %+v, %v", window().Parts[0].Input, err)
	}
}
