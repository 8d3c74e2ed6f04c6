package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
)

func TestCreateChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	out := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{
		"name": "Payments: Old Ledger  R-17", "topic": "about R-17", "parent_id": rooms, "permission_overwrites": b.overwrites(lin, wei),
	})
	if out["name"] != "payments-old-ledger-r-17" || out["topic"] != "about R-17" || out["parent_id"] != rooms || len(out["permission_overwrites"].([]any)) != 4 {
		t.Errorf("created %v", out)
	}
	ch, ok := b.ChannelByID(out["id"].(string))
	want := []string{b.BotUserID(), lin, wei}
	if diff := cmp.Diff(want, ch.Members); diff != "" || !ok || !ch.Private || ch.Creator != b.BotUserID() {
		t.Errorf("%+v %s", ch, diff)
	}
	if !b.PermissionsIn(boss, ch.ID).Has(emulator.ManageChannels) || b.PermissionsIn(deaf, ch.ID) != 0 {
		t.Error("the owner sees every channel, others only theirs")
	}
	same := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "payments-old-ledger-r-17"})
	if same["id"] == out["id"] || same["parent_id"] != nil {
		t.Errorf("names may be there twice: %v", same)
	}
	category := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "Groups 1", "type": 4})
	if category["name"] != "Groups 1" || category["type"] != float64(4) {
		t.Errorf("a category keeps its name: %v", category)
	}
}

func TestCreateChannelIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	url := "/guilds/" + b.GuildID() + "/channels"
	b.wrong("name", "BASE_TYPE_REQUIRED", "POST", url, object{})
	b.wrong("name", "BASE_TYPE_BAD_LENGTH", "POST", url, object{"name": strings.Repeat("x", 101)})
	b.wrong("name", "BASE_TYPE_BAD_LENGTH", "POST", url, object{"name": "!!!"})
	b.wrong("topic", "BASE_TYPE_MAX_LENGTH", "POST", url, object{"name": "a", "topic": strings.Repeat("x", 1025)})
	b.wrong("parent_id", "CHANNEL_PARENT_INVALID", "POST", url, object{"name": "a", "parent_id": nobody})
	b.wrong("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "POST", url, object{"name": "a", "parent_id": public})
	b.wrong("type", "BASE_TYPE_CHOICES", "POST", url, object{"name": "a", "type": 2})
	b.wrong("permission_overwrites.0.allow", "NUMBER_TYPE_COERCE", "POST", url, object{
		"name": "a", "permission_overwrites": []object{{"id": lin, "type": 1, "allow": "much"}},
	})
	b.refused(404, 10009, "POST", url, object{"name": "a", "permission_overwrites": []object{{"id": outside, "type": 1}}})
	b.refused(404, 10004, "POST", "/guilds/"+nobody+"/channels", object{"name": "a"})
	b.refused(400, 50109, "POST", url, "{")
	if n := len(b.Channels()); n != 4 {
		t.Errorf("%d channels", n)
	}
}

func TestRoomForChannels(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) {
		for i := range 49 {
			o.Channels = append(o.Channels, emulator.Channel{Name: fmt.Sprintf("in-%d", i), Parent: rooms})
		}
	})
	url := "/guilds/" + b.GuildID() + "/channels"
	b.fine("POST", url, object{"name": "the-fiftieth", "parent_id": rooms})
	b.wrong("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", "POST", url, object{"name": "a", "parent_id": rooms})
	b.wrong("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", "PATCH", "/channels/"+public, object{"parent_id": rooms})
	for len(b.Channels()) < 500 {
		b.fine("POST", url, object{"name": "more"})
	}
	b.refused(400, 30013, "POST", url, object{"name": "a"})
}

func TestUpdateChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	out := b.fine("PATCH", "/channels/"+id, object{"name": "New Name", "topic": "here", "parent_id": rooms})
	if out["name"] != "new-name" || out["topic"] != "here" || out["parent_id"] != rooms {
		t.Errorf("changed to %v", out)
	}
	if out = b.fine("PATCH", "/channels/"+id, object{"topic": nil}); out["topic"] != nil || out["name"] != "new-name" {
		t.Errorf("null clears: %v", out)
	}
	last := b.Log().Calls()[len(b.Log().Calls())-1]
	if !last.Effect || last.Method != "update_channel" || !last.Write {
		t.Errorf("the log says %+v", last)
	}
	b.fine("PATCH", "/channels/"+id, object{"topic": ""})
	if last = b.Log().Calls()[len(b.Log().Calls())-1]; last.Effect {
		t.Error("what is there already is no effect")
	}
	b.fine("PATCH", "/channels/"+id, object{"permission_overwrites": b.overwrites(wei)})
	if got := b.Members(id); !slices.Equal(got, []string{b.BotUserID(), wei}) {
		t.Errorf("members %v", got)
	}
	b.refused(404, 10003, "PATCH", "/channels/"+nobody, object{"topic": "x"})
	b.refused(403, 50001, "PATCH", "/channels/"+secret, object{"topic": "x"})
}

func TestDeleteChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "a", "parent_id": rooms, "permission_overwrites": b.overwrites()})["id"].(string)
	if err := b.DeleteChannel(boss, rooms); err != nil {
		t.Fatal(err)
	}
	if ch, _ := b.ChannelByID(id); ch.Parent != "" {
		t.Error("the channel is still in the deleted category")
	}
	if err := b.DeleteChannel(boss, id); err != nil {
		t.Fatal(err)
	}
	b.refused(404, 10003, "GET", "/channels/"+id, nil)
}

