package emulator_test

import (
	"net/http"
	"testing"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/discord/emulator"
)

func TestAnswerByTheCallback(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	a.answer = func(rw http.ResponseWriter, r *received) {
		url := "/interactions/" + r.payload["id"].(string) + "/" + r.payload["token"].(string) + "/callback"
		b.fine("POST", url, object{"type": 4, "data": object{"content": "by the callback"}})
		rw.WriteHeader(http.StatusAccepted)
	}
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil || reply.Message.Plain != "by the callback" {
		t.Errorf("%+v %v", reply, err)
	}
	m := b.list("/channels/" + public + "/messages")[0]
	if meta := m["interaction_metadata"].(object); meta["id"] != reply.ID || m["type"] != 20.0 {
		t.Errorf("read %v", m)
	}
	a.answer = func(rw http.ResponseWriter, r *received) {
		url := "/interactions/" + r.payload["id"].(string) + "/" + r.payload["token"].(string) + "/callback"
		b.wrong("data.content", "BASE_TYPE_MAX_LENGTH", "POST", url, object{"type": 4, "data": object{"content": string(make([]byte, 2001))}})
		b.fine("POST", url, object{"type": 5})
		b.refused(400, 40060, "POST", url, object{"type": 5})
		_, _ = rw.Write([]byte(`{"type": 4, "data": {"content": "once more"}}`))
	}
	if reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); err == nil || !reply.Deferred {
		t.Errorf("two answers: %+v %v", reply, err)
	}
}

func TestModalOfAButton(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(form), nil)
	id := card(b, public)
	reply, err := b.Press(t.Context(), wei, public, id, "resolve")
	if err != nil || reply.Modal == nil || reply.Message != nil {
		t.Fatalf("%+v %v", reply, err)
	}
	if _, err := b.SubmitModal(t.Context(), lin, nil); err == nil {
		t.Error("lin submitted wei's modal")
	}
	a.answer = saying(`{"type": 4, "data": {"content": "resolved by <@` + wei + `>"}}`)
	if reply, err = b.SubmitModal(t.Context(), wei, emulator.Values{"title": "done", "notes": ""}); err != nil || reply.Message.Plain != "resolved by @wei" {
		t.Fatalf("%+v %v", reply, err)
	}
	if sent := a.all()[1].payload; sent["message"].(object)["id"] != id {
		t.Errorf("sent %v", sent)
	}
}

func TestEphemeralCardsCanBeUsed(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type": 4, "data": {"content": "sure?", "flags": 64, "components": [
		{"type": 1, "components": [{"type": 2, "style": 4, "label": "Yes", "custom_id": "yes"}]}]}}`), nil)
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Press(t.Context(), wei, public, reply.Message.ID, "yes"); err == nil {
		t.Error("wei pressed what only lin sees")
	}
	a.answer = saying(`{"type": 4, "data": {"content": "done", "flags": 64}}`)
	if _, err := b.Press(t.Context(), lin, public, reply.Message.ID, "yes"); err != nil {
		t.Fatal(err)
	}
	if e := b.Ephemerals(lin); len(e) != 2 || e[1].Plain != "done" {
		t.Errorf("lin sees %+v", e)
	}
	b.refused(404, 10008, "PATCH", "/channels/"+public+"/messages/"+reply.Message.ID, object{"content": "x"})
}

const form = `{"type":9,"data":{"custom_id":"file","title":"File a risk","components":[
	{"type":1,"components":[{"type":4,"custom_id":"title","style":1,"label":"Title","max_length":5}]},
	{"type":1,"components":[{"type":4,"custom_id":"notes","style":2,"label":"Notes","required":false,"value":"none"}]}]}}`

func TestModal(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(form), nil)
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil || reply.Modal.Title != "File a risk" || reply.Modal.Values["notes"] != "none" || len(reply.Modal.Inputs) != 2 {
		t.Fatalf("%+v %v", reply, err)
	}
	for _, test := range []struct{ title, problem string }{{"", "This field is required"}, {"too long", "Must be 5 or fewer in length."}} {
		reply, err = b.SubmitModal(t.Context(), lin, emulator.Values{"title": test.title})
		if err != nil || reply.Sent || reply.Errors["title"] != test.problem {
			t.Errorf("%q: %+v %v", test.title, reply, err)
		}
	}
	if _, err = b.SubmitModal(t.Context(), lin, emulator.Values{"other": "x"}); err == nil {
		t.Error("an input that is not there was filled in")
	}
	if reply, err = b.SubmitModal(t.Context(), lin, emulator.Values{"title": "Boom"}); err == nil {
		t.Errorf("a modal answered a modal: %+v", reply)
	}
	a.answer = saying(`{"type":4,"data":{"content":"filed"}}`)
	if reply, err = b.SubmitModal(t.Context(), lin, nil); err != nil || reply.Message.Plain != "filed" || reply.Modal != nil {
		t.Fatalf("%+v %v", reply, err)
	}
	var i discordgo.Interaction
	if err := i.UnmarshalJSON(a.all()[len(a.all())-1].body); err != nil {
		t.Fatal(err)
	}
	data := i.ModalSubmitData()
	input := data.Components[0].(*discordgo.ActionsRow).Components[0].(*discordgo.TextInput)
	if data.CustomID != "file" || input.CustomID != "title" || input.Value != "Boom" {
		t.Errorf("%+v", data)
	}
	if _, err := b.SubmitModal(t.Context(), lin, nil); err == nil {
		t.Error("what is closed was submitted")
	}
}
