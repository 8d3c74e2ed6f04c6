package engine

import (
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// What the engine needs stored. Every method that writes is one atomic step: it
// happens whole or not at all, may be repeated by a client that lost the answer
// (the repeat gets the first answer), and once it has returned without error
// nothing of it is lost. Errors are *core.Error: Unavailable when the store
// cannot be reached or is full, Lost when a lease is not (or no longer) held,
// Conflict when what was expected has moved, NotFound.

// Risks stores risks with their indexes.
type Risks interface {
	// NextNumber returns the number of the next risk: the same for the same op
	// for 26 hours. Gaps are allowed. If one like it took its number under
	// another op in the last half minute, it returns that instead, as alike.
	NextNumber(ctx context.Context, n Numbering) (number, alike int64, err error)

	// Apply files a risk or changes it, with its timers and audit events. It
	// answers Conflict when the risk's version is not Change.Expect, or when
	// what Change.Release lets go of is not so any more.
	Apply(ctx context.Context, c Change) (Applied, error)

	// Get returns a risk with everything that hangs on it, or NotFound.
	Get(ctx context.Context, key core.RiskKey) (Record, error)

	// Find returns the open risks that match, newest first, at most q.Limit,
	// and how many there are in all.
	Find(ctx context.Context, q Query) (risks []core.Risk, total int, err error)

	// Each calls f once with the key of every risk that is open or has a
	// timer, in no order, until f fails.
	Each(ctx context.Context, f func(core.RiskKey) error) error
}

// Numbering asks for a number for a risk that is filed.
type Numbering struct {
	Op    string // what the person did
	Alike string // equal for risks that are alike
	Again bool   // one like it may be filed all the same
}

// Change is one change of a risk.
type Change struct {
	Op     string     // what the person did; a repeat of one of the last 16 answers as the first did
	Expect int64      // the version that is changed; 0 files a new risk; -1 only asks for a repeat, Conflict if it is none
	Old    *core.Risk // as read at version Expect; nil for a new one
	New    core.Risk  // Version is Expect+1
	Result string     // kept with Op, and handed back on a repeat
	// Release lets go of the item group of this binding, as read; of a
	// zero Group nothing.
	Release Binding
	Timers  []TimerChange
	Events  []Event
}

// Applied is what came of a Change.
type Applied struct {
	Repeat bool      // Op was known: nothing was done now
	Result string    // Change.Result of the first time
	Risk   core.Risk // as it stands now
}

// TimerOp says what a TimerChange does.
type TimerOp string

// The things that can be done to timers. None touches a run that has ended.
const (
	// ArmTimer makes the run and its timer, unless the run exists.
	ArmTimer TimerOp = "arm"
	// MoveTimer replaces run From by Run. If From has begun or ended, or does
	// not exist, it stays as it is, and Run is armed only if Due is still ahead.
	// From and Run may be the same: then its due time and its flow change.
	MoveTimer TimerOp = "move"
	// DropTimer removes a run that has not begun, and leaves one that has.
	DropTimer TimerOp = "drop"
	// CancelBegun wishes a run cancelled if it has begun, and leaves it alone
	// otherwise.
	CancelBegun TimerOp = "cancel_begun"
	// ArmSync makes the sync run of the risk due at Due at the latest. If it is
	// under way it is wished to look again; one that waits keeps its time.
	ArmSync TimerOp = "sync"
)

// TimerChange arms, moves or drops one timer of a risk.
type TimerChange struct {
	Do       TimerOp
	Run      RunID
	From     RunID     // of MoveTimer
	Due      time.Time // not before it; now or earlier means at once
	FlowHash string    // the pinned flow's hash
	Data     []byte    // of built-in runs
	// Event is written only if the timer changed, with the outcome ("armed",
	// "moved", "dropped", "wished", "left") in its data as "outcome".
	Event *Event
}

// Query says which open risks to find: those that match every set member.
type Query struct {
	Who     []core.Ref // any of them is a handler or (as an account) the submitter
	Module  []string   // any of them
	Overdue time.Time  // due_at set and before this
	Since   time.Time  // submitted at or after this
	Limit   int
}

// Record is a risk with everything that hangs on it.
type Record struct {
	Risk    core.Risk
	Binding Binding
	Shown   []Shown
	Runs    []RunSummary // of flows and built-ins, ended ones included
}

// RunSummary is what a risk's record tells of its runs.
type RunSummary struct {
	ID       RunID
	State    RunState
	FlowHash string
	Due      time.Time
	At       time.Time
	Begun    bool
	Open     bool // some intent is open
}

// Runs moves runs on.
type Runs interface {
	// Arm applies timer changes that come with no change of the risk: a sync
	// that an event asks for, a notice. All are of one risk, or of
	// R-0, which holds notices that belong to none.
	// Conflict if version is not 0 and the risk is at another.
	Arm(ctx context.Context, risk core.RiskKey, version int64, timers []TimerChange) error

	// Claim hands out runs that are due, earliest first, at most limit, each
	// under a lease from now. It also says when the next run is due that it
	// did not hand out (zero: none is armed). Nothing is handed out early.
	Claim(ctx context.Context, limit int, lease time.Duration) (runs []Run, next time.Time, err error)

	// Hold renews a lease to end at until. Lost if it is not held.
	Hold(ctx context.Context, l Lease, until time.Time) (Lease, error)

	// Begin opens an intent.
	Begin(ctx context.Context, b Begin) (Begun, error)

	// Close records the result of a call, from anyone, or closes its intent
	// without one, which needs the lease and the attempt. It returns the
	// run's wish.
	Close(ctx context.Context, c Close) (Wish, error)

	// Complete ends a worker's turn on a run. It needs the lease.
	//
	// When a sync ends, its cycle is raised, its calls are forgotten, and if its wish
	// is AgainWish it is armed again at once. When any run ends, a binding that it
	// reserved is released. A parked run keeps it, and so shows as the holder.
	Complete(ctx context.Context, c Complete) (Lease, error)
}

// Begin opens an intent for a call.
type Begin struct {
	Lease   Lease
	Step    int
	Key     string
	Attempt int       // the call's attempts so far + 1
	Nonce   string    // of this very try: a repeat is told by it
	Version int64     // of the risk that the run was judged on; checked only if the run has not begun; 0: not checked
	Until   time.Time // the lease from now on
	// Input is pinned with the step's first intent: if nothing is pinned yet,
	// or if the run has not begun, so that nobody has acted on what is.
	Input  []byte
	Events []Event
	// NeedsBinding: the call makes the risk's item group, so the binding must be
	// reserved by this run.
	NeedsBinding bool
}

// Begun is what came of a Begin that was not refused. Begin is refused with
// Lost when the lease is not held; with Conflict, Detail "version", when the
// risk has moved since the run was judged (the pinned input is thrown away);
// with Conflict, Detail "cancelled", under a cancel wish; with Conflict, Detail
// "attempt", when the call's state is not what Attempt expects.
type Begun struct {
	Lease Lease
	Call  CallState // with the intent open; or Done, if a result has come in
}

// Close ends a call.
type Close struct {
	Run     RunID
	Cycle   int64 // of a sync; a result of an earlier cycle is dropped
	Step    int
	Key     string
	Attempt int
	Value   string
	Fail    bool  // no result: the call surely had no effect; needs Lease
	Lease   Lease // of Fail
	// Bind commits the risk's binding to this group in the same step: the result
	// is that of key "create" of an item group.
	Bind   *core.GroupRef
	Events []Event
}

// Complete says how a worker's turn ended.
type Complete struct {
	Lease Lease
	To    RunState  // Running: on to the next step, the lease kept until Until; Waiting; Parked; or an end
	Until time.Time // of Running and Waiting: the timer's new score
	Step  int       // the step that ended or waits
	Next  bool      // the step ended: the run goes on to Step+1, calls, input, attempts and slot are let go
	// Outcome is what the step has left so far; kept under Step if not nil,
	// whether or not the step ended.
	Outcome  []byte
	Reason   string // a code
	Input    []byte // of Waiting: pinned if nothing is yet
	Slot     Slot   // of Waiting for a slot
	Attempts int
	Since    time.Time
	// Seen is the version of the risk that Shown shows; 0 if nothing is shown. If
	// the risk has moved on, its sync is armed at once, in the same step: a
	// change that came while a card was on its way would otherwise be missed.
	Seen   int64
	Shown  []Shown         // added, or replaced by ID
	Badge  core.MessageRef // in the bound group, if set
	Timers []TimerChange   // of the same risk: notices, a sync
	Events []Event
}

// Bindings binds risks to item groups.
type Bindings interface {
	// ReserveBinding reserves the risk's binding for a run, under its lease. It answers
	// the binding as it stands: reserved by this very run, or what is in the way.
	ReserveBinding(ctx context.Context, l Lease) (Binding, error)
	// SetBinding changes a binding to group: to Bound, Lost, or Free,
	// which raises the epoch. It forgets what was said of the group's end, and
	// does nothing if the risk is bound to another one.
	SetBinding(ctx context.Context, risk core.RiskKey, group core.GroupRef, to BindingState, timers []TimerChange, events []Event) error
	// SayEnded keeps in the binding to group how it is said to have ended,
	// and arms timers.
	SayEnded(ctx context.Context, risk core.RiskKey, group core.GroupRef, how core.Ending, timers []TimerChange) error
	// RiskOf returns the risk whose item group g is or was last, or NotFound.
	RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error)
	// EachBinding calls f for every risk whose binding is Bound or Lost.
	EachBinding(ctx context.Context, f func(core.RiskKey, Binding) error) error
}

