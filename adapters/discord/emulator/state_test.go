package emulator_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

// story makes a room with a pinned card and a direct message.
func story(b *bench, name string) string {
	b.t.Helper()
	id := b.room(name)
	b.fine("PATCH", "/channels/"+id, object{"topic": "about R-17", "parent_id": rooms})
	card := b.post(id, object{
		"content": "card of <@" + lin + ">", "nonce": "abc", "embeds": []object{{"title": "R-17", "footer": object{"text": "in <#" + id + ">"}}},
	})
	b.fine("PUT", "/channels/"+id+"/messages/pins/"+card, nil)
	b.post(b.dm(lin), object{"content": "see <#" + id + ">"})
	return id
}

func TestStateLeavesOutWhatDiffersByChance(t *testing.T) {
	t.Parallel()
	plain := setup(t, nil)
	story(plain, "room-r-17")
	other := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return time.Unix(1_800_000_000, 0) } })
	other.dm(wei) // an empty conversation shows nowhere
	story(other, "Room R-17")
	if diff := cmp.Diff(plain.State(), other.State()); diff != "" {
		t.Errorf("the same story compares unequal: %s", diff)
	}
	i := slices.IndexFunc(plain.State().Channels, func(c stage.ChannelState) bool { return c.Name == "#room-r-17" })
	room := plain.State().Channels[i]
	card := room.Messages[0]
	if room.Kind != stage.PrivateRoom || card.Details[0] != "card of <@@lin>" || card.Op != "abc" || !card.Pinned || !strings.Contains(card.Details[1], "in <##room-r-17>") {
		t.Errorf("room: %+v", room)
	}
	if diff := cmp.Diff([]string{"@everyone +0 -1024", "@lin +68608 -0", "@riskroom +68608 -0", "in #Rooms"}, room.Details); diff != "" {
		t.Error(diff)
	}
}

func TestStateTellsEveryDoubleApart(t *testing.T) {
	t.Parallel()
	plain := setup(t, nil)
	story(plain, "room")
	for name, more := range map[string]func(b *bench, id string){
		"a second message": func(b *bench, id string) { b.post(id, object{"content": "x"}) },
		"a lost pin":       func(b *bench, id string) { _ = b.UnpinByHand(boss, id, b.Messages(id)[0].ID) },
		"a second channel": func(b *bench, _ string) { b.room("room") },
		"another member": func(b *bench, id string) {
			b.fine("PUT", "/channels/"+id+"/permissions/"+wei, object{"type": 1, "allow": "1024"})
		},
		"a second DM":   func(b *bench, _ string) { b.post(b.dm(lin), object{"content": "x"}) },
		"another topic": func(b *bench, id string) { b.fine("PATCH", "/channels/"+id, object{"topic": "x"}) },
		"no category":   func(b *bench, id string) { b.fine("PATCH", "/channels/"+id, object{"parent_id": nil}) },
		"deleted":       func(b *bench, id string) { _ = b.DeleteChannel(boss, id) },
	} {
		b := setup(t, nil)
		more(b, story(b, "room"))
		if cmp.Equal(plain.State(), b.State()) {
			t.Errorf("%s goes unseen", name)
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) { o.Users[2].Nick = "Wei W" })
	for in, want := range map[string]string{
		"<@" + lin + "> <@!" + wei + "> <@&" + oncall + ">":         "@lin @Wei W @oncall",
		"<#" + public + "> [here](https://x.example) <https://y.z>": "#public here https://y.z",
		`\<@` + lin + `> \*not bold\* **bold** a\b`:                 "<@" + lin + "> *not bold* bold a\\b",
		"`\\*` and <t:1700000000:R>":                                "\\* and 2023-11-14 22:13",
		"<@" + nobody + "> a < b @everyone":                         "@unknown-user a < b @everyone",
	} {
		if got := b.PlainText(in); got != want {
			t.Errorf("%q shows as %q, want %q", in, got, want)
		}
	}
}

func TestFeedTellsTheStoryInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	start := b.View().Seq
	id := b.room("room")
	b.fine("PUT", "/channels/"+id+"/permissions/"+wei, object{"type": 1, "allow": "1024"})
	message := card(b, id)
	b.fine("PUT", "/channels/"+id+"/messages/pins/"+message, nil)
	b.fine("PATCH", "/channels/"+id+"/messages/"+message, object{"content": "resolved", "embeds": nil, "components": []object{}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []string
	reader := b.Feed().Subscribe(start)
	for len(got) == 0 || !strings.HasPrefix(got[len(got)-1], string(stage.PostEdited)) {
		e, err := reader.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		line := string(e.Kind)
		if e.Post.Text != "" && !e.Post.Notice {
			line += ": " + e.Post.Text
		}
		got = append(got, line)
	}
	const shown = "R-17\nfor @lin\n[Resolve]  [Details]"
	want := []string{"room_created", "member_joined", "post_added: " + shown, "post_pinned: " + shown, "post_added", "post_edited: resolved"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	view := b.View()
	room, _ := view.Room(id)
	if room.Kind != stage.PrivateRoom || !slices.Equal(room.Pinned, []string{message}) || len(room.Members) != 3 {
		t.Errorf("room: %+v", room)
	}
	if _, shown := view.Room(rooms); shown {
		t.Error("a category is shown as a room")
	}
}

// TestManyAtOnce is for the race detector: everything that looks or acts runs
// at the same time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, saying(`{"type":4,"data":{"content":"a","flags":64}}`), nil)
	id := b.room("room")
	message := card(b, id)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := b.identified(t, guilds|messages)
	var all, reading sync.WaitGroup
	reading.Go(func() { c.closed() })
	for i := range 4 {
		for _, act := range []func(){
			func() { b.call("POST", "/channels/"+id+"/messages", object{"content": fmt.Sprint(i)}) },
			func() { b.call("PATCH", "/channels/"+id+"/messages/"+message, object{"content": "x"}) },
			func() { b.call("GET", "/channels/"+id+"/messages", nil) },
			func() { _, _ = b.SlashCommand(ctx, lin, id, "/risk", "list", nil) },
			func() { _, _ = b.Press(ctx, lin, id, message, "resolve") },
			func() { _, _, _ = b.State(), b.View(), b.Ephemerals(lin) },
			func() { b.Faults().Order(stage.Fault{Method: "nothing", Kind: stage.CutBefore}) },
			b.Gateway().SendReconnect,
		} {
			all.Go(act)
		}
	}
	all.Wait()
	b.Gateway().Cut()
	reading.Wait()
	if got := len(b.Messages(id)); got != 5 {
		t.Errorf("%d messages", got)
	}
}

func TestOptionsThatContradictThemselves(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]emulator.Options{
		"user twice":        {Users: []emulator.User{{Name: "lin"}, {Name: "lin"}}},
		"user ID":           {Users: []emulator.User{{ID: "U1", Name: "lin"}}},
		"unknown role":      {Users: []emulator.User{{Name: "lin", Roles: []string{nobody}}}},
		"owner outside":     {OwnerID: lin, Users: []emulator.User{{ID: lin, Name: "lin", Outside: true}}},
		"role ID twice":     {Roles: []emulator.Role{{ID: oncall}, {ID: oncall}}},
		"channel ID twice":  {Channels: []emulator.Channel{{ID: public, Name: "a"}, {ID: public, Name: "b"}}},
		"channel ID":        {Channels: []emulator.Channel{{ID: "C1", Name: "a"}}},
		"unknown member":    {Channels: []emulator.Channel{{Name: "a", Members: []string{nobody}}}},
		"unknown category":  {Channels: []emulator.Channel{{Name: "a", Parent: nobody}}},
		"name of no letter": {Channels: []emulator.Channel{{Name: "!"}}},
	} {
		if w, err := emulator.New(opts); err == nil {
			_ = w.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}
