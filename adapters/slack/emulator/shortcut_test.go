package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
)

func filing() []emulator.Shortcut {
	return []emulator.Shortcut{
		{Name: "File it", Type: "message", CallbackID: "file", Description: "a"}, {Name: "New", Type: "global", CallbackID: "new", Description: "a"},
	}
}

// TestShortcutsAsSlackGoReadsThem checks that the app can open a modal for either kind.
func TestShortcutsAsSlackGoReadsThem(t *testing.T) {
	t.Parallel()
	var b *bench
	b, a := setupApp(t, func(_ http.ResponseWriter, r *received) {
		b.fine("views.open", "trigger_id", r.payload["trigger_id"].(string), "view", form())
	}, func(o *emulator.Options) { o.Shortcuts = filing() })
	ts, err := b.Say(wei, "C0000PUBLIC", "Ledger is off")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := b.MessageShortcut(t.Context(), lin, "C0000PUBLIC", ts, "file")
	if err != nil || reply.View == nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	if reply, err = b.GlobalShortcut(t.Context(), lin, "new"); err != nil || reply.View == nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	var got []slack.InteractionCallback
	for _, payload := range a.interactions() {
		var cb slack.InteractionCallback
		if err := json.Unmarshal([]byte(payload), &cb); err != nil {
			t.Fatal(err)
		}
		got = append(got, cb)
	}
	if len(got) != 2 || got[0].Type != slack.InteractionTypeMessageAction || got[0].CallbackID != "file" || got[0].Message.Text != "Ledger is off" ||
		got[0].Message.User != wei || got[0].MessageTs != ts || got[0].Channel.ID != "C0000PUBLIC" || got[0].ResponseURL == "" || got[0].Team.Domain != "acme" {
		t.Errorf("%+v", got)
	}
	if got[1].Type != slack.InteractionTypeShortcut || got[1].CallbackID != "new" || got[1].ResponseURL != "" || got[1].Channel.ID != "" || got[1].User.ID != lin {
		t.Errorf("%+v", got[1])
	}
	if menu := b.View().Menu; len(menu) != 2 || !menu[0].OfPosts || menu[1].OfPosts {
		t.Errorf("the menu is %+v", menu)
	}
	for what, wrong := range map[string]func() (emulator.Reply, error){
		"of no message": func() (emulator.Reply, error) {
			return b.MessageShortcut(t.Context(), lin, "C0000PUBLIC", "1.2", "file")
		},
		"of the other kind": func() (emulator.Reply, error) { return b.GlobalShortcut(t.Context(), lin, "file") },
		"unknown":           func() (emulator.Reply, error) { return b.MessageShortcut(t.Context(), lin, "C0000PUBLIC", ts, "later") },
	} {
		if _, err := wrong(); err == nil {
			t.Errorf("%s: it is sent", what)
		}
	}
}

func TestShortcutsThatAreRefused(t *testing.T) {
	t.Parallel()
	many := []emulator.Shortcut{}
	for i := range 11 {
		many = append(many, emulator.Shortcut{Name: "a", Type: "global", CallbackID: fmt.Sprint(i), Description: "a"})
	}
	for what, s := range map[string][]emulator.Shortcut{
		"too many": many, "twice": {filing()[0], filing()[0]},
		"no name": {{Type: "global", CallbackID: "a", Description: "a"}}, "no type": {{Name: "a", CallbackID: "a", Description: "a"}},
		"long name":     {{Name: strings.Repeat("字", 25), Type: "global", CallbackID: "a", Description: "a"}},
		"not described": {{Name: "a", Type: "global", CallbackID: "a"}}, "no ID": {{Name: "a", Type: "global", Description: "a"}},
	} {
		if _, err := emulator.New(emulator.Options{Shortcuts: s}); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}
