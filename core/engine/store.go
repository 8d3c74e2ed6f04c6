package engine

import (
	"cmp"
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// What the engine needs stored. Every method that writes is one atomic step: it takes
// effect as a whole or not at all. A client that lost the answer may repeat the call,
// and gets the first answer. Once a method has returned without error, nothing of it
// is lost. Errors are *core.Error: Unavailable if the store can't be reached or is
// full, Lost if a lease is not held (any more), Conflict if something has changed
// meanwhile, and NotFound.

// Risks stores risks with their indexes.
type Risks interface {
	// NextNumber returns the number of the next risk or topic group. For 26 hours it returns the same
	// number for the same op. Gaps are allowed. If a risk like it got a number under
	// another op within AlikeWithin, it names that one and takes no number.
	NextNumber(ctx context.Context, n Numbering) (Numbered, error)

	// Apply files a risk or changes it, with its timers and audit events. It fails
	// with Conflict if the risk's version is not Change.Expect, or if the binding is
	// no longer as Change.Release says.
	Apply(ctx context.Context, c Change) (Applied, error)

	// Get returns a risk with everything that belongs to it, or NotFound. For a key of
	// groups that belong to no risk, the record's risk has only the key.
	Get(ctx context.Context, key core.RiskKey) (Record, error)

	// Find returns risks that match, in order. It reads a bounded part of the indexes, so
	// it may return fewer than q.Limit although more match; then Found.Next is set.
	Find(ctx context.Context, q Query) (Found, error)

	// HandlerGroups returns the user groups that are or were handlers of a risk.
	HandlerGroups(ctx context.Context) ([]core.Ref, error)

	// Touched returns when risks last changed since a time, at most an hour ago, by their
	// submitters and by those who handle or handled them.
	Touched(ctx context.Context, since time.Time) (map[core.Ref]time.Time, error)

	// Reindex adds the risks that a version without these indexes has filed. It goes on
	// where it was interrupted, and returns at once if nothing is left to do. prefix is
	// that of the keys.
	Reindex(ctx context.Context, prefix string) error

	// Each calls f with the key of every risk that is open or has a timer, once each
	// and in no order, until f fails.
	Each(ctx context.Context, f func(core.RiskKey) error) error

	// Align calls f with those of them whose timers may not be the ones of a config file:
	// because f has not been called with them for this file, or because of a Change by a
	// process with another file. It can be interrupted. It fails with Conflict and Detail
	// OtherFile if another file is in force.
	Align(ctx context.Context, file string, f func(core.RiskKey) error) error
	// Realign applies the timer changes of one risk that follow from a config file. It fails
	// with Conflict if the risk is at another version or, with Detail OtherFile, if another
	// file is in force.
	Realign(ctx context.Context, risk core.RiskKey, version int64, file string, timers []TimerChange) error
}

// Files says which config file is in force: the one that the process with the latest file
// was started with.
type Files interface {
	// PutInForce puts a file in force, unless it is, and returns its generation. It can be
	// interrupted and repeated. It fails with Conflict and Detail OtherFile if a process puts
	// another one in force meanwhile.
	PutInForce(ctx context.Context, file string) (generation int64, err error)
	// InForce returns the file that is in force, zero if none is.
	InForce(ctx context.Context) (InForce, error)
}

// InForce is a file that is in force. Each that follows has a greater generation.
type InForce struct {
	File       string
	Generation int64
}

// OtherFile is the Detail of the Conflict if another config file is in force.
const OtherFile = "file"

// Denied is the Detail of the Unavailable if the database refuses the user, the password, or a
// command of that user.
const Denied = "refused"

// Numbering asks for the number of a new risk, or of a topic group that belongs to none.
type Numbering struct {
	Topic bool   // of a topic group
	Op    string // what the person did
	Alike string // equal for risks that are alike; no topics are
	Again bool   // file it even if there is one like it
}

// Numbered is the outcome of a Numbering.
type Numbered struct {
	Number int64 // of the op, 0 if it has none
	Alike  int64 // of another risk like it, 0 if there is none
	Filing bool  // Alike may not be stored yet
}

// AlikeWithin is how long riskroom asks before it files the same title again.
const AlikeWithin = 10 * time.Minute

// Change is one change of a risk.
type Change struct {
	Op     string     // what the person did; a repeat of one of the last 16 gets the first answer
	Expect int64      // the version to change; 0 files a new risk; -1 only asks whether Op is a repeat, and fails with Conflict if not
	Old    *core.Risk // as read at version Expect; nil for a new one
	New    core.Risk  // Version is Expect+1
	Result string     // stored with Op, and returned for a repeat
	File   string     // identifies the config file from which Timers follow
	// Release is the binding, as read, whose item group is released. If its Group is
	// zero, none is.
	Release Binding
	Timers  []TimerChange
	Events  []Event
}

// Applied is the outcome of a Change.
type Applied struct {
	Repeat bool      // Op was known: nothing was done now
	Result string    // Change.Result of the first time
	Risk   core.Risk // as it is now
}

// TimerOp says what a TimerChange does.
type TimerOp string

// What can be done to a timer. Nothing changes a run that has ended.
const (
	// ArmTimer creates the run and its timer, unless the run exists, or may have ended and
	// been forgotten because later ones of its flow have ended since.
	ArmTimer TimerOp = "arm"
	// ArmFresh is ArmTimer for a run that can't have ended more than a day ago: one that the
	// store doesn't know has never been.
	ArmFresh TimerOp = "arm_fresh"
	// MoveTimer replaces run From with Run. If From has begun, has ended or does not
	// exist, it is left as it is, and Run is armed only if Due lies ahead. From and
	// Run may be the same run: then its due time and its flow change.
	MoveTimer TimerOp = "move"
	// DropTimer removes a run that has not begun, and leaves any other.
	DropTimer TimerOp = "drop"
	// CancelBegun asks a run that has begun to cancel itself, and leaves any other.
	CancelBegun TimerOp = "cancel_begun"
	// ArmSync makes the sync run of the risk due by Due. A sync that is under way is
	// asked to look again, and one that waits keeps its time.
	ArmSync TimerOp = "sync"
	// WakeTimer makes a run due now that waits for the reason in Data, and leaves
	// any other.
	WakeTimer TimerOp = "wake"
)

// TimerChange arms, moves or drops one timer of a risk.
type TimerChange struct {
	Do       TimerOp
	Run      RunID
	From     RunID     // of MoveTimer
	Due      time.Time // the earliest time; now or earlier means at once
	FlowHash string    // the pinned flow's hash
	Data     []byte    // of built-in runs
	// Event is written only if the timer changed. The store adds "outcome" to its
	// data: "armed", "moved", "dropped", "wished" or "left".
	Event *Event
}

// Record is a risk with everything that belongs to it.
type Record struct {
	Risk    core.Risk
	Binding Binding
	Groups  []Group // that have a record; Engine.groupOf derives the others'
	Shown   []Shown

	Unreached []Unreached  // people to whom a direct message couldn't be delivered
	Runs      []RunSummary // of flows and built-ins, ended ones included
	Folded    int          // ended runs of events and repeats that are no longer among Runs
}

// OfRisk reports whether a risk has the record's key. Other keys only have groups.
func (r Record) OfRisk() bool { return r.Risk.Version > 0 }

// RunSummary is a run as a risk's record lists it.
type RunSummary struct {
	ID       RunID
	State    RunState
	FlowHash string
	Due      time.Time
	At       time.Time
	Begun    bool
	Open     bool // some intent is open
}

// Runs claims runs and records their progress.
type Runs interface {
	// Arm applies timer changes without changing the risk: for a sync that an event
	// asks for, or a notice. All are of one risk, or of R-0, which has the notices that
	// belong to no risk.
	Arm(ctx context.Context, risk core.RiskKey, timers []TimerChange) error

	// Claim returns runs that are due, earliest first and at most limit, each under a
	// lease from now and with the record of its risk. It fails with Conflict and Detail
	// OtherFile, and claims nothing, where another file than that of the process is in force.
	// A process without a file claims anything. next is when the next run is due that it did not return, zero if
	// none is armed. No run is returned early.
	Claim(ctx context.Context, file string, limit int, lease time.Duration) (runs []Run, next time.Time, err error)

	// Hold extends a lease until the given time. It fails with Lost if the lease is not
	// held.
	Hold(ctx context.Context, l Lease, until time.Time) (Lease, error)

	// Begin opens an intent. It also records the result of the call before, even if the
	// intent is refused.
	Begin(ctx context.Context, b Begin) (Begun, error)

	// Close records the result of a call, or closes its intent without a result. Anyone
	// may record a result; closing without one needs the lease and the attempt. It
	// returns the run's wish.
	Close(ctx context.Context, c Close) (Wish, error)

	// Elapsed returns how long ago at least the store wrote t, the Begun of a call of
	// that risk. Setting the store's clock forward doesn't make it longer.
	Elapsed(ctx context.Context, risk core.RiskKey, t time.Time) (time.Duration, error)

	// Complete ends a step or a worker's turn on a run. It needs the lease, but records
	// the result of the last call even if the lease is lost.
	//
	// When a sync ends, its cycle is raised, its calls are forgotten, and if its wish
	// is AgainWish it is armed again at once. When any run ends, a binding that it
	// reserved is released. A parked run keeps it, and so shows as the holder.
	Complete(ctx context.Context, c Complete) (Completed, error)

	// Take ends a run that waits as AwaitsDigest: it is skipped as Digested, because the walk
	// lists its risk. A walk may take the same run again, but not another walk's. It fails with
	// NotFound if the run isn't stored, and with Conflict if it can't be taken.
	Take(ctx context.Context, id, walk RunID, e Event) error
}

// Result is the result of a call.
type Result struct {
	Cycle int64 // of a sync; a result of an earlier cycle is dropped
	Step  int
	Key   string
	Value string
}

// Begin opens an intent for a call.
type Begin struct {
	Lease   Lease
	Result  *Result // of the call before, nil if none is to be recorded
	Step    int
	Key     string
	Attempt int       // the call's attempts so far + 1
	Nonce   string    // of this very try, by which a repeat is recognised
	Version int64     // of the risk that the run's condition was evaluated on; checked only if the run has not begun; 0: not checked
	Until   time.Time // the lease from now on
	// Input is stored with the step's first intent: if none is stored yet, or if the
	// run has not begun, because then nobody has acted on the stored one.
	Input  []byte
	Events []Event
	// NeedsBinding is set if the call creates the risk's item group. The binding must
	// then be reserved by this run.
	NeedsBinding bool
}

// Begun is the outcome of a Begin. Begin fails with Lost if the lease is not held, and
// with Conflict and one of these Details:
//   - version: the risk has changed since the run's condition was evaluated; the stored
//     input is discarded
//   - cancelled: the run's wish is to be cancelled
//   - attempt: the call has not had as many attempts as Attempt says
//   - step: the run is at another step
//   - link: NeedsBinding is set, and the binding is not reserved by this run
type Begun struct {
	Lease Lease
	Call  CallState // with the intent open; or Done, if a result has come in
}

// Close ends a call.
type Close struct {
	Run     RunID
	Cycle   int64 // as in Result
	Step    int
	Key     string
	Value   string
	Attempt int
	Fail    bool  // there is no result and certainly no effect; needs Lease
	Lease   Lease // of Fail
	// Bind binds the risk to this group in the same step: it is set with the result of
	// the call that created an item group.
	Bind *core.GroupRef
	// Group is the record of the group that the call created. It is stored in the same
	// step, unless it is stored already.
	Group  *Group
	Timers []TimerChange // changed only if Group is stored now
	Events []Event
}

// Complete says how a step or a worker's turn ended.
type Complete struct {
	Lease  Lease
	Result *Result   // of the last call, nil if none is to be recorded
	To     RunState  // Running: on to the next step, with the lease until Until; Waiting; Parked; or an end
	Until  time.Time // of Running and Waiting: the timer's new score
	Step   int       // the step that ended or waits
	Next   bool      // the step ended: the run goes on to Step+1, and its calls, input, attempts and slot are forgotten
	// Outcome is the outcome of the step so far. If it is not nil it is stored under
	// Step, whether or not the step ended.
	Outcome  []byte
	Reason   string // a code
	Input    []byte // of Waiting: stored if none is yet
	Slot     Slot   // of Waiting for a slot
	Attempts int
	Unknown  int
	Since    time.Time
	// Seen is the version of the risk that Shown shows, 0 if nothing is shown. If the
	// risk has a newer version, its sync is armed at once in the same step. Otherwise
	// a change that came while a card was being posted would be missed.
	Seen  int64
	Shown []Shown         // added, or replaced by ID
	Badge core.MessageRef // in the bound group, if set

	Unreached []Unreached   // added, or replaced by As and Account; without a Code: removed
	Timers    []TimerChange // of the same risk: notices, a sync, the next occurrence
	File      string        // the config file that Timers follow; "" if they follow none
	Events    []Event
}

// Completed is the outcome of a Complete.
type Completed struct {
	Lease Lease // zero: given up
	// If the run goes on with the next step, Wish is what it should do instead, and Record
	// is that of its risk, or nil if there is none.
	Wish   Wish
	Record *Record
}

// Bindings binds risks to item groups.
type Bindings interface {
	// ReserveBinding reserves the risk's binding for a run, under its lease. It returns
	// the binding as it is then: reserved by this run, or by or to another.
	ReserveBinding(ctx context.Context, l Lease) (Binding, error)
	// SetBinding changes the state of the binding to group to Bound, Lost or Free. Free
	// raises the epoch. It forgets any report that the group ended. If the risk is not
	// bound to group it does nothing.
	SetBinding(ctx context.Context, risk core.RiskKey, group core.GroupRef, to BindingState, timers []TimerChange, events []Event) error
	// BindAgain binds a risk that has no item group to one that it had before. It
	// returns the binding as it is then: to that group, or as another run or event has
	// left it.
	BindAgain(ctx context.Context, a BindingAgain) (Binding, error)
	// ReportEnded stores a report that the group ended in the binding to it, and arms
	// timers.
	ReportEnded(ctx context.Context, risk core.RiskKey, group core.GroupRef, how core.Ending, timers []TimerChange) error
	// RiskOf returns the risk that is, or was last, bound to g, or NotFound.
	RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error)
	// EachBinding calls f for every risk whose binding is Bound or Lost.
	EachBinding(ctx context.Context, f func(core.RiskKey, Binding) error) error
}

