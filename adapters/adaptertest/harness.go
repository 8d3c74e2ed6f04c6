// Package adaptertest tests adapters. Its conformance suite (Run) checks what each
// action means. Its fault matrix (Matrix) makes every API call of every action
// fail in every way, and requires a single effect in the end.
//
// A new platform gets both by implementing Harness and World, two short interfaces
// over its emulator. Nothing here sleeps or depends on timing: the suites have
// their own clock, and end a slow call as soon as they see it hang.
package adaptertest

import (
	"testing"

	"riskroom/core"
)

// Harness opens workspaces of one platform for the suites. Open is called for every
// case, from many goroutines concurrently.
type Harness interface {
	// Open starts a fresh emulator and an adapter for it, configured as in
	// production except for its budget, which is Unlimited. Both end with t. The
	// emulator takes its timestamps from clock.
	Open(t testing.TB, clock core.Clock) World
}

// World is one workspace: an emulator and the adapter under test. Every World of a
// harness starts in the same state. It is safe for concurrent use.
type World interface {
	// Platform returns the adapter, always the same one.
	Platform() core.Platform
	// Cast returns the people and groups that exist from the start.
	Cast() Cast
	// State returns what the people in the workspace see now.
	State() State
	// Calls returns the API calls that have reached the emulator, in order.
	Calls() []APICall
	// Inject makes calls fail as f says. It returns false if the platform can't
	// fail in this way; the cases that need it are then skipped.
	Inject(f Fault) bool
	// ReleaseLate applies effects that are still pending: those of calls that failed
	// with Late.
	ReleaseLate()
}

// Cast is the people and groups in a World from the start. What a platform doesn't
// have is zero, and the cases that need it are skipped.
type Cast struct {
	Workspace   string                                  // its name in the config file
	People      []core.Account                          // at least five; they can be messaged and invited, and are in no group yet
	Unreachable core.Account                            // a person who can't be messaged
	Uninvitable core.Account                            // a person who exists and can't be added to a group
	Nobody      core.Account                            // a well-formed ID that belongs to nobody
	Hidden      core.GroupRef                           // a group that the bot can't see
	Missing     func(core.GroupRef) core.MessageRef     // returns a message that isn't in the group
	Say         func(core.Account, core.GroupRef) error // has a member post in a group
	Email       string                                  // of People[0], if the platform finds people by e-mail
	Ends        Ends                                    // how people end a group by hand
	UserGroup   string                                  // the name, without "@", of a user group or role of People[1] and People[2]
}

// Ends ends a group the way a person would, for each way that the platform has.
type Ends map[core.Ending]func(core.GroupRef) error

// APICall is one API call as the emulator saw it.
type APICall struct {
	Method string // the platform's name for it, as in core.CallPolicy
	Write  bool   // the method changes something if it succeeds
	Effect bool   // this call did change something
	Struck bool   // a fault of Inject affected it
}

// State is what people see of a workspace. Its IDs are for looking things up; they
// are never compared between Worlds.
type State struct {
	Groups []GroupView  // the groups that the adapter created, in that order
	Direct []DirectView // the bot's direct conversations that have messages, by person
}

// GroupView is a group as its members see it.
type GroupView struct {
	Ref       core.GroupRef
	Name      string // as the platform shows it
	Topic     string
	Purpose   string
	Private   bool
	Archived  bool
	Members   []string          // people's IDs, sorted; without bots
	Silent    []string          // the members who can't post, sorted
	Messages  []Shown           // from people and bots, oldest first
	Notices   []string          // the platform's own notices to members: "ann set the topic", worded the same in every World
	Pinned    []core.MessageRef // oldest pin first
	Bookmarks []Bookmark        // in the order shown
}

// Bookmark is a link in a group's header.
type Bookmark struct {
	Label   string
	Message core.MessageRef // its target; zero if it links to anything else
}

// DirectView is the bot's direct conversation with a person.
type DirectView struct {
	With     string // the person's ID
	Messages []Shown
}

// Shown is a message as a person sees it, however it is built.
type Shown struct {
	Ref      core.MessageRef
	Text     string   // all letters of text and card, each part on its own line; a mention is "@" and the name
	Mentions []string // IDs of the people it notifies, in order; "everyone" for a mention of all
	Links    []string // URLs that open on a click, in order; without buttons
	Buttons  []string // labels
	ReplyTo  string   // the text of the message to which it replies, or with which its thread begins
}

// Group returns the view of group g.
func (s State) Group(g core.GroupRef) (GroupView, bool) {
	for _, v := range s.Groups {
		if v.Ref == g {
			return v, true
		}
	}
	return GroupView{}, false
}

// With returns the messages of the bot's direct conversation with a.
func (s State) With(a core.Account) []Shown {
	for _, v := range s.Direct {
		if v.With == a.ID {
			return v.Messages
		}
	}
	return nil
}
