package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

func TestChannelNames(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, code := range map[string]string{
		"":                      "invalid_name_required",
		strings.Repeat("a", 81): "invalid_name_maxlength",
		"---":                   "invalid_name_punctuation",
		"Upper":                 "invalid_name_specials",
		"with space":            "invalid_name_specials",
		"账本：二":                  "invalid_name_specials",
		"Ärger":                 "invalid_name_specials",
		strings.Repeat("账", 81): "invalid_name_maxlength",
		"public":                "name_taken",
		"secret":                "name_taken", // a private channel that the bot does not even see
	} {
		b.refused(code, "conversations.create", "name", name)
	}
	b.room(strings.Repeat("a", 80))
	b.room(strings.Repeat("账", 80))
	b.room("日本語チャンネル")
	b.room("हिन्दी-größe-٣")
	b.archive(b.room("short-lived"))
	b.refused("name_taken", "conversations.create", "name", "short-lived")
}

// TestNameFaults checks that a fault alters or refuses only names that aren't ASCII.
func TestNameFaults(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Faults().Order(stage.Fault{Kind: stage.RefuseName, Times: stage.Forever})
	b.refused("invalid_name_specials", "conversations.create", "name", "账本-r-1")
	b.room("plain-r-1")
	b.Faults().Clear()
	b.Faults().Order(stage.Fault{Kind: stage.AlterName, Times: stage.Forever})
	for _, name := range []string{"plain-r-2", "账本r-3"} {
		b.room(name)
		if want := stage.OnlyASCII(name); !slices.ContainsFunc(b.Channels(), func(c emulator.Channel) bool { return c.Name == want }) {
			t.Errorf("%s is not called %s", name, want)
		}
	}
}

func TestMembershipRules(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, method := range []string{"conversations.rename", "conversations.setTopic", "conversations.setPurpose", "conversations.invite"} {
		b.refused("not_in_channel", method, "channel", "C0000PUBLIC", "name", "x", "users", lin)
		b.refused("channel_not_found", method, "channel", "C0000SECRET", "name", "x", "users", lin)
	}
	b.refused("not_in_channel", "conversations.history", "channel", "C0000PUBLIC")
	b.fine("conversations.info", "channel", "C0000PUBLIC")
	b.refused("channel_not_found", "conversations.info", "channel", "C0000SECRET")
	id, err := b.CreateByHand(lin, "lins", true, b.BotUserID())
	if err != nil {
		t.Fatal(err)
	}
	b.refused("not_authorized", "conversations.rename", "channel", id, "name", "x")
	b.fine("conversations.setTopic", "channel", id, "topic", strings.Repeat("界", 250))
	b.refused("too_long", "conversations.setTopic", "channel", id, "topic", strings.Repeat("界", 251))
	b.refused("too_long", "conversations.setPurpose", "channel", id, "purpose", strings.Repeat("x", 251))
}

func TestArchivingRemovesTheBot(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	b.archive(id)
	b.refused("channel_not_found", "chat.postMessage", "channel", id, "text", "x")
	b.refused("channel_not_found", "conversations.info", "channel", id)

	out := b.fine("conversations.create", "name", "open-room")
	open := out["channel"].(map[string]any)["id"].(string)
	b.archive(open)
	b.refused("is_archived", "chat.postMessage", "channel", open, "text", "x")
}

// archive has lin, an administrator, archive a channel.
func (b *bench) archive(id string) {
	b.t.Helper()
	if err := b.ArchiveByHand(lin, id); err != nil {
		b.t.Fatal(err)
	}
}

func TestInvite(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	out := b.refused("cant_invite", "conversations.invite", "channel", id, "users", lin+","+gone)
	want := []any{map[string]any{"user": gone, "ok": false, "error": "cant_invite"}}
	if diff := cmp.Diff(want, out["errors"]); diff != "" {
		t.Error(diff)
	}
	if members := b.Members(id); !slices.Equal(members, []string{b.BotUserID()}) {
		t.Errorf("an invite that fails in part invited somebody: %v", members)
	}
	b.fine("conversations.invite", "channel", id, "users", lin+","+wei)
	b.refused("already_in_channel", "conversations.invite", "channel", id, "users", lin)
	b.refused("cant_invite_self", "conversations.invite", "channel", id, "users", b.BotUserID())
	b.refused("user_not_found", "conversations.invite", "channel", id, "users", "U404")
	b.refused("no_user", "conversations.invite", "channel", id, "users", "")
}

