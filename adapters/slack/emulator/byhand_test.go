package emulator_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestByHand(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	id, err := b.CreateByHand(wei, "by-hand", false, b.BotUserID())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { return b.Join(lin, id) },
		func() error { return b.ArchiveByHand(wei, id) },
		func() error { return b.UnarchiveByHand(wei, id, true) },
		func() error { return b.Leave(lin, id) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	ch, ok := b.ChannelByName("by-hand")
	if !ok || ch.Archived || !slices.Equal(ch.Members, []string{b.BotUserID(), wei}) {
		t.Errorf("channel: %+v", ch)
	}
	want := []string{
		"member_joined_channel", "member_joined_channel", "channel_archive", "member_joined_channel", "channel_unarchive",
		"member_left_channel",
	}
	if diff := cmp.Diff(want, flush(t, b, a)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeDoneByHand(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, err := range map[string]error{
		"a stranger archives":       b.ArchiveByHand("U404", "C0000PUBLIC"),
		"an outsider renames":       b.Rename(gone, "C0000PUBLIC", "x"),
		"a name is taken":           b.Rename(lin, "C0000PUBLIC", "secret"),
		"a bad name":                b.Rename(lin, "C0000PUBLIC", "Not Good"),
		"joining a private channel": b.Join(guest, "C0000SECRET"),
		"joining twice":             b.Join(lin, "C0000PUBLIC"),
		"restoring what lives":      b.UnarchiveByHand(lin, "C0000PUBLIC", false),
		"kicking who is not in":     b.KickBot(lin, "C0000PUBLIC"),
	} {
		if err == nil {
			t.Errorf("%s: done all the same", name)
		}
	}
	if _, err := b.CreateByHand(lin, "public", false); err == nil {
		t.Error("a channel was made twice")
	}
	if _, err := b.Say(guest, "C0000PUBLIC", "x"); err == nil {
		t.Error("somebody wrote to a channel that they are not in")
	}
}

func TestConnectLater(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", "list"); err == nil {
		t.Error("a command went nowhere and nobody said so")
	}
	target := serve(t, &app{answer: func(rw http.ResponseWriter, _ *received) { _, _ = io.WriteString(rw, "fine") }})
	b.Connect(target+"/c", target+"/i", target+"/e")
	reply, err := b.SlashCommand(t.Context(), lin, "", "/risk", "list")
	if err != nil || reply.Message.Text != "fine" {
		t.Errorf("%+v, %v", reply, err)
	}
}
