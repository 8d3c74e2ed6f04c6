package emulator_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// linesOf posts blocks, or a text, and returns how they are shown.
func linesOf(t *testing.T, b *bench, pairs ...string) []stage.Line {
	t.Helper()
	ts := b.fine("chat.postMessage", append([]string{"channel", "C0000PUBLIC"}, pairs...)...)["ts"]
	for _, p := range b.View().Posts {
		if p.ID == ts {
			if len(p.Parts) > 0 {
				return p.Parts[0].Lines
			}
			return p.Lines
		}
	}
	t.Fatal("the post is not shown")
	return nil
}

func TestLooksOfMrkdwn(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	to := b.fine("chat.postMessage", "channel", "C0000PUBLIC", "text", "here")["ts"].(string)
	got := linesOf(t, b, "text", "*bold* <@"+lin+"> x < y\n&gt; quoted <!here>\nsee <https://x.example/?a=1&amp;b=2|the page>, <"+
		b.Permalink("C0000PUBLIC", to)+"|above>, <javascript:alert(1)|bad> &lt;b&gt;")
	want := []stage.Line{
		{Spans: []stage.Span{{Text: "*bold* "}, {Text: "@lin", Person: lin}, {Text: " x < y"}}},
		{Kind: stage.QuoteLine, Spans: []stage.Span{{Text: "quoted "}, {Text: "@here", Group: true}}},
		{Spans: []stage.Span{
			{Text: "see "}, {Text: "the page", Link: "https://x.example/?a=1&b=2"}, {Text: ", "},
			{Text: "above", Room: "C0000PUBLIC", Post: to}, {Text: ", "}, {Text: "bad"}, {Text: " <b>"},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLooksOfRichText(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	got := linesOf(t, b, "text", "x", "blocks", `[{"type":"rich_text","elements":[
		{"type":"rich_text_section","elements":[{"type":"text","text":"*literal*","style":{"bold":true}},{"type":"user","user_id":"`+lin+`"}]},
		{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://x.example","text":"one"}]}]}]}]`)
	want := []stage.Line{
		{Spans: []stage.Span{{Text: "*literal*", Bold: true}, {Text: "@lin", Person: lin}}},
		{Kind: stage.BulletLine, Spans: []stage.Span{{Text: "one", Link: "https://x.example"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestHandsFillInAWindow: what a browser does with a modal, through the stage.
func TestHandsFillInAWindow(t *testing.T) {
	t.Parallel()
	b, a, _ := openForm(t, nil)
	inputs := func() map[string]*stage.Input {
		out := map[string]*stage.Input{}
		mine := b.View().For(lin).Windows
		if len(mine) == 1 {
			for _, p := range mine[0].Parts {
				out[p.Input.Label] = p.Input
			}
		}
		return out
	}
	if n := len(b.View().For(wei).Windows); n != 0 {
		t.Errorf("wei sees %d windows of lin", n)
	}
	window := b.View().For(lin).Windows[0]
	if window.Title != "New risk" || window.Submit != "File" {
		t.Errorf("%+v", window)
	}
	module := inputs()["Module"]
	if !module.Live || module.Kind != stage.SelectInput || !module.Required || len(module.Options) != 2 {
		t.Errorf("%+v", module)
	}
	h, ctx := b.Hands(), t.Context()
	if err := h.Choose(ctx, lin, window.ID, module.ID, "ledger"); err != nil || len(a.interactions()) != 1 {
		t.Errorf("%v, %d interactions", err, len(a.interactions()))
	}
	if diff := cmp.Diff([]string{"ledger"}, inputs()["Module"].Values); diff != "" {
		t.Error(diff)
	}
	problems, err := h.Submit(ctx, lin, window.ID, nil)
	if err != nil || len(problems) != 1 || problems["title"] == "" {
		t.Errorf("%v, %v", problems, err)
	}
	problems, err = h.Submit(ctx, lin, window.ID, map[string][]string{"title": {"Ledger is off"}})
	if err != nil || len(problems) != 0 || len(b.View().Windows) != 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if err := h.Choose(ctx, lin, window.ID, module.ID, "ledger"); err == nil {
		t.Error("something was chosen in a closed window")
	}
}

// TestHandsInChannels: what a browser does outside of windows.
func TestHandsInChannels(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	h, ctx := b.Hands(), t.Context()
	if err := h.Say(ctx, lin, "C0000PUBLIC", "1 < 2 & <@"+wei+">"); err != nil {
		t.Fatal(err)
	}
	posts := b.View().Posts
	if got := posts[len(posts)-1]; got.Text != "1 < 2 & <@"+wei+">" || got.Author != lin {
		t.Errorf("%+v", got)
	}
	if err := h.Command(ctx, lin, "", " /risk  list mine "); err != nil || a.all()[len(a.all())-1].form.Get("text") != "list mine" {
		t.Errorf("%v", err)
	}
	ts := b.fine("chat.postMessage", "channel", "C0000PUBLIC", "text", "x", "blocks",
		`[{"type":"actions","elements":[{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"}},
		{"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Edit"},"value":"e1"}]}]}]`)["ts"].(string)
	if err := h.Press(ctx, lin, "C0000PUBLIC", ts, "go"); err != nil || len(a.interactions()) != 1 {
		t.Errorf("%v", err)
	}
	posts = b.View().Posts
	menu := posts[len(posts)-1].Parts[0].Actions[1]
	if err := h.Press(ctx, lin, "C0000PUBLIC", ts, menu.ID); err != nil || menu.Label != "Edit" || !menu.Menu {
		t.Errorf("%+v: %v", menu, err)
	}
	if got := a.interactions()[1]; !strings.Contains(got, `"action_id":"more"`) || !strings.Contains(got, `"selected_option":{"text":{`) ||
		!strings.Contains(got, `"value":"e1"`) {
		t.Errorf("the app received %s", got)
	}
	a.mu.Lock()
	a.answer = func(rw http.ResponseWriter, _ *received) { rw.WriteHeader(http.StatusInternalServerError) }
	a.mu.Unlock()
	if err := h.Command(ctx, lin, "", "/risk list"); !errors.Is(err, stage.ErrBroken) {
		t.Errorf("an app that fails: %v", err)
	}
}
