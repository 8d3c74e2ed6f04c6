package emulator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/slack/emulator"
)

// Each test here covers something that a client library other than ours uses.

func TestAPITest(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, token := range []string{"", "xoxb-wrong", b.BotToken()} {
		out := b.send("api.test", "application/x-www-form-urlencoded", "foo=bar", token)
		if diff := cmp.Diff(map[string]any{"ok": true, "args": map[string]any{"foo": "bar"}}, out); diff != "" {
			t.Errorf("token %q: %s", token, diff)
		}
	}
	b.fine("api.test")
	b.refused("my_error", "api.test", "error", "my_error")
}

func TestBotsInfo(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.fine("auth.test")["bot_id"].(string)
	bot := b.fine("bots.info", "bot", id)["bot"].(map[string]any)
	if bot["id"] != id || bot["user_id"] != b.BotUserID() || bot["deleted"] != false {
		t.Errorf("got %v", bot)
	}
	b.refused("bot_not_found", "bots.info", "bot", "B0000000000")
	setup(t, func(o *emulator.Options) { o.Scopes = []string{"commands"} }).refused("missing_scope", "bots.info", "bot", id)
}

// TestScopesInTheHeader checks that answers name the scopes of a valid token only.
func TestScopesInTheHeader(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) { o.Scopes = []string{"commands", "users:read"} })
	for _, c := range []struct{ method, token, scopes, accepted, code string }{
		{"auth.test", b.BotToken(), "commands,users:read", "", ""},
		{"users.info", b.BotToken(), "commands,users:read", "users:read", ""},
		{"pins.list", b.BotToken(), "commands,users:read", "pins:read", "missing_scope"},
		{"auth.test", "", "", "", "not_authed"},
		{"users.info", "xoxb-wrong", "", "", "invalid_auth"},
		{"users.info", b.AppToken(), "connections:write", "users:read", "not_allowed_token_type"},
	} {
		response, raw := b.raw(c.method, "application/x-www-form-urlencoded", "user="+lin, c.token)
		var out struct{ Error, Needed, Provided string }
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		scopes, accepted := response.Header.Get("X-OAuth-Scopes"), response.Header.Get("X-Accepted-OAuth-Scopes")
		if scopes != c.scopes || accepted != c.accepted || out.Error != c.code {
			t.Errorf("%s with %q: %q, %q and %s", c.method, c.token, scopes, accepted, raw)
		}
		if c.code == "missing_scope" && (out.Needed != c.accepted || out.Provided != c.scopes) || c.code != "missing_scope" && out.Needed+out.Provided != "" {
			t.Errorf("%s with %q: %s", c.method, c.token, raw)
		}
	}
}

func TestAppHome(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) { o.HomeTab = true })
	home := func(text string) string {
		return `{"type":"home","callback_id":"h","blocks":[{"type":"header","text":{"type":"plain_text","text":"` + text + `"}}]}`
	}
	first := b.fine("views.publish", "user_id", lin, "view", home("Nothing is pending"))["view"].(map[string]any)
	seen, _ := b.Home(lin)
	if first["type"] != "home" || first["private_metadata"] != "" || seen.Plain != "Nothing is pending" {
		t.Errorf("published %v", first)
	}
	hash := first["hash"].(string)
	again := b.fine("views.publish", "user_id", lin, "view", home("One risk"), "hash", hash)["view"].(map[string]any)
	if seen, _ = b.Home(lin); again["id"] != first["id"] || seen.Plain != "One risk" {
		t.Errorf("published again %v", again)
	}
	if other, ok := b.Home(wei); ok {
		t.Errorf("wei sees %v", other)
	}
	without := setup(t, nil)
	without.refused("not_enabled", "views.publish", "user_id", lin, "view", home("x"))
	if err := without.OpenHome(lin); err == nil {
		t.Error("a Home tab is open that doesn't exist")
	}
	b.refused("hash_conflict", "views.publish", "user_id", lin, "view", home("x"), "hash", hash)
	b.refused("user_not_found", "views.publish", "user_id", "U0", "view", home("x"))
	b.refused("invalid_arguments", "views.publish", "user_id", lin, "view", `{"type":"home","title":{"type":"plain_text","text":"x"},"blocks":[]}`)
	b.refused("invalid_arguments", "views.publish", "user_id", lin, "view", strings.Replace(home("x"), "home", "modal", 1))
}

func TestMessageEvents(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	room := b.room("room")
	b.fine("conversations.invite", "channel", room, "users", lin)
	b.fine("conversations.open", "users", lin)
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(a.all())
	var want []map[string]any
	for _, c := range []struct{ channel, kind string }{{room, "group"}, {b.DM(lin), "im"}, {"C0000PUBLIC", ""}} {
		ts, err := b.Say(lin, c.channel, "see https://x.example")
		if err != nil {
			t.Fatal(err)
		}
		if c.kind != "" { // the bot is not in the public channel
			want = append(want, map[string]any{
				"type": "message", "user": lin, "text": "see <https://x.example>", "ts": ts, "event_ts": ts, "team": b.TeamID(),
				"channel": c.channel, "channel_type": c.kind,
			})
		}
	}
	b.fine("chat.postMessage", "channel", room, "text", "by the bot") // no event: nothing reads it
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	for _, r := range a.all()[before:] {
		got = append(got, r.payload["event"].(map[string]any))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMessageEventsNeedAScope(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, func(o *emulator.Options) { o.Scopes = []string{"im:write", "chat:write"} })
	b.fine("conversations.open", "users", lin)
	if _, err := b.Say(lin, b.DM(lin), "hi"); err != nil {
		t.Fatal(err)
	}
	if got := flush(t, b, a); got != nil {
		t.Errorf("sent %v", got)
	}
}

func TestUpdatesTakeNoUnfurling(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	room := b.room("room")
	ts := b.fine("chat.postMessage", "channel", room, "text", "a", "unfurl_links", "false", "unfurl_media", "false")["ts"].(string)
	for _, arg := range []string{"unfurl_links", "unfurl_media"} {
		b.refused("invalid_arguments", "chat.update", "channel", room, "ts", ts, "text", "b", arg, "false")
	}
}
