package emulator_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/slack/emulator"
)

func TestByHand(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	id, err := b.CreateByHand(wei, "by-hand", false, b.BotUserID())
	if err != nil {
		t.Fatal(err)
	}
	ts := b.fine("chat.postMessage", "channel", id, "text", "card")["ts"].(string)
	b.fine("pins.add", "channel", id, "timestamp", ts)
	b.fine("bookmarks.add", "channel_id", id, "type", "link", "title", "badge", "link", "https://x.example")
	for _, step := range []func() error{
		func() error { return b.Join(lin, id) },
		func() error { return b.SetTopicByHand(lin, id, "new topic") },
		func() error { return b.UnpinByHand(lin, id, ts) },
		func() error { return b.RemoveBookmarkByHand(lin, id, "badge") },
		func() error { return b.DeleteMessage(lin, id, ts) },
		func() error { return b.ArchiveByHand(wei, id) },
		func() error { return b.UnarchiveByHand(wei, id, true) },
		func() error { return b.KickByHand(wei, id, lin) },
		func() error { return b.Deactivate(wei) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	ch, ok := b.ChannelByName("by-hand")
	if !ok || ch.Archived || ch.Topic != "new topic" || !slices.Equal(ch.Members, []string{b.BotUserID()}) {
		t.Errorf("channel: %+v", ch)
	}
	if len(b.Pins(id)) != 0 || len(b.Bookmarks(id)) != 0 || len(b.Messages(id)) != 0 {
		t.Errorf("left: %v, %v, %v", b.Pins(id), b.Bookmarks(id), b.Messages(id))
	}
	if user, _ := b.UserByName("wei"); !user.Deleted {
		t.Error("wei is still active")
	}
	want := []string{
		"member_joined_channel", "member_joined_channel", "channel_archive", "member_joined_channel", "channel_unarchive",
		"member_left_channel", "member_left_channel", "member_left_channel", // the last two: #by-hand and #general; the bot is not in #public
	}
	if diff := cmp.Diff(want, flush(t, b, a)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeDoneByHand(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, err := range map[string]error{
		"a stranger archives":       b.ArchiveByHand("U404", "C0000PUBLIC"),
		"an outsider renames":       b.Rename(gone, "C0000PUBLIC", "x"),
		"a name is taken":           b.Rename(lin, "C0000PUBLIC", "secret"),
		"a bad name":                b.Rename(lin, "C0000PUBLIC", "Not Good"),
		"joining a private channel": b.Join(guest, "C0000SECRET"),
		"joining twice":             b.Join(lin, "C0000PUBLIC"),
		"restoring what lives":      b.UnarchiveByHand(lin, "C0000PUBLIC", false),
		"kicking who is not in":     b.KickBot(lin, "C0000PUBLIC"),
		"deleting no message":       b.DeleteMessage(lin, "C0000PUBLIC", "1.2"),
		"a bookmark that isn't":     b.RemoveBookmarkByHand(lin, "C0000PUBLIC", "x"),
		"inviting a member":         b.InviteByHand(lin, "C0000PUBLIC", wei),
	} {
		if err == nil {
			t.Errorf("%s: done all the same", name)
		}
	}
	if _, err := b.CreateByHand(lin, "public", false); err == nil {
		t.Error("a channel was made twice")
	}
	if _, err := b.Say(guest, "C0000PUBLIC", "x"); err == nil {
		t.Error("somebody wrote to a channel that they are not in")
	}
}

func TestEphemeralMessages(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	id := b.room("room")
	b.refused("user_not_in_channel", "chat.postEphemeral", "channel", id, "user", lin, "text", "x")
	b.fine("conversations.invite", "channel", id, "users", lin)
	ts := b.fine("chat.postEphemeral", "channel", id, "user", lin, "text", "only you", "blocks",
		`[{"type":"section","text":{"type":"plain_text","text":"sure?"},"accessory":{"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Yes"},"value":"y"}]}}]`)["message_ts"].(string)
	if len(b.Messages(id)) != 0 || len(b.Ephemerals(lin)) != 1 {
		t.Errorf("stored: %v", b.Messages(id))
	}
	if _, err := b.Choose(t.Context(), lin, id, ts, "more", "Yes"); err != nil {
		t.Fatal(err)
	}
	if got := a.interactions(); len(got) != 1 {
		t.Errorf("the app received %v", got)
	}
	if _, _, ok := b.Ephemerals(lin)[0].Action("more"); !ok {
		t.Error("the element is not found")
	}
}

func TestMembersAndUsersInPages(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	if err := b.AddUser(emulator.User{Name: "ana"}); err != nil {
		t.Fatal(err)
	}
	ana, _ := b.UserByName("ana")
	general, _ := b.ChannelByName("general")
	if !slices.Contains(general.Members, ana.ID) || slices.Contains(general.Members, guest) {
		t.Errorf("in #general: %v", general.Members)
	}
	first := b.fine("conversations.members", "channel", general.ID, "limit", "3")
	next := first["response_metadata"].(map[string]any)["next_cursor"].(string)
	rest := b.fine("conversations.members", "channel", general.ID, "limit", "3", "cursor", next)
	if len(first["members"].([]any)) != 3 || len(rest["members"].([]any)) != 1 || rest["response_metadata"].(map[string]any)["next_cursor"] != "" {
		t.Errorf("pages: %v, %v", first, rest)
	}
	if all := b.fine("users.list")["members"].([]any); len(all) != 6 {
		t.Errorf("%d users", len(all))
	}
	users := b.fine("usergroups.users.list", "usergroup", "S0000000001")["users"].([]any)
	if len(users) != 2 {
		t.Errorf("in the group: %v", users)
	}
	b.refused("no_such_subteam", "usergroups.users.list", "usergroup", "S404")
	if team := b.fine("team.info")["team"].(map[string]any); team["id"] != b.TeamID() {
		t.Errorf("team: %v", team)
	}
}

func TestConnectLater(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", "list"); err == nil {
		t.Error("a command went nowhere and nobody said so")
	}
	target := serve(t, &app{answer: func(rw http.ResponseWriter, _ *received) { _, _ = io.WriteString(rw, "fine") }})
	b.Connect(target+"/c", target+"/i", "", target+"/e")
	reply, err := b.SlashCommand(t.Context(), lin, "", "/risk", "list")
	if err != nil || reply.Message.Text != "fine" {
		t.Errorf("%+v, %v", reply, err)
	}
}
