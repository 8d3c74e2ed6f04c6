package core

// Part is a part of a group that can be set separately.
type Part string

// The parts of a group.
const (
	PartName         Part = "name"
	PartTopic        Part = "topic"
	PartPurpose      Part = "purpose"
	PartAnnouncement Part = "announcement" // posted, and pinned in place of the one before
	PartMember       Part = "member"       // with Account: invited
	PartRemoved      Part = "removed"      // with Account: removed
	PartMute         Part = "mute"         // with Account: of one person
	PartState        Part = "state"        // of a topic group
	PartClosing      Part = "closing"      // the last message before the group is ended or dissolved
	PartDissolve     Part = "dissolve"
	PartBadge        Part = "badge"    // posted
	PartPin          Part = "pin"      // the badge is pinned
	PartBookmark     Part = "bookmark" // the badge is linked in the group's head
)

// ByHand is the Detail of an Unsupported part that a person can set on the platform.
const ByHand = "by_hand"

// Outcome is the result for one part, and for one person if the part is people.
type Outcome struct {
	Part    Part    `json:"part"`
	Account Account `json:"account,omitzero"`
	Kind    Kind    `json:"kind,omitempty"`   // "" means done
	Detail  string  `json:"detail,omitempty"` // the platform's code if it failed
}

// Report lists one outcome per part and person. An outcome whose Kind is temporary
// (rate_limited, unavailable, unknown) stays until a later call of the same action
// reports that part again.
type Report struct {
	Outcomes     []Outcome  `json:"outcomes,omitempty"`
	Badge        MessageRef `json:"badge,omitzero"`        // the current badge, if it was set
	Announcement MessageRef `json:"announcement,omitzero"` // the current one, if it was set

	// Saved is what the adapter needs to restore once posting is allowed again: what people
	// had set themselves. It is valid if Mute, State or Dissolve was set, and then goes into the
	// Posting of the next change. After Dissolve it is empty if nobody lost the right to post.
	Saved string `json:"saved,omitempty"`
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

// Add appends the outcome of a part that ended with err; nil is success.
func (r *Report) Add(p Part, a Account, err error) {
	o := Outcome{Part: p, Account: a, Kind: KindOf(err)}
	if err != nil {
		o.Detail = DetailOf(err)
	}
	r.Outcomes = append(r.Outcomes, o)
}
