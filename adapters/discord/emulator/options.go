package emulator

import (
	"cmp"
	"crypto/ed25519"
	"net/http"
	"time"
)

// Options describe the guild. The zero value is a usable one: a guild with a
// bot that has every permission it can need, its owner, and the channel
// #general.
type Options struct {
	GuildID   string // default "80351110224678912"
	GuildName string // default "Acme"
	OwnerID   string // the guild's owner, one of Users; default a person "owner"

	ApplicationID  string             // default "81384788765712384"
	BotToken       string             // default "stand-in-token"
	BotUserID      string             // default ApplicationID, as with every new bot
	BotPermissions Permissions        // of the bot's own role; 0 is NeededPermissions()
	BotPosition    int                // of that role among Roles; 0 is above all of them
	PrivateKey     ed25519.PrivateKey // signs interactions sent over HTTP; default a new one

	Everyone Permissions // of @everyone; 0 is DefaultEveryone()
	Roles    []Role
	Users    []User
	Channels []Channel

	// Now is the clock of the workspace: snowflakes and timestamps, the windows
	// of rate limits and nonces, the count of IDENTIFYs. Default time.Now.
	// Signatures, heartbeats, interaction tokens and the time to answer always
	// go by wall time.
	Now func() time.Time

	EnforceLimits     bool // return 429 above the rate limits
	DisallowedIntents int  // privileged intents that are switched off for the application
	NoCommands        bool // the bot was installed without the scope applications.commands
	NeedsTwoFactor    bool // moderators need two-factor authentication, bots that of their owner
	OwnerWithoutIt    bool // the application's owner has none

	// Where the app is reached. With InteractionsURL "" interactions go to the
	// gateway's clients. A nil Client is one that ignores proxies. If App is set,
	// interactions are handed to it in process, and only the path of the URL counts.
	InteractionsURL string
	App             http.Handler
	Client          *http.Client

	Deadline  time.Duration // how long the app has to answer an interaction, default Discord's 3 s
	Heartbeat time.Duration // the gateway's heartbeat interval, default Discord's 41.25 s
}

// User is a person or bot, in the guild unless Outside.
type User struct {
	ID       string   // a snowflake
	Name     string   // the user name
	RealName string   // the display name
	Nick     string   // the name in this guild
	Locale   string   // default "en-US"; only interactions contain it
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

// Channel is a text channel or a category, in Options or as a test sees it.
type Channel struct {
	ID         string
	Name       string
	Category   bool
	Parent     string // the ID of its category
	Topic      string
	Creator    string // who created it; only the audit log shows this
	Private    bool   // @everyone may not view it; in Options this adds an overwrite for that, and one for each of Members
	Members    []string
	Overwrites []Overwrite
}

func (o Options) withDefaults() Options {
	o.GuildID = cmp.Or(o.GuildID, "80351110224678912")
	o.GuildName = cmp.Or(o.GuildName, "Acme")
	o.ApplicationID = cmp.Or(o.ApplicationID, "81384788765712384")
	o.BotToken = cmp.Or(o.BotToken, "stand-in-token")
	o.BotUserID = cmp.Or(o.BotUserID, o.ApplicationID)
	o.BotPermissions = cmp.Or(o.BotPermissions, NeededPermissions())
	o.Everyone = cmp.Or(o.Everyone, DefaultEveryone())
	o.Deadline = cmp.Or(o.Deadline, 3*time.Second) // https://docs.discord.com/developers/interactions/receiving-and-responding
	o.Heartbeat = cmp.Or(o.Heartbeat, 41250*time.Millisecond)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{}}
	}
	return o
}
