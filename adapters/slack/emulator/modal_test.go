package emulator_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
)

// form is the modal of the tests: choosing the module tells the app.
func form(extra ...any) string {
	module := map[string]any{
		"type": "input", "block_id": "module", "label": text("Module"), "dispatch_action": true,
		"element": map[string]any{"type": "static_select", "action_id": "module", "options": []any{
			map[string]any{"text": text("Payments"), "value": "payments"}, map[string]any{"text": text("Ledger"), "value": "ledger"},
		}},
	}
	handlers := input("handlers", "handlers", "multi_users_select")
	handlers["optional"] = true
	raw, _ := json.Marshal(map[string]any{
		"type": "modal", "title": text("New risk"), "submit": text("File"), "callback_id": "new", "private_metadata": "opaque",
		"blocks": append([]any{input("title", "title", "plain_text_input"), module, handlers}, extra...),
	})
	return string(raw)
}

// openForm sets up a person with the form open. Later answers come from answer.
func openForm(t *testing.T, answer func(string) string) (*bench, *app, string) {
	t.Helper()
	var b *bench
	b, a := setupApp(t, func(rw http.ResponseWriter, r *received) {
		if r.path == "/commands" {
			b.fine("views.open", "trigger_id", r.form.Get("trigger_id"), "view", form())
		} else if answer != nil && r.payload["type"] != nil {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(answer(r.payload["type"].(string))))
		}
	}, nil)
	reply, err := b.SlashCommand(t.Context(), lin, "C0000PUBLIC", "/risk", "new")
	if err != nil || reply.View == nil {
		t.Fatalf("no view is open: %+v, %v", reply, err)
	}
	return b, a, reply.View.ID
}

func TestSubmitAsSlackGoReadsIt(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, nil)
	reply, err := b.SubmitView(t.Context(), lin, view, map[string][]string{"module": {"Payments"}})
	if err != nil || reply.Sent || reply.Errors["title"] == "" || len(a.interactions()) != 0 {
		t.Errorf("a form with a required input empty: %+v, %v", reply, err)
	}
	reply, err = b.SubmitView(t.Context(), lin, view, map[string][]string{"title": {"Ledger is off"}, "handlers": {lin, wei}})
	if err != nil || !reply.Sent || reply.View != nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	var got slack.InteractionCallback
	if err := json.Unmarshal([]byte(a.interactions()[0]), &got); err != nil {
		t.Fatal(err)
	}
	values := got.View.State.Values
	if got.Type != slack.InteractionTypeViewSubmission || got.View.CallbackID != "new" || got.View.PrivateMetadata != "opaque" || got.User.ID != lin ||
		values["title"]["title"].Value != "Ledger is off" || values["module"]["module"].SelectedOption.Value != "payments" {
		t.Errorf("submission: %+v", got.View)
	}
	if diff := cmp.Diff([]string{lin, wei}, values["handlers"]["handlers"].SelectedUsers); diff != "" {
		t.Error(diff)
	}
}

func TestChoosingTellsTheAppAndTypedTextStays(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, nil)
	if _, err := b.ChooseInView(t.Context(), lin, view, "title", "typed before"); err != nil {
		t.Fatal(err)
	}
	if len(a.interactions()) != 0 {
		t.Error("the app was told about typing into an input that does not dispatch")
	}
	if _, err := b.ChooseInView(t.Context(), lin, view, "module", "ledger"); err != nil {
		t.Fatal(err)
	}
	var got slack.InteractionCallback
	if err := json.Unmarshal([]byte(a.interactions()[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.ActionCallback.BlockActions[0].SelectedOption.Value != "ledger" || got.View.State.Values["title"]["title"].Value != "typed before" || got.View.Hash == "" {
		t.Errorf("block_actions: %+v", got)
	}
	update := form(map[string]any{"type": "context", "elements": []any{text("handlers: lin")}})
	b.refused("hash_conflict", "views.update", "view_id", view, "hash", "stale", "view", update)
	b.fine("views.update", "view_id", view, "hash", got.View.Hash, "view", update)
	now, _ := b.OpenView(lin)
	if now.Values["title"]["title"]["value"] != "typed before" || len(now.Blocks) != 4 {
		t.Errorf("after the update: %+v", now)
	}
	b.refused("not_found", "views.update", "view_id", "V404", "view", update)
}

func TestResponseActions(t *testing.T) {
	t.Parallel()
	answer := `{"response_action":"errors","errors":{"title":"too vague"}}`
	b, _, view := openForm(t, func(string) string { return answer })
	values := map[string][]string{"title": {"x"}, "module": {"ledger"}}
	submit := func() emulator.Reply {
		reply, err := b.SubmitView(t.Context(), lin, view, values)
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	if reply := submit(); reply.Errors["title"] != "too vague" || reply.View.ID != view {
		t.Errorf("errors: %+v", reply)
	}
	answer = `{"response_action":"update","view":` + form(json.RawMessage(head("more", ""))) + `}`
	if reply := submit(); reply.View.ID != view || len(reply.View.Blocks) != 4 {
		t.Errorf("update: %+v", reply.View)
	}
	answer = `{"response_action":"push","view":` + form() + `}`
	if _, err := b.SubmitView(t.Context(), lin, view, values); err == nil {
		t.Error("a view was pushed")
	}
	answer = `{"response_action":"clear"}`
	if reply := submit(); reply.View != nil {
		t.Errorf("clear: %+v is open", reply.View)
	}
}

func TestErrorsMustNameInputs(t *testing.T) {
	t.Parallel()
	b, _, view := openForm(t, func(string) string { return `{"response_action":"errors","errors":{"nowhere":"x"}}` })
	if _, err := b.SubmitView(t.Context(), lin, view, map[string][]string{"title": {"x"}, "module": {"ledger"}}); err == nil {
		t.Error("an error under an input that does not exist passed")
	}
}

func TestClosing(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, nil)
	if err := b.CloseView(wei, view); err == nil {
		t.Error("somebody else closed the modal")
	}
	if err := b.CloseView(lin, view); err != nil {
		t.Error(err)
	}
	if _, open := b.OpenView(lin); open || len(a.interactions()) != 0 {
		t.Error("the modal is still open, or the app received something")
	}
}
