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
	Topic    GroupType = "topic" // discussed until it is ended, then nobody may post
	Item     GroupType = "item"  // bound to one risk, whose badge it shows
)

// GroupRef names a group on a platform.
type GroupRef struct {
	Workspace string `json:"workspace"`
	ID        string `json:"id"` // the platform's ID of the channel
}

// String returns "workspace/id", which ParseGroupRef reads.
func (g GroupRef) String() string { return g.Workspace + "/" + g.ID }

// IsZero tells whether g names nothing.
func (g GroupRef) IsZero() bool { return g == GroupRef{} }

// ParseGroupRef reads what GroupRef.String wrote.
func ParseGroupRef(s string) (GroupRef, error) {
	w, id, ok := strings.Cut(s, "/")
	if !ok || w == "" || id == "" || strings.Contains(id, "/") {
		return GroupRef{}, fmt.Errorf("%q is not workspace/channel", s)
	}
	return GroupRef{Workspace: w, ID: id}, nil
}

// GroupSpec is what CreateGroup makes.
type GroupSpec struct {
	Workspace string    `json:"workspace"`
	Type      GroupType `json:"type"`
	Name      string    `json:"name"`   // as people would write it; the adapter fits it to the platform's rules
	Suffix    string    `json:"suffix"` // what makes the platform's name unique: "r-17", "r-17-2", or letters derived from what made the group; never cut
	Topic     string    `json:"topic,omitempty"`
	Purpose   string    `json:"purpose,omitempty"`
	Public    bool      `json:"public,omitempty"`
	Owner     Account   `json:"owner,omitzero"`  // counted in Members too
	Members   []Account `json:"members"`         // without duplicates, owner first
	Badge     *Badge    `json:"badge,omitempty"` // of an item group
}

// Badge binds a group visibly to its risk: a small card that is pinned, and a
// bookmark to it named Label where the platform has bookmarks.
type Badge struct {
	Label   string     `json:"label"`            // "Payments · R-17"
	Module  string     `json:"module,omitempty"` // of the risk; a channel is named after it if its own name has no letter that the platform takes
	Message Message    `json:"message"`
	Ref     MessageRef `json:"ref,omitzero"` // where it stands, for SetGroup's repair; zero: post it anew
}

// Group is a group that exists.
type Group struct {
	Ref    GroupRef `json:"ref"`
	Name   string   `json:"name"`            // as the platform shows it
	Report Report   `json:"report,omitzero"` // what became of each part and person
}

// GroupChange is what SetGroup changes; nil and empty parts are left alone.
type GroupChange struct {
	Name   *string   `json:"name,omitempty"`
	Suffix string    `json:"suffix,omitempty"` // goes with Name: the one that the group was made with
	Topic  *string   `json:"topic,omitempty"`
	Add    []Account `json:"add,omitempty"`
	Remove []Account `json:"remove,omitempty"`
	Badge  *Badge    `json:"badge,omitempty"` // set right whatever of it is missing
}

// Ending is how a group ended for everybody in it.
type Ending string

// The ways in which a group can end.
const (
	Archived Ending = "archived" // nobody can post any more
	Deleted  Ending = "deleted"
)

// GroupState is what the engine has to know of a group as it is right now.
type GroupState struct {
	Ended  Ending // "" while it lives; the rest is empty after it
	Pinned []MessageRef
	Badged bool // a bookmark leads to a message of the group, or the platform has no bookmarks
}
