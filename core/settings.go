package core

// PlatformSettings describes the keys that a workspace of one platform takes in
// the config file, as data: the file's schema, its checks and its reference are
// made from it, so that a new platform needs no change in core/config.
type PlatformSettings struct {
	Platform     string    // the value of `platform:`
	Settings     []Setting // beside `platform`
	AnyOf        []string  // at least one of these keys is needed, each a way for commands to come in
	Capabilities Capabilities
	Channel      string // a regular expression that a channel's ID matches
	User         string // a regular expression that a user's ID matches
	CopyUser     string // what to click for a user's ID
	ByEmail      bool   // people are found by their e-mail addresses
}

// Setting is one key of a workspace.
type Setting struct {
	Key      string
	Secret   bool // taken from the environment or a file only, never literal, never shown
	Required bool
	Pattern  string // a regular expression that the value matches, "" for any
	Form     string // what it looks like, for people: "xoxb-…"
	Doc      string // one sentence for the reference and for editors
	URL      bool   // holds an http or https URL
}
