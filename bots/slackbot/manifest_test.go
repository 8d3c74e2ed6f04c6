package slackbot

import (
	"slices"
	"testing"

	adapter "riskroom/adapters/slack"
	"riskroom/core"
	"riskroom/core/text"
)

// eventScopes lists the scopes of which an event needs one, from the event's page
// in https://docs.slack.dev/reference/events.
var eventScopes = map[string][]string{
	"channel_archive": {"channels:read"}, "channel_unarchive": {"channels:read"}, "channel_deleted": {"channels:read"},
	"channel_rename": {"channels:read"}, "channel_left": {"channels:read"},
	"group_archive": {"groups:read"}, "group_unarchive": {"groups:read"}, "group_deleted": {"groups:read"},
	"group_rename": {"groups:read"}, "group_left": {"groups:read"}, "group_close": {"groups:read"},
	"member_joined_channel": {"channels:read", "groups:read"}, "member_left_channel": {"channels:read", "groups:read"},
	"pin_removed": {"pins:read"}, "message.channels": {"channels:history"}, "message.groups": {"groups:history"},
	"team_join": {"users:read"}, "app_uninstalled": nil, "tokens_revoked": nil,
}

func printer(t *testing.T, lang string) text.Printer {
	t.Helper()
	words, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return words.In(lang)
}

// TestManifestIsWhatTheBotNeeds checks that the scopes are those that the adapter
// requires, and that they cover every event.
func TestManifestIsWhatTheBotNeeds(t *testing.T) {
	t.Parallel()
	uses := core.Uses{Groups: true}
	m := NewManifest(&core.Organisation{Command: "/risk"}, "", false, uses, printer(t, text.English))
	if !slices.Equal(m.OAuth.Scopes.Bot, adapter.RequiredScopes(uses)) {
		t.Errorf("scopes: %v", m.OAuth.Scopes.Bot)
	}
	events := m.Settings.Events.Bot
	if !slices.IsSorted(events) || len(slices.Compact(slices.Clone(events))) != len(events) {
		t.Errorf("not sorted, or twice: %v", events)
	}
	for name := range eventScopes {
		if !slices.Contains(events, name) {
			t.Errorf("the bot is not subscribed to %s", name)
		}
	}
	for _, name := range events {
		needs, known := eventScopes[name]
		if !known {
			t.Errorf("which scope does %s need?", name)
		}
		for _, scope := range needs {
			if !slices.Contains(m.OAuth.Scopes.Bot, scope) {
				t.Errorf("%s needs the scope %s", name, scope)
			}
		}
	}
}

// TestManifestWithoutGroups checks that the manifest has no scopes and events that
// aren't used.
func TestManifestWithoutGroups(t *testing.T) {
	t.Parallel()
	for _, uses := range []core.Uses{{}, {Addresses: true, Channels: true}} {
		m := NewManifest(&core.Organisation{Command: "/risk"}, "", false, uses, printer(t, text.English))
		if got := m.Settings.Events.Bot; !slices.Equal(got, endEvents) {
			t.Errorf("%+v: the events %v", uses, got)
		}
		if got := m.OAuth.Scopes.Bot; slices.Contains(got, "groups:write") || slices.Contains(got, "users:read.email") != uses.Addresses {
			t.Errorf("%+v: the scopes %v", uses, got)
		}
	}
}

// TestManifestWithHome checks that the Home tab and its event come together.
func TestManifestWithHome(t *testing.T) {
	t.Parallel()
	for _, home := range []bool{false, true} {
		m := NewManifest(&core.Organisation{Command: "/risk"}, "", home, core.Uses{}, printer(t, text.English))
		if event := slices.Contains(m.Settings.Events.Bot, homeOpened); m.Features.Home.Tab != home || event != home {
			t.Errorf("home is %v, the tab is %v and the event is %v", home, m.Features.Home.Tab, event)
		}
	}
}

// TestManifestsLimits checks Slack's limits on the length of texts. See
// https://docs.slack.dev/reference/app-manifest.
func TestManifestsLimits(t *testing.T) {
	t.Parallel()
	for _, lang := range text.Languages() {
		m := NewManifest(&core.Organisation{Command: "/risk"}, "https://risk.example.com/slack/acme", false, core.Uses{}, printer(t, lang))
		c := m.Features.Commands[0]
		for what, n := range map[string][2]int{
			"name": {len(m.Display.Name), 35}, "description": {len([]rune(m.Display.Description)), 140},
			"bot": {len(m.Features.BotUser.Name), 80}, "command": {len(c.Command), 32},
			"command's description": {len([]rune(c.Description)), 2000}, "usage": {len([]rune(c.Usage)), 1000},
		} {
			if n[0] == 0 || n[0] > n[1] {
				t.Errorf("%s: %s has %d characters, at most %d", lang, what, n[0], n[1])
			}
		}
		if !c.Escape || !m.Features.Home.Messages || m.Features.Home.ReadOnly || !m.Settings.Interactivity.Enabled {
			t.Errorf("%s: %+v", lang, m)
		}
	}
}
