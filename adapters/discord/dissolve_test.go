package discord_test

import (
	"fmt"
	"slices"
	"testing"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// archived is the change that archives a group.
var archived = core.GroupChange{Dissolve: core.DissolveArchive}

// TestOrderOfParts checks the order in which the parts of a group are set. Name and
// texts, whose limit is low, come after everything except its end.
func TestOrderOfParts(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, wei))
	if err != nil {
		t.Fatal(err)
	}
	o := newOnce()
	notice := text("The ledger is closed")
	report, err := a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{
		Name: new("New"), Suffix: "r-17", Topic: new("Topic"), Purpose: new("Purpose"), Type: core.Item,
		Announcement: &core.Announcement{Message: &notice}, Add: []core.Account{account(bob)}, Remove: []core.Account{account(wei)},
		Mute: &core.Mute{All: true}, State: core.Ended, Closing: &notice, Dissolve: core.DissolveArchive,
	})
	if err != nil || len(report.Failed()) > 0 {
		t.Fatal(report, err)
	}
	want := []string{
		"announce", "pin:" + report.Announcement.ID, "kick:" + wei, "invite:" + bob, "closing", "permissions", "posting", "describe", "archive",
	}
	if !slices.Equal(o.keys, want) {
		t.Errorf("its calls are %q, want %q", o.keys, want)
	}
	ch, _ := w.ChannelByID(g.Ref.ID)
	if ch.Topic != "Topic\n- Purpose\n- Payments · R-17" {
		t.Errorf("its topic is %q", ch.Topic)
	}
}

// TestFullArchives checks that a full archive is followed by the next, whether the bot
// sees that it is full or Discord refuses it.
func TestFullArchives(t *testing.T) {
	t.Parallel()
	for name, hiddenFrom := range map[string]int{"seen": 49, "refused": 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := filled(49, hiddenFrom)
			opts.Channels[0].Name = "Attic"
			w := start(t, opts)
			a := connect(t, w, discord.Config{Archive: "attic"})
			for i, want := range []string{"Attic", "attic-2"} {
				g, err := a.CreateGroup(t.Context(), newOnce(), numbered(i))
				if err != nil {
					t.Fatal(err)
				}
				if report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, archived); err != nil || len(report.Failed()) > 0 {
					t.Fatal(report, err)
				}
				ch, _ := w.ChannelByID(g.Ref.ID)
				if parent, _ := w.ChannelByID(ch.Parent); parent.Name != want {
					t.Errorf("it is in %+v, want %s", parent, want)
				}
			}
		})
	}
}

// TestFullGuildStillArchives checks that moving a channel needs no room in a guild
// except for the category.
func TestFullGuildStillArchives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		others int // channels beside the group, its category and the archive
		failed int
	}{"room for a category": {496, 0}, "full": {497, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := guildOf()
			for i := range c.others {
				opts.Channels = append(opts.Channels, emulator.Channel{Name: fmt.Sprint("room-", i)})
			}
			w := start(t, opts)
			a := connect(t, w, discord.Config{})
			g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
			if err != nil {
				t.Fatal(err)
			}
			report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, archived)
			if failed := report.Failed(); err != nil || len(failed) != c.failed || c.failed > 0 && failed[0].Detail != "guild_is_full:500" {
				t.Errorf("failed are %v, %v", failed, err)
			}
		})
	}
}

// TestOutOfTheArchive checks that a group counts as archived only as long as it is in
// the archive, whoever moved it, and that the people in it can't post.
func TestOutOfTheArchive(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	look := func(when string, want core.Ending) {
		t.Helper()
		if got, err := a.LookGroup(t.Context(), g.Ref); err != nil || got.Ended != want || want == "" && got.Name != g.Name {
			t.Errorf("%s: %+v, %v", when, got, err)
		}
	}
	look("at first", "")
	report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, archived)
	if err != nil {
		t.Fatal(err)
	}
	look("after it was archived", core.Archived)
	if _, err := w.Say(lin, g.Ref.ID, "hello"); err == nil {
		t.Error("a member can post in an archived group")
	}
	if err := w.MoveByHand(w.OwnerID(), g.Ref.ID, "riskroom"); err != nil {
		t.Fatal(err)
	}
	look("after somebody moved it back", "")
	posting := core.Posting{State: core.Ended, Saved: report.Saved}
	if _, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{State: core.Discussing, Posting: posting}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Say(lin, g.Ref.ID, "hello"); err != nil {
		t.Errorf("a member can't post in a group that was restored: %v", err)
	}
	if err := w.MoveByHand(w.OwnerID(), g.Ref.ID, "riskroom-archive"); err != nil {
		t.Fatal(err)
	}
	look("after somebody archived it", core.Archived)
}

// TestDenyingComesBeforeTheArchive checks that a group in which people can still post
// isn't archived, and that the reason is reported.
func TestDenyingComesBeforeTheArchive(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	w.Faults().Order(stage.Fault{Method: "update_channel", Kind: stage.Refuse, Code: "50013", Nth: 1, Times: 1})
	report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, archived)
	failed := report.Failed()
	if err != nil || len(failed) != 1 || failed[0].Part != core.PartDissolve || failed[0].Kind != core.Denied {
		t.Errorf("failed are %v, %v", failed, err)
	}
	if got, err := a.LookGroup(t.Context(), g.Ref); err != nil || got.Ended != "" {
		t.Errorf("it is %+v, %v", got, err)
	}
}