// BindingAgain binds a risk to a group that it had before.
type BindingAgain struct {
	Risk   core.RiskKey
	Group  core.GroupRef
	Run    RunID           // that created it
	Badge  core.MessageRef // in it, zero if unknown
	Timers []TimerChange
	Events []Event
}

// Groups stores the records of groups.
type Groups interface {
	// ChangeGroup stores a changed record. It fails with Conflict if the stored one has
	// another Rev than expected, unless it equals the new one, and with Lost if Lease is
	// set but not held.
	ChangeGroup(ctx context.Context, u GroupUpdate) error
	// GroupsOf returns the groups that belong to a key, in the order of their refs.
	GroupsOf(ctx context.Context, key core.RiskKey) ([]Group, error)
	// GroupAt returns the record of a group, or NotFound.
	GroupAt(ctx context.Context, g core.GroupRef) (Group, error)
	// EachGroup calls f for every live group that has a record.
	EachGroup(ctx context.Context, f func(Group) error) error
}

// GroupUpdate is a change of the record of a group.
type GroupUpdate struct {
	Group  Group // as it becomes; Rev is Expect+1
	Expect int64 // the Rev to change; 0 if none is stored
	Lease  Lease // of the run that changes it, which belongs to the same key; zero for none
	Timers []TimerChange
	Events []Event
}

