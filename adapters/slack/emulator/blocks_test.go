package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// list joins n copies of a piece of JSON, each with its number in place of %d.
func list(n int, piece string) string {
	var out []string
	for i := range n {
		out = append(out, strings.ReplaceAll(piece, "%d", fmt.Sprint(i)))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func x(n int) string { return strings.Repeat("界", n) }

func TestBlockLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	section := func(n int) string {
		return fmt.Sprintf(`[{"type":"section","text":{"type":"mrkdwn","text":"%s"}}]`, x(n))
	}
	button := func(text, value, action, more string) string {
		return fmt.Sprintf(`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"%s"},"value":"%s","action_id":"%s"%s}]}]`, text, value, action, more)
	}
	options := func(n int, text, value string) string {
		return `[{"type":"actions","elements":[{"type":"static_select","action_id":"a","options":` +
			list(n, `{"text":{"type":"plain_text","text":"`+text+`"},"value":"`+value+`"}`) + `}]}]`
	}
	rich := func(inline string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + inline + `]}]}]`
	}
	for name, c := range map[string]struct {
		good, bad string
	}{
		"blocks":         {list(50, `{"type":"divider"}`), list(51, `{"type":"divider"}`)},
		"block type":     {`[{"type":"divider"}]`, `[{"type":"marquee"}]`},
		"section":        {section(3000), section(3001)},
		"empty section":  {section(1), section(0)},
		"button text":    {button(x(75), "v", "a", ""), button(x(76), "v", "a", "")},
		"button value":   {button("t", x(2000), "a", ""), button("t", x(2001), "a", "")},
		"action_id":      {button("t", "v", x(255), ""), button("t", "v", x(256), "")},
		"button style":   {button("t", "v", "a", `,"style":"danger"`), button("t", "v", "a", `,"style":"loud"`)},
		"options":        {options(100, "o", "%d"), options(101, "o", "%d")},
		"option text":    {options(1, x(75), "v"), options(1, x(76), "v")},
		"option twice":   {options(2, "o", "%d"), options(2, "o", "v")},
		"fields":         {`[{"type":"section","fields":` + list(10, `{"type":"mrkdwn","text":"f"}`) + `}]`, `[{"type":"section","fields":` + list(11, `{"type":"mrkdwn","text":"f"}`) + `}]`},
		"context":        {`[{"type":"context","elements":` + list(10, `{"type":"mrkdwn","text":"f"}`) + `}]`, `[{"type":"context","elements":[]}]`},
		"actions":        {`[{"type":"actions","elements":` + list(25, `{"type":"users_select","action_id":"%d"}`) + `}]`, `[{"type":"actions","elements":` + list(26, `{"type":"users_select","action_id":"%d"}`) + `}]`},
		"same block_id":  {list(2, `{"type":"divider","block_id":"b%d"}`), list(2, `{"type":"divider","block_id":"b"}`)},
		"same action_id": {`[{"type":"actions","elements":` + list(2, `{"type":"users_select","action_id":"%d"}`) + `}]`, `[{"type":"actions","elements":` + list(2, `{"type":"users_select","action_id":"a"}`) + `}]`},
		"block_id":       {`[{"type":"divider","block_id":"` + x(255) + `"}]`, `[{"type":"divider","block_id":"` + x(256) + `"}]`},
		"misplaced":      {`[{"type":"actions","elements":[{"type":"datepicker","action_id":"a"}]}]`, `[{"type":"actions","elements":[{"type":"plain_text_input","action_id":"a"}]}]`},
		"header mrkdwn":  {`[{"type":"header","text":{"type":"plain_text","text":"h"}}]`, `[{"type":"header","text":{"type":"mrkdwn","text":"h"}}]`},
		"rich text":      {rich(`{"type":"text","text":"a","style":{"bold":true}},{"type":"user","user_id":"U1"}`), rich(`{"type":"text","text":""}`)},
		"rich element":   {rich(`{"type":"link","url":"https://x.example"}`), rich(`{"type":"shout","text":"a"}`)},
		"rich style":     {rich(`{"type":"text","text":"a","style":{"code":true}}`), rich(`{"type":"text","text":"a","style":{"loud":true}}`)},
		"rich nesting":   {rich(""), `[{"type":"rich_text","elements":[{"type":"text","text":"a"}]}]`},
	} {
		if out := b.call("chat.postMessage", "channel", id, "text", "x", "blocks", c.good); out["ok"] != true {
			t.Errorf("%s: what fits is refused: %v", name, out)
		}
		out := b.call("chat.postMessage", "channel", id, "text", "x", "blocks", c.bad)
		if out["error"] != "invalid_blocks" || out["response_metadata"] == nil {
			t.Errorf("%s: what does not fit is answered with %v", name, out)
		}
	}
}

func TestViewLimits(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	view := func(change func(v map[string]any)) string {
		v := map[string]any{"type": "modal", "title": text("t"), "blocks": []any{map[string]any{"type": "divider"}}}
		if change != nil {
			change(v)
		}
		raw, _ := json.Marshal(v)
		return string(raw)
	}
	for name, change := range map[string]func(map[string]any){
		"title":            func(v map[string]any) { v["title"] = text(x(25)) },
		"no title":         func(v map[string]any) { delete(v, "title") },
		"type":             func(v map[string]any) { v["type"] = "window" },
		"private_metadata": func(v map[string]any) { v["private_metadata"] = x(3001) },
		"blocks":           func(v map[string]any) { v["blocks"] = json.RawMessage(list(101, `{"type":"divider"}`)) },
		"no submit":        func(v map[string]any) { v["blocks"] = []any{input("b", "a", "plain_text_input")} },
	} {
		if _, err := b.SlashCommand(t.Context(), lin, "C0000PUBLIC", "/risk", "new"); err != nil {
			t.Fatal(err)
		}
		got := a.all()
		trigger := got[len(got)-1].form.Get("trigger_id")
		if out := b.call("views.open", "trigger_id", trigger, "view", view(change)); out["error"] != "invalid_arguments" {
			t.Errorf("%s: %v", name, out)
		}
		b.fine("views.open", "trigger_id", trigger, "view", view(nil)) // a refused view leaves the trigger_id alone
	}
}

func text(s string) map[string]any { return map[string]any{"type": "plain_text", "text": s} }

func input(block, action, kind string) map[string]any {
	return map[string]any{
		"type": "input", "block_id": block, "label": text(block), "element": map[string]any{"type": kind, "action_id": action},
	}
}
