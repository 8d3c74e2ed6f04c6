package engine

import (
	"fmt"
	"strings"
	"time"

	"riskroom/core"
)

// Flows that are built in. Their names cannot be written in a config file.
const (
	SyncFlow   = "_sync"   // makes platforms show what a risk is now
	NoticeFlow = "_notice" // tells the admin channel, or one person, something
)

// RunID names a run: one flow acting on one risk once. Occurrence is the
// anchor's instant in ms for date triggers, "v" and the risk's version for
// `on:` triggers, an op for runs that a command arms. Every risk has a single
// sync run, whose occurrence is empty: Run.Cycle counts what it did.
type RunID struct {
	Risk       core.RiskKey
	Flow       string
	Occurrence string
}

// String returns "R-17/flow/occurrence", which ParseRunID reads.
func (id RunID) String() string { return string(id.Risk) + "/" + id.Flow + "/" + id.Occurrence }

// ParseRunID reads what RunID.String wrote.
func ParseRunID(s string) (RunID, error) {
	p := strings.Split(s, "/")
	if len(p) != 3 || p[0] == "" || p[1] == "" {
		return RunID{}, fmt.Errorf("%q is not a run: runs look like R-17/flow/1781234567890", s)
	}
	return RunID{Risk: core.RiskKey(p[0]), Flow: p[1], Occurrence: p[2]}, nil
}

// RunState is how far a run is.
type RunState string

// The states of a run. Armed, Waiting and Running runs have a timer.
const (
	Armed     RunState = "armed"     // its time has not come
	Running   RunState = "running"   // claimed; if its worker died, the lease is its timer
	Waiting   RunState = "waiting"   // deferred to a slot of the rate budget, or backing off
	Parked    RunState = "parked"    // needs a person
	Finished  RunState = "finished"  // every step had its turn
	Skipped   RunState = "skipped"   // its condition was false
	Cancelled RunState = "cancelled" // stopped by a change or by a person
)

// Live reports whether a run of state s still has a timer.
func (s RunState) Live() bool { return s == Armed || s == Running || s == Waiting }

// Wish is what a change asks of a run that has begun. The worker that holds the
// run obeys it.
type Wish string

// The wishes.
const (
	NoWish     Wish = ""
	CancelWish Wish = "cancel" // resolve what is open, then end
	AgainWish  Wish = "again"  // of a sync: look once more
)

// Lease is a worker's hold on a run. Until is the score of the run's timer, and
// so proves the hold: whoever claims next gets another one.
type Lease struct {
	Run   RunID
	Until time.Time // ms precision
}

// Run is a run as stored.
type Run struct {
	ID       RunID
	State    RunState
	FlowHash string    // hash of the pinned flow, "" for a built-in
	Due      time.Time // when it was meant to act
	At       time.Time // its timer's score: due, lease, slot or retry; zero without a timer
	Cycle    int64     // of a sync: raised as each one ends
	Step     int       // index of the step that is next or under way
	Begun    bool      // some intent was written: its timer belongs to the worker
	Attempts int       // failed attempts of this step
	Since    time.Time // when this step first failed, zero if it did not
	Crashes  int       // claims that nobody handed back with an intent open, since the last result
	Wish     Wish
	Reason   string               // of Parked, Skipped, Cancelled, Waiting: a code
	Input    []byte               // what the step acts on, fixed; nil until pinned
	Slot     Slot                 // reserved in the rate budget
	Data     []byte               // what a built-in run is about
	Outcomes map[int][]byte       // what ended steps left, by step index
	Calls    map[string]CallState // of the current step, by Once key
}

// Slot is a place in the rate budget that a deferred call holds.
type Slot struct {
	Key string    // the Once key
	At  time.Time // zero: none
}

// CallState is what is known of one call: a result if Done, else an open intent
// if Attempt > 0 and Open, else the memory of attempts that surely failed.
type CallState struct {
	Done    bool
	Value   string
	Open    bool
	First   time.Time
	Begun   time.Time
	Attempt int
	Nonce   string // of the try that opened it
}

// Binding binds a risk to its item group.
type Binding struct {
	State BindingState
	Group core.GroupRef // once bound
	Badge core.MessageRef
	Said  core.Ending // how an event says that the group ended; "" if none does
	Run   RunID       // who reserved it
	Epoch int         // how many groups were bound before
}

// BindingState says whether a risk has an item group.
type BindingState string

// The states of a binding.
const (
	Free     BindingState = ""
	Reserved BindingState = "reserved" // a run is about to create the group
	Bound    BindingState = "bound"
	Lost     BindingState = "missing" // the group became invisible: it is lost, but still bound
)

// Shown is a message that shows a risk's state and must follow it.
type Shown struct {
	ID      string          // what made it: run, step and scope
	Ref     core.MessageRef // where it stands now
	Group   core.GroupRef   // zero for a direct message
	To      core.Account    // whose direct message it is
	Title   []core.Span     // what stands above the card, as first sent
	Badge   bool            // the pinned card of the item group
	Version int64           // of the risk that it shows
	Gone    bool            // deleted where it cannot be posted again; no longer followed
}