// Join changes which accounts are linked, with the notices and events that follow.
type Join struct {
	people.Join
	Under  core.RiskKey
	Timers []TimerChange // of Under
	Events []Event       // in Under's trail
}

// Accounts stores which accounts people have linked.
type Accounts interface {
	people.Store
	// Join changes what is linked. It fails with Conflict if a link is not as it was,
	// and with NotFound if the offer is not open.
	Join(ctx context.Context, j Join) error
}

// Desk is for people who inspect runs and intervene.
type Desk interface {
	// Load returns a run as it is now, or NotFound.
	Load(ctx context.Context, id RunID) (Run, error)
	// Live returns the runs of a risk, or of R-0, that have a timer. At is not set.
	Live(ctx context.Context, risk core.RiskKey) ([]RunSummary, error)
	// Stuck returns parked runs, oldest first, at most limit.
	Stuck(ctx context.Context, limit int) ([]Run, error)
	// Retry makes a parked run due now and resets its failures. If it was parked as
	// "unsure", its open calls are closed and will be made again: the person has
	// checked that they had no effect.
	Retry(ctx context.Context, id RunID, e Event) error
	// Drop ends a run that is parked or has not begun.
	Drop(ctx context.Context, id RunID, e Event) error
	// Counts returns how many runs are Running, Waiting, Armed and Parked, and when the
	// earliest timer is or was due.
	Counts(ctx context.Context) (map[RunState]int, time.Time, error)
}

