package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// Group is riskroom's record of a group that it created. Owner, admins and the state
// of a topic group are kept only here: no platform has them for a bot's channels.
type Group struct {
	Key    core.RiskKey   `json:"key"` // of the risk that it belongs to, or T-n of a topic group that belongs to none
	Ref    core.GroupRef  `json:"ref"`
	Type   core.GroupType `json:"type"`
	Run    string         `json:"run"` // RunID.String of the run that created it
	Name   string         `json:"name"`
	Suffix string         `json:"suffix"`
	Public bool           `json:"public,omitempty"`
	Rev    int64          `json:"rev"` // raised by each change of the record

	Owner  core.Account    `json:"owner,omitzero"`
	Admins []core.Account  `json:"admins,omitempty"`
	Away   time.Time       `json:"away,omitzero"`    // when the owner was first seen to be gone
	Orphan bool            `json:"orphan,omitempty"` // administrators know that nobody can take over
	State  core.TopicState `json:"state,omitempty"`
	Ended  *Closed         `json:"ended,omitempty"` // of a topic group
	Muted  core.Mute       `json:"muted,omitzero"`
	Saved  string          `json:"saved,omitempty"` // core.Report.Saved of the last change of Muted or State
	Shut   bool            `json:"shut,omitempty"`  // when it was dissolved, its members lost the right to post
	Reopen time.Time       `json:"reopen,omitzero"` // when to try again to restore that right, which failed for good
	Life   GroupLife       `json:"life,omitempty"`
	Since  time.Time       `json:"since,omitzero"`   // since when Life is as it is, zero if always
	Kept   time.Time       `json:"kept,omitzero"`    // when a person posted after the notice that it is to be closed
	Back   *Return         `json:"back,omitempty"`   // an event that it exists again, until a sync has followed it up
	Ending string          `json:"ending,omitempty"` // RunID.String of the run that is about to end it
	Said   core.Ending     `json:"said,omitempty"`   // how it ended according to an event; of an item group the binding has it
	Topic  string          `json:"topic,omitempty"`  // of the channel of a topic group, without its state
	Stale  bool            `json:"stale,omitempty"`  // that channel still shows a state that has passed
	By     core.Actor      `json:"by,omitzero"`      // who had it created; zero: a flow
	At     time.Time       `json:"at,omitzero"`      // when it was created
	Origin *core.Quote     `json:"origin,omitempty"` // the message that a topic group discusses

	Card         core.MessageRef   `json:"card,omitzero"` // the pinned card
	Announcement core.MessageRef   `json:"announcement,omitzero"`
	Ops          []string          `json:"ops,omitempty"`      // the last runs that changed it, and their steps
	Members      map[string]Member `json:"members,omitempty"`  // by Ref, of an account if they have one: whom riskroom invited or tried to
	Followed     []core.Ref        `json:"followed,omitempty"` // who was involved in the risk when its item group's members last followed
}

// Posting returns who may post in the group, for a core.GroupChange.
func (g Group) Posting() core.Posting {
	p := core.Posting{State: g.State, Muted: g.Muted, Saved: g.Saved}
	if g.Shut {
		p.State = core.Ended
	}
	return p
}

// Closed says who ended a topic group, and when.
type Closed struct {
	By core.Actor `json:"by"`
	At time.Time  `json:"at"`
}

// GroupLife is whether riskroom still acts in a group.
type GroupLife string

// The lives of a group.
const (
	LiveGroup   GroupLife = ""       // in use
	GoneGroup   GroupLife = "gone"   // it ended on the platform, by riskroom or by hand
	FormerGroup GroupLife = "former" // it exists, but another group has taken its place
)

// Member is what became of a person whom riskroom wanted in a group.
type Member struct {
	Code string    `json:"code,omitempty"` // why they could not be added; "" if they were
	Left bool      `json:"left,omitempty"` // removed by hand, or left: not added again
	At   time.Time `json:"at"`

	// Of people who couldn't be added: their part in the risk, if that is why they were
	// wanted, and the kind of their account then.
	As   core.Ref    `json:"as,omitempty"`
	Kind people.Kind `json:"kind,omitempty"`
}

// newGroup returns the record of a group that a run has just created.
func newGroup(run RunID, ref core.GroupRef, spec core.GroupSpec) Group {
	g := Group{Key: run.Risk, Ref: ref, Type: spec.Type, Run: run.String(), Rev: 1,
		Name: spec.Name, Suffix: spec.Suffix, Public: spec.Public, Owner: spec.Owner}
	if g.Type == core.Topic {
		g.State = core.Discussing
	}
	return g
}

// Encode returns the record in its stored form.
func (g Group) Encode() ([]byte, error) {
	b, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("group %s: %w", g.Ref, err)
	}
	return b, nil
}

// DecodeGroup reads what Group.Encode wrote.
func DecodeGroup(b []byte) (Group, error) {
	var g Group
	if err := json.Unmarshal(b, &g); err != nil {
		return Group{}, fmt.Errorf("stored group: %w", err)
	}
	return g, nil
}
