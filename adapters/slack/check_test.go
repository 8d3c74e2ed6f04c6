package slack_test

import (
	"slices"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Scopes: []string{"chat:write", "im:write"}})
	a := connect(t, w, slack.Config{})
	id, err := a.Check(t.Context())
	if err != nil || id.UserID != w.BotUserID() || id.TeamID != w.TeamID() || id.Name != "riskroom" {
		t.Errorf("it is %+v, %v", id, err)
	}
	if !slices.Contains(id.Missing, "pins:write") || slices.Contains(id.Missing, "im:write") {
		t.Errorf("missing: %v", id.Missing)
	}
	b, err := slack.New(slack.Config{Workspace: home, BotToken: "xoxb-wrong", APIURL: w.URL() + "/api", Transport: w.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Check(t.Context())
	wantError(t, err, core.Unauthorized, "invalid_auth")
}

// TestCheckChannel: whatever it says, the next message meets.
func TestCheckChannel(t *testing.T) {
	t.Parallel()
	const id, bot = "C0000000ONE", "U0000000BOT"
	for name, c := range map[string]struct {
		channel emulator.Channel
		kind    core.Kind
		detail  string
	}{
		"fine":       {channel: emulator.Channel{Members: []string{bot}}},
		"not in it":  {kind: core.NotFound, detail: "not_in_channel"},
		"out of it":  {channel: emulator.Channel{Private: true}, kind: core.NotFound, detail: "channel_not_found"},
		"archived":   {channel: emulator.Channel{Members: []string{bot}, Archived: true}, kind: core.Conflict, detail: "is_archived"},
		"restricted": {channel: emulator.Channel{Members: []string{bot}, ReadOnly: true}, kind: core.Denied, detail: "restricted_action_read_only_channel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.channel.ID, c.channel.Name = id, "one"
			opts := emulator.Options{Users: people, Channels: []emulator.Channel{c.channel}}
			opts.Scopes = slices.DeleteFunc(emulator.AllScopes(), func(s string) bool { return s == "chat:write.public" })
			a := connect(t, start(t, opts), slack.Config{})
			err := a.CheckChannel(t.Context(), id)
			if c.kind == "" && err != nil || c.kind != "" && (core.KindOf(err) != c.kind || core.DetailOf(err) != c.detail) {
				t.Errorf("it is %v", err)
			}
			if _, err := a.SendGroupMessage(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: id}, text("hello")); (err == nil) != (c.kind == "") {
				t.Errorf("the message: %v", err)
			}
		})
	}
}