// Event is an entry of a risk's audit trail: codes and parameters, no prose.
type Event struct {
	ID    string // set by the store
	At    time.Time
	V     int64 // the risk's version
	Kind  string
	Actor core.Actor
	Run   string // RunID.String, "" outside a run
	Step  string // the step's key
	Op    string
	Data  map[string]string
	Prev  string // ID of the risk's previous event
}

// Flow returns the flow whose run the event is about, "" if it is about none.
func (e Event) Flow() string {
	id, err := ParseRunID(cmp.Or(e.Run, e.Data["run"]))
	if err != nil {
		return ""
	}
	return id.Flow
}

// Audit reads and writes trails. Most events are written by the methods above, together
// with the changes that they record.
type Audit interface {
	// Append adds events to a risk's trail.
	Append(ctx context.Context, risk core.RiskKey, events []Event) error
	// Trail returns events of a risk, newest first and at most limit, from the one with
	// that ID on; "" is the newest. If the one that Event.Prev names is gone, the trail
	// has been trimmed, and ends there.
	Trail(ctx context.Context, risk core.RiskKey, from string, limit int) ([]Event, error)
	// Reject records that somebody's attempt was rejected, outside the trail. A repeat
	// of an op does nothing.
	Reject(ctx context.Context, risk core.RiskKey, a Attempt) error
	// Attempts returns the rejected attempts that are kept of a risk, in no order.
	Attempts(ctx context.Context, risk core.RiskKey) ([]Attempt, error)
}

