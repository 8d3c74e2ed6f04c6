package adaptertest

import (
	"slices"
	"sync"
	"time"

	"riskroom/core"
)

// How long a call may last, and how long after that it may still take effect, on
// the journal's clock. An open intent is probed only after both.
const (
	callTimeout = 10 * time.Second
	settleTime  = 5 * time.Second
)

// Happening is a decision recorded in a Journal, as in an audit trail.
type Happening string

// The recorded decisions.
const (
	Found   Happening = "found"   // a probe found the call of an open intent
	Resent  Happening = "resent"  // a probe couldn't tell, and the call was made again
	Parked  Happening = "parked"  // a probe couldn't tell, so a person has to
	Dropped Happening = "dropped" // a cancelled run's intent was closed without a result
)

// Note is one decision about one call.
type Note struct {
	Key  string
	What Happening
}

// entry is the record of one call.
type entry struct {
	done    bool
	value   string
	open    bool
	first   time.Time
	begun   time.Time
	attempt int
}

// Journal is what the store would keep about one step of a run. It survives a crash
// of the worker. It is safe for concurrent use.
type Journal struct {
	clock core.Clock
	step  string

	mu        sync.Mutex
	calls     map[string]*entry
	keys      []string // in the order of their first intent
	notes     []Note
	holder    *Once
	cancelled bool
}

// newJournal returns an empty journal. The ops of its calls derive only from step
// and key, so the same step has the same ops in every World.
func newJournal(clock core.Clock, step string) *Journal {
	return &Journal{clock: clock, step: step, calls: make(map[string]*entry)}
}

// Claim starts a try of the step and returns its Once, with the faults in s. It
// takes the lease from the previous try.
func (j *Journal) Claim(s Script) *Once {
	o := &Once{journal: j, script: s}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.holder = o
	return o
}

// Cancel cancels the run: from now on intents are resolved, and no call is made.
func (j *Journal) Cancel() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cancelled = true
}

// Keys returns every key that ever had an intent, in the order of the first.
func (j *Journal) Keys() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.keys)
}

// Result returns the recorded result of a key.
func (j *Journal) Result(key string) (value string, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.calls[key]
	if r == nil || !r.done {
		return "", false
	}
	return r.value, true
}

// Open returns the keys with an open intent.
func (j *Journal) Open() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var open []string
	for _, k := range j.keys {
		if j.calls[k].open {
			open = append(open, k)
		}
	}
	return open
}

// Notes returns the decisions so far.
func (j *Journal) Notes() []Note {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.notes)
}

// intent returns what Call.Make and Call.Probe receive.
func (j *Journal) intent(key string, r *entry) core.Intent {
	return core.Intent{Op: core.MakeOp("adaptertest", j.step, key), First: r.first, Begun: r.begun, Attempt: r.attempt}
}

// read returns a copy of the record of a key.
func (j *Journal) read(key string) entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.calls[key]; r != nil {
		return *r
	}
	return entry{}
}

// isCancelled reports whether Cancel was called.
func (j *Journal) isCancelled() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.cancelled
}

// begin writes an intent for o: the attempt after the one that o has read.
func (j *Journal) begin(o *Once, key string, attempt int) (core.Intent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.holder != o {
		return core.Intent{}, lost(key)
	}
	if j.cancelled {
		return core.Intent{}, refuse(key, core.Error{Kind: core.Conflict, Detail: detailCancelled})
	}
	r := j.calls[key]
	if r == nil {
		r = &entry{first: j.clock.Now()}
		j.calls[key] = r
		j.keys = append(j.keys, key)
	}
	if r.done || r.attempt != attempt {
		return core.Intent{}, refuse(key, core.Error{Kind: core.Conflict, Detail: "attempt"})
	}
	r.open, r.begun, r.attempt = true, j.clock.Now(), attempt+1
	return j.intent(key, r), nil
}

// done records a result. It accepts one from anyone: facts are never refused.
func (j *Journal) done(key, value string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.calls[key]; !r.done {
		r.done, r.open, r.value = true, false, value
	}
}

// close ends an intent without a result. It needs the lease and the attempt.
func (j *Journal) close(o *Once, key string, attempt int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.calls[key]; j.holder == o && r.attempt == attempt {
		r.open = false
	}
}

// note records a decision.
func (j *Journal) note(key string, what Happening) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes = append(j.notes, Note{Key: key, What: what})
}

// holds reports whether o has the lease.
func (j *Journal) holds(o *Once) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.holder == o
}
