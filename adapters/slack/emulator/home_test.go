package emulator_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// TestHomeAsSlackGoReadsIt checks the event and the buttons of the Home tab.
func TestHomeAsSlackGoReadsIt(t *testing.T) {
	t.Parallel()
	var b *bench
	b, a := setupApp(t, func(_ http.ResponseWriter, r *received) {
		if r.payload["type"] == "block_actions" {
			b.fine("views.open", "trigger_id", r.payload["trigger_id"].(string), "view", form())
		}
	}, func(o *emulator.Options) { o.HomeTab = true })
	if _, err := b.PressHome(t.Context(), lin, "open"); err == nil {
		t.Error("a button of an empty Home tab is pressed")
	}
	b.fine("views.publish", "user_id", lin, "view", `{"type":"home","blocks":[`+
		`{"type":"section","text":{"type":"plain_text","text":"R-1"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Open"},"action_id":"open","value":"1"}},`+
		`{"type":"section","text":{"type":"plain_text","text":"R-2"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Open"},"action_id":"open","value":"2"}}]}`)
	if err := b.OpenHome(lin); err != nil {
		t.Fatal(err)
	}
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	var event slackevents.AppHomeOpenedEvent
	for _, r := range a.all() {
		if inner, ok := r.payload["event"].(map[string]any); ok && inner["type"] == "app_home_opened" {
			if err := json.Unmarshal(stage.JSON(inner), &event); err != nil {
				t.Fatal(err)
			}
		}
	}
	if event.User != lin || event.Tab != "home" || event.Channel != b.DM(lin) || event.View.Type != slack.VTHomeTab {
		t.Errorf("the event is %+v", event)
	}
	reply, err := b.PressHome(t.Context(), lin, "open/2")
	if err != nil || reply.View == nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	var cb slack.InteractionCallback
	if err := json.Unmarshal([]byte(a.interactions()[0]), &cb); err != nil {
		t.Fatal(err)
	}
	if cb.Type != slack.InteractionTypeBlockActions || cb.View.Type != slack.VTHomeTab || cb.ActionCallback.BlockActions[0].Value != "2" || cb.ResponseURL != "" || cb.Channel.ID != "" {
		t.Errorf("the press is %+v", cb)
	}
	room, _ := b.View().For(lin).Room("home:" + lin)
	posts := 0
	for _, p := range b.View().For(lin).Posts {
		if p.Room == room.ID {
			posts++
		}
	}
	if room.Kind != stage.HomeRoom || posts != 1 {
		t.Errorf("the room is %+v with %d posts", room, posts)
	}
}
