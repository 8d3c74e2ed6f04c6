package flowtest

import (
	"slices"
	"strings"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// Kind is what can be expected, as test files call it.
type Kind string

// The kinds.
const (
	Message      Kind = "message"       // a direct message
	GroupMessage Kind = "group_message" // a message in a group or another channel
	Created      Kind = "group"         // a group was created
	Changed      Kind = "group_change"  // a group's name, topic or purpose was changed
	Joined       Kind = "joined"        // somebody was added to a group
	Left         Kind = "left"          // somebody was removed from a group
	Ended        Kind = "group_end"     // a group was archived or deleted
	Skipped      Kind = "skipped"       // a run or a step did nothing
	Failed       Kind = "failed"        // a step, or a part of one, failed
	Status       Kind = "status"        // a risk has a new status
	Node         Kind = "node"          // a risk is at another node
)

// kinds returns all kinds.
func kinds() []Kind {
	return []Kind{Message, GroupMessage, Created, Changed, Joined, Left, Ended, Skipped, Failed, Status, Node}
}

// keys returns the keys that describe an expectation of a kind.
func (k Kind) keys() []string {
	by := []string{"risk", "flow", "step"}
	switch k {
	case Message:
		return append(by, "to", "reply_to", "contains")
	case GroupMessage:
		return append(by, "in", "reply_to", "contains")
	case Created:
		return append(by, "type", "name", "members", "topic", "purpose")
	case Changed:
		return append(by, "in", "name", "topic", "purpose")
	case Joined, Left:
		return append(by, "in", "who")
	case Ended:
		return append(by, "in")
	case Skipped, Failed:
		return append(by, "reason")
	case Status, Node:
		return []string{"risk", "is"}
	}
	return nil
}

// Event is something that happened, as tests see it.
type Event struct {
	simulate.Event
	Kind    Kind   // "" for what tests can't expect
	ReplyTo string // the step to whose message a reply of a flow replies
	Person  string // who gets a message, joins or leaves
	Is      string // a new status or node
	Type    core.GroupType
	Item    bool // Group is or was the risk's item group
}

// observer turns simulated events into events of tests.
type observer struct {
	types map[string]core.GroupType // of groups, by workspace and ID
	steps map[[2]string]flow.Step   // by flow and key
}

// observe returns the events of a simulation. A message to several people is several events.
func observe(cfg *config.Config, all []simulate.Event) []Event {
	o := observer{types: map[string]core.GroupType{}, steps: map[[2]string]flow.Step{}}
	for _, f := range cfg.Flows {
		for _, s := range f.Steps {
			o.steps[[2]string{f.Name, s.Key()}] = s
		}
	}
	var out []Event
	for _, e := range all {
		one := Event{Event: e, Kind: kindOf(e.What)}
		if e.Group != nil {
			id := e.Workspace + "/" + e.Group.ID
			if one.Kind == Created {
				o.types[id] = o.typeOf(e)
			}
			one.Type = o.types[id]
			one.Item = one.Type == core.Item
			if e.Pinned && o.creates(e) {
				one.Kind = "" // the pinned card, which is a part of the group
			}
		}
		if e.IsReply() {
			one.ReplyTo = o.steps[[2]string{e.Flow, e.Step}].ReplyTo()
		}
		if one.Kind == Status || one.Kind == Node {
			one.Is = e.Trail.Data["to"]
		}
		if len(e.To) == 0 {
			out = append(out, one)
			continue
		}
		for _, r := range e.To {
			one.Person = r.Name
			out = append(out, one)
		}
	}
	return out
}

// creates reports whether the step that does something is one that creates a group.
func (o observer) creates(e simulate.Event) bool {
	_, ok := o.steps[[2]string{e.Flow, e.Step}].Action.(*flow.CreateGroup)
	return ok
}

// typeOf returns the type of a group that is created.
func (o observer) typeOf(e simulate.Event) core.GroupType {
	if a, ok := o.steps[[2]string{e.Flow, e.Step}].Action.(*flow.CreateGroup); ok {
		return a.Type
	}
	if e.Flow == engine.OpenFlow {
		return core.Item
	}
	return core.Topic // by a person's command
}

// mustBeExpected reports whether complete: true wants the event expected: whatever a flow of
// the config file does.
func (e Event) mustBeExpected() bool {
	switch e.Kind {
	case Message, GroupMessage, Created, Changed, Joined, Left, Ended, Failed:
		return e.Flow != "" && !engine.BuiltIn(e.Flow)
	case Skipped, Status, Node:
	}
	return false
}

func kindOf(w simulate.What) Kind {
	switch w {
	case simulate.Message:
		return Message
	case simulate.GroupMessage:
		return GroupMessage
	case simulate.GroupCreated:
		return Created
	case simulate.GroupChanged:
		return Changed
	case simulate.Joined:
		return Joined
	case simulate.Left:
		return Left
	case simulate.GroupEnded:
		return Ended
	case simulate.Skipped:
		return Skipped
	case simulate.Failed:
		return Failed
	case simulate.Status:
		return Status
	case simulate.Move:
		return Node
	default:
		return ""
	}
}

// in reports whether the event's group is the one that an expectation calls so.
func (e Event) in(name string) bool {
	return e.Group != nil && (name == itemGroup && e.Item || strings.Contains(e.Group.Name, name))
}

// itemGroup is what expectations call a risk's item group.
const itemGroup = "item"

// members returns the names of the group's members.
func (e Event) members() []string {
	var out []string
	if e.Group != nil {
		for _, m := range e.Group.Members {
			out = append(out, m.Name)
		}
	}
	slices.Sort(out)
	return out
}

// group returns the group of an event, an empty one if there is none.
func (e Event) group() simulate.Group {
	if e.Group == nil {
		return simulate.Group{}
	}
	return *e.Group
}
