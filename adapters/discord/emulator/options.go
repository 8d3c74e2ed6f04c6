package emulator

import (
	"crypto/ed25519"
	"log/slog"
	"net/http"
	"time"
)

// Options describe the guild. The zero value is a usable one: a guild with a
// bot that has every permission it can need, its owner, and the channel
// #general.
type Options struct {
	GuildID   string // default "80351110224678912"
	GuildName string // default "Acme"
	OwnerID   string // the guild's owner, one of Users; default a person "owner" whom nobody plays

	ApplicationID  string             // default "81384788765712384"
	BotToken       string             // default "stand-in-token"
	BotUserID      string             // default ApplicationID, as with every bot made today
	BotName        string             // default "riskroom"
	BotPermissions Permissions        // of the bot's own role; 0 is NeededPermissions()
	BotPosition    int                // of that role among Roles; 0 is above all of them
	PrivateKey     ed25519.PrivateKey // signs interactions sent over HTTP; default one made for this workspace

	Everyone Permissions // of @everyone; 0 is DefaultEveryone()
	Roles    []Role
	Users    []User
	Channels []Channel

	// Now is the clock of the workspace: snowflakes and timestamps, the windows
	// of rate limits and nonces, the count of IDENTIFYs. Default time.Now.
	// Signatures, heartbeats, interaction tokens and the time to answer always
	// go by wall time.
	Now func() time.Time

	EnforceLimits     bool // answer 429 above the rate limits
	Community         bool // #general is required by the guild and cannot be deleted (50074)
	DisallowedIntents int  // privileged intents that are not switched on for the application
	NoCommands        bool // the bot was installed without the scope applications.commands
	NeedsTwoFactor    bool // moderating takes two-factor authentication, of a bot's owner in its place
	OwnerWithoutIt    bool // the application's owner has none

	// Where the app is reached. With InteractionsURL "" interactions go to the
	// gateway's clients. The URL is used as it stands; a nil Client is one that
	// knows no proxy. With App set, interactions are handed to it in process and
	// only the path of the URL counts.
	InteractionsURL string
	App             http.Handler
	Client          *http.Client

	Deadline  time.Duration // how long the app has to answer an interaction, default Discord's 3 s
	Heartbeat time.Duration // the gateway's heartbeat interval, default Discord's 41.25 s
	BaseURL   string        // where the workspace is reached when Start is not used, default "http://discord.invalid"
	Logger    *slog.Logger  // default: says nothing
}

// User is a person or bot, in the guild unless Outside.
type User struct {
	ID       string   // a snowflake
	Name     string   // the user name
	RealName string   // the display name
	Nick     string   // the name in this guild
	Locale   string   // default "en-US"; told in interactions only
	Roles    []string // role IDs

	Bot               bool
	Outside           bool // has an account and is not in the guild: no shared guild (50278)
	DirectMessagesOff bool // takes no direct messages from the bot (50007)
}

// Role is a role of the guild.
type Role struct {
	ID          string
	Name        string // without "@"
	Permissions Permissions
	Position    int  // 0 is in the order given, from 1
	Managed     bool // belongs to an integration, such as the bot's own role
}

// Overwrite allows or denies permissions in one channel.
type Overwrite struct {
	ID          string // of a role or a member; the guild's ID is @everyone
	Member      bool   // ID is a person's
	Allow, Deny Permissions
}

// Channel is a text channel or a category, at the start or as a test sees it.
type Channel struct {
	ID         string
	Name       string
	Category   bool
	Parent     string // the ID of its category
	Topic      string
	Creator    string // who made it; only the audit log tells
	Private    bool   // @everyone may not view it; at the start this adds the overwrites that say so, with one for each of Members
	Members    []string
	Overwrites []Overwrite
}

func (o Options) withDefaults() Options {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&o.GuildID, "80351110224678912")
	set(&o.GuildName, "Acme")
	set(&o.ApplicationID, "81384788765712384")
	set(&o.BotToken, "stand-in-token")
	set(&o.BotUserID, o.ApplicationID)
	set(&o.BotName, "riskroom")
	set(&o.BaseURL, "http://discord.invalid")
	if o.BotPermissions == 0 {
		o.BotPermissions = NeededPermissions()
	}
	if o.Everyone == 0 {
		o.Everyone = DefaultEveryone()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Deadline == 0 {
		o.Deadline = 3 * time.Second // https://docs.discord.com/developers/interactions/receiving-and-responding
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 41250 * time.Millisecond
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{}}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
