package emulator_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// all is a form with one input of every kind.
func all() string {
	options := []any{map[string]any{"text": text("One"), "value": "1"}, map[string]any{"text": text("Two"), "value": "2"}}
	var blocks []any
	for _, kind := range []string{
		"plain_text_input", "number_input", "static_select", "multi_static_select", "multi_users_select", "datepicker", "datetimepicker",
	} {
		b := input(kind, kind, kind)
		b["optional"] = true
		element := b["element"].(map[string]any)
		switch kind {
		case "static_select", "multi_static_select":
			element["options"] = options
		case "plain_text_input":
			element["max_length"] = 5
		}
		blocks = append(blocks, b)
	}
	raw, _ := json.Marshal(map[string]any{"type": "modal", "title": text("All"), "submit": text("OK"), "blocks": blocks})
	return string(raw)
}

func TestWhatCannotBeEntered(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, nil)
	b.fine("views.update", "view_id", view, "view", all())
	for name, values := range map[string]map[string][]string{
		"no such input":    {"nowhere": {"x"}},
		"no such option":   {"static_select": {"Three"}},
		"two for one":      {"static_select": {"One", "Two"}},
		"no such person":   {"multi_users_select": {"U404"}},
		"no date":          {"datepicker": {"tomorrow"}},
		"no instant":       {"datetimepicker": {"now"}},
		"too long to type": {"plain_text_input": {"sixsix"}},
	} {
		if _, err := b.SubmitView(t.Context(), lin, view, values); err == nil {
			t.Errorf("%s: entered all the same", name)
		}
	}
	held, err := b.SubmitView(t.Context(), lin, view, map[string][]string{"number_input": {"many"}})
	if err != nil || held.Sent || len(held.Errors) != 1 {
		t.Errorf("a number that is none: %+v, %v", held, err)
	}
	if got := a.interactions(); len(got) != 0 {
		t.Errorf("the app received %v", got)
	}
}

func TestEveryKindOfInput(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, nil)
	b.fine("views.update", "view_id", view, "view", all())
	if _, err := b.SubmitView(t.Context(), lin, view, map[string][]string{
		"plain_text_input": {"text"}, "number_input": {"1.5"}, "static_select": {"One"}, "multi_static_select": {"1", "Two"},
		"multi_users_select": {""}, "datepicker": {"2026-03-02"}, "datetimepicker": {"1700000000"},
	}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		View struct {
			State struct {
				Values map[string]map[string]map[string]any
			}
		}
	}
	if err := json.Unmarshal([]byte(a.interactions()[0]), &got); err != nil {
		t.Fatal(err)
	}
	option := func(text, value string) any {
		return map[string]any{"text": map[string]any{"type": "plain_text", "text": text}, "value": value}
	}
	for kind, want := range map[string]map[string]any{
		"plain_text_input":    {"value": "text"},
		"number_input":        {"value": "1.5"},
		"static_select":       {"selected_option": option("One", "1")},
		"multi_static_select": {"selected_options": []any{option("One", "1"), option("Two", "2")}},
		"multi_users_select":  {"selected_users": []any{}},
		"datepicker":          {"selected_date": "2026-03-02"},
		"datetimepicker":      {"selected_date_time": 1.7e9},
	} {
		want["type"] = kind
		if diff := cmp.Diff(want, got.View.State.Values[kind][kind]); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

func TestInitialValues(t *testing.T) {
	t.Parallel()
	b, _, view := openForm(t, nil)
	raw := `{"type":"modal","title":{"type":"plain_text","text":"t"},"submit":{"type":"plain_text","text":"OK"},"blocks":[
		{"type":"input","block_id":"a","label":{"type":"plain_text","text":"a"},"element":{"type":"plain_text_input","action_id":"a","initial_value":"typed"}},
		{"type":"input","block_id":"b","label":{"type":"plain_text","text":"b"},"element":{"type":"multi_users_select","action_id":"b","initial_users":["` + lin + `"]}},
		{"type":"input","block_id":"c","label":{"type":"plain_text","text":"c"},"element":{"type":"datetimepicker","action_id":"c","initial_date_time":1700000000}},
		{"type":"input","block_id":"d","optional":true,"label":{"type":"plain_text","text":"d"},"element":{"type":"static_select","action_id":"d","options":[` + option("o", "1") + `]}}]}`
	b.fine("views.update", "view_id", view, "view", raw)
	v, _ := b.OpenView(lin)
	for block, want := range map[string]any{"a": "typed", "b": []any{lin}, "c": 1.7e9, "d": nil} {
		field := map[string]string{"a": "value", "b": "selected_users", "c": "selected_date_time", "d": "selected_option"}[block]
		if diff := cmp.Diff(want, v.Values[block][block][field]); diff != "" {
			t.Errorf("%s: %s", block, diff)
		}
	}
}

func TestRichTextAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.fine("chat.postMessage", "channel", lin, "text", "x", "blocks", `[
		{"type":"header","text":{"type":"plain_text","text":"R-17 *literal* <b>"}},
		{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"see "},{"type":"link","url":"https://x.example","text":"all"},{"type":"text","text":" "},{"type":"user","user_id":"`+lin+`"}]},
			{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"link","url":"https://y.z"}]}]}]},
		{"type":"context","elements":[{"type":"plain_text","text":"small"},{"type":"plain_text","text":"print"}]},
		{"type":"actions","elements":[{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"}}]}]`)
	want := "R-17 *literal* <b>\nsee all @lin\n• one\n• https://y.z\nsmall  print\n[Go]"
	if diff := cmp.Diff(want, b.DMs(lin)[0].Plain); diff != "" {
		t.Error(diff)
	}
}