func TestKick(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	b.fine("conversations.invite", "channel", id, "users", lin)
	b.refused("cant_kick_self", "conversations.kick", "channel", id, "user", b.BotUserID())
	b.refused("not_in_channel", "conversations.kick", "channel", id, "user", wei)
	if err := b.api.KickUserFromConversationContext(t.Context(), id, lin); err != nil {
		t.Errorf("slack-go takes a success for %v", err)
	}
	if slices.Contains(b.Members(id), lin) {
		t.Error("lin is still there")
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	first := b.fine("conversations.open", "users", lin)
	again := b.fine("conversations.open", "users", lin)
	if again["already_open"] != true || cmp.Diff(first["channel"], again["channel"]) != "" {
		t.Errorf("opened twice: %v, then %v", first, again)
	}
	b.refused("user_not_found", "conversations.open", "users", "U404")
	b.refused("user_disabled", "conversations.open", "users", gone)
	b.refused("invalid_user_combination", "conversations.open", "users", lin+","+wei)
	b.refused("users_list_not_supplied", "conversations.open")
}

func TestScopes(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) {
		o.Scopes = slices.DeleteFunc(emulator.AllScopes(), func(s string) bool {
			return s == "groups:write" || s == "users:read.email" || s == "chat:write.public" || s == "bookmarks:write"
		})
	})
	out := b.refused("missing_scope", "conversations.create", "name", "room", "is_private", "true")
	if out["needed"] != "groups:write" || !strings.Contains(out["provided"].(string), "channels:manage") {
		t.Errorf("the answer does not say which scopes: %v", out)
	}
	b.refused("missing_scope", "users.lookupByEmail", "email", "lin@example.com")
	b.refused("missing_scope", "bookmarks.add", "channel_id", "C0000PUBLIC")
	b.refused("not_in_channel", "chat.postMessage", "channel", "C0000PUBLIC", "text", "x")
	response, _ := b.raw("auth.test", "application/x-www-form-urlencoded", "", b.BotToken())
	if scopes := response.Header.Get("X-OAuth-Scopes"); !strings.Contains(scopes, "chat:write,") {
		t.Errorf("auth.test names the scopes %q", scopes)
	}
	user := b.fine("users.info", "user", lin)["user"].(map[string]any)
	if user["profile"].(map[string]any)["email"] != nil {
		t.Error("the e-mail address is shown without its scope")
	}
}

func TestTokensAndEncodings(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for token, code := range map[string]string{"": "not_authed", "xoxb-wrong": "invalid_auth"} {
		if out := b.send("auth.test", "application/x-www-form-urlencoded", "", token); out["error"] != code {
			t.Errorf("token %q: %v", token, out)
		}
	}
	if out := b.send("auth.test", "application/x-www-form-urlencoded", "token="+b.BotToken(), ""); out["ok"] != true {
		t.Errorf("token in the form: %v", out)
	}
	json := "application/json; charset=utf-8"
	if out := b.send("conversations.create", json, `{"name":"by-json","is_private":true}`, b.BotToken()); out["ok"] != true {
		t.Errorf("JSON body: %v", out)
	}
	if out := b.send("conversations.create", json, `{"token":"`+b.BotToken()+`","name":"x"}`, ""); out["error"] != "not_authed" {
		t.Errorf("token in a JSON body: %v", out)
	}
	if out := b.send("conversations.info", json, `{"channel":"C0000PUBLIC"}`, b.BotToken()); out["error"] != "channel_not_found" {
		t.Errorf("a method that takes only forms read a JSON body: %v", out)
	}
	if out := b.send("auth.test", json, `{"token":7}`, b.BotToken()); out["ok"] != true {
		t.Errorf("a token in the body beside the header: %v", out)
	}
	if out := b.send("conversations.create", json, `{`, b.BotToken()); out["error"] != "invalid_json" {
		t.Errorf("broken JSON: %v", out)
	}
	b.refused("unknown_method", "conversations.explode")
}

func TestListsThroughSlackGo(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var made []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		made = append(made, b.room(name))
	}
	params := &slack.GetConversationsForUserParameters{Types: []string{"private_channel"}, Limit: 2}
	var seen []string
	pages := 0
	for {
		page, next, err := b.api.GetConversationsForUserContext(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, c := range page {
			seen = append(seen, c.ID)
			if c.Creator != b.BotUserID() || c.Created == 0 {
				t.Errorf("%s: creator %q, created %v", c.ID, c.Creator, c.Created)
			}
		}
		if params.Cursor = next; next == "" {
			break
		}
	}
	if pages != 3 || !slices.Equal(seen, made) {
		t.Errorf("%d pages: %v, want %v", pages, seen, made)
	}
	b.refused("invalid_cursor", "users.conversations", "cursor", "nonsense")
	b.refused("invalid_types", "users.conversations", "types", "secret")
	b.refused("invalid_limit", "users.conversations", "limit", "many")
}

func TestPeopleThroughSlackGo(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	user, err := b.api.GetUserByEmailContext(t.Context(), "LIN@example.com")
	if err != nil || user.ID != lin || user.Locale != "" {
		t.Errorf("lookup: %v, %v", user, err)
	}
	if _, err := b.api.GetUserByEmailContext(t.Context(), "gone@example.com"); err == nil || err.Error() != "users_not_found" {
		t.Errorf("a deactivated person was found: %v", err)
	}
	user, err = b.api.GetUserInfoContext(t.Context(), lin)
	if err != nil || user.Locale != "zh-CN" || user.TZOffset != 8*3600 || user.Profile.Email != "lin@example.com" {
		t.Errorf("info: %+v, %v", user, err)
	}
	groups, err := b.api.GetUserGroupsContext(t.Context())
	if err != nil || len(groups) != 1 || groups[0].Handle != "oncall" {
		t.Errorf("user groups: %v, %v", groups, err)
	}
	users, err := b.api.GetUserGroupMembersContext(t.Context(), "S0000000001")
	if err != nil || !slices.Equal(users, []string{lin, wei}) {
		t.Errorf("in the group: %v, %v", users, err)
	}
	b.refused("no_such_subteam", "usergroups.users.list", "usergroup", "S404")
	free := setup(t, func(o *emulator.Options) { o.FreePlan = true })
	free.refused("plan_upgrade_required", "usergroups.list")
}
