package emulator

import (
	"cmp"
	"net/http"
	"time"
)

// Options describe the workspace. The zero value is a usable one: a workspace
// with a bot that has every scope it can need, nobody else in it, and the
// channel #general.
type Options struct {
	TeamID   string // default "T0000000001"
	TeamName string // default "Acme"
	Domain   string // the workspace's subdomain, default "acme"

	BotToken      string   // default "xoxb-stand-in"
	Scopes        []string // granted to the bot token; nil is AllScopes()
	SigningSecret string   // default "stand-in-signing-secret"

	// SocketMode turns Socket Mode on: nothing goes over HTTP then. See
	// Socket.SetMode.
	SocketMode  bool
	AppToken    string        // the app-level token, default "xapp-stand-in"
	AppScopes   []string      // granted to it; nil is connections:write
	AdminToken  string        // of an administrator of the organisation; "" is none, as outside of Enterprise plans
	AdminScopes []string      // granted to it; nil is admin.conversations:write
	PingEvery   time.Duration // between pings to the app, default 10 s
	// NoRedelivery leaves an interaction undelivered if its connection ends before
	// the acknowledgement; otherwise it goes over another connection. Slack
	// documents this for events only.
	NoRedelivery bool

	Users      []User
	UserGroups []UserGroup
	Channels   []Channel

	Shortcuts []Shortcut // of the app
	HomeTab   bool       // the app has a Home tab

	// Now is the clock of the workspace: timestamps of messages, creation
	// times, the windows of the rate limits. Default time.Now. Signatures,
	// trigger_ids and response_urls always go by wall time.
	Now func() time.Time

	FreePlan     bool // no user groups: usergroups.* return plan_upgrade_required
	EnforceTiers bool // return 429 above the published rate limits

	// Where the app is reached. A nil Client is one that ignores proxies. If App
	// is set, callbacks are handed to it in process, and only the path of the URLs
	// counts.
	CommandURL     string // slash commands
	InteractionURL string // button presses, dialogs
	EventsURL      string
	App            http.Handler
	Client         *http.Client

	Deadline   time.Duration   // how long the app has to answer a callback or open a modal, default Slack's 3 s
	EventDelay []time.Duration // waits before an event is sent again, default Slack's: none, 1 min, 5 min
}

// User is a person or bot in the workspace.
type User struct {
	ID       string
	Name     string // the handle, also shown as "@name"
	RealName string
	Email    string
	TZ       string // default "Etc/UTC"
	Locale   string // default "en-US"; returned by users.info with include_locale

	// Team is the workspace of a person of another organisation, who is in channels that it
	// shares with this one (Slack Connect); "" for this workspace's own people.
	Team string

	Guest             bool // is_restricted
	Admin             bool // may do what members may not
	Bot               bool
	Deleted           bool // deactivated
	CannotBeInvited   bool // conversations.invite returns cant_invite
	DirectMessagesOff bool // has blocked the app: posting to the direct conversation fails
}

// UserGroup is a group such as @payments-oncall.
type UserGroup struct {
	ID     string
	Handle string // without "@"
	Name   string
	Users  []string // IDs
}

// Channel is a channel that exists from the start.
type Channel struct {
	ID       string
	Name     string
	Private  bool
	Archived bool
	General  bool // everybody is in it and nobody can archive it
	ReadOnly bool // only administrators may post, and the bot is none
	Creator  string
	Topic    string
	Purpose  string
	Members  []string // IDs; the bot's ID makes it a member
}

// AllScopes returns the bot scopes that the stand-in checks.
// See https://docs.slack.dev/reference/scopes.
func AllScopes() []string {
	return []string{
		"bookmarks:read", "bookmarks:write", "channels:history", "channels:manage", "channels:read",
		"chat:write", "chat:write.public", "commands", "files:read", "files:write", "groups:history", "groups:read", "groups:write",
		"im:history", "im:read", "im:write", "pins:read", "pins:write", "usergroups:read", "users:read", "users:read.email",
	}
}

func (o Options) withDefaults() Options {
	o.TeamID = cmp.Or(o.TeamID, "T0000000001")
	o.TeamName = cmp.Or(o.TeamName, "Acme")
	o.Domain = cmp.Or(o.Domain, "acme")
	o.BotToken = cmp.Or(o.BotToken, "xoxb-stand-in")
	o.SigningSecret = cmp.Or(o.SigningSecret, "stand-in-signing-secret")
	o.AppToken = cmp.Or(o.AppToken, "xapp-stand-in")
	o.PingEvery = cmp.Or(o.PingEvery, 10*time.Second)
	o.Deadline = cmp.Or(o.Deadline, 3*time.Second)
	if o.Scopes == nil {
		o.Scopes = AllScopes()
	}
	if o.AppScopes == nil {
		o.AppScopes = []string{"connections:write"}
	}
	if o.AdminScopes == nil {
		o.AdminScopes = []string{"admin.conversations:write"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.EventDelay == nil {
		// https://docs.slack.dev/apis/events-api#retries
		o.EventDelay = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{}}
	}
	return o
}

// namedIDs returns the IDs that o gives to users, groups and channels.
func (o Options) namedIDs() map[string]bool {
	ids := map[string]bool{botUserID: true}
	for _, u := range o.Users {
		ids[u.ID] = true
	}
	for _, g := range o.UserGroups {
		ids[g.ID] = true
	}
	for _, c := range o.Channels {
		ids[c.ID] = true
	}
	return ids
}
