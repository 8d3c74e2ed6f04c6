package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// builtIn starts the names of the built-in flows, which are not valid in a config file.
const builtIn = "_"

// BuiltIn reports whether a flow is built in.
func BuiltIn(flow string) bool { return strings.HasPrefix(flow, builtIn) }

// The built-in flows.
const (
	SyncFlow   = "_sync"   // brings what platforms show of a risk up to date
	NoticeFlow = "_notice" // notifies the administrators or one person
	NoteFlow   = "_note"   // posts a note in the risk's item group
	GroupFlow  = "_group"  // creates or changes a group on behalf of a person
	OpenFlow   = "_open"   // creates a risk's item group on behalf of a person
	CloseFlow  = "_close"  // closes the item group of a closed risk
	FilesFlow  = "_files"  // posts the risk's files in one conversation
)

// RunID identifies a run: one flow acting on one risk once. Occurrence is the
// instant of the date in ms for date triggers, with "." and the due time if they
// repeat, "v" and the risk's version for `on:` triggers and notes, "s" and the instant in
// ms for schedules, an op for notices and changes of groups, and the conversation for
// files. A risk has one sync run, whose occurrence is empty; Run.Cycle
// counts its repetitions.
type RunID struct {
	Risk       core.RiskKey
	Flow       string
	Occurrence string
}

// String returns the ID in the form "R-17/flow/occurrence".
func (id RunID) String() string { return string(id.Risk) + "/" + id.Flow + "/" + id.Occurrence }

// Version returns the risk's version of which the run is an occurrence, 0 if it counts from
// a date or is of another kind.
func (id RunID) Version() int64 {
	digits, ok := strings.CutPrefix(id.Occurrence, "v")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || id.Flow == NoticeFlow || id.Flow == GroupFlow {
		return 0
	}
	return n
}

// Repeats reports whether the run is of a flow that repeats.
func (id RunID) Repeats() bool {
	_, _, ok := flow.ParseRepeat(id.Occurrence)
	return ok
}

// ParseRunID parses what RunID.String returns.
func ParseRunID(s string) (RunID, error) {
	p := strings.Split(s, "/")
	if len(p) != 3 || p[0] == "" || p[1] == "" {
		return RunID{}, fmt.Errorf("%q is not a run ID; they look like R-17/flow/1781234567890", s)
	}
	return RunID{Risk: core.RiskKey(p[0]), Flow: p[1], Occurrence: p[2]}, nil
}

// RunState is the state of a run.
type RunState string

// The states of a run. Armed, Waiting and Running runs have a timer.
const (
	Armed     RunState = "armed"     // not due yet, or due and not claimed
	Running   RunState = "running"   // claimed; if its worker died, the lease is its timer
	Waiting   RunState = "waiting"   // deferred to a slot of the rate budget, or backing off
	Parked    RunState = "parked"    // waits for a person to retry or drop it
	Finished  RunState = "finished"  // every step has ended
	Skipped   RunState = "skipped"   // its condition was false
	Cancelled RunState = "cancelled" // stopped by a change, by a person or by a step that failed
)

// Live reports whether a run in state s has a timer.
func (s RunState) Live() bool { return s == Armed || s == Running || s == Waiting }

// Wish is a request to a run that has begun. The worker that holds the run obeys
// it.
type Wish string

// The wishes.
const (
	NoWish     Wish = ""
	CancelWish Wish = "cancel" // resolve open intents, then end
	AgainWish  Wish = "again"  // of a sync: run once more
)

// Lease is a worker's hold on a run. Until is the score of the run's timer. It
// also is the fencing token: the next claim sets another score.
type Lease struct {
	Run   RunID
	Until time.Time // ms precision
}

// Run is a run as stored.
type Run struct {
	ID       RunID
	State    RunState
	FlowHash string    // hash of the pinned flow, "" for a built-in
	Due      time.Time // when it should fire
	At       time.Time // its timer's score: due, lease, slot or retry; zero without a timer
	Cycle    int64     // of a sync: incremented when one ends
	Step     int       // index of the current or next step
	Begun    bool      // an intent was written: only the worker may move the timer
	Attempts int       // failed attempts of this step
	Unknown  int       // those of them that failed for an unknown reason
	Since    time.Time // when this step first failed, zero if it hasn't
	Crashes  int       // since the last result: claims that expired with an intent open, after which another process claimed
	Wish     Wish
	Reason   string               // of Parked, Skipped, Cancelled, Waiting: a code
	Input    []byte               // the step's pinned input, nil if not pinned yet
	Slot     Slot                 // reserved in the rate budget
	Data     []byte               // input of a built-in run
	Outcomes map[int][]byte       // by step index
	Calls    map[string]CallState // of the current step, by Once key
	Doubt    Doubt
	Record   *Record // of the risk, read as the run was claimed; nil otherwise, or if there is none
}

// Doubt says which calls of a run may be missing in the store, because it lost its latest
// writes in a crash, in a failover, or when it was restored: those begun between Since
// and At. If At is zero, none is.
type Doubt struct{ Since, At time.Time }

// covers reports whether attempts later than those in c may be missing.
func (d Doubt) covers(c CallState) bool {
	return !d.At.IsZero() && !c.Done && !c.Begun.After(d.At)
}

// Slot is a place in the rate budget that a deferred call holds.
type Slot struct {
	Key string    // the Once key
	At  time.Time // zero: none
}

// CallState is the recorded state of one call. If Done, it has a result. If Open,
// an intent is open. Otherwise the attempts so far had no effect.
type CallState struct {
	Done    bool
	Value   string
	Open    bool
	First   time.Time
	Begun   time.Time
	Attempt int
	Nonce   string // of the Begin that opened it
}

// Binding binds a risk to its item group.
type Binding struct {
	State BindingState
	Group core.GroupRef // once bound
	Badge core.MessageRef
	Ended core.Ending // how the group ended according to an event; "" if there was none
	Run   RunID       // the run that reserved it
	Epoch int         // how many groups were bound before
}

// BindingState says whether a risk has an item group.
type BindingState string

// The states of a binding.
const (
	Free     BindingState = ""
	Reserved BindingState = "reserved" // a run is about to create the group
	Bound    BindingState = "bound"
	Lost     BindingState = "missing" // bound to a group that the bot can no longer see
)

// Shown is a message that shows a risk's state and is kept up to date.
type Shown struct {
	ID      string          // from the run, step and scope that sent it
	Ref     core.MessageRef // the latest post of it
	Group   core.GroupRef   // zero for a direct message
	To      core.Account    // the recipient of a direct message
	Title   []core.Span     // text above the card, as first sent
	Badge   bool            // the pinned card of the item group
	Version int64           // of the risk that it shows
	Marks   string          // what it shows in addition, as in core.Card
	Rev     int64           // of the group's record that the pinned card of a topic group shows
	Brief   bool            // without the description
	Bare    bool            // without buttons, in a group that the risk no longer has
	Gone    bool            // deleted and can't be posted again; no longer kept up to date
}
