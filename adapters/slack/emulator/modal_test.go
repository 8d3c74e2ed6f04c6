package emulator_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
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
		"notify_on_close": true, "blocks": append([]any{input("title", "title", "plain_text_input"), module, handlers}, extra...),
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
	if err != nil || !reply.Sent || reply.View != nil || len(b.OpenViews(lin)) != 0 {
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
	submit := func(id string) (errors map[string]string, top string, stack int) {
		reply, err := b.SubmitView(t.Context(), lin, id, values)
		if err != nil {
			t.Fatal(err)
		}
		if reply.View != nil {
			top = reply.View.ID
		}
		return reply.Errors, top, len(b.OpenViews(lin))
	}
	if errs, top, _ := submit(view); errs["title"] != "too vague" || top != view {
		t.Errorf("errors: %v on %s", errs, top)
	}
	answer = `{"response_action":"push","view":` + form() + `}`
	_, pushed, n := submit(view)
	if n != 2 || pushed == view {
		t.Errorf("push: %d views, %s on top", n, pushed)
	}
	answer = `{"response_action":"update","view":` + form(map[string]any{"type": "divider"}) + `}`
	if _, top, n := submit(pushed); n != 2 || top != pushed {
		t.Errorf("update: %d views, %s on top", n, top)
	}
	answer = `{"response_action":"clear"}`
	if _, _, n := submit(pushed); n != 0 {
		t.Errorf("clear: %d views left", n)
	}
}

func TestErrorsMustNameInputs(t *testing.T) {
	t.Parallel()
	b, _, view := openForm(t, func(string) string { return `{"response_action":"errors","errors":{"nowhere":"x"}}` })
	if _, err := b.SubmitView(t.Context(), lin, view, map[string][]string{"title": {"x"}, "module": {"ledger"}}); err == nil {
		t.Error("an error under an input that does not exist passed")
	}
}

func TestClosingAndSuggesting(t *testing.T) {
	t.Parallel()
	b, a, view := openForm(t, func(kind string) string {
		if kind == "block_suggestion" {
			return `{"options":[{"text":{"type":"plain_text","text":"Payments"},"value":"p"}]}`
		}
		return ""
	})
	menu := input("where", "where", "external_select")
	menu["optional"] = true
	b.fine("views.update", "view_id", view, "view", form(menu))
	if _, err := b.ChooseInView(t.Context(), lin, view, "where", "p"); err == nil {
		t.Error("something that was not offered was chosen")
	}
	reply, err := b.Suggest(t.Context(), lin, view, "where", "pay")
	if err != nil || len(reply.Options) != 1 || reply.Options[0].Value != "p" {
		t.Fatalf("%+v, %v", reply, err)
	}
	if _, err := b.ChooseInView(t.Context(), lin, view, "where", "Payments"); err != nil {
		t.Error(err)
	}
	if _, err := b.CloseView(t.Context(), lin, view); err != nil || len(b.OpenViews(lin)) != 0 {
		t.Errorf("closing: %v", err)
	}
	var kinds []string
	for _, payload := range a.interactions() {
		var p struct{ Type string }
		_ = json.Unmarshal([]byte(payload), &p)
		kinds = append(kinds, p.Type)
	}
	if diff := cmp.Diff([]string{"block_suggestion", "view_closed"}, kinds); diff != "" {
		t.Error(diff)
	}
}
