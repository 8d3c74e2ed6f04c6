package emulator_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
)

// Each test here covers something on which a client library other than ours stopped.

func TestSubcommandsHaveAListOfOptions(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"ok"}}`), nil)
	for _, subcommand := range []string{"list", "group release"} {
		if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", subcommand, nil); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{
		`[{"name":"list","options":[],"type":1}]`,
		`[{"name":"group","options":[{"name":"release","options":[],"type":1}],"type":2}]`,
	} {
		got, _ := json.Marshal(a.all()[i].payload["data"].(object)["options"])
		if string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestNullsAreLeftOut checks that what an app sends as null doesn't come back.
func TestNullsAreLeftOut(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.post(public, object{
		"embeds":     []object{{"description": "x", "footer": nil, "fields": nil}},
		"components": []object{{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "a", "custom_id": "a", "emoji": nil}}}},
	})
	b.fine("PUT", b.commandsPath(), []object{{
		"name": "risk", "description": "Risks", "options": []object{{"type": 1, "name": "list", "description": "x", "options": nil}},
	}, {"name": "other", "description": "Others", "options": nil}})
	commands, _ := json.Marshal(b.list(b.commandsPath()))
	message, _ := json.Marshal(b.list("/channels/" + public + "/messages")[0])
	for _, null := range []string{`"footer":null`, `"fields":null`, `"emoji":null`, `"options":null`} {
		if strings.Contains(string(message)+string(commands), null) {
			t.Errorf("%s in %s %s", null, message, commands)
		}
	}
}

func TestAuditEntriesSayWhatChanged(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	path := "/channels/" + public + "/permissions/"
	b.fine("PUT", path+lin, object{"type": 1, "allow": "1024", "deny": "0"})
	b.fine("PUT", path+lin, object{"type": 1, "allow": "1024", "deny": "2048"})
	b.fine("PUT", path+oncall, object{"type": 0, "allow": "1024", "deny": "0"})
	b.fine("PUT", path+b.GuildID(), object{"type": 0, "allow": "0", "deny": "64"})
	b.fine("DELETE", path+lin, nil)
	id := b.post(public, object{"content": "a"})
	b.fine("PUT", "/channels/"+public+"/messages/pins/"+id, nil)
	if err := b.UnpinByHand(boss, public, id); err != nil {
		t.Fatal(err)
	}
	if err := b.DeleteMessage(boss, public, id); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range b.fine("GET", "/guilds/"+b.GuildID()+"/audit-logs?after=1", nil)["audit_log_entries"].([]any) {
		raw, _ := json.Marshal([]any{e.(object)["action_type"], e.(object)["options"], e.(object)["changes"]})
		got = append(got, strings.NewReplacer(id, "ID", public, "CHANNEL", lin, "LIN", oncall, "ONCALL", b.GuildID(), "GUILD").Replace(string(raw)))
	}
	want := []string{
		`[13,{"id":"LIN","type":"1"},[{"key":"id","new_value":"LIN"},{"key":"type","new_value":1},{"key":"allow","new_value":"1024"},{"key":"deny","new_value":"0"}]]`,
		`[14,{"id":"LIN","type":"1"},[{"key":"deny","new_value":"2048","old_value":"0"}]]`,
		`[13,{"id":"ONCALL","role_name":"oncall","type":"0"},[{"key":"id","new_value":"ONCALL"},{"key":"type","new_value":0},{"key":"allow","new_value":"1024"},{"key":"deny","new_value":"0"}]]`,
		`[13,{"id":"GUILD","role_name":"@everyone","type":"0"},[{"key":"id","new_value":"GUILD"},{"key":"type","new_value":0},{"key":"allow","new_value":"0"},{"key":"deny","new_value":"64"}]]`,
		`[15,{"id":"LIN","type":"1"},[{"key":"id","old_value":"LIN"},{"key":"type","old_value":1},{"key":"allow","old_value":"1024"},{"key":"deny","old_value":"2048"}]]`,
		`[74,{"channel_id":"CHANNEL","message_id":"ID"},[]]`,
		`[75,{"channel_id":"CHANNEL","message_id":"ID"},[]]`,
		`[72,{"channel_id":"CHANNEL","count":"1"},[]]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, messages|emulator.IntentMessageContent)
	asked, err := b.Say(lin, public, "why?")
	if err != nil {
		t.Fatal(err)
	}
	messages := "/channels/" + public + "/messages"
	reply := func(body, ref object) object {
		body["content"], body["message_reference"] = "because", ref
		return body
	}
	b.fine("POST", messages, reply(object{"nonce": "op"}, object{"message_id": asked}))
	b.fine("POST", messages, reply(object{"allowed_mentions": object{"parse": []string{}}}, object{"message_id": asked, "channel_id": public}))
	b.fine("POST", messages, reply(object{}, object{"message_id": nobody, "fail_if_not_exists": false}))
	var got []any
	for range 4 {
		f := c.read()
		to, _ := f.Data["referenced_message"].(object)
		got = append(got, []any{f.Type, f.Data["type"], f.Data["nonce"], to["id"], len(f.Data["mentions"].([]any))})
	}
	if diff := cmp.Diff([]any{
		[]any{"MESSAGE_CREATE", 0.0, nil, nil, 0}, []any{"MESSAGE_CREATE", 19.0, "op", asked, 1},
		[]any{"MESSAGE_CREATE", 19.0, nil, asked, 0}, []any{"MESSAGE_CREATE", 0.0, nil, nil, 0},
	}, got); diff != "" {
		t.Error(diff)
	}
	var seen []bool
	for _, p := range b.View().Posts[len(b.View().Posts)-3:] {
		seen = append(seen, p.ReplyTo == asked && !p.Thread)
	}
	if diff := cmp.Diff([]bool{true, true, false}, seen); diff != "" {
		t.Error(diff)
	}
	b.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "POST", messages, reply(object{}, object{"message_id": nobody}))
	b.wrong("message_reference", "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", "POST", messages, reply(object{}, object{"message_id": asked, "channel_id": secret}))
	b.wrong("message_reference.type", "BASE_TYPE_CHOICES", "POST", messages, reply(object{}, object{"message_id": asked, "type": 1}))
	if err := b.DeleteMessage(lin, public, asked); err != nil {
		t.Fatal(err)
	}
	first := b.list(messages)[2]
	if to, ok := first["referenced_message"]; first["message_reference"].(object)["message_id"] != asked || !ok || to != nil {
		t.Errorf("after the first message was deleted: %v", first)
	}
}

