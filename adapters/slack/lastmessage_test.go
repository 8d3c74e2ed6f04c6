package slack_test

import (
	"testing"

	"riskroom/adapters/slack"
	"riskroom/core"
)

// Only what people write after a message counts, not what apps or Slack itself write. A
// channel whose history doesn't have the message can't be read.
func TestLastPersonMessage(t *testing.T) {
	t.Parallel()
	w, a, g := topicGroup(t, slack.Config{})
	if _, err := w.Say("U0000000LIN", g.ID, "before"); err != nil {
		t.Fatal(err)
	}
	once := newOnce()
	ref, err := a.SendGroupMessage(t.Context(), once, g, core.Message{Text: []core.Span{core.Plain("to be closed")}})
	if err != nil {
		t.Fatal(err)
	}
	topic := "changed"
	if _, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{Topic: &topic}); err != nil {
		t.Fatal(err)
	}
	if at, err := a.LastPersonMessage(t.Context(), ref); err != nil || !at.IsZero() {
		t.Errorf("%v, %v, want nobody", at, err)
	}
	if _, err := w.Say("U0000000LIN", g.ID, "keep it"); err != nil {
		t.Fatal(err)
	}
	if at, err := a.LastPersonMessage(t.Context(), ref); err != nil || at.IsZero() {
		t.Errorf("%v, %v, want a time", at, err)
	}
	ref.ID = "9999999999.000001"
	_, err = a.LastPersonMessage(t.Context(), ref)
	wantError(t, err, core.NotFound, "message_not_found")
}

// What people reply in a thread counts, not what riskroom replies there.
func TestLastPersonMessageInThreads(t *testing.T) {
	t.Parallel()
	w, a, g := topicGroup(t, slack.Config{})
	send := func(to core.MessageRef) core.MessageRef {
		t.Helper()
		ref, err := a.SendGroupMessage(t.Context(), newOnce(), g, core.Message{Text: []core.Span{core.Plain("hello")}, ReplyTo: to})
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	reply := func(to core.MessageRef) {
		t.Helper()
		if _, err := w.Reply("U0000000LIN", g.ID, to.ID, "keep it"); err != nil {
			t.Fatal(err)
		}
	}
	want := func(after core.MessageRef, somebody bool) {
		t.Helper()
		if at, err := a.LastPersonMessage(t.Context(), after); err != nil || at.IsZero() == somebody {
			t.Errorf("%v, %v, want somebody %v", at, err, somebody)
		}
	}
	first := send(core.MessageRef{})
	send(first)
	want(first, false)
	reply(first)
	send(first)
	want(first, true)
	second := send(core.MessageRef{})
	want(second, false)
	reply(second)
	want(second, true)
}
