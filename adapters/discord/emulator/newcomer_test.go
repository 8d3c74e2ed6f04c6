package emulator_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

// TestOffers checks what the page lets people do by hand, and that nothing else is done.
func TestOffers(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{
		"name": "room", "type": 0, "permission_overwrites": b.overwrites(lin),
	})["id"].(string)
	shelf := b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "shelf", "type": 4})["id"].(string)
	hands := b.Hands()
	do := func(kind stage.RoomDeed, to string) {
		t.Helper()
		act := stage.RoomAct{Do: kind, To: to}
		if err := hands.ByHand(t.Context(), boss, id, act); err != nil {
			t.Fatalf("%v: %v", act, err)
		}
		if err := hands.ByHand(t.Context(), boss, id, act); err == nil {
			t.Errorf("%v was done twice", act)
		}
	}
	members := func() []string { r, _ := b.View().Room(id); return r.Members }
	do(stage.AddMember, wei)
	if !slices.Contains(members(), wei) {
		t.Errorf("the members are %q", members())
	}
	do(stage.RemoveMember, wei)
	do(stage.RemoveMember, b.BotUserID())
	if slices.Contains(members(), wei) || slices.Contains(members(), b.BotUserID()) {
		t.Errorf("the members are %q", members())
	}
	do(stage.MoveRoom, "shelf")
	if ch, _ := b.ChannelByID(id); ch.Parent != shelf {
		t.Errorf("the channel is in %q", ch.Parent)
	}
	if r, _ := b.View().Room(id); r.Category != "shelf" {
		t.Errorf("people see it in %q", r.Category)
	}
	if err := b.SetOverwrite(boss, id, emulator.Overwrite{ID: b.GuildID(), Deny: emulator.ViewChannel | emulator.SendMessages}); err != nil {
		t.Fatal(err)
	}
	if r, _ := b.View().Room(id); !r.ReadOnly {
		t.Error("people don't see that only some may post")
	}
	do(stage.MoveRoom, "")
	if acts := hands.Offers(lin, id); len(acts) > 0 {
		t.Errorf("lin may %v", acts)
	}
	do(stage.DeleteRoom, "")
}

// TestJoinGuild checks that somebody who joins while the guild runs can act at once.
func TestJoinGuild(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds|emulator.IntentGuildMembers)
	id, err := b.Hands().Join(t.Context(), "zoe")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"GUILD_MEMBER_ADD"}, c.types(1)); diff != "" {
		t.Error(diff)
	}
	if _, err := b.Hands().Join(t.Context(), "zoe"); !errors.Is(err, stage.ErrTaken) {
		t.Errorf("a second zoe: %v", err)
	}
	if got := b.fine("GET", "/guilds/"+b.GuildID()+"/members/"+id, nil)["user"].(object)["username"]; got != "zoe" {
		t.Errorf("the API names %v", got)
	}
	if err := b.Hands().Say(t.Context(), id, public, "hello"); err != nil {
		t.Error(err)
	}
}
