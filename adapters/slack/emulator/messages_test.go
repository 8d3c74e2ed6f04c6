package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

func TestPostAndUpdate(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	meta := slack.SlackMetadata{EventType: "riskroom", EventPayload: map[string]any{"op": "abc"}}
	blocks := slack.NewRichTextBlock("", slack.NewRichTextSection(
		slack.NewRichTextSectionTextElement("hello ", nil), slack.NewRichTextSectionUserElement(lin, nil),
		slack.NewRichTextSectionTextElement(" & ", nil), slack.NewRichTextSectionLinkElement("https://x.example", "all", nil)))
	_, ts, err := b.api.PostMessageContext(t.Context(), id, slack.MsgOptionText("fallback", false), slack.MsgOptionBlocks(blocks), slack.MsgOptionMetadata(meta))
	if err != nil {
		t.Fatal(err)
	}
	m := b.Messages(id)[0]
	if m.Plain != "hello @lin & all" || m.Op() != "abc" || m.TS != ts || m.Blocks[0]["block_id"] == "" {
		t.Errorf("stored: %+v", m)
	}
	if _, _, _, err := b.api.UpdateMessageContext(t.Context(), id, ts, slack.MsgOptionText("only text", false)); err != nil {
		t.Fatal(err)
	}
	m = b.Messages(id)[0]
	if len(m.Blocks) != 0 || m.Op() != "abc" || !m.Edited {
		t.Errorf("text without blocks removes the blocks and keeps the metadata; got %+v", m)
	}
	mine, err := b.Say(lin, "", "hi")
	if err != nil {
		t.Fatal(err)
	}
	b.refused("cant_update_message", "chat.update", "channel", b.DM(lin), "ts", mine, "text", "x")
	b.refused("message_not_found", "chat.update", "channel", id, "ts", "1.2", "text", "x")
	b.refused("invalid_arguments", "chat.update", "channel", id, "ts", ts, "text", "x", "metadata", "{}")
}

func TestWhatAMessageMustBe(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	b.refused("no_text", "chat.postMessage", "channel", id)
	b.refused("msg_too_long", "chat.postMessage", "channel", id, "text", strings.Repeat("x", 40001))
	b.refused("invalid_blocks_format", "chat.postMessage", "channel", id, "blocks", "{")
	b.refused("invalid_metadata_format", "chat.postMessage", "channel", id, "text", "x", "metadata", "[]")
	b.refused("invalid_metadata_schema", "chat.postMessage", "channel", id, "text", "x", "metadata", `{"event_type":"a"}`)
	b.refused("invalid_arguments", "chat.postMessage", "channel", id, "text", "x", "attachments", `[{"text":"x"}]`)
	long := func(n int) string {
		return list(n, `{"type":"context","elements":[{"type":"plain_text","text":"`+x(2900)+`"}]}`)
	}
	b.fine("chat.postMessage", "channel", id, "text", "x", "blocks", long(4))
	b.refused("msg_blocks_too_long", "chat.postMessage", "channel", id, "text", "x", "blocks", long(5))
	out := b.fine("chat.postMessage", "channel", id, "blocks", list(1, head("h", "")))
	if out["warning"] != "missing_text_in_message" {
		t.Errorf("blocks without a fallback text pass without a warning: %v", out)
	}
}

func TestDirectMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.fine("chat.postMessage", "channel", lin, "text", "one")
	b.fine("chat.postMessage", "channel", b.DM(lin), "text", "two")
	if dms := b.DMs(lin); len(dms) != 2 || dms[0].Text != "one" || dms[1].Text != "two" {
		t.Errorf("direct messages: %v", dms)
	}
	b.refused("channel_not_found", "chat.postMessage", "channel", gone, "text", "x")
}