func TestPinNoticesNameTheMessage(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.post(public, object{"content": "a"})
	b.fine("PUT", "/channels/"+public+"/messages/pins/"+id, nil)
	notice := b.list("/channels/" + public + "/messages")[0]
	want := object{"type": 0.0, "channel_id": public, "message_id": id, "guild_id": b.GuildID()}
	if diff := cmp.Diff(want, notice["message_reference"]); diff != "" || notice["type"] != 6.0 {
		t.Errorf("%s\n%v", diff, notice)
	}
	b.wrong("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "POST", "/channels/"+public+"/messages",
		object{"content": "x", "message_reference": object{"message_id": notice["id"]}})
}

func TestRequestedMembers(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, emulator.IntentGuildMembers)
	for name, test := range map[string]struct {
		body    object
		members string
		missing any
	}{
		"everybody":      {object{"query": "", "limit": 0}, "riskroom boss lin wei deaf", nil},
		"by a prefix":    {object{"query": "LI", "limit": 0}, "lin", nil},
		"at most two":    {object{"query": "", "limit": 2}, "riskroom boss", nil},
		"nobody":         {object{"query": "x", "limit": 1}, "", nil},
		"by ID":          {object{"user_ids": []string{wei, nobody, outside}, "limit": 0}, "wei", []any{nobody, outside}},
		"by a single ID": {object{"user_ids": lin, "limit": 0}, "lin", []any{}},
	} {
		test.body["guild_id"], test.body["nonce"], test.body["presences"] = b.GuildID(), name, true
		c.send(8, test.body)
		f := c.read()
		var names []string
		for _, m := range f.Data["members"].([]any) {
			names = append(names, m.(object)["user"].(object)["username"].(string))
		}
		want := object{"guild_id": b.GuildID(), "nonce": name, "presences": []any{}, "chunk_index": 0.0, "chunk_count": 1.0, "members": f.Data["members"]}
		if test.missing != nil {
			want["not_found"] = test.missing
		}
		if diff := cmp.Diff(want, f.Data); f.Type != "GUILD_MEMBERS_CHUNK" || diff != "" {
			t.Errorf("%s: %s %s", name, f.Type, diff)
		}
		if got := strings.Join(names, " "); got != test.members {
			t.Errorf("%s: got %q, want %q", name, got, test.members)
		}
	}
	for want, body := range map[int]object{
		4002: {"guild_id": b.GuildID(), "limit": 0},
		4014: {"guild_id": b.GuildID(), "query": "", "limit": 0},
	} {
		few := b.identified(t, guilds)
		few.send(8, body)
		if got := few.closed(); got != want {
			t.Errorf("%v: closed with %d, want %d", body, got, want)
		}
	}
}

