package adaptertest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// recorder is a testing.TB that keeps failures instead of failing, so that a
// suite can be seen to catch a flaw.
type recorder struct {
	testing.TB
	ctx context.Context

	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()                  {}
func (r *recorder) Name() string             { return "recorded" }
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Logf(string, ...any)      {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

// recordings is what failed, by the name of the case.
type recordings struct {
	ctx    context.Context
	named  string // what the cases to run are named like; undisturbed runs are always needed
	failed map[string][]string
}

// each runs cases one by one and keeps their failures.
func (rs *recordings) each(name string, cases []testCase) {
	for _, c := range cases {
		if name != "undisturbed" && !strings.Contains(name+"/"+c.name, rs.named) {
			continue
		}
		r := &recorder{ctx: rs.ctx}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.run(r)
		}()
		<-done
		for _, f := range r.cleanups {
			f()
		}
		if len(r.failures) > 0 {
			rs.failed[name+"/"+c.name] = r.failures
		}
	}
}

// record runs the cases of a suite that are named like this against an adapter
// with a flaw.
func record(t *testing.T, f flaw, named string, suite func(Harness, each)) recordings {
	t.Helper()
	rs := recordings{ctx: t.Context(), named: named, failed: map[string][]string{}}
	suite(fakeHarness{flaw: f}, rs.each)
	return rs
}

// caught reports whether the message of a failed case contains says.
func (rs recordings) caught(says string) bool {
	for _, failures := range rs.failed {
		if slices.ContainsFunc(failures, func(f string) bool { return strings.Contains(f, says) }) {
			return true
		}
	}
	return false
}