// Attempt is what a person tried to do to a risk in vain. Attempts of the same person
// that are alike are one. The last MaxAttempts of a risk are kept.
type Attempt struct {
	By    core.Actor
	What  string    // as EventRejected has it
	Kind  core.Kind // of the refusal: Denied or Conflict
	Op    string    // of the last one
	At    time.Time // of the last one
	Count int       // how often; set by the store
}

// MaxAttempts is how many rejected attempts of a risk are kept.
const MaxAttempts = 20

// Slots grants places in rate budgets.
type Slots interface {
	// TakeSlot takes a place in every bucket, and several in a bucket that is named
	// several times. It returns how long to wait for them; whoever asks first is served
	// first. person marks a call that somebody waits for: such calls have their own
	// share. If the wait is longer than within, no place is taken; the wait is still
	// returned. If within is 0, places are taken however long the wait is.
	TakeSlot(ctx context.Context, buckets []core.Bucket, person bool, within time.Duration) (wait time.Duration, err error)
	// TakeSlotOnce does the same for what a person did under an op. A repeat in the
	// window takes no other place.
	TakeSlotOnce(ctx context.Context, op string, buckets []core.Bucket, within time.Duration) (wait time.Duration, err error)
	// HoldBack grants no place in any of the buckets for a while, because the platform
	// asked for it.
	HoldBack(ctx context.Context, buckets []core.Bucket, wait time.Duration) error
	// HeldBack returns how long the buckets are still held back, 0 if they are not.
	HeldBack(ctx context.Context, buckets []core.Bucket) (wait time.Duration, err error)
}

// Plans stores the flows that runs pin.
type Plans interface {
	// PutFlow stores the canonical text of a flow under its hash.
	PutFlow(ctx context.Context, hash string, canonical []byte) error
	// Flow returns the canonical text with that hash, or NotFound.
	Flow(ctx context.Context, hash string) ([]byte, error)
}

// Waker signals that the timers should be looked at again early.
type Waker interface {
	// Wakes returns a channel that receives whenever anyone has armed an earlier timer,
	// until ctx ends. Messages can get lost, so it is only a hint.
	Wakes(ctx context.Context) <-chan struct{}
}

// Store is everything that the engine needs stored.
type Store interface {
	Risks
	Files
	Runs
	Bindings
	Groups
	Accounts
	Desk
	Audit
	Slots
	Plans
	Waker
}
