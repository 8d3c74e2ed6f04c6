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

const plain = `{"type":"plain_text","text":"f"}`

// head is a header block.
func head(text, id string) string {
	return fmt.Sprintf(`{"type":"header","block_id":"%s","text":{"type":"plain_text","text":"%s"}}`, id, text)
}

func actions(elements string) string { return `[{"type":"actions","elements":` + elements + `}]` }

func TestBlockLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	button := func(text, value, action, more string) string {
		return fmt.Sprintf(`{"type":"button","text":{"type":"plain_text","text":"%s"},"value":"%s","action_id":"%s"%s}`, text, value, action, more)
	}
	one := func(text, value, action, more string) string {
		return actions("[" + button(text, value, action, more) + "]")
	}
	overflow := func(options, action string) string {
		return actions(`[{"type":"overflow","action_id":"` + action + `","options":` + options + `}]`)
	}
	choice := func(value string) string { return `{"text":` + plain + `,"value":"` + value + `"}` }
	context := func(texts string) string { return `[{"type":"context","elements":` + texts + `}]` }
	rich := func(inline string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + inline + `]}]}]`
	}
	section := func(kind string, n int, accessory string) string {
		return `[{"type":"section","text":{"type":"` + kind + `","text":"` + x(n) + `"},"accessory":` + accessory + `}]`
	}
	asking := func(n int) string {
		return one("t", "v", "a", `,"confirm":{"title":`+plain+`,"text":{"type":"plain_text","text":"`+x(n)+`"},"confirm":`+plain+`,"deny":`+plain+`}`)
	}
	rows := func(style string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"` + style + `","elements":[{"type":"rich_text_section","elements":[]}]}]}]`
	}
	for name, c := range map[string]struct {
		good, bad string
	}{
		"blocks":         {list(50, head("h", "")), list(51, head("h", ""))},
		"block type":     {list(1, head("h", "")), `[{"type":"divider"}]`},
		"confirm":        {asking(300), asking(301)},
		"section":        {section("plain_text", 3000, button("t", "v", "a", "")), section("plain_text", 3001, button("t", "v", "a", ""))},
		"section mrkdwn": {section("plain_text", 1, button("t", "v", "a", "")), section("mrkdwn", 1, button("t", "v", "a", ""))},
		"accessory":      {section("plain_text", 1, button("t", "v", "a", "")), section("plain_text", 1, `{"type":"datepicker","action_id":"a"}`)},
		"header":         {list(1, head(x(150), "")), list(1, head(x(151), ""))},
		"empty header":   {list(1, head(x(1), "")), list(1, head("", ""))},
		"header mrkdwn":  {list(1, head("h", "")), `[{"type":"header","text":{"type":"mrkdwn","text":"h"}}]`},
		"button text":    {one(x(75), "v", "a", ""), one(x(76), "v", "a", "")},
		"button value":   {one("t", x(2000), "a", ""), one("t", x(2001), "a", "")},
		"action_id":      {one("t", "v", x(255), ""), one("t", "v", x(256), "")},
		"button style":   {one("t", "v", "a", `,"style":"danger"`), one("t", "v", "a", `,"style":"loud"`)},
		"menu":           {overflow(list(5, choice("%d")), "a"), overflow(list(6, choice("%d")), "a")},
		"empty menu":     {overflow(list(1, choice("%d")), "a"), overflow("[]", "a")},
		"menu option":    {overflow(list(1, choice(x(150))), "a"), overflow(list(1, choice(x(151))), "a")},
		"menu action_id": {overflow(list(1, choice("v")), x(255)), overflow(list(1, choice("v")), x(256))},
		"context":        {context(list(10, plain)), context("[]")},
		"context text":   {context(list(1, plain)), context(list(1, `{"type":"mrkdwn","text":"f"}`))},
		"actions":        {actions(list(25, button("t", "v", "%d", ""))), actions(list(26, button("t", "v", "%d", "")))},
		"same block_id":  {list(2, head("h", "b%d")), list(2, head("h", "b"))},
		"same action_id": {actions(list(2, button("t", "v", "%d", ""))), actions(list(2, button("t", "v", "a", "")))},
		"block_id":       {list(1, head("h", x(255))), list(1, head("h", x(256)))},
		"misplaced":      {one("t", "v", "a", ""), actions(`[{"type":"datepicker","action_id":"a"}]`)},
		"no modal":       {list(1, head("h", "")), `[{"type":"input","label":` + plain + `,"element":{"type":"number_input","action_id":"a"}}]`},
		"rich text":      {rich(`{"type":"text","text":"a","style":{"bold":true}},{"type":"user","user_id":"U1"}`), rich(`{"type":"text","text":""}`)},
		"rich element":   {rich(`{"type":"link","url":"https://x.example"}`), rich(`{"type":"broadcast","range":"here"}`)},
		"rich style":     {rich(`{"type":"text","text":"a","style":{"code":true}}`), rich(`{"type":"text","text":"a","style":{"loud":true}}`)},
		"rich nesting":   {rich(""), `[{"type":"rich_text","elements":[{"type":"text","text":"a"}]}]`},
		"rich list":      {rows("bullet"), rows("ordered")},
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
		v := map[string]any{"type": "modal", "title": text("t"), "blocks": json.RawMessage(list(1, head("h", "")))}
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
		"blocks":           func(v map[string]any) { v["blocks"] = json.RawMessage(list(101, head("h", ""))) },
		"notify_on_close":  func(v map[string]any) { v["notify_on_close"] = true },
		"no options":       func(v map[string]any) { withInput(v, "static_select", "") },
		"101 options":      func(v map[string]any) { withInput(v, "static_select", list(101, option("o", "%d"))) },
		"option text":      func(v map[string]any) { withInput(v, "static_select", list(1, option(x(76), "v"))) },
		"option twice":     func(v map[string]any) { withInput(v, "static_select", list(2, option("o", "v"))) },
		"another input":    func(v map[string]any) { withInput(v, "timepicker", "") },
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
		b.fine("views.open", "trigger_id", trigger, "view", view(func(v map[string]any) {
			withInput(v, "static_select", list(100, option(x(75), "%d")))
		})) // a refused view leaves the trigger_id alone
	}
}

// withInput puts an input with options into a view.
func withInput(v map[string]any, kind, options string) {
	in := input("b", "a", kind)
	if options != "" {
		in["element"].(map[string]any)["options"] = json.RawMessage(options)
	}
	v["submit"], v["blocks"] = text("OK"), []any{in}
}

func option(text, value string) string {
	return fmt.Sprintf(`{"text":{"type":"plain_text","text":"%s"},"value":"%s"}`, text, value)
}

func text(s string) map[string]any { return map[string]any{"type": "plain_text", "text": s} }

func input(block, action, kind string) map[string]any {
	return map[string]any{
		"type": "input", "block_id": block, "label": text(block), "element": map[string]any{"type": kind, "action_id": action},
	}
}
