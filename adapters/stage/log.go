package stage

import (
	"slices"
	"sync"
	"time"
)

// Call is one API call as a stand-in saw it.
type Call struct {
	Seq    int         // position among all calls, from 1
	Method string      // such as "chat.postMessage"
	Nth    int         // position among the calls of this method, from 1
	Write  bool        // whether the method changes something when it succeeds
	Args   string      // the arguments on one line, sorted, shortened, without secrets
	At     time.Time   // on the stand-in's clock
	Effect bool        // whether it has changed something
	Code   string      // the platform's error code in the answer; "" if it succeeded or was cut
	Met    []FaultKind // its faults
}

// Log is the list of the API calls that reached a stand-in, in order of arrival. The
// zero value is ready to use. It is safe for concurrent use.
type Log struct {
	mu    sync.Mutex
	calls []Call
	nth   map[string]int
	hooks []func(Call)
}

// Arrive adds a call and returns it with Seq and Nth set.
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

// Settle replaces the entry of c after its effect and before its answer, and calls the
// hooks.
func (l *Log) Settle(c Call) {
	l.mu.Lock()
	l.calls[c.Seq-1] = c
	hooks := slices.Clone(l.hooks)
	l.mu.Unlock()
	for _, hook := range hooks {
		hook(c)
	}
}

// Hook calls f with every call from now on, after its effect and before its answer:
// the moment at which a test kills the caller. The answer waits for f. For a Late call
// f is called twice: when it is cut, and after its effect.
func (l *Log) Hook(f func(Call)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hooks = append(l.hooks, f)
}

// Calls returns the calls so far.
func (l *Log) Calls() []Call { return l.Since(0) }

// Since returns the calls after the one numbered seq.
func (l *Log) Since(seq int) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls[min(max(seq, 0), len(l.calls)):])
}

// Count returns how many calls of method arrived.
func (l *Log) Count(method string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.nth[method]
}
