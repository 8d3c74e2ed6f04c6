package discord_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// change changes a group, and fails the test if a part fails.
func change(t *testing.T, a *discord.Adapter, g core.GroupRef, c core.GroupChange) core.Report {
	t.Helper()
	report, err := a.SetGroup(t.Context(), newOnce(), g, c)
	if err != nil || len(report.Failed()) > 0 {
		t.Fatalf("%v, failed %v", err, report.Failed())
	}
	return report
}

// endGroup ends a topic group and returns its Posting.
func endGroup(t *testing.T, a *discord.Adapter, g core.GroupRef) core.Posting {
	t.Helper()
	r := change(t, a, g, core.GroupChange{State: core.Ended})
	return core.Posting{State: core.Ended, Saved: r.Saved}
}

func reopenGroup(t *testing.T, a *discord.Adapter, g core.GroupRef, p core.Posting) {
	t.Helper()
	change(t, a, g, core.GroupChange{State: core.Discussing, Posting: p})
}

func overwritesOf(w *emulator.Workspace, id string) []emulator.Overwrite {
	for _, ch := range w.Channels() {
		if ch.ID == id {
			return slices.Clone(ch.Overwrites)
		}
	}
	return nil
}

// TestEndBeatsEveryAllow checks that nobody can post after the end, whatever people have
// set by hand, and that reopening restores what they have set.
func TestEndBeatsEveryAllow(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, wei))
	if err != nil {
		t.Fatal(err)
	}
	id, boss := g.Ref.ID, w.OwnerID()
	const post = emulator.ViewChannel | emulator.SendMessages
	for _, o := range []emulator.Overwrite{
		{ID: oncall, Allow: post | emulator.CreatePublicThreads | emulator.SendMessagesInThreads},
		{ID: wei, Member: true, Allow: emulator.ViewChannel, Deny: emulator.SendMessages},
	} {
		if err := w.SetOverwrite(boss, id, o); err != nil {
			t.Fatal(err)
		}
	}
	thread, err := w.StartThread(lin, id, "An aside")
	if err != nil {
		t.Fatal(err)
	}
	before := overwritesOf(w, id)

	p := endGroup(t, a, g.Ref)
	for _, who := range []string{lin, wei, ana} {
		for _, room := range []string{id, thread} {
			if err := w.Hands().Say(t.Context(), who, room, "one more thing"); !errors.Is(err, stage.ErrReadOnly) || !strings.Contains(err.Error(), "50013") {
				t.Errorf("%s posts in %s: %v", who, room, err)
			}
		}
		if _, err := w.StartThread(who, id, "Another"); err == nil {
			t.Errorf("%s starts a thread", who)
		}
	}
	if !w.MayWrite(boss, id) {
		t.Error("the owner of the server, whom no channel can restrict, can't post")
	}
	if _, err := a.SendGroupMessage(t.Context(), newOnce(), g.Ref, text("It has ended")); err != nil {
		t.Errorf("the bot can't post: %v", err)
	}
	added := emulator.Overwrite{ID: bob, Member: true, Allow: post}
	if err := w.SetOverwrite(boss, id, added); err != nil {
		t.Fatal(err)
	}

	reopenGroup(t, a, g.Ref, p)
	if after := overwritesOf(w, id); !slices.Equal(after, append(before, added)) {
		t.Errorf("the permissions were\n%v and one more, and are\n%v", before, after)
	}
	if _, err := w.Say(lin, thread, "go on"); err != nil {
		t.Error(err)
	}
}

// TestEndOfPublicGroup checks that a group without permissions of its own for everybody
// has none again after it is reopened.
func TestEndOfPublicGroup(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	spec := groupOf(lin)
	spec.Public = true
	g, err := a.CreateGroup(t.Context(), newOnce(), spec)
	if err != nil {
		t.Fatal(err)
	}
	before := overwritesOf(w, g.Ref.ID)
	p := endGroup(t, a, g.Ref)
	if w.MayWrite(lin, g.Ref.ID) || w.MayWrite(bob, g.Ref.ID) {
		t.Error("people can still post")
	}
	if again := change(t, a, g.Ref, core.GroupChange{State: core.Ended, Posting: p}); again.Saved != p.Saved {
		t.Errorf("ending it again keeps %q, not %q", again.Saved, p.Saved)
	}
	reopenGroup(t, a, g.Ref, p)
	if after := overwritesOf(w, g.Ref.ID); !slices.Equal(after, before) {
		t.Errorf("the permissions were\n%v, and are\n%v", before, after)
	}
}

