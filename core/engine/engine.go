// Package engine files and changes risks, arms and moves timers, claims and
// runs what is due, and keeps what platforms show up to date. Adapters make
// the calls to platforms, and the store keeps the data.
//
// A run goes from armed to claimed, through its steps, to finished. Each call
// to a platform goes through once.go, which writes an intent before the call
// and the result after it. After a crash, the next worker asks the platform
// whether the call happened instead of making it again. What an error leads to
// is decided in one place, verdict.go.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
	"riskroom/core/text"
)

// Options configures an Engine. A field is required unless its comment says
// otherwise.
type Options struct {
	Organisation *core.Organisation
	Flows        []*flow.Flow
	Platforms    map[string]core.Platform // by workspace
	Store        Store
	Text         *text.Catalogue
	Instance     string        // this installation's ID, part of every op
	Clock        core.Clock    // nil: time.Now
	Log          *slog.Logger  // nil: slog.Default()
	Workers      int           // runs at the same time; 0: 64
	CallTimeout  time.Duration // of one call to a platform; 0: 10 s
	Settle       time.Duration // how long after its deadline a call may still take effect; 0: 5 s
	Lease        time.Duration // how long a claim lasts, renewed every third of that; longer during a call; 0: 15 s
	Sweep        time.Duration // how often every live group is checked; 0: 30 min
	Observe      Observer      // may be nil
	// Evaluated is called before a condition is evaluated, for simulations; it may be nil.
	Evaluated func(Evaluation)
}

// Observer receives what the engine does, for metrics.
type Observer interface {
	Fired(lateness time.Duration)
	Ended(state RunState)
}

// Engine runs flows. Make one with New and start it with Run. The methods of
// Filing, Handling and Persons can be called before Run.
type Engine struct {
	org      *core.Organisation
	flows    []*flow.Flow
	file     string // identifies the config file: its organisation and flows
	store    Store
	text     *text.Catalogue
	instance string
	clock    core.Clock
	log      *slog.Logger
	workers  int
	timeout  time.Duration
	settle   time.Duration
	lease    time.Duration
	sweep    time.Duration
	observe  Observer
	watch    func(Evaluation) // may be nil
	judge    func(*flow.Condition, flow.Env) (bool, error)
	named    func(*flow.People, flow.Env) ([]core.Ref, error)
	lists    int // the most messages of a digest

	workspaces *people.Workspaces
	people     *people.Directory
	rights     *people.Rights
	persons    *people.Links
	budget     *Budget
	pinned     pinnedFlows
	actions    map[string]actionHalf // by kind
	operators  operators
	opening    *flow.CreateGroup // of a group that is opened by hand

	wake    chan struct{} // check the timers now
	idle    chan Run      // received from by workers without a run
	halt    atomic.Bool   // the program is stopping: no new intents
	turns   sync.WaitGroup
	gate    *gate
	joins   joins
	asides  chan struct{} // a place for each attempt that is being recorded
	lastRun atomic.Int64  // when the claim loop last started a round, in ns
	enforce enforcement
}

var (
	_ Filing   = (*Engine)(nil)
	_ Handling = (*Engine)(nil)
)

