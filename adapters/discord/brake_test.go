package discord

import (
	"net/http"
	"testing"
	"time"

	"riskroom/core"
)

// bench is a brake on a clock that stands still until it is moved.
func bench() (b *brake, wait func(time.Duration)) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return newBrake(core.ClockFunc(func() time.Time { return now })), func(d time.Duration) { now = now.Add(d) }
}

func answer(status int, header ...string) *http.Response {
	r := &http.Response{StatusCode: status, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestLimitsHoldBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer     *http.Response
		err        error
		same, rest time.Duration // how long calls of the same route, and the rest, are held back
	}{
		"good":            {answer(200, "X-RateLimit-Remaining", "3", "X-RateLimit-Reset-After", "9"), nil, 0, 0},
		"the last one":    {answer(200, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1.5"), nil, 1500 * time.Millisecond, 0},
		"too many":        {answer(429), &tooMany{wait: 7 * time.Second}, 7 * time.Second, 0},
		"too many of all": {answer(429), &tooMany{wait: 7 * time.Second, all: true}, 7 * time.Second, 7 * time.Second},
		"without a time":  {answer(429), &tooMany{all: true}, waitUnsaid, waitUnsaid},
		"headers broken":  {answer(200, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "soon"), nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, wait := bench()
			b.heed("create_message:channels:1", c.answer, c.err)
			for route, want := range map[string]time.Duration{"create_message:channels:1": c.same, "create_message:channels:2": c.rest} {
				h := b.closed(route)
				if (h == nil) != (want == 0) || h != nil && (h.wait != want || h.kind != core.RateLimited || h.all != (c.rest > 0)) {
					t.Errorf("%s is held back by %+v, want %v", route, h, want)
				}
			}
			wait(c.same)
			if h := b.closed("create_message:channels:1"); h != nil {
				t.Errorf("afterwards it is still held back by %+v", h)
			}
		})
	}
}

// TestRefusalsAreCounted: far below Discord's own limit nothing more is sent,
// until the oldest refusal is ten minutes old.
func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	b, wait := bench()
	b.heed("x", answer(403), &refusal{status: 403, code: 50013})
	wait(time.Minute)
	for range maxInvalid - 2 {
		b.heed("x", answer(401), &statusError{status: 401})
		b.heed("x", answer(404), &refusal{status: 404, code: 10003})
		b.heed("x", answer(429, "X-RateLimit-Scope", "shared"), &tooMany{})
		wait(waitUnsaid)
		wait(-waitUnsaid)
	}
	wait(waitUnsaid)
	if h := b.closed("y"); h != nil {
		t.Fatalf("one too early it is %+v", h)
	}
	b.heed("x", answer(429, "X-RateLimit-Scope", "user"), &tooMany{wait: time.Second})
	h := b.closed("y")
	if h == nil || h.kind != core.Unavailable || h.wait != invalidWindow-time.Minute-waitUnsaid {
		t.Fatalf("it is %+v", h)
	}
	wait(h.wait)
	if h := b.closed("y"); h != nil {
		t.Errorf("ten minutes after the first it is %+v", h)
	}
}

// TestOldLimitsAreForgotten: what is remembered does not grow for ever.
func TestOldLimitsAreForgotten(t *testing.T) {
	t.Parallel()
	b, wait := bench()
	for i := range maxRoutes {
		b.heed("create_message:channels:"+formatID(int64(i)), answer(429), &tooMany{wait: time.Second})
	}
	wait(time.Second)
	if b.closed("x"); len(b.routes) != 0 {
		t.Errorf("%d are left", len(b.routes))
	}
}
