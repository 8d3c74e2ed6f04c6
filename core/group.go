package core

import (
	"fmt"
	"strings"
	"time"
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
	Suffix    string    `json:"suffix"` // what makes the platform's name unique: "r-17", "r-17-2" or letters of the op; never cut
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
	Label   string     `json:"label"` // "Payments · R-17"
	Message Message    `json:"message"`
	Ref     MessageRef `json:"ref,omitzero"` // where it stands, for SetGroup's repair; zero: post it anew
}

// Group is a group that exists.
type Group struct {
	Ref    GroupRef   `json:"ref"`
	Name   string     `json:"name"` // as the platform shows it
	Badge  MessageRef `json:"badge,omitzero"`
	Report Report     `json:"report,omitzero"` // what became of each part and person
}

// GroupChange is what SetGroup changes; nil and empty parts are left alone.
type GroupChange struct {
	Name   *string   `json:"name,omitempty"`
	Suffix string    `json:"suffix,omitempty"` // goes with Name, as in GroupSpec
	Topic  *string   `json:"topic,omitempty"`
	Add    []Account `json:"add,omitempty"`
	Remove []Account `json:"remove,omitempty"`
	Badge  *Badge    `json:"badge,omitempty"` // set right whatever of it is missing
}

// Part is a part of a group that is set on its own.
type Part string

// The parts of a group.
const (
	PartName     Part = "name"
	PartTopic    Part = "topic"
	PartPurpose  Part = "purpose"
	PartMember   Part = "member"   // with Account: invited
	PartRemoved  Part = "removed"  // with Account: removed
	PartBadge    Part = "badge"    // posted
	PartPin      Part = "pin"      // the badge is pinned
	PartBookmark Part = "bookmark" // the badge is linked in the group's head
)

// Outcome is what became of one part, for one person where it is about people.
type Outcome struct {
	Part    Part    `json:"part"`
	Account Account `json:"account,omitzero"`
	Kind    Kind    `json:"kind,omitempty"`   // "" means done
	Detail  string  `json:"detail,omitempty"` // the platform's code where it failed
}

// Report lists one outcome per part and person.
type Report struct {
	Outcomes []Outcome  `json:"outcomes,omitempty"`
	Badge    MessageRef `json:"badge,omitzero"` // where the badge stands now, if it was set
}

// Failed returns the outcomes that failed.
func (r Report) Failed() []Outcome {
	var out []Outcome
	for _, o := range r.Outcomes {
		if o.Kind != "" {
			out = append(out, o)
		}
	}
	return out
}

// Add appends the outcome of a part that ended with err, nil for success.
func (r *Report) Add(p Part, a Account, err error) {
	o := Outcome{Part: p, Account: a, Kind: KindOf(err)}
	if err != nil {
		o.Detail = DetailOf(err)
	}
	r.Outcomes = append(r.Outcomes, o)
}

// GroupState is what a platform says of a group right now.
type GroupState struct {
	Ref      GroupRef
	Name     string
	Topic    string
	Archived bool
	Created  time.Time
	Members  []Account // bots left out
	Pinned   []MessageRef
	Badged   bool // the bookmark to the badge is there, or the platform has no bookmarks
}
