package core

// PlatformSettings describes the config keys of a workspace on one platform, as
// data. The file's schema, its checks and its reference are generated from it, so a
// new platform needs no change in core/config.
type PlatformSettings struct {
	Platform string    // the value of `platform:`
	Settings []Setting // in addition to `platform`
	AnyOf    []string  // at least one of these keys is required; each is a way for commands to come in

	// Clash returns the key of a value that doesn't go with the others, and why, which is in
	// Chinese too; "" if they go together. It may be nil.
	Clash func(values map[string]string) (key, why string)

	Capabilities Capabilities
	// With returns the capabilities of a workspace with these settings, by key; the value of
	// a secret doesn't matter. Nil: Capabilities are those of every workspace.
	With     func(settings map[string]string) Capabilities
	Variants []Variant // what With depends on, for the documentation

	Channel     string // a regular expression for channel IDs
	ChannelForm string // a channel ID as an example
	CopyChannel string // what to click to copy a channel's ID
	User        string // a regular expression for user IDs
	UserForm    string // a user ID as an example
	CopyUser    string // what to click to copy a user's ID
	ByEmail     bool   // people can be looked up by e-mail address

	// Chinese has what people read of the platform in Chinese, by the English: forms, what
	// to click, and why something is lacking.
	Chinese map[string]string

	// OptionName is the longest name of an option of the command, in characters, and
	// OwnOptions is how many own fields can be options. Both are 0 if the command takes
	// a line of text.
	OptionName, OwnOptions int
}

// OnCloseKey is the key with the Dissolve that closes item groups, on platforms that
// leave a choice.
const OnCloseKey = "on_close"

// Setting is one key of a workspace.
type Setting struct {
	Key      string
	Secret   bool // only taken from the environment or a file, never literal, never shown
	Required bool
	Pattern  string   // a regular expression for the value, "" for any
	Form     string   // what it looks like, for people: "xoxb-…"
	Doc      string   // one sentence for the reference and for editors
	URL      bool     // the value is an http or https URL
	Switch   bool     // the value is true or false; left out, it is false
	Choices  []string // all the values; nil if there are others
}

// Variant is a set of settings with capabilities of their own.
type Variant struct {
	Name     string            // as people write the settings: "topic_end: restrict"
	Settings map[string]string // by key
}
