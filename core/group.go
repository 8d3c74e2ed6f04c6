package core

import (
	"fmt"
	"strings"
)

// GroupType is what a group is for.
type GroupType string

// The types of group.
const (
	Ordinary GroupType = "ordinary"
	Topic    GroupType = "topic" // discussed until it is ended, then read-only
	Item     GroupType = "item"  // bound to one risk, whose badge it shows
)

// GroupRef names a group on a platform.
type GroupRef struct {
	Workspace string `json:"workspace"`
	ID        string `json:"id"` // the platform's ID of the channel
}

// String returns "workspace/id", which ParseGroupRef reads.
func (g GroupRef) String() string { return g.Workspace + "/" + g.ID }

// IsZero reports whether g names nothing.
func (g GroupRef) IsZero() bool { return g == GroupRef{} }

// ParseGroupRef reads what GroupRef.String wrote.
func ParseGroupRef(s string) (GroupRef, error) {
	w, id, ok := strings.Cut(s, "/")
	if !ok || w == "" || id == "" || strings.Contains(id, "/") {
		return GroupRef{}, fmt.Errorf("%q is not workspace/channel", s)
	}
	return GroupRef{Workspace: w, ID: id}, nil
}

// GroupSpec is what CreateGroup creates.
type GroupSpec struct {
	Workspace string    `json:"workspace"`
	Type      GroupType `json:"type"`
	Name      string    `json:"name"`   // as a person would write it; the adapter adjusts it to the platform's rules
	Suffix    string    `json:"suffix"` // makes the platform's name unique, and is never cut: "r-17", "r-17-2", or letters derived from what created the group
	Topic     string    `json:"topic,omitempty"`
	Purpose   string    `json:"purpose,omitempty"`
	Public    bool      `json:"public,omitempty"`
	Owner     Account   `json:"owner,omitzero"`  // also in Members
	Members   []Account `json:"members"`         // without duplicates, owner first
	Badge     *Badge    `json:"badge,omitempty"` // of an item or topic group
}

// Badge shows what a group is about and who owns it: a small pinned card, and, on
// platforms with bookmarks, a bookmark to it named Label.
type Badge struct {
	Label   string     `json:"label"`            // "Payments · R-17"; "" for no bookmark
	Module  string     `json:"module,omitempty"` // of the risk; names the channel if the platform allows no letter of its own name
	Message Message    `json:"message"`
	Ref     MessageRef `json:"ref,omitzero"` // the message to repair in SetGroup; zero posts a new one
}

// Group is a group that exists.
type Group struct {
	Ref    GroupRef `json:"ref"`
	Name   string   `json:"name"`            // as the platform shows it
	Report Report   `json:"report,omitzero"` // what became of each part and person
}

// TopicState says whether a topic group is still discussed.
type TopicState string

// The states of a topic group.
const (
	Discussing TopicState = "discussing" // its members can post
	Ended      TopicState = "ended"      // nobody can post, as far as the platform can enforce it
)

// GroupChange is what SetGroup changes. Nil and empty parts are left alone. Owner and
// admins of a group are riskroom's own record, which adapters don't know.
//
// The parts are set in this order: name, texts, members, mute, state, dissolve. An
// adapter may set name and topic after the others, but before the group is dissolved,
// if their rate limit would hold up the rest.
type GroupChange struct {
	Name         *string       `json:"name,omitempty"`
	Suffix       string        `json:"suffix,omitempty"` // goes with Name: the suffix that the group was created with
	Topic        *string       `json:"topic,omitempty"`
	Purpose      *string       `json:"purpose,omitempty"`
	Type         GroupType     `json:"type,omitempty"` // goes with Purpose: some platforms keep what an item group is about in the same place
	Announcement *Announcement `json:"announcement,omitempty"`
	Add          []Account     `json:"add,omitempty"`
	Remove       []Account     `json:"remove,omitempty"`
	Mute         *Mute         `json:"mute,omitempty"`
	State        TopicState    `json:"state,omitempty"`
	Closing      *Message      `json:"closing,omitempty"` // posted before State becomes Ended, or before Dissolve
	Posting      Posting       `json:"posting,omitzero"`  // who may post before this change; for Mute, State, Add and Remove
	Dissolve     Dissolve      `json:"dissolve,omitempty"`
	Badge        *Badge        `json:"badge,omitempty"` // repair whatever is missing of it
}

// Announcement is a pinned message that replaces the one before it.
type Announcement struct {
	Message *Message   `json:"message,omitempty"` // nil: none any more
	Old     MessageRef `json:"old,omitzero"`      // unpinned once Message is pinned
}

// Mute says who may not post: all members except the bot, or some people. The zero
// value mutes nobody.
type Mute struct {
	All    bool      `json:"all,omitempty"`
	People []Account `json:"people,omitempty"`
}

// Posting is who may post in a group, by riskroom's record. Platforms don't say which of
// their restrictions riskroom has set, and for which reason.
type Posting struct {
	State TopicState `json:"state,omitempty"`
	Muted Mute       `json:"muted,omitzero"`
	Saved string     `json:"saved,omitempty"` // Report.Saved of the last change of Mute or State
}

// Closed reports whether nobody may post.
func (p Posting) Closed() bool { return p.State == Ended || p.Muted.All }

// After returns who may post after a change.
func (p Posting) After(c GroupChange) Posting {
	if c.State != "" {
		p.State = c.State
	}
	if c.Mute != nil {
		p.Muted = *c.Mute
	}
	return p
}

// Dissolve is a way to dissolve a group for good.
type Dissolve string

// The ways to dissolve a group.
const (
	DissolveArchive Dissolve = "archive" // nobody can post; what was said can still be read
	DissolveDelete  Dissolve = "delete"  // with everything that was said in it
)

// Ending is how a group ended for everybody in it.
type Ending string

// The ways in which a group can end.
const (
	Archived Ending = "archived" // nobody can post
	Deleted  Ending = "deleted"
)

// GroupState is what the engine needs to know about a group's current state.
type GroupState struct {
	Ended  Ending // "" while it exists; once set, the other fields are empty
	Name   string // as the platform shows it now; "" if it doesn't say
	Pinned []MessageRef
	Badged bool // a bookmark points to a message of the group, or the platform has no bookmarks
}
