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
		"plain_text_input", "number_input", "email_text_input", "url_text_input", "static_select", "multi_static_select",
		"checkboxes", "radio_buttons", "users_select", "multi_users_select", "conversations_select", "channels_select",
		"multi_channels_select", "datepicker", "timepicker", "datetimepicker",
	} {
		b := input(kind, kind, kind)
		b["optional"] = true
		element := b["element"].(map[string]any)
		switch kind {
		case "static_select", "multi_static_select", "checkboxes", "radio_buttons":
			element["options"] = options
		case "plain_text_input":
			element["min_length"], element["max_length"] = 2, 5
		}
		blocks = append(blocks, b)
	}
	blocks = append(blocks, map[string]any{"type": "actions", "elements": []any{
		map[string]any{"type": "button", "action_id": "more", "value": "v", "text": text("More")},
	}})
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
		"no such person":   {"users_select": {"U404"}},
		"no such channel":  {"channels_select": {"C404"}},
		"no date":          {"datepicker": {"tomorrow"}},
		"no time":          {"timepicker": {"25:00"}},
		"no instant":       {"datetimepicker": {"now"}},
		"too long to type": {"plain_text_input": {"sixsix"}},
		"no URL":           {"url_text_input": {"nowhere"}},
	} {
		if _, err := b.SubmitView(t.Context(), lin, view, values); err == nil {
			t.Errorf("%s: entered all the same", name)
		}
	}
	held, err := b.SubmitView(t.Context(), lin, view, map[string][]string{"number_input": {"many"}, "plain_text_input": {"x"}})
	if err != nil || held.Sent || len(held.Errors) != 2 {
		t.Errorf("a number that is none and a text too short: %+v, %v", held, err)
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
		"plain_text_input": {"text"}, "number_input": {"1.5"}, "email_text_input": {"a@b.c"}, "url_text_input": {"https://x.example"},
		"static_select": {"One"}, "multi_static_select": {"1", "Two"}, "checkboxes": {"2"}, "radio_buttons": {"Two"},
		"users_select": {lin}, "multi_users_select": {lin, wei}, "conversations_select": {"C0000PUBLIC"}, "channels_select": {"C0000PUBLIC"},
		"multi_channels_select": {""}, "datepicker": {"2026-03-02"}, "timepicker": {"09:30"}, "datetimepicker": {"1700000000"},
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
		"plain_text_input":      {"value": "text"},
		"number_input":          {"value": "1.5"},
		"email_text_input":      {"value": "a@b.c"},
		"url_text_input":        {"value": "https://x.example"},
		"static_select":         {"selected_option": option("One", "1")},
		"multi_static_select":   {"selected_options": []any{option("One", "1"), option("Two", "2")}},
		"checkboxes":            {"selected_options": []any{option("Two", "2")}},
		"radio_buttons":         {"selected_option": option("Two", "2")},
		"users_select":          {"selected_user": lin},
		"multi_users_select":    {"selected_users": []any{lin, wei}},
		"conversations_select":  {"selected_conversation": "C0000PUBLIC"},
		"channels_select":       {"selected_channel": "C0000PUBLIC"},
		"multi_channels_select": {"selected_channels": []any{}},
		"datepicker":            {"selected_date": "2026-03-02"},
		"timepicker":            {"selected_time": "09:30"},
		"datetimepicker":        {"selected_date_time": 1.7e9},
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
		{"type":"input","block_id":"d","optional":true,"label":{"type":"plain_text","text":"d"},"element":{"type":"users_select","action_id":"d"}}]}`
	b.fine("views.update", "view_id", view, "view", raw)
	v, _ := b.OpenView(lin)
	for block, want := range map[string]any{"a": "typed", "b": []any{lin}, "c": 1.7e9, "d": nil} {
		field := map[string]string{"a": "value", "b": "selected_users", "c": "selected_date_time", "d": "selected_user"}[block]
		if diff := cmp.Diff(want, v.Values[block][block][field]); diff != "" {
			t.Errorf("%s: %s", block, diff)
		}
	}
}

func TestPushingViews(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, nil)
	b.fine("views.update", "view_id", view, "view", all())
	trigger := func(id string) string {
		if _, err := b.PressInView(t.Context(), lin, id, "more"); err != nil {
			t.Fatal(err)
		}
		got := a.interactions()
		var payload struct {
			Trigger string `json:"trigger_id"`
		}
		_ = json.Unmarshal([]byte(got[len(got)-1]), &payload)
		return payload.Trigger
	}
	top := view
	for range 2 {
		out := b.fine("views.push", "trigger_id", trigger(top), "view", all())["view"].(map[string]any)
		if out["root_view_id"] != view || out["previous_view_id"] != top {
			t.Errorf("pushed: root %v, previous %v", out["root_view_id"], out["previous_view_id"])
		}
		top = out["id"].(string)
	}
	b.refused("push_limit_reached", "views.push", "trigger_id", trigger(top), "view", all())
	if _, err := b.PressInView(t.Context(), lin, view, "more"); err == nil {
		t.Error("a button of a covered view was pressed")
	}
	if reply, err := b.CloseView(t.Context(), lin, top); err != nil || reply.View == nil || reply.View.ID == top {
		t.Errorf("closing the topmost: %+v, %v", reply.View, err)
	}
}

func TestRichTextAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.fine("chat.postMessage", "channel", lin, "text", "x", "blocks", `[
		{"type":"header","text":{"type":"plain_text","text":"R-17 *literal* <b>"}},
		{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"see "},{"type":"link","url":"https://x.example","text":"all"},{"type":"text","text":" "},{"type":"channel","channel_id":"C0000PUBLIC"},{"type":"emoji","name":"ok"}]},
			{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"usergroup","usergroup_id":"S0000000001"}]}]},
			{"type":"rich_text_quote","elements":[{"type":"text","text":"a\nb"}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]}]},
		{"type":"divider"},
		{"type":"section","text":{"type":"mrkdwn","text":"*bold*"},"fields":[{"type":"mrkdwn","text":"Module"},{"type":"plain_text","text":"Payments"}]},
		{"type":"context","elements":[{"type":"mrkdwn","text":"small"},{"type":"image","image_url":"https://x.example/i.png","alt_text":"logo"}]}]`)
	want := "R-17 *literal* <b>\nsee all #public:ok:\n1. one\n2. @oncall\n> a\n> b\ncode\n*bold*\nModule\nPayments\nsmall  logo"
	if diff := cmp.Diff(want, b.DMs(lin)[0].Plain); diff != "" {
		t.Error(diff)
	}
}