// Join changes which accounts are linked, with what is told of it.
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

// Desk is for people who look after runs.
type Desk interface {
	// Load returns one run as it stands, or NotFound.
	Load(ctx context.Context, id RunID) (Run, error)
	// Live returns the runs of a risk, or of R-0, that have a timer,
	// without saying when it is.
	Live(ctx context.Context, risk core.RiskKey) ([]RunSummary, error)
	// Stuck returns parked runs, oldest first, at most limit.
	Stuck(ctx context.Context, limit int) ([]Run, error)
	// Retry makes a parked run due now, its counts of failures forgotten. If
	// it was parked as "unsure", its open calls are closed, to be made again:
	// the person has looked.
	Retry(ctx context.Context, id RunID, e Event) error
	// Drop ends a run that is parked or has not begun.
	Drop(ctx context.Context, id RunID, e Event) error
	// Counts returns how many runs there are by state, Running, Waiting,
	// Armed and Parked only, and when the earliest timer is or was due.
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

// Audit reads and writes trails. Most events are written by the methods above,
// together with what they tell of.
type Audit interface {
	// Append adds events to a risk's trail.
	Append(ctx context.Context, risk core.RiskKey, events []Event) error
	// Trail returns the newest events of a risk, newest first, at most limit.
	Trail(ctx context.Context, risk core.RiskKey, limit int) ([]Event, error)
}

// Slots grants places in rate budgets.
type Slots interface {
	// TakeSlot takes a place in every bucket, as many as the bucket is named, and
	// says how long from now they come: first come, first served. Person marks a
	// call that somebody waits for, which has a share of its own. If the places
	// would come later than within, nothing is taken, and the wait is what it
	// would have been; 0 takes them however late they come.
	TakeSlot(ctx context.Context, buckets []core.Bucket, person bool, within time.Duration) (wait time.Duration, err error)
	// HoldBack grants no place in any of the buckets for so long: the platform
	// said so.
	HoldBack(ctx context.Context, buckets []core.Bucket, wait time.Duration) error
	// HeldBack returns how long the buckets are held back for, 0 if they are
	// not.
	HeldBack(ctx context.Context, buckets []core.Bucket) (wait time.Duration, err error)
}

// Plans keeps flows as runs pin them.
type Plans interface {
	// PutFlow stores the canonical text of a flow under its hash.
	PutFlow(ctx context.Context, hash string, canonical []byte) error
	// Flow returns it, or NotFound.
	Flow(ctx context.Context, hash string) ([]byte, error)
}

// Waker says when to look at the timers again before their time.
type Waker interface {
	// Wakes returns a channel that receives whenever an earlier timer was
	// armed by anyone, until ctx ends. Messages can get lost: it is a hint.
	Wakes(ctx context.Context) <-chan struct{}
}

// Store is everything that the engine needs stored.
type Store interface {
	Risks
	Runs
	Bindings
	Accounts
	Desk
	Audit
	Slots
	Plans
	Waker
}