// multipartBody is a body with an object and a file.
func multipartBody(t *testing.T, body object, file string) (text string, header http.Header) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	raw, _ := json.Marshal(body)
	if err := w.WriteField("payload_json", string(raw)); err != nil {
		t.Fatal(err)
	}
	if file != "" {
		part, err := w.CreateFormFile("files[0]", file)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte("id,title\n"))
	}
	_ = w.Close()
	return out.String(), http.Header{"Content-Type": {w.FormDataContentType()}}
}

func TestMessagesWithFiles(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	send := func(body object, file string) (int, object) {
		text, header := multipartBody(t, body, file)
		header.Set("Authorization", "Bot "+b.BotToken())
		response, raw := b.send("POST", "/api/v10/channels/"+public+"/messages", text, header)
		var out object
		_ = json.Unmarshal(raw, &out)
		return response.StatusCode, out
	}
	status, out := send(object{"content": "a"}, "")
	if status != 200 || out["content"] != "a" {
		t.Errorf("no file: %d %v", status, out)
	}
	status, out = send(object{"attachments": []object{{"id": 0, "description": "all of them"}}}, "risks.csv")
	if status != 200 || len(out["attachments"].([]any)) != 1 {
		t.Fatalf("a file alone: %d %v", status, out)
	}
	file := out["attachments"].([]any)[0].(object)
	if file["filename"] != "risks.csv" || file["size"] != 9.0 || file["description"] != "all of them" || file["id"] == nil || file["url"] == nil {
		t.Errorf("the attachment is %v", file)
	}
	m := b.Messages(public)[1]
	if m.Plain != "risks.csv" {
		t.Errorf("people see %q", m.Plain)
	}
	if got, err := b.Hands().Download(t.Context(), lin, public, m.ID, file["id"].(string)); string(got) != "id,title\n" || err != nil {
		t.Errorf("they open %q, %v", got, err)
	}
	if status, out := send(object{}, ""); status != 400 || out["code"] != 50006.0 {
		t.Errorf("nothing at all: %d %v", status, out)
	}
	broken := http.Header{"Content-Type": {"multipart/form-data"}, "Authorization": {"Bot " + b.BotToken()}}
	if response, raw := b.send("POST", "/api/v10/channels/"+public+"/messages", "x", broken); response.StatusCode != 400 {
		t.Errorf("no boundary: %d %s", response.StatusCode, raw)
	}
	b.wrong("attachments", "BASE_TYPE_CHOICES", "POST", "/channels/"+public+"/messages", object{"content": "a", "attachments": []object{{"id": 0}}})
}
