package emulator_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// story makes a room with a pinned card, its badge and a direct message.
func story(b *bench, name string) string {
	b.t.Helper()
	id := b.room(name)
	b.fine("conversations.setTopic", "channel", id, "topic", "about R-17")
	b.fine("conversations.invite", "channel", id, "users", lin)
	ts := b.fine("chat.postMessage", "channel", id, "text", "card of <@"+lin+">", "metadata", `{"event_type":"riskroom","event_payload":{"op":"abc"}}`, "blocks",
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"for "},{"type":"user","user_id":"`+lin+`"}]}]}]`)["ts"].(string)
	b.fine("pins.add", "channel", id, "timestamp", ts)
	b.fine("bookmarks.add", "channel_id", id, "type", "link", "title", "Payments · R-17", "link", b.Permalink(id, ts))
	b.fine("chat.postMessage", "channel", lin, "text", "see <#"+id+">")
	return id
}

func TestStateLeavesOutWhatDiffersByChance(t *testing.T) {
	t.Parallel()
	plain := setup(t, nil)
	story(plain, "room-r-17")
	other := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return time.Unix(1_800_000_000, 0) } })
	other.fine("conversations.open", "users", wei) // an empty conversation shows nowhere
	id := story(other, "room-r-17")
	other.fine("conversations.setTopic", "channel", id, "topic", "about R-17") // one more notice
	if diff := cmp.Diff(plain.State(), other.State()); diff != "" {
		t.Errorf("the same story compares unequal: %s", diff)
	}
	room := plain.State().Channels[2]
	if diff := cmp.Diff([]stage.Badge{{Title: "Payments · R-17", Link: "#room-r-17/1", Post: "#room-r-17/1"}}, room.Badges); diff != "" {
		t.Error(diff)
	}
	card := room.Messages[0]
	details := strings.Join(card.Details, "\n")
	if card.Text != "for @lin" || card.Details[0] != "card of <@@lin>" || card.Op != "abc" || !card.Pinned || strings.Contains(details, lin) || strings.Contains(details, "block_id") {
		t.Errorf("card: %+v", card)
	}
}

func TestStateTellsEveryDoubleApart(t *testing.T) {
	t.Parallel()
	plain := setup(t, nil)
	story(plain, "room")
	for name, more := range map[string]func(b *bench, id string){
		"a second message":  func(b *bench, id string) { b.fine("chat.postMessage", "channel", id, "text", "x") },
		"a second bookmark": func(b *bench, id string) { again(b, id) },
		"a second pin": func(b *bench, id string) {
			b.fine("pins.add", "channel", id, "timestamp", b.fine("chat.postMessage", "channel", id, "text", "x")["ts"].(string))
		},
		"a second channel": func(b *bench, _ string) { b.room("room-2") },
		"another member":   func(b *bench, id string) { b.fine("conversations.invite", "channel", id, "users", wei) },
		"a second DM":      func(b *bench, _ string) { b.fine("chat.postMessage", "channel", lin, "text", "x") },
		"another topic":    func(b *bench, id string) { b.fine("conversations.setTopic", "channel", id, "topic", "x") },
		"archived":         func(b *bench, id string) { b.archive(id) },
	} {
		b := setup(t, nil)
		more(b, story(b, "room"))
		if cmp.Equal(plain.State(), b.State()) {
			t.Errorf("%s goes unseen", name)
		}
	}
}

func again(b *bench, id string) {
	mark := b.Bookmarks(id)[0]
	b.fine("bookmarks.add", "channel_id", id, "type", "link", "title", mark.Title, "link", mark.Link)
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for in, want := range map[string]string{
		"<@" + lin + "> &lt;b&gt; &amp;amp;":              "@lin <b> &amp;",
		"<#C0000PUBLIC> <https://x.example|here>":         "#public here",
		"<!subteam^S0000000001> <!channel> <https://y.z>": "@oncall @channel https://y.z",
		"<!date^1700000000^{date}|14 Nov>":                "14 Nov",
		"a < b and @lin":                                  "a < b and @lin",
		"ask bob@example.org about README.md":             "ask bob@example.org about README.md",
	} {
		ts, err := b.Say(lin, "C0000PUBLIC", in)
		if err != nil {
			t.Fatal(err)
		}
		list := b.Messages("C0000PUBLIC")
		if got := list[len(list)-1]; got.TS != ts || got.Plain != want {
			t.Errorf("%q shows as %q, want %q", in, got.Plain, want)
		}
	}
}

func TestWhomAMessageNotifies(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.fine("chat.postMessage", "channel", lin, "text", "<@"+wei+"> <!channel> &lt;@U1&gt; <!subteam^S0000000001|@oncall> <#C0000PUBLIC>")
	b.fine("chat.postMessage", "channel", lin, "text", "<!everyone>", "blocks", `[
		{"type":"context","elements":[{"type":"plain_text","text":"<@U1>"}]},
		{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!channel>"},{"type":"user","user_id":"U3"}]}]}]`)
	dms := b.DMs(lin)
	if diff := cmp.Diff([]string{wei, "channel", "S0000000001"}, dms[0].Notifies); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"U3"}, dms[1].Notifies); diff != "" {
		t.Error(diff)
	}
}

// TestManyAtOnce is for the race detector: everything that looks or acts runs
// at the same time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, nil, nil)
	id := b.room("room")
	b.fine("conversations.invite", "channel", id, "users", lin)
	ts := card(b, id)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for i := range 4 {
		for _, act := range []func(){
			func() { b.call("chat.postMessage", "channel", id, "text", fmt.Sprint(i)) },
			func() { b.call("chat.update", "channel", id, "ts", ts, "text", "x", "blocks", list(1, head("h", ""))) },
			func() { b.call("conversations.history", "channel", id) },
			func() { _, _ = b.SlashCommand(ctx, lin, id, "/risk", "list") },
			func() { _, _ = b.Press(ctx, lin, id, ts, "resolve") },
			func() { _, _, _ = b.State(), b.View(), b.Ephemerals(lin) },
			func() { b.Faults().Order(stage.Fault{Method: "nothing", Kind: stage.CutBefore}) },
		} {
			all.Go(act)
		}
	}
	all.Wait()
	if got := len(b.Messages(id)); got != 5 {
		t.Errorf("%d messages", got)
	}
}

func TestOptionsThatContradictThemselves(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]emulator.Options{
		"user twice":       {Users: []emulator.User{{Name: "lin"}, {Name: "lin"}}},
		"channel twice":    {Channels: []emulator.Channel{{Name: "a"}, {Name: "a"}}},
		"channel ID twice": {Channels: []emulator.Channel{{ID: "C1", Name: "a"}, {ID: "C1", Name: "b"}}},
		"unknown member":   {Channels: []emulator.Channel{{Name: "a", Members: []string{"U404"}}}},
		"bad name":         {Channels: []emulator.Channel{{Name: "A"}}},
		"unknown in group": {UserGroups: []emulator.UserGroup{{Handle: "g", Users: []string{"U404"}}}},
	} {
		if w, err := emulator.New(opts); err == nil {
			_ = w.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}
