package emulator_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// postOf sends a message and returns how it is shown.
func postOf(t *testing.T, b *bench, body object) stage.Post {
	t.Helper()
	id := b.post(public, body)
	for _, p := range b.View().Posts {
		if p.ID == id {
			return p
		}
	}
	t.Fatal("the post is not shown")
	return stage.Post{}
}

func TestLooksOfMarkdown(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	got := postOf(t, b, object{"content": "**bold <@" + lin + ">** and snake_case_name, *soft* 2*3 \\*4\\* ~~gone~~ `x_y_z`\n> quoted @everyone <@&" + oncall + ">\n" +
		"- see [the \\#page \\[1\\]](<https://x.example/?a=1>), <#" + public + "> <t:1700000000>\n## Head\n-# small"})
	at := time.Unix(1700000000, 0).UTC()
	want := []stage.Part{
		{Kind: stage.TextPart, Lines: []stage.Line{
			{Spans: []stage.Span{
				{Text: "bold ", Bold: true}, {Text: "@lin", Bold: true, Person: lin}, {Text: " and snake_case_name, "}, {Text: "soft", Italic: true},
				{Text: " 2*3 *4* "}, {Text: "gone", Strike: true}, {Text: " "}, {Text: "x_y_z", Code: true},
			}},
			{Kind: stage.QuoteLine, Spans: []stage.Span{{Text: "quoted "}, {Text: "@everyone", Group: true}, {Text: " "}, {Text: "@oncall", Group: true}}},
			{Kind: stage.BulletLine, Spans: []stage.Span{
				{Text: "see "}, {Text: "the #page [1]", Link: "https://x.example/?a=1"}, {Text: ", "}, {Text: "#public", Room: public}, {Text: " "},
				{Text: "2023-11-14 22:13", At: &at},
			}},
			{Spans: []stage.Span{{Text: "Head", Bold: true}}},
		}},
		{Kind: stage.NotePart, Lines: stage.Literal("small")},
	}
	if diff := cmp.Diff(want, got.Parts); diff != "" {
		t.Error(diff)
	}
}

// TestLooksOfEmbeds: inline fields are one part, and nothing is markup in a title or
// footer.
func TestLooksOfEmbeds(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	got := postOf(t, b, object{"embeds": []object{{
		"color": 0xe8a33d, "title": "R\\-1 \\*off\\*", "footer": object{"text": "by <@" + lin + "> *x*"},
		"fields": []object{
			{"name": "Status", "value": "**Pending**", "inline": true}, {"name": "Handlers", "value": "<@" + lin + ">", "inline": true},
			{"name": "Notes", "value": "long"},
		},
	}}})
	line := func(spans ...stage.Span) stage.Line { return stage.Line{Spans: spans} }
	want := []stage.Part{
		{Kind: stage.HeadingPart, Lines: stage.Literal("R-1 *off*")},
		{Kind: stage.FieldsPart, Cells: [][]stage.Line{
			{line(stage.Span{Text: "Status", Bold: true}), line(stage.Span{Text: "Pending", Bold: true})},
			{line(stage.Span{Text: "Handlers", Bold: true}), line(stage.Span{Text: "@lin", Person: lin})},
		}},
		{Kind: stage.FieldsPart, Cells: [][]stage.Line{
			{line(stage.Span{Text: "Notes", Bold: true}), line(stage.Span{Text: "long"})},
		}},
		{Kind: stage.NotePart, Lines: stage.Literal("by <@" + lin + "> *x*")},
	}
	if diff := cmp.Diff([]stage.Part{{Kind: stage.BoxPart, Colour: "#e8a33d", Parts: want}}, got.Parts); diff != "" {
		t.Error(diff)
	}
}

