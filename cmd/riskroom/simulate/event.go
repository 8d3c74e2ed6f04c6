package simulate

import (
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// What is a kind of event.
type What string

// The kinds of event. Those of the first block are what a person does, or gets for it. Those
// of the second are what people see of riskroom in a workspace, and those of the third why
// they don't. Those of the last happen to riskroom itself.
const (
	Filed   What = "filed"
	Status  What = "status"
	Edit    What = "edit"
	Assign  What = "assign"
	Note    What = "note"
	Move    What = "move"    // to another node of the process
	Command What = "command" // a slash command, in Text
	Reply   What = "reply"   // the answer that only To sees
	Wrote   What = "wrote"   // a person's own message
	Freed   What = "freed"   // the risk has no group any more

	Message      What = "message" // a direct one
	GroupMessage What = "group_message"
	Changed      What = "message_changed"
	Deleted      What = "message_deleted"
	GroupCreated What = "group_created"
	GroupChanged What = "group_changed" // its name, topic or purpose
	GroupEnded   What = "group_archived"
	GroupBack    What = "group_restored"
	Joined       What = "joined"
	Left         What = "left"

	Skipped   What = "skipped" // a run, or a step of one
	Failed    What = "failed"  // a step, or a part of one
	Held      What = "held"    // until Until
	Parked    What = "parked"
	Cancelled What = "cancelled"

	Stopped What = "stopped" // until Until
	Started What = "started"
)

// Event is one thing that happens. Fields are zero where they don't apply.
type Event struct {
	At   time.Time
	Risk core.RiskKey
	What What
	By   string // the person who does it
	From Place  // of a Command: where the scenario has it

	// The run that does it. Flow begins with "_" if it is built in.
	Flow       string
	Occurrence string // of the run, as in engine.RunID
	Due        time.Time
	Step       string // its key

	Workspace string
	Platform  string
	To        []Recipient // of a message or a reply; who joined or left
	Group     *Group      // the group, or the channel that a message is in
	Text      string      // X
	Pinned    bool        // the message is pinned
	Post      *stage.Post // the message as its platform shows it

	Reason string       // why it is skipped, fails or is held: a code
	Until  time.Time    // of Held and Stopped
	Trail  engine.Event // of the audit trail, if it comes from there
}

// Run returns the ID of the run that does it, zero if none does.
func (e Event) Run() engine.RunID {
	if e.Flow == "" {
		return engine.RunID{}
	}
	return engine.RunID{Risk: e.Risk, Flow: e.Flow, Occurrence: e.Occurrence}
}

// IsOutage reports whether an outage of riskroom begins or ends.
func (e Event) IsOutage() bool { return e.What == Stopped || e.What == Started }

// IsReply reports whether it is a message that replies to an earlier one.
func (e Event) IsReply() bool {
	return (e.What == Message || e.What == GroupMessage) && e.Post != nil && e.Post.ReplyTo != ""
}

// Subject names what a flow runs for: a risk or, under R-0, schedules or notices about no risk.
func Subject(risk core.RiskKey, flow string) text.Phrase {
	switch {
	case risk == "" || risk.Number() > 0:
		return text.Phrasef("%s", risk)
	case engine.BuiltIn(flow):
		return text.Plain("notices")
	default:
		return text.Plain("schedules")
	}
}

// Recipient is a person. If the members of a user group or role aren't known, it stands for
// all of them: Name is that of the group, and Unknown is true.
type Recipient struct {
	Name    string `json:"name"`
	Unknown bool   `json:"unknown,omitempty"`
}

// Group is a channel as it is after the event, or after the step that creates it.
type Group struct {
	ID      string // the platform's
	Name    string
	Topic   string
	Purpose string
	Members []Recipient // by name, without the bot
}

// Late says that a flow can't keep its schedule, because of a platform's rate limits.
type Late struct {
	Flow  string        `json:"flow"`
	Runs  int           `json:"runs"`  // that were late
	Due   time.Time     `json:"due"`   // of the latest
	Until time.Time     `json:"until"` // until when that one had to wait
	By    time.Duration `json:"-"`
	Limit string        `json:"limit"` // such as "conversations.create: 20 in 1m0s"
}