// TestReadOnlyChannel: it says of itself that not everybody may post.
func TestReadOnlyChannel(t *testing.T) {
	t.Parallel()
	const id = "C0000NOTICE"
	b := setup(t, func(o *emulator.Options) {
		o.Channels = []emulator.Channel{{ID: id, Name: "notices", ReadOnly: true, Members: []string{"U0000000BOT"}}}
	})
	ch, err := b.api.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil || !ch.IsReadOnly || ch.Properties == nil || !slices.Equal(ch.Properties.PostingRestrictedTo.Type, []string{"admin"}) {
		t.Errorf("it is %+v, %v", ch, err)
	}
	b.refused("restricted_action_read_only_channel", "chat.postMessage", "channel", id, "text", "x")
}

func TestHistoryAndMetadata(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	for i := range 3 {
		b.fine("chat.postMessage", "channel", id, "text", fmt.Sprint(i), "metadata", fmt.Sprintf(`{"event_type":"riskroom","event_payload":{"op":"op%d"}}`, i))
	}
	second := b.Messages(id)[1].TS
	read := func(params slack.GetConversationHistoryParameters) []string {
		params.ChannelID = id
		history, err := b.api.GetConversationHistoryContext(t.Context(), &params)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range history.Messages {
			if m.SubType == "" {
				out = append(out, fmt.Sprintf("%s %s %v", m.Text, m.Metadata.EventType, m.Metadata.EventPayload["op"]))
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		params slack.GetConversationHistoryParameters
		want   []string
	}{
		"whole":          {slack.GetConversationHistoryParameters{IncludeAllMetadata: true}, []string{"2 riskroom op2", "1 riskroom op1", "0 riskroom op0"}},
		"no metadata":    {slack.GetConversationHistoryParameters{Latest: second}, []string{"0  <nil>"}},
		"after":          {slack.GetConversationHistoryParameters{Oldest: second, IncludeAllMetadata: true}, []string{"2 riskroom op2"}},
		"from":           {slack.GetConversationHistoryParameters{Oldest: second, Inclusive: true, IncludeAllMetadata: true}, []string{"2 riskroom op2", "1 riskroom op1"}},
		"from long past": {slack.GetConversationHistoryParameters{Oldest: "1", Latest: second}, []string{"0  <nil>"}},
	} {
		if diff := cmp.Diff(c.want, read(c.params)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	b.Faults().Order(stage.Fault{Method: "conversations.history", Kind: stage.HideMetadata})
	if diff := cmp.Diff([]string{"2  <nil>", "1  <nil>", "0  <nil>"}, read(slack.GetConversationHistoryParameters{IncludeAllMetadata: true})); diff != "" {
		t.Error(diff)
	}
}

// Replies are in their thread only.
func TestThreads(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	post := func(text, thread string) (string, any) {
		out := b.fine("chat.postMessage", "channel", id, "text", text, "thread_ts", thread)
		return out["ts"].(string), out["message"].(map[string]any)["thread_ts"]
	}
	read := func(method, ts string) []string {
		var out []string
		for _, m := range b.fine(method, "channel", id, "ts", ts)["messages"].([]any) {
			if m := m.(map[string]any); m["subtype"] == nil {
				out = append(out, fmt.Sprint(m["text"], " ", m["reply_count"]))
			}
		}
		return out
	}
	first, _ := post("first", "")
	reply, in := post("reply", first)
	if _, nested := post("to the reply", reply); in != first || nested != first {
		t.Errorf("the replies are in the threads %v and %v, want %s", in, nested, first)
	}
	if _, lost := post("to nothing", "1.2"); lost != nil {
		t.Errorf("a reply to nothing is in the thread %v", lost)
	}
	if diff := cmp.Diff([]string{"to nothing <nil>", "first 2"}, read("conversations.history", "")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"first 2", "reply <nil>", "to the reply <nil>"}, read("conversations.replies", reply)); diff != "" {
		t.Error(diff)
	}
	var seen []string
	for _, p := range b.View().Posts {
		if !p.Notice && p.Room == id {
			seen = append(seen, fmt.Sprint(p.Text, " ", p.ReplyTo == first, p.Thread))
		}
	}
	if diff := cmp.Diff([]string{"first false false", "reply true true", "to the reply true true", "to nothing false false"}, seen); diff != "" {
		t.Error(diff)
	}
	b.refused("thread_not_found", "conversations.replies", "channel", id, "ts", "1.2")
	b.refused("invalid_arguments", "chat.update", "channel", id, "ts", reply, "text", "x", "thread_ts", first)
	notice := b.Notices(id)[0].TS
	b.refused("cannot_reply_to_message", "chat.postMessage", "channel", id, "text", "x", "thread_ts", notice)
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_123)
	b := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return at } })
	first := b.fine("chat.postMessage", "channel", lin, "text", "a")["ts"]
	second := b.fine("chat.postMessage", "channel", lin, "text", "b")["ts"]
	if first != "1700000000.123000" || second != "1700000000.123001" {
		t.Errorf("timestamps %v and %v of one millisecond", first, second)
	}
}