// TestLooksOfLayouts checks the parts of a container.
func TestLooksOfLayouts(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	press := func(label string, style int) object {
		return object{"type": 2, "style": style, "label": label, "custom_id": label}
	}
	text := func(s string) object { return object{"type": 10, "content": s} }
	got := postOf(t, b, object{"flags": 1 << 15, "components": []object{text("above"), {
		"type": 17, "accent_color": 0x2e9e6b, "components": []object{
			{"type": 9, "components": []object{text("### R-1"), text("-# small")}, "accessory": press("Details", 2)},
			{"type": 14, "divider": true, "spacing": 1},
			{"type": 1, "components": []object{press("Start", 1)}},
		},
	}}})
	want := []stage.Part{
		{Kind: stage.TextPart, Lines: stage.Literal("above")},
		{Kind: stage.BoxPart, Colour: "#2e9e6b", Parts: []stage.Part{
			{Kind: stage.SectionPart, Actions: []stage.Action{{ID: "Details", Label: "Details"}}, Parts: []stage.Part{
				{Kind: stage.TextPart, Lines: []stage.Line{{Spans: []stage.Span{{Text: "R-1", Bold: true}}}}}, {Kind: stage.NotePart, Lines: stage.Literal("small")},
			}},
			{Kind: stage.RulePart},
			{Kind: stage.ActionsPart, Actions: []stage.Action{{ID: "Start", Label: "Start", Style: "primary"}}},
		}},
	}
	if diff := cmp.Diff(want, got.Parts); diff != "" {
		t.Error(diff)
	}
	if want := "above\nR-1\nsmall\n[Details]\n[Start]"; got.Text != want {
		t.Errorf("as text it is %q", got.Text)
	}
}

// TestHandsFillInAModal: what a browser does with a modal, through the stage.
func TestHandsFillInAModal(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(form), nil)
	h, ctx := b.Hands(), t.Context()
	if err := h.Command(ctx, lin, public, "/risk list"); err != nil {
		t.Fatal(err)
	}
	if n := len(b.View().For(wei).Windows); n != 0 {
		t.Errorf("wei sees %d windows of lin", n)
	}
	open := b.View().For(lin).Windows
	if len(open) != 1 {
		t.Fatalf("lin sees %+v", open)
	}
	want := stage.Window{
		ID: open[0].ID, Version: open[0].Version, Person: lin, Title: "File a risk", Submit: "提交",
		Parts: []stage.Part{
			{Kind: stage.InputPart, Input: &stage.Input{ID: "title", Kind: stage.TextInput, Label: "Title", Required: true, Max: 5}},
			{Kind: stage.InputPart, Input: &stage.Input{ID: "notes", Kind: stage.LongTextInput, Label: "Notes", Values: []string{"none"}}},
		},
	}
	if diff := cmp.Diff(want, open[0]); diff != "" {
		t.Error(diff)
	}
	if err := h.Choose(ctx, lin, open[0].ID, "notes", "some"); err != nil || len(a.all()) != 1 {
		t.Errorf("%v, the app received %d interactions", err, len(a.all()))
	}
	if err := h.Choose(ctx, lin, "another", "notes", "x"); err == nil {
		t.Error("something was typed into a window that is not open")
	}
	problems, err := h.Submit(ctx, lin, open[0].ID, map[string][]string{"title": {""}})
	if err != nil || problems["title"] == "" {
		t.Errorf("%v, %v", problems, err)
	}
	a.answer = saying(`{"type":4,"data":{"content":"filed","flags":64}}`)
	problems, err = h.Submit(ctx, lin, open[0].ID, map[string][]string{"title": {"Boom"}})
	if err != nil || len(problems) != 0 || len(b.View().Windows) != 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if posts := b.View().For(lin).Posts; len(posts) != 1 || posts[0].Only != lin || posts[0].Text != "filed" {
		t.Errorf("lin reads %+v", posts)
	}
	if err := h.Close(ctx, lin, open[0].ID); err == nil {
		t.Error("a closed window was closed")
	}
}

