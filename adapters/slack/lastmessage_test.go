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
