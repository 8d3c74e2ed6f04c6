package stage

import (
	"slices"
	"sync"
	"time"
)

// Call is one API call as a stand-in saw it.
type Call struct {
	Seq    int         // position among all calls, from 1
	Method string      // the platform's name for it: "chat.postMessage"
	Nth    int         // position among the calls of this method, from 1
	Write  bool        // whether the method changes something when it succeeds
	Args   string      // the arguments on one line, sorted, cut, without secrets
	At     time.Time   // on the stand-in's clock
	Effect bool        // whether it changed something; for a Late call once that happened
	Code   string      // the platform's error code in the answer; "" where it succeeded or was cut
	Met    []FaultKind // the faults that struck it
}

// Log is the ordered list of the API calls that reached a stand-in. The zero
// value is ready; it is safe for concurrent use.
type Log struct {
	mu    sync.Mutex
	calls []Call
	nth   map[string]int
	hooks []func(Call)
}

// Arrive notes a call as it comes in and returns it with Seq and Nth filled in.
func (l *Log) Arrive(c Call) Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.nth == nil {
		l.nth = make(map[string]int)
	}
	l.nth[c.Method]++
	c.Seq, c.Nth = len(l.calls)+1, l.nth[c.Method]
	l.calls = append(l.calls, c)
	return c
}

// Settle replaces the note of c after its effect and before its answer, and
// then calls the hooks.
func (l *Log) Settle(c Call) {
	l.mu.Lock()
	l.calls[c.Seq-1] = c
	hooks := slices.Clone(l.hooks)
	l.mu.Unlock()
	for _, hook := range hooks {
		hook(c)
	}
}

// Hook has f called with every call from now on, after its effect and before
// its answer leaves: the moment at which a test kills the caller. The answer
// waits for f. A Late call comes twice: as it is cut, and after its effect.
func (l *Log) Hook(f func(Call)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hooks = append(l.hooks, f)
}

// Calls returns the calls so far, in order of arrival.
func (l *Log) Calls() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

// Since returns the calls after the one numbered seq.
func (l *Log) Since(seq int) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls[min(max(seq, 0), len(l.calls)):])
}

// Count returns how many calls of method came in.
func (l *Log) Count(method string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.nth[method]
}