// TestHandsInChannels: what a browser does outside of modals.
func TestHandsInChannels(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"done","flags":64}}`), nil)
	h, ctx := b.Hands(), t.Context()
	if err := h.Say(ctx, lin, public, "1 < 2"); err != nil {
		t.Fatal(err)
	}
	if posts := b.View().Posts; posts[0].Text != "1 < 2" || posts[0].Author != lin {
		t.Errorf("%+v", posts)
	}
	options := func() any {
		data, _ := a.all()[len(a.all())-1].payload["data"].(object)
		list, _ := data["options"].([]any)
		sub, _ := list[0].(object)
		return sub["options"]
	}
	for line, want := range map[string][]any{
		"/risk file Ledger":                         {object{"name": "title", "type": 3.0, "value": "Ledger"}},
		" /risk  file  title:a b  module：@wei's x ": {object{"name": "title", "type": 3.0, "value": "a b"}, object{"name": "module", "type": 3.0, "value": "<@" + wei + ">'s x"}},
		"/risk file severity:Huge title:x":          nil,
		"/risk file severity:High title:x":          {object{"name": "title", "type": 3.0, "value": "x"}, object{"name": "severity", "type": 3.0, "value": "h"}},
	} {
		err := h.Command(ctx, lin, public, line)
		if want == nil {
			if !errors.Is(err, stage.ErrMistyped) {
				t.Errorf("%q: %v", line, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", line, err)
		} else if diff := cmp.Diff(any(want), options()); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
	for _, line := range []string{"/risk", "/risk file", "/other", "/risk nothing", "/risk file title:far too long a title"} {
		if err := h.Command(ctx, lin, public, line); !errors.Is(err, stage.ErrMistyped) {
			t.Errorf("%q: %v", line, err)
		}
	}
	post := card(b, public)
	if err := h.Press(ctx, lin, public, post, "resolve"); err != nil {
		t.Error(err)
	}
	a.answer = func(rw http.ResponseWriter, _ *received) { rw.WriteHeader(http.StatusInternalServerError) }
	if err := h.Press(ctx, lin, public, post, "resolve"); !errors.Is(err, stage.ErrBroken) {
		t.Errorf("an app that fails: %v", err)
	}
	b.Connect("http://127.0.0.1:1/")
	if err := h.Press(ctx, lin, public, post, "resolve"); !errors.Is(err, stage.ErrSilent) {
		t.Errorf("an app that is not there: %v", err)
	}
}

// TestSuggest: what a command can go on with, as it is typed.
func TestSuggest(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, saying(`{"type":8,"data":{"choices":[{"name":"Payments","value":"pay"}]}}`), nil)
	h := b.Hands().(stage.Suggester)
	for line, want := range map[string][]string{
		"/":                                {"/risk list ", "/risk file ", "/risk group release "},
		"/risk f":                          {"/risk file "},
		"/risk file":                       {"/risk file "},
		"/nothing":                         nil,
		"/risk file ":                      {"/risk file title:", "/risk file module:", "/risk file severity:", "/risk file amount:", "/risk file urgent:", "/risk file who:"},
		"/risk file se":                    {"/risk file severity:"},
		"/risk file title:x ":              {"/risk file title:x module:", "/risk file title:x severity:", "/risk file title:x amount:", "/risk file title:x urgent:", "/risk file title:x who:"},
		"/risk file title:x mo":            {"/risk file title:x module:"},
		"/risk file title:":                {"/risk file title:"},
		"/risk file module:":               {"/risk file module:pay "},
		"/risk file title:x module:Pa":     {"/risk file title:x module:pay "},
		"/risk file severity:":             {"/risk file severity:h "},
		"/risk file urgent:":               {"/risk file urgent:true ", "/risk file urgent:false "},
		"/risk group release ":             nil,
		"/risk file severity:h module:pay": {"/risk file severity:h module:pay "},
	} {
		var got []string
		for _, hint := range h.Suggest(t.Context(), lin, public, line) {
			got = append(got, hint.Line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
	if hints := h.Suggest(t.Context(), lin, "", "/risk "); len(hints) == 0 || hints[0].Help != "What is pending" || hints[0].Label != "/risk list" {
		t.Errorf("%+v", hints)
	}
	if _, err := b.Say(lin, "", "hello"); err != nil {
		t.Fatal(err)
	}
	if hints := h.Suggest(t.Context(), lin, b.DM(lin), "/risk "); len(hints) != 0 {
		t.Errorf("commands are offered where they cannot be used: %+v", hints)
	}
}