func TestPins(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	ts := b.fine("chat.postMessage", "channel", id, "text", "card")["ts"].(string)
	ref := slack.NewRefToMessage(id, ts)
	if err := b.api.AddPinContext(t.Context(), id, ref); err != nil {
		t.Fatal(err)
	}
	b.refused("already_pinned", "pins.add", "channel", id, "timestamp", ts)
	items, _, err := b.api.ListPinsContext(t.Context(), id)
	if err != nil || len(items) != 1 || items[0].Message.Timestamp != ts {
		t.Errorf("pins: %v, %v", items, err)
	}
	b.refused("message_not_found", "pins.add", "channel", id, "timestamp", "1.2")
	b.refused("not_pinnable", "pins.add", "channel", id, "timestamp", b.Notices(id)[0].TS)
	if err := b.api.RemovePinContext(t.Context(), id, ref); err != nil || len(b.Pins(id)) != 0 {
		t.Errorf("pins: %v, %v", b.Pins(id), err)
	}
	b.refused("no_pin", "pins.remove", "channel", id, "timestamp", ts)
	b.refused("message_not_found", "pins.remove", "channel", id, "timestamp", "1.2")
}

func TestBookmarks(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := b.room("room")
	ts := b.fine("chat.postMessage", "channel", id, "text", "card")["ts"].(string)
	link, err := b.api.GetPermalinkContext(t.Context(), &slack.PermalinkParameters{Channel: id, Ts: ts})
	if err != nil {
		t.Fatal(err)
	}
	params := slack.AddBookmarkParameters{Title: "Payments · R-17", Type: "link", Link: link}
	mark, err := b.api.AddBookmarkContext(t.Context(), id, params)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.AddBookmarkContext(t.Context(), id, params); err != nil {
		t.Errorf("the same link twice is two bookmarks on Slack: %v", err)
	}
	title := "Ledger · R-17"
	if _, err := b.api.EditBookmarkContext(t.Context(), id, mark.ID, slack.EditBookmarkParameters{Title: &title}); err != nil {
		t.Fatal(err)
	}
	list, err := b.api.ListBookmarksContext(t.Context(), id)
	if err != nil || len(list) != 2 || list[0].Title != title || list[0].Link != link {
		t.Errorf("bookmarks: %v, %v", list, err)
	}
	b.refused("invalid_link", "bookmarks.add", "channel_id", id, "type", "link", "title", "x", "link", "javascript:alert(1)")
	b.refused("permission_denied", "bookmarks.add", "channel_id", "C0000PUBLIC", "type", "link", "title", "x", "link", link)
	b.refused("not_found", "bookmarks.edit", "channel_id", id, "bookmark_id", "Bk404")
}

func TestInvalidBlocksSaysWhy(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	long := slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", strings.Repeat("x", 151), false, false))
	_, _, err := b.api.PostMessageContext(t.Context(), b.room("room"), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(long))
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) || refused.Err != "invalid_blocks" || !strings.Contains(strings.Join(refused.ResponseMetadata.Messages, ""), "/blocks/0/text/text") {
		t.Errorf("got %#v", err)
	}
}
