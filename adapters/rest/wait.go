package rest

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"riskroom/core"
)

// How long to wait where an answer asks to wait and does not say how long.
const (
	waitUnsaid  = 30 * time.Second
	waitOutages = 5 * time.Second
)

// maxWait is the longest wait that is taken from an answer.
const maxWait = core.Day

// RetryWait returns how long to wait after an error of a kind: what the answer
// said, or a time that suits the kind where it said nothing.
func RetryWait(kind core.Kind, said time.Duration) time.Duration {
	switch {
	case kind == core.RateLimited:
		return cmp.Or(said, waitUnsaid)
	case kind == core.Unavailable:
		return cmp.Or(said, waitOutages)
	}
	return 0
}

// RetryAfter returns how long the header Retry-After asks to wait, 0 where it
// does not say. See https://www.rfc-editor.org/rfc/rfc9110#field.retry-after.
func RetryAfter(h http.Header) time.Duration {
	said := h.Get("Retry-After")
	if at, err := http.ParseTime(said); err == nil {
		return clamp(time.Until(at))
	}
	return Seconds(said)
}

// Seconds reads a wait in seconds, 0 where s is not one.
func Seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return Wait(n)
}

// Wait returns so many seconds: nothing for less than 0, a day for more than a
// day.
func Wait(seconds float64) time.Duration {
	if !(seconds > 0) { // not a number is not more than 0
		return 0
	}
	return clamp(time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second)))
}

func clamp(d time.Duration) time.Duration { return max(0, min(d, maxWait)) }
