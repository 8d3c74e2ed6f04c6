package api

import (
	"strconv"
	"testing"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// bench returns a client whose breaker has a clock that only wait moves.
func bench(t testing.TB) (c *Client, wait func(time.Duration)) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return client(t, Config{Clock: core.ClockFunc(func() time.Time { return now })}), func(d time.Duration) { now = now.Add(d) }
}

// answered has the breaker record an answer to a request.
func (c *Client) answered(r Request, a rest.Answer) { c.breaker.record(r, a, c.answerError(r, a)) }

func posting(channel string) Request {
	return Request{Method: "create_message", Path: []string{"channels", channel, "messages"}}
}

func editing(token string) Request {
	return Request{Method: "update_original_webhook_message", Path: []string{"webhooks", "1", token, "messages", "@original"}, Tokenless: true}
}

func TestLimitsHoldBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer              rest.Answer
		same, rest, answers time.Duration // how long calls of the same route, the rest, and answers to interactions are held back
	}{
		"good":              {answer(200, `{}`, "X-RateLimit-Remaining", "3", "X-RateLimit-Reset-After", "9"), 0, 0, 0},
		"the last one":      {answer(200, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1.5"), 1500 * time.Millisecond, 0, 0},
		"too many":          {answer(429, `{"retry_after":7}`), 7 * time.Second, 0, 0},
		"too many of all":   {answer(429, `{"retry_after":7,"global":true}`), 7 * time.Second, 7 * time.Second, 0},
		"the address":       {answer(429, `<html>`, "Retry-After", "7"), 7 * time.Second, 7 * time.Second, 7 * time.Second},
		"without a time":    {answer(429, `<html>`), 30 * time.Second, 30 * time.Second, 30 * time.Second},
		"headers broken":    {answer(200, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "soon"), 0, 0, 0},
		"an outage, limits": {answer(502, `<html>`, "Retry-After", "7"), 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, wait := bench(t)
			b.answered(posting("1"), c.answer)
			for i, want := range []time.Duration{c.same, c.rest, c.answers} {
				r := []Request{posting("1"), posting("2"), editing("a")}[i]
				h := b.breaker.refuse(r)
				if (h == nil) != (want == 0) || h != nil && (h.RetryAfter != want || h.Kind != core.RateLimited || h.Detail != "held_back" || h.All != (c.rest > 0)) {
					t.Errorf("%s is held back by %+v, want %v", r.route(), h, want)
				}
			}
			wait(c.same)
			if h := b.breaker.refuse(posting("1")); h != nil {
				t.Errorf("afterwards it is still held back by %+v", h)
			}
		})
	}
}

// TestInteractionsHaveLimitsOfTheirOwn checks that editing one answer too often
// does not hold back others.
func TestInteractionsHaveLimitsOfTheirOwn(t *testing.T) {
	t.Parallel()
	b, _ := bench(t)
	b.answered(editing("a"), answer(429, `{"retry_after":7}`))
	if b.breaker.refuse(editing("a")) == nil || b.breaker.refuse(editing("b")) != nil {
		t.Error("their limits are shared")
	}
}

// TestRefusalsAreCounted checks that calls stop far below Discord's limit,
// until the oldest refusal is ten minutes old.
func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	b, wait := bench(t)
	x, y := posting("1"), posting("2")
	b.answered(x, answer(403, `{"code":50013}`))
	wait(time.Minute)
	for range maxInvalid - 2 {
		b.answered(x, answer(401, `<html>`))
		b.answered(x, answer(404, `{"code":10003}`))
		b.answered(x, answer(429, `{}`, "X-RateLimit-Scope", "shared"))
	}
	wait(30 * time.Second)
	if h := b.breaker.refuse(y); h != nil {
		t.Fatalf("one too early it is %+v", h)
	}
	b.answered(x, answer(429, `{"retry_after":1}`, "X-RateLimit-Scope", "user"))
	h := b.breaker.refuse(editing("a"))
	if h == nil || h.Kind != core.Unavailable || h.Detail != "too_many_refusals" || h.RetryAfter != invalidWindow-90*time.Second {
		t.Fatalf("it is %+v", h)
	}
	wait(h.RetryAfter)
	if h := b.breaker.refuse(y); h != nil {
		t.Errorf("ten minutes after the first it is %+v", h)
	}
}

// TestOldLimitsAreForgotten checks that the breaker's memory does not grow
// forever.
func TestOldLimitsAreForgotten(t *testing.T) {
	t.Parallel()
	b, wait := bench(t)
	for i := range maxRoutes {
		b.answered(posting(strconv.Itoa(i)), answer(429, `{"retry_after":1}`))
	}
	b.breaker.invalid = nil
	wait(time.Second)
	_ = b.breaker.refuse(posting("x"))
	if len(b.breaker.routes) != 0 {
		t.Errorf("%d are left", len(b.breaker.routes))
	}
}
