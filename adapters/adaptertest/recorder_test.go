package adaptertest

import (
	"context"
	"fmt"
	"runtime"
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
	failed map[string][]string
}

// each runs cases one by one and keeps their failures.
func (rs *recordings) each(name string, cases []testCase) {
	for _, c := range cases {
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

// record runs a suite against an adapter with a flaw.
func record(t *testing.T, f flaw, suite func(Harness, each)) recordings {
	t.Helper()
	rs := recordings{ctx: t.Context(), failed: map[string][]string{}}
	suite(fakeHarness{flaw: f}, rs.each)
	return rs
}

// caught tells whether a failed case is named like this and says what.
func (rs recordings) caught(name, says string) bool {
	for c, failures := range rs.failed {
		for _, f := range failures {
			if strings.Contains(c, name) && strings.Contains(f, says) {
				return true
			}
		}
	}
	return false
}