// New returns an engine that is not running. It fails if flows can contain an
// action that the engine can't perform, or if the operators of a node don't compile.
func New(o Options) (*Engine, error) {
	actions, err := byKind(flow.ActionKinds(), actionHalves())
	if err != nil {
		return nil, err
	}
	operators, err := compileOperators(o.Organisation)
	if err != nil {
		return nil, err
	}
	opening, err := compileOpening(o.Organisation)
	if err != nil {
		return nil, err
	}
	file, err := fileOf(o.Organisation, o.Flows)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		operators: operators, opening: opening,
		org: o.Organisation, flows: o.Flows, file: file, store: o.Store,
		text: o.Text, instance: o.Instance, clock: o.Clock, log: o.Log,
		workers: o.Workers, timeout: o.CallTimeout, settle: o.Settle, lease: o.Lease, sweep: o.Sweep,
		observe: o.Observe, watch: o.Evaluated, judge: (*flow.Condition).Holds, named: (*flow.People).Refs, lists: maxLists,
		budget: NewBudget(o.Store, o.Clock), actions: actions, wake: make(chan struct{}, 1),
		idle: make(chan Run),
	}
	if e.clock == nil {
		e.clock = core.ClockFunc(time.Now)
	}
	if e.log == nil {
		e.log = slog.Default()
	}
	if e.workers == 0 {
		e.workers = 64
	}
	if e.timeout == 0 {
		e.timeout = 10 * time.Second
	}
	if e.lease == 0 {
		e.lease = 15 * time.Second
	}
	if e.settle == 0 {
		e.settle = 5 * time.Second
	}
	if e.sweep == 0 {
		e.sweep = 30 * time.Minute
	}
	if e.observe == nil {
		e.observe = noObserver{}
	}
	e.workspaces = people.NewWorkspaces(o.Platforms, e.clock)
	e.people = people.NewDirectory(e.org, e.workspaces, e.store, e.clock)
	e.rights = people.NewRights(e.org, e.people, e.operatorsOf)
	e.persons = people.NewLinks(people.Options{
		Organisation: e.org, Directory: e.people, Rights: e.rights, Store: e.store, Journal: journal{e},
		Text: e.text, Instance: e.instance, Clock: e.clock, Log: e.log,
	})
	e.pinned = newPinnedFlows(e.store, e.flows)
	e.gate = newGate(e.workers)
	e.asides = make(chan struct{}, maxAsides)
	return e, nil
}

// Persons returns the part of the engine that names people and links their accounts.
func (e *Engine) Persons() people.Persons { return e.persons }

// begin puts the config file in force. People are answered already, so a database that is down
// or full is no reason to stop; one that refuses the user is.
func (e *Engine) begin(ctx context.Context) error {
	for {
		err := e.PutInForce(ctx)
		if core.KindOf(err) != core.Unavailable || core.DetailOf(err) == Denied {
			return err
		}
		e.log.WarnContext(ctx, "the config file could not be put in force, so no flows run yet", "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(beginAgain):
		}
	}
}

// beginAgain is how long begin waits before it tries again.
const beginAgain = time.Second

// Run runs flows until ctx ends. Then it stops claiming, waits up to eight
// seconds for calls under way, hands back every run that it holds and returns
// nil. It fails only if it can't start. It puts the config file in force, unless PutInForce
// has done so.
func (e *Engine) Run(ctx context.Context) error {
	if e.enforce.generation.Load() == 0 {
		if err := e.begin(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	ctx = core.Background(ctx)
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var loops sync.WaitGroup
	loops.Go(func() { e.claimLoop(ctx, work) })
	loops.Go(func() { e.sweepLoop(ctx) })
	loops.Go(func() { e.adoptLoop(ctx) })
	loops.Go(func() { e.reindexLoop(ctx) })
	<-ctx.Done()
	e.halt.Store(true)
	loops.Wait()
	ended := make(chan struct{})
	go func() { e.turns.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(stopWithin):
		stop()
		<-ended
	}
	return nil
}

// stopWithin is how long calls under way may take when the program stops. Many
// supervisors kill after ten seconds, and runs must be handed back before that.
const stopWithin = 8 * time.Second

// now returns the time as risks store it: in UTC, to the millisecond.
func (e *Engine) now() time.Time { return e.clock.Now().UTC().Truncate(time.Millisecond) }

func (e *Engine) stopping() bool { return e.halt.Load() }

// Alive returns an error if the claim loop is not running.
func (e *Engine) Alive() error {
	last := e.lastRun.Load()
	if last == 0 {
		return errors.New("the engine has not started")
	}
	if idle := time.Since(time.Unix(0, last)); idle > 30*time.Second {
		return errors.New("the claim loop is stuck")
	}
	return nil
}

// Wake makes the engine check its timers now.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

type noObserver struct{}

func (noObserver) Fired(time.Duration) {}
func (noObserver) Ended(RunState)      {}
