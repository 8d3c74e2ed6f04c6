package core

// Support says how a platform can do something.
type Support string

// The ways in which a platform can do something.
const (
	Native   Support = "native"
	Emulated Support = "emulated" // the nearest that the platform has; Why says what differs
	Lacking  Support = "unsupported"
)

// Ability is how well one thing can be done, and why not better.
type Ability struct {
	Support Support
	Why     string // one English sentence for Emulated and Lacking
}

// Capabilities is what an adapter can do, as data: flows are checked against it
// when they are loaded (through PlatformSettings, which holds the same), and the
// documentation is made from it.
type Capabilities struct {
	Platform string // the platform's name as a config file writes it
	Groups   map[GroupType]Ability
	Set      map[Part]Ability // what SetGroup can change
	Direct   Ability          // direct messages
	Edit     Ability          // editing messages
	// Endings is which ends of a group LookGroup tells. One that it does not tell
	// looks like a group that the bot cannot see.
	Endings map[Ending]Ability
	Limits  Limits
	Calls   []CallPolicy // every call that changes something
}

// Limits are a platform's numbers. Lengths count characters as the platform
// does.
type Limits struct {
	GroupName    int // characters in a group's name
	Topic        int
	Purpose      int
	MessageText  int // characters in one message outside its card
	ButtonLabel  int
	GroupMembers int // people in one group
}

// CallPolicy says how one call is kept from happening twice.
type CallPolicy struct {
	Key    string // as in Call.Key, without the part after ":"
	Method string // the platform's name of the call
	How    string // one sentence: idempotent by rule, or what a probe looks at
	Risk   string // what can still go wrong, "" if nothing
	Unsure Unsure // what happens then
}
