package core

// Support is how well a platform supports something.
type Support string

// The levels of support.
const (
	Native   Support = "native"
	Emulated Support = "emulated" // the nearest thing that the platform has; Why says what differs
	Lacking  Support = "unsupported"
)

// Ability is how well a platform can do one thing, and why not better.
type Ability struct {
	Support Support
	Why     string // one English sentence for Emulated and Lacking
}

// Capabilities lists what an adapter can do. PlatformSettings holds the same data:
// flows are checked against it when they are loaded, and the documentation is
// generated from it.
type Capabilities struct {
	Platform string // the platform's name as a config file writes it
	Groups   map[GroupType]Ability
	Set      map[Part]Ability // what SetGroup can change
	Mute     Ability          // SetGroup can mute single people, not only everybody
	Delete   Ability          // SetGroup can delete a group, not only archive it
	Direct   Ability          // direct messages
	Edit     Ability          // editing messages
	// Endings lists the ends of a group that LookGroup can report. A group that
	// ended in another way looks like one that the bot can't see.
	Endings map[Ending]Ability
	End     End // what it does to end a topic group
	Limits  Limits
	Calls   []CallPolicy // every call that changes something
}

// End is what it does to end a topic group.
type End struct {
	Posters Posters // who can still post
	Leaves  bool    // the bot loses the group, and only people can reopen it
}

// Posters are the people who can post in a topic group that has ended.
type Posters string

// The kinds of posters.
const (
	NoPosters      Posters = ""
	Administrators Posters = "administrators" // those of the workspace, whom no channel can restrict
	EveryPoster    Posters = "everyone"       // the end isn't enforced
)

// Limits are a platform's limits. Lengths count characters the way the platform
// does.
type Limits struct {
	GroupName    int // characters in a group's name
	Topic        int
	Purpose      int
	MessageText  int // characters in one message outside its card
	ButtonLabel  int
	GroupMembers int // people in one group
}

// CallPolicy says how one call is prevented from happening twice.
type CallPolicy struct {
	Key    string // as in Call.Key, without the part after ":"
	Method string // the platform's name for the call
	How    string // one sentence: idempotent by rule, or what a probe looks at
	Risk   string // what can still go wrong, "" for nothing
	Unsure Unsure // what to do then
}
