package emulator

import (
	"log/slog"
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
	AppID    string // default "A0000000001"

	BotToken      string   // default "xoxb-stand-in"
	BotUserID     string   // default "U0000000BOT"
	BotID         string   // default "B0000000BOT"
	BotName       string   // default "riskroom"
	Scopes        []string // granted to the bot token; nil is AllScopes()
	SigningSecret string   // default "stand-in-signing-secret"

	// SocketMode is whether Socket Mode is turned on in the app's settings:
	// nothing goes over HTTP then. See Socket.SetMode.
	SocketMode bool
	AppToken   string        // the app-level token, default "xapp-stand-in"
	AppScopes  []string      // granted to it; nil is connections:write
	PingEvery  time.Duration // between pings to the app, default 10 s
	// NoRedelivery leaves what people did undelivered when its connection ends
	// before it was acknowledged; otherwise it goes over another. Slack's pages do
	// not say which; of events they do.
	NoRedelivery bool

	Users      []User
	UserGroups []UserGroup
	Channels   []Channel

	// Now is the clock of the workspace: timestamps of messages, creation
	// times, the windows of the rate limits. Default time.Now. Signatures,
	// trigger_ids and response_urls always go by wall time.
	Now func() time.Time

	FreePlan           bool           // no user groups: usergroups.* answer plan_upgrade_required
	EnforceTiers       bool           // answer 429 above the published rate limits
	PerMinute          map[string]int // calls a minute of single methods instead of their tier's
	NoPrivateChannels  bool           // members, and so the bot, may not create private channels
	NoPublicChannels   bool           // the same for public ones
	NoKick             bool           // only administrators may remove people
	NoMessagesTab      bool           // the app's home has no messages tab: direct messages are refused
	LiteralCommandText bool           // the command is set up without should_escape: "@lin" stays as typed

	// Where the app is reached. Each URL is used as it stands; a nil Client is
	// one that knows no proxy. With App set, callbacks are handed to it in
	// process and only the path of the URLs counts.
	CommandURL     string       // slash commands
	InteractionURL string       // button presses, dialogs
	OptionsURL     string       // options of external selects; default InteractionURL
	EventsURL      string       // events
	App            http.Handler //
	Client         *http.Client //

	Deadline   time.Duration   // how long the app has to answer a callback, default Slack's 3 s
	EventDelay []time.Duration // waits before an event is sent again, default Slack's: none, 1 min, 5 min
	BaseURL    string          // where the workspace is reached when Start is not used, default "http://slack.invalid"
	Logger     *slog.Logger    // default: says nothing
}

// User is a person or bot in the workspace.
type User struct {
	ID       string
	Name     string // the handle, also shown as "@name"
	RealName string
	Email    string
	TZ       string // default "Etc/UTC"
	Locale   string // default "en-US"; only users.info with include_locale tells it

	Guest             bool // a multi-channel guest: is_restricted
	SingleChannel     bool // a single-channel guest: is_ultra_restricted
	Admin             bool // may do what members may not
	Bot               bool
	Deleted           bool // deactivated
	NotVisible        bool // cannot be seen or messaged by the bot (user_not_visible)
	CannotBeInvited   bool // conversations.invite answers cant_invite
	DirectMessagesOff bool // has blocked the app: posting to the direct conversation fails
}

// UserGroup is a group such as @payments-oncall.
type UserGroup struct {
	ID       string
	Handle   string // without "@"
	Name     string
	Users    []string // IDs
	Disabled bool
}

// Channel is a channel that is there from the start.
type Channel struct {
	ID       string
	Name     string
	Private  bool
	Archived bool
	General  bool // the one that everybody is in and nobody can archive
	ReadOnly bool // only administrators may post into it, and the bot is none
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
		"chat:write", "chat:write.public", "commands", "groups:history", "groups:read", "groups:write",
		"im:history", "im:read", "im:write", "mpim:history", "mpim:read", "mpim:write", "pins:read",
		"pins:write", "team:read", "usergroups:read", "users:read", "users:read.email",
	}
}

func (o Options) withDefaults() Options {
	set(&o.TeamID, "T0000000001")
	set(&o.TeamName, "Acme")
	set(&o.Domain, "acme")
	set(&o.AppID, "A0000000001")
	set(&o.BotToken, "xoxb-stand-in")
	set(&o.BotUserID, "U0000000BOT")
	set(&o.BotID, "B0000000BOT")
	set(&o.BotName, "riskroom")
	set(&o.SigningSecret, "stand-in-signing-secret")
	set(&o.AppToken, "xapp-stand-in")
	set(&o.BaseURL, "http://slack.invalid")
	set(&o.OptionsURL, o.InteractionURL)
	if o.Scopes == nil {
		o.Scopes = AllScopes()
	}
	if o.AppScopes == nil {
		o.AppScopes = []string{"connections:write"}
	}
	if o.PingEvery == 0 {
		o.PingEvery = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Deadline == 0 {
		o.Deadline = 3 * time.Second
	}
	if o.EventDelay == nil {
		// https://docs.slack.dev/apis/events-api#retries
		o.EventDelay = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{}}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// set gives a field that is empty its default.
func set(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// namedIDs are the IDs that o gives to users, groups and channels.
func (o Options) namedIDs() map[string]bool {
	ids := map[string]bool{o.BotUserID: true}
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
