// Package adaptertest tries out adapters: a conformance suite (Run) that says
// what the actions mean, and a fault matrix (Matrix) that strikes every API
// call of every action with every fault and demands one effect in the end.
//
// A new platform gets all of it through a Harness: two short interfaces over
// its stand-in. Nothing here sleeps or depends on timing: the suites bring
// their own clock and end a slow call the moment it is seen to hang.
package adaptertest

import (
	"testing"

	"riskroom/core"
)

// Harness opens workspaces of one platform for the suites. Open is called for
// every case, from many goroutines at once.
type Harness interface {
	// Open starts a fresh stand-in, and an adapter on it that is configured as
	// in production except that nobody paces it: its budget is Unlimited. Both
	// are gone when t ends. The stand-in stamps what happens with clock.
	Open(t testing.TB, clock core.Clock) World
}

// World is one workspace: a stand-in platform and the adapter that is tried out
// on it. Every World of a harness starts the same. It is safe for concurrent
// use.
type World interface {
	// Platform returns the adapter, always the same one.
	Platform() core.Platform
	// Cast returns who and what is there from the start.
	Cast() Cast
	// State returns what the people of the workspace see now.
	State() State
	// Calls returns the API calls that have reached the stand-in, in order.
	Calls() []APICall
	// Inject orders a fault. False means that the platform knows none of this
	// kind: the cases that need it are left out.
	Inject(f Fault) bool
	// Settle has happened whatever is still on its way: the effects of calls
	// struck by Late.
	Settle()
}

// Cast is who and what a World holds from the start. What a platform does not
// have is left zero, and the cases that need it are left out.
type Cast struct {
	Workspace   string                              // its name in the config file
	People      []core.Account                      // five at least, who can be messaged and invited; in no group yet
	Unreachable core.Account                        // somebody who cannot be messaged
	Uninvitable core.Account                        // somebody who exists and cannot be put into a group
	Nobody      core.Account                        // an ID of the right form that nobody has
	Hidden      core.GroupRef                       // a group that the bot cannot see
	Missing     func(core.GroupRef) core.MessageRef // names a message that is not in a group
	Email       string                              // of People[0], where the platform finds people by e-mail
	Ends        Ends                                // how people end a group by hand
	UserGroup   string                              // the name, without "@", of a user group or role of People[1] and People[2]
}

// Ends has people end a group by hand, in the ways that the platform has.
type Ends map[core.Ending]func(core.GroupRef) error

// APICall is one API call as the stand-in saw it.
type APICall struct {
	Method string // the platform's name of it, as in core.CallPolicy
	Write  bool   // the method changes something when it succeeds
	Effect bool   // this call did change something
	Struck bool   // a fault of Inject struck it
}

// State is what people see of a workspace. IDs in it are looked up, never
// compared from one World to the next.
type State struct {
	Groups []GroupView  // those that the adapter made, in the order of their making
	Direct []DirectView // direct conversations with the bot that hold a message, by person
}

// GroupView is a group as its members see it.
type GroupView struct {
	Ref       core.GroupRef
	Name      string // as the platform shows it
	Topic     string
	Purpose   string
	Private   bool
	Archived  bool
	Members   []string          // people's IDs, sorted; bots left out
	Messages  []Shown           // of people and bots, oldest first
	Notices   []string          // what the platform itself tells the members: "ann set the topic", worded the same in every World
	Pinned    []core.MessageRef // oldest pin first
	Bookmarks []Bookmark        // in the order shown
}

// Bookmark is a link in the head of a group.
type Bookmark struct {
	Label   string
	Message core.MessageRef // that it opens; zero if it opens anything else
}

// DirectView is the direct conversation of the bot with a person.
type DirectView struct {
	With     string // the person's ID
	Messages []Shown
}

// Shown is a message as a person sees it, whatever it was made of.
type Shown struct {
	Ref      core.MessageRef
	Text     string   // every letter of text and card, parts on lines of their own; a mention as "@" and the name
	Mentions []string // IDs of the people it notifies, in order; "everyone" for a mention of all
	Links    []string // URLs that a click opens, in order; buttons left out
	Buttons  []string // labels
}

// Group returns the view of the group g.
func (s State) Group(g core.GroupRef) (GroupView, bool) {
	for _, v := range s.Groups {
		if v.Ref == g {
			return v, true
		}
	}
	return GroupView{}, false
}

// With returns the messages of the direct conversation with a person.
func (s State) With(a core.Account) []Shown {
	for _, v := range s.Direct {
		if v.With == a.ID {
			return v.Messages
		}
	}
	return nil
}