// TestEndOfLargeGroup checks a group with more permissions than one request takes.
func TestEndOfLargeGroup(t *testing.T) {
	t.Parallel()
	o := guildOf()
	spec := groupOf()
	for i := range 120 {
		id := fmt.Sprintf("1%018d", 1000+i)
		o.Users = append(slices.Clone(o.Users), emulator.User{ID: id, Name: fmt.Sprintf("p%d", i)})
		spec.Members = append(spec.Members, account(id))
	}
	w := start(t, o)
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), spec)
	if err != nil {
		t.Fatal(err)
	}
	before := overwritesOf(w, g.Ref.ID)
	p := endGroup(t, a, g.Ref)
	for _, who := range spec.Members {
		if w.MayWrite(who.ID, g.Ref.ID) {
			t.Fatalf("%s can post", who.ID)
		}
	}
	reopenGroup(t, a, g.Ref, p)
	if after := overwritesOf(w, g.Ref.ID); !slices.Equal(after, before) {
		t.Errorf("the permissions were\n%v, and are\n%v", before, after)
	}
}

// TestEndAfterSomebodyLeft checks that people who have left the server don't keep a group
// from being ended, and can't post when they come back.
func TestEndAfterSomebodyLeft(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, wei, ana))
	if err != nil {
		t.Fatal(err)
	}
	muted := core.Mute{People: []core.Account{account(wei)}}
	r := change(t, a, g.Ref, core.GroupChange{Mute: &muted})
	if err := errors.Join(w.Leave(wei), w.Leave(ana)); err != nil {
		t.Fatal(err)
	}
	p := core.Posting{State: core.Discussing, Muted: muted, Saved: r.Saved}
	r = change(t, a, g.Ref, core.GroupChange{State: core.Ended, Posting: p})
	if w.MayWrite(lin, g.Ref.ID) || slices.ContainsFunc(overwritesOf(w, g.Ref.ID), func(o emulator.Overwrite) bool {
		return o.ID != w.BotUserID() && o.Allow.Has(emulator.SendMessages)
	}) {
		t.Errorf("the permissions are %v", overwritesOf(w, g.Ref.ID))
	}
	p.State, p.Saved = core.Ended, r.Saved
	reopenGroup(t, a, g.Ref, p)
	if !w.MayWrite(lin, g.Ref.ID) {
		t.Error("lin can't post")
	}
}

// TestEndWithoutPermission checks a bot that was installed without the permissions that
// it would have to deny.
func TestEndWithoutPermission(t *testing.T) {
	t.Parallel()
	o := guildOf()
	o.Everyone = emulator.DefaultEveryone() &^ emulator.SendMessagesInThreads
	o.BotPermissions = emulator.NeededPermissions() &^ emulator.SendMessagesInThreads
	w := start(t, o)
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{State: core.Ended})
	want := core.Outcome{Part: core.PartState, Kind: core.Denied, Detail: "50013"}
	if failed := report.Failed(); err != nil || !slices.Equal(failed, []core.Outcome{want}) {
		t.Errorf("%v, failed %v", err, failed)
	}
}

func TestMembersOfChannels(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, wei))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SetOverwrite(w.OwnerID(), g.Ref.ID, emulator.Overwrite{ID: robot, Member: true, Allow: emulator.ViewChannel}); err != nil {
		t.Fatal(err)
	}
	got, err := a.Members(t.Context(), g.Ref, 2)
	if want := []core.Account{account(lin), account(wei)}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	_, err = a.Members(t.Context(), g.Ref, 1)
	wantError(t, err, core.Conflict, "too_many")
	if err := w.Leave(wei); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Members(t.Context(), g.Ref, 1); err != nil || len(got) != 1 {
		t.Errorf("after one has left: %v, %v", got, err)
	}
	if err := w.SetOverwrite(w.OwnerID(), g.Ref.ID, emulator.Overwrite{ID: oncall, Allow: emulator.ViewChannel}); err != nil {
		t.Fatal(err)
	}
	_, err = a.Members(t.Context(), g.Ref, 30)
	wantError(t, err, core.Unsupported, "members")
	public := groupOf(lin)
	public.Public, public.Suffix = true, "r-18"
	once := newOnce()
	once.step = "public"
	open, err := a.CreateGroup(t.Context(), once, public)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Members(t.Context(), open.Ref, 30)
	wantError(t, err, core.Unsupported, "members")
}

// TestRemovedStaysMuted checks that a muted person who is removed from a public channel,
// which they still see, can't post there until they are unmuted.
func TestRemovedStaysMuted(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	spec := groupOf(lin, wei)
	spec.Public = true
	g, err := a.CreateGroup(t.Context(), newOnce(), spec)
	if err != nil {
		t.Fatal(err)
	}
	who := core.Account{Workspace: g.Ref.Workspace, ID: wei}
	muted := core.Mute{People: []core.Account{who}}
	r := change(t, a, g.Ref, core.GroupChange{Mute: &muted})
	posting := core.Posting{Muted: muted, Saved: r.Saved}
	change(t, a, g.Ref, core.GroupChange{Remove: []core.Account{who}, Posting: posting})
	say := func() error { return w.Hands().Say(t.Context(), wei, g.Ref.ID, "Hello") }
	if err := say(); !errors.Is(err, stage.ErrReadOnly) {
		t.Errorf("after they were removed: %v", err)
	}
	change(t, a, g.Ref, core.GroupChange{Mute: &core.Mute{}, Posting: posting})
	if err := say(); err != nil {
		t.Errorf("after they were unmuted: %v", err)
	}
}