func TestWhatTheBotCannotViewIsLeftOut(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) {
		o.Channels = append(o.Channels,
			emulator.Channel{ID: "3000000000000000010", Name: "Hidden", Category: true, Private: true, Members: []string{boss}},
			emulator.Channel{ID: "3000000000000000011", Name: "seen", Parent: "3000000000000000010"})
	})
	var names []string
	for _, ch := range b.list("/guilds/" + b.GuildID() + "/channels") {
		names = append(names, ch["name"].(string))
	}
	// A category is seen with what is seen in it.
	if diff := cmp.Diff([]string{"general", "public", "Rooms", "Hidden", "seen"}, names); diff != "" {
		t.Error(diff)
	}
	b.refused(403, 50001, "GET", "/channels/"+secret, nil)
	b.refused(403, 50001, "GET", "/channels/"+secret+"/messages", nil)
	if err := b.DeleteChannel(boss, "3000000000000000011"); err != nil {
		t.Fatal(err)
	}
	b.refused(403, 50001, "GET", "/channels/3000000000000000010", nil)
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	reason := "op abc · 群组"
	ch, err := b.api.GuildChannelCreateComplex(b.GuildID(), discordgo.GuildChannelCreateData{Name: "room"},
		discordgo.WithHeader("X-Audit-Log-Reason", "op%20abc%20%C2%B7%20%E7%BE%A4%E7%BB%84"))
	if err != nil {
		t.Fatal(err)
	}
	entries := func(query string) []any {
		return b.fine("GET", "/guilds/"+b.GuildID()+"/audit-logs?after=1&"+query, nil)["audit_log_entries"].([]any)
	}
	if log := entries("action_type=10&user_id=" + b.BotUserID()); len(log) != 1 || log[0].(object)["target_id"] != ch.ID || log[0].(object)["reason"] != reason {
		t.Errorf("%+v", log)
	}
	b.fine("PATCH", "/channels/"+ch.ID, object{"topic": "x"})
	if err := b.DeleteChannel(boss, ch.ID); err != nil {
		t.Fatal(err)
	}
	if log := entries("user_id=" + boss); len(log) != 1 || log[0].(object)["action_type"] != 12.0 {
		t.Errorf("by the owner: %v", log)
	}
	all := b.AuditLog()
	if log := entries("limit=1"); len(all) != 3 || log[0].(object)["id"] != all[0].ID {
		t.Errorf("oldest first: %v, %v", all, log)
	}
	b.wrong("after", "NUMBER_TYPE_COERCE", "GET", "/guilds/"+b.GuildID()+"/audit-logs", nil)
	header := http.Header{"Authorization": {"Bot " + b.BotToken()}, "X-Audit-Log-Reason": {"群组"}}
	if response, _ := b.send("PATCH", "/api/v10/channels/"+public, object{"topic": "x"}, header); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a reason that is not encoded: HTTP %d", response.StatusCode)
	}
	deprived := setup(t, func(o *emulator.Options) { o.BotPermissions = emulator.ViewChannel })
	deprived.refused(403, 50013, "GET", "/guilds/"+deprived.GuildID()+"/audit-logs", nil)
}

func TestWhoMayCallAtAll(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, test := range map[string]struct {
		path   string
		header http.Header
		status int
	}{
		"no token":      {"/api/v10/users/@me", http.Header{}, 401},
		"another token": {"/api/v10/users/@me", http.Header{"Authorization": {"Bot x"}}, 401},
		"no Bot":        {"/api/v10/users/@me", http.Header{"Authorization": {b.BotToken()}}, 401},
		"no agent":      {"/api/v10/users/@me", http.Header{"Authorization": {"Bot " + b.BotToken()}, "User-Agent": {""}}, 403},
		"old version":   {"/api/v5/users/@me", http.Header{"Authorization": {"Bot " + b.BotToken()}}, 400},
		"v9":            {"/api/v9/users/@me", http.Header{"Authorization": {"Bot " + b.BotToken()}}, 200},
		"unknown":       {"/api/v10/users/@you/x", http.Header{"Authorization": {"Bot " + b.BotToken()}}, 404},
	} {
		if response, raw := b.send("GET", test.path, nil, test.header); response.StatusCode != test.status {
			t.Errorf("%s: HTTP %d %s, want %d", name, response.StatusCode, raw, test.status)
		}
	}
}

func TestDeletingAChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ch := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "room"})
	id := ch["id"].(string)
	if gone := b.fine("DELETE", "/channels/"+id, nil); gone["id"] != id {
		t.Errorf("the answer is %v", gone)
	}
	if _, ok := b.ChannelByID(id); ok {
		t.Error("the channel exists")
	}
	b.refused(404, 10003, "DELETE", "/channels/"+id, nil)
	deprived := setup(t, func(o *emulator.Options) { o.BotPermissions = emulator.ViewChannel })
	deprived.refused(403, 50013, "DELETE", "/channels/"+public, nil)
}

// TestMovedByHand checks the event and the entry in the log when a person moves a
// channel to another category.
func TestMovedByHand(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, category := range []string{"attic", "attic", ""} {
		if err := b.MoveByHand(boss, public, category); err != nil {
			t.Fatal(err)
		}
		ch, _ := b.ChannelByID(public)
		if parent, _ := b.ChannelByID(ch.Parent); parent.Name != category {
			t.Errorf("it is in %q, want %q", parent.Name, category)
		}
	}
	if err := b.MoveByHand(lin, public, "attic"); err == nil {
		t.Error("a member without MANAGE_CHANNELS can move a channel")
	}
}
