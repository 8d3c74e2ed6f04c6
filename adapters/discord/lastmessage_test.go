package discord_test

import (
	"testing"

	"riskroom/adapters/discord"
	"riskroom/core"
)

// Only what people write after a message counts, not what apps or Discord itself write. A
// channel whose history doesn't have the message can't be read.
func TestLastPersonMessage(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, wei))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Say(lin, g.Ref.ID, "before"); err != nil {
		t.Fatal(err)
	}
	once := newOnce()
	once.step = "notice"
	ref, err := a.SendGroupMessage(t.Context(), once, g.Ref, core.Message{Text: []core.Span{core.Plain("to be closed")}})
	if err != nil {
		t.Fatal(err)
	}
	if at, err := a.LastPersonMessage(t.Context(), ref); err != nil || !at.IsZero() {
		t.Errorf("%v, %v, want nobody", at, err)
	}
	if _, err := w.Say(lin, g.Ref.ID, "keep it"); err != nil {
		t.Fatal(err)
	}
	if at, err := a.LastPersonMessage(t.Context(), ref); err != nil || at.IsZero() {
		t.Errorf("%v, %v, want a time", at, err)
	}
	ref.ID = "9" + ref.ID[:17] + "1"
	_, err = a.LastPersonMessage(t.Context(), ref)
	wantError(t, err, core.NotFound, "message_not_found")
}
