package e2e_test

import (
	"context"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/bots/slackbot"
	"riskroom/core/text"
)

// The people of the Slack workspace.
const (
	ana = "U00000ANA01"
	lin = "U00000LIN01"
	wei = "U00000WEI01"
)

// onSlack starts the Slack workspace acme with the config file's rates.
func onSlack(t testing.TB, rates string) (*platform, *emulator.Workspace) {
	t.Helper()
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	var shortcuts []emulator.Shortcut
	for _, s := range slackbot.ShortcutsIn(texts.In(text.English)) {
		shortcuts = append(shortcuts, emulator.Shortcut(s))
	}
	c := &clock{}
	w, err := emulator.New(emulator.Options{Shortcuts: shortcuts, Now: c.now, Users: []emulator.User{
		{ID: ana, Name: "ana", RealName: "Ana Reyes", Email: "ana@example.com"},
		{ID: lin, Name: "lin", RealName: "Lin Chen", Email: "lin@example.com"},
		{ID: wei, Name: "wei", RealName: "Wei Ran", Email: "wei@example.com", Admin: true},
	}})
	api := begin(t, w, err)
	return &platform{
		name:   "acme",
		entry:  `{ platform: slack, bot_token: "${SLACK_TOKEN}", signing_secret: "${SLACK_SECRET}", api_url: "${SLACK_API}", rates: ` + rates + ` }`,
		env:    []string{"SLACK_TOKEN=" + w.BotToken(), "SLACK_SECRET=" + w.SigningSecret(), "SLACK_API=" + api + "/api/"},
		ids:    map[string]string{"ana": ana, "lin": lin, "wei": wei},
		people: map[string]string{"lin": "email: lin@example.com", "wei": "email: wei@example.com"},
		calls: calls{
			remind: []string{"conversations.open", "chat.postMessage"},
			group: []string{
				"conversations.create", "conversations.setTopic", "conversations.setPurpose", "conversations.invite",
				"chat.postMessage", "chat.getPermalink", "pins.add", "bookmarks.add",
			},
			change: []string{"chat.update"}, search: "conversations.history",
		},
		log: w.Log(), clock: c, faults: w.Faults(), view: w.View, hands: w.Hands(),
		dismiss: func(id, room string) error { return w.Leave(id, room) },
		restore: func(id, room string) error { return w.UnarchiveByHand(id, room, true) }, readOnly: "is_archived",
		connect: func(public string) {
			way := public + "slack/acme/"
			w.Connect(way+"commands", way+"interactions", way+"events")
		},
		gives: func(id string, o order) (string, error) {
			reply, err := w.SlashCommand(context.Background(), id, "", "/risk", o.line)
			if reply.View != nil {
				return reply.View.Plain, err
			}
			return "", err
		},
		received: func(id string) []string {
			var all []string
			for _, m := range w.Ephemerals(id) {
				all = append(all, m.Plain)
			}
			return all
		},
		state: func(t testing.TB, f func(string) string) any { return plainly(t, w.State(), f) },
	}, w
}
