package slackbot

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	adapter "riskroom/adapters/slack"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// Manifest is an app manifest. Its JSON can be pasted into Slack's dialog "From a
// manifest". See
// https://docs.slack.dev/reference/app-manifest.
type Manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"display_information"`
	Features ManifestFeatures `json:"features"`
	OAuth    struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings ManifestSettings `json:"settings"`
}

// ManifestFeatures is what people see of the app.
type ManifestFeatures struct {
	Home struct {
		Tab      bool `json:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	} `json:"app_home"`
	BotUser struct {
		Name   string `json:"display_name"`
		Always bool   `json:"always_online"`
	} `json:"bot_user"`
	Commands  []ManifestCommand  `json:"slash_commands"`
	Shortcuts []ManifestShortcut `json:"shortcuts"`
}

// ManifestShortcut is an entry in the menu of messages, or next to the message field.
type ManifestShortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // "message" or "global"
	CallbackID  string `json:"callback_id"`
	Description string `json:"description"`
}

// ManifestCommand is a slash command.
type ManifestCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Usage       string `json:"usage_hint"`
	// Escape has Slack send people and channels as IDs, because names aren't
	// unique.
	Escape bool `json:"should_escape"`
}

// ManifestSettings is how Slack reaches the app.
type ManifestSettings struct {
	Events struct {
		URL string   `json:"request_url,omitempty"`
		Bot []string `json:"bot_events"`
	} `json:"event_subscriptions"`
	Interactivity struct {
		Enabled bool   `json:"is_enabled"`
		URL     string `json:"request_url,omitempty"`
	} `json:"interactivity"`
	OrgDeploy     bool `json:"org_deploy_enabled"`
	SocketMode    bool `json:"socket_mode_enabled"`
	TokenRotation bool `json:"token_rotation_enabled"`
}

// appName is the name of a new app. Administrators may change it.
const appName = "riskroom"

// NewManifest returns the manifest for an app with the organisation's commands, the
// shortcuts and the scopes that uses needs. url is the prefix of the request URLs, as in
// "https://host/slack/acme"; "" means Socket Mode. Texts are in the printer's
// language.
// home is whether the app has a Home tab.
func NewManifest(org *core.Organisation, url string, home bool, uses core.Uses, p text.Printer) Manifest {
	var m Manifest
	m.Metadata.Major = 2
	m.Display.Name, m.Display.Description = appName, p.S("manifest.description")
	m.Features.Home.Tab, m.Features.Home.Messages = home, true
	m.Features.BotUser.Name, m.Features.BotUser.Always = appName, true
	m.Features.Commands = []ManifestCommand{{
		Command: org.Command, Description: p.S("manifest.command"), Usage: strings.Join(bots.Names(p.Lang(), org), " | "), Escape: true,
	}}
	m.Features.Shortcuts = ShortcutsIn(p)
	m.OAuth.Scopes.Bot = adapter.RequiredScopes(uses)
	m.Settings.Events.Bot = botEvents(home, uses)
	m.Settings.Interactivity.Enabled = true
	m.Settings.SocketMode = url == ""
	if url != "" {
		m.Features.Commands[0].URL = url + "/commands"
		m.Settings.Interactivity.URL = url + "/interactions"
		m.Settings.Events.URL = url + "/events"
	}
	return m
}

// ShortcutsIn returns the app's shortcuts with texts in the printer's language. Slack knows no
// translations of them.
func ShortcutsIn(p text.Printer) []ManifestShortcut {
	var out []ManifestShortcut
	for _, s := range bots.Shortcuts() {
		kind := "global"
		if s.Message {
			kind = "message"
		}
		out = append(out, ManifestShortcut{Name: s.Label(p), Type: kind, CallbackID: s.Name, Description: s.Help(p)})
	}
	return out
}

// JSON returns m as indented JSON.
func (m Manifest) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// botEvents returns the events that the app must subscribe to for uses and the Home tab,
// sorted. See
// https://docs.slack.dev/reference/events.
func botEvents(home bool, uses core.Uses) []string {
	all := slices.Clone(endEvents)
	if home {
		all = append(all, homeOpened)
	}
	if uses.Groups {
		// A message_deleted comes with the messages of each kind of channel.
		all = append(slices.Concat(all, groupEvents), "message.channels", "message.groups", teamJoin)
	}
	slices.Sort(all)
	return all
}
