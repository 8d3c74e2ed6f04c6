package emulator_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// TestOffers checks what the page lets people do by hand, and that nothing else is done.
func TestOffers(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	id, err := b.CreateByHand(wei, "by-hand", true, b.BotUserID())
	if err != nil {
		t.Fatal(err)
	}
	hands := b.Hands()
	do := func(kind stage.RoomDeed, to string) {
		t.Helper()
		act := stage.RoomAct{Do: kind, To: to}
		if err := hands.ByHand(t.Context(), wei, id, act); err != nil {
			t.Fatalf("%v: %v", act, err)
		}
		if err := hands.ByHand(t.Context(), wei, id, act); err == nil {
			t.Errorf("%v was done twice", act)
		}
	}
	do(stage.AddMember, lin)
	do(stage.RemoveMember, lin)
	do(stage.RemoveMember, b.BotUserID())
	do(stage.AddMember, b.BotUserID())
	do(stage.ArchiveRoom, "")
	if r, _ := b.View().Room(id); !r.Archived || slices.Contains(r.Members, b.BotUserID()) {
		t.Errorf("after archiving: %+v", r)
	}
	if err := hands.Say(t.Context(), wei, id, "hello"); !errors.Is(err, stage.ErrReadOnly) {
		t.Errorf("a post in an archived channel: %v", err)
	}
	do(stage.UnarchiveRoom, "")
	do(stage.AddMember, b.BotUserID())
	for _, who := range []string{lin, guest} {
		if acts := hands.Offers(who, id); len(acts) > 0 {
			t.Errorf("%s isn't a member, and may %v", who, acts)
		}
	}
	do(stage.DeleteRoom, "")
	want := []string{
		"member_joined_channel", "member_joined_channel", "member_left_channel", "group_left",
		"member_joined_channel", "group_archive", "member_joined_channel", "group_deleted",
	}
	if diff := cmp.Diff(want, flush(t, b, a)); diff != "" {
		t.Error(diff)
	}
}

// TestJoinTeam checks that somebody who joins while the workspace runs can act at once.
func TestJoinTeam(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	id, err := b.Hands().Join(t.Context(), "zoe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Hands().Join(t.Context(), "zoe"); !errors.Is(err, stage.ErrTaken) {
		t.Errorf("a second zoe: %v", err)
	}
	if got := flush(t, b, a); len(got) == 0 || got[0] != "team_join" {
		t.Errorf("the app received %q", got)
	}
	if got := b.fine("users.info", "user", id)["user"].(map[string]any)["name"]; got != "zoe" {
		t.Errorf("the API names %v", got)
	}
	general, _ := b.ChannelByName("general")
	if !slices.Contains(general.Members, id) {
		t.Errorf("#general has %q", general.Members)
	}
	if err := b.Hands().Say(t.Context(), id, general.ID, "hello"); err != nil {
		t.Error(err)
	}
}
