package emulator_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// flush waits until every event was sent once and returns their types.
func flush(t *testing.T, b *bench, a *app) []string {
	t.Helper()
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a.events()
}

func TestEventsOfWhatPeopleDo(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	room, other := b.room("room"), b.room("other")
	b.fine("conversations.invite", "channel", room, "users", lin+","+wei)
	b.fine("conversations.invite", "channel", other, "users", lin)
	for _, step := range []func() error{
		func() error { return b.Rename(lin, room, "renamed") },
		func() error { return b.Leave(lin, room) },
		func() error { return b.KickBot(wei, room) },
		func() error { return b.ArchiveByHand(wei, room) }, // unseen: the bot is out
		func() error { return b.ArchiveByHand(lin, other) },
		func() error { return b.DeleteChannel(lin, "C0000PUBLIC") },
		func() error { return b.DeleteChannel(lin, "C0000SECRET") }, // never seen
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"member_joined_channel", "member_joined_channel", "member_joined_channel", "member_joined_channel", "member_joined_channel",
		"group_rename", "member_left_channel", "group_left", "group_archive", "channel_deleted",
	}
	if diff := cmp.Diff(want, flush(t, b, a)); diff != "" {
		t.Error(diff)
	}
	last := a.all()[len(a.all())-1]
	verifier, err := slack.NewSecretsVerifier(last.header, b.SigningSecret())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = verifier.Write(last.body)
	if err := verifier.Ensure(); err != nil {
		t.Errorf("signature: %v", err)
	}
	event, err := slackevents.ParseEvent(last.body, slackevents.OptionNoVerifyToken())
	if err != nil {
		t.Fatal(err)
	}
	if deleted, ok := event.InnerEvent.Data.(*slackevents.ChannelDeletedEvent); !ok || deleted.Channel != "C0000PUBLIC" {
		t.Errorf("slack-go reads %#v", event.InnerEvent.Data)
	}
}

func TestEventFaults(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	b.Faults().Order(
		stage.Fault{Method: "one", Kind: stage.ReorderEvent},
		stage.Fault{Method: "two", Kind: stage.DuplicateEvent},
		stage.Fault{Method: "three", Kind: stage.ReorderEvent},
		stage.Fault{Method: "four", Kind: stage.LoseEvent},
	)
	for _, kind := range []string{"one", "two", "three", "four"} {
		b.SendEvent(kind, nil)
	}
	if diff := cmp.Diff([]string{"two", "two", "one", "three"}, flush(t, b, a)); diff != "" {
		t.Error(diff)
	}
	first, second := a.all()[0].payload["event_id"], a.all()[1].payload["event_id"]
	if first != second || first == "" {
		t.Errorf("a duplicate has the same event_id: %v and %v", first, second)
	}
}

func TestEventsAreSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var got []string
		a := &app{answer: func(rw http.ResponseWriter, r *received) {
			got = append(got, time.Since(begun).String()+" "+r.header.Get("X-Slack-Retry-Num")+" "+r.header.Get("X-Slack-Retry-Reason"))
			rw.WriteHeader(http.StatusInternalServerError)
		}}
		w, err := emulator.New(emulator.Options{Users: people(), EventsURL: "http://app/events", App: a})
		if err != nil {
			t.Fatal(err)
		}
		w.SendEvent("anything", nil)
		time.Sleep(time.Hour)
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		want := []string{"0s  ", "0s 1 http_error", "1m0s 2 http_error", "6m0s 3 http_error"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNoRetryIsHonoured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &app{answer: func(rw http.ResponseWriter, _ *received) {
			rw.Header().Set("X-Slack-No-Retry", "1")
			rw.WriteHeader(http.StatusInternalServerError)
		}}
		w, err := emulator.New(emulator.Options{Users: people(), EventsURL: "http://app/events", App: a})
		if err != nil {
			t.Fatal(err)
		}
		w.SendEvent("anything", nil)
		time.Sleep(time.Hour)
		_ = w.Close()
		if n := len(a.all()); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

func TestVerifyURL(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, func(rw http.ResponseWriter, r *received) { _, _ = io.WriteString(rw, r.payload["challenge"].(string)) }, nil)
	if err := b.VerifyURL(t.Context()); err != nil {
		t.Error(err)
	}
	silent, _ := setupApp(t, nil, nil)
	if err := silent.VerifyURL(t.Context()); err == nil {
		t.Error("an URL that does not answer the challenge was accepted")
	}
}

func TestFeedTellsTheStoryInOrder(t *testing.T) {
	t.Parallel()
	b, _ := setupApp(t, nil, nil)
	start := b.View().Seq
	id := b.room("room")
	b.fine("conversations.invite", "channel", id, "users", lin)
	ts := card(b, id)
	b.fine("pins.add", "channel", id, "timestamp", ts)
	b.fine("chat.update", "channel", id, "ts", ts, "text", "resolved")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []string
	reader := b.Feed().Subscribe(start)
	for range 9 {
		e, err := reader.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		line := string(e.Kind)
		if e.Post.Text != "" && !e.Post.Notice {
			line += ": " + e.Post.Text
		}
		got = append(got, line)
		if e.Kind == stage.PostEdited {
			break
		}
	}
	want := []string{
		"room_created", "post_added", "member_joined", "post_added",
		"post_added: [Resolve]", "post_pinned: [Resolve]", "post_edited: resolved",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	view := b.View()
	room, _ := view.Room(id)
	if room.Kind != stage.PrivateRoom || !slices.Equal(room.Pinned, []string{ts}) || len(room.Members) != 2 {
		t.Errorf("room: %+v", room)
	}
}
