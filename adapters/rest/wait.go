package rest

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"riskroom/core"
)

// How long to wait if an answer doesn't say.
const (
	waitDefault = 30 * time.Second
	waitOutage  = 5 * time.Second
)

// maxWait caps the wait that an answer asks for.
const maxWait = core.Day

// RetryWait returns how long to wait after an error of a kind: what the answer
// asked, or else a default for the kind.
func RetryWait(kind core.Kind, asked time.Duration) time.Duration {
	switch kind {
	case core.RateLimited:
		return cmp.Or(asked, waitDefault)
	case core.Unavailable:
		return cmp.Or(asked, waitOutage)
	default:
		return 0
	}
}

// RetryAfter returns how long the Retry-After header asks to wait, 0 if it
// doesn't say. See https://www.rfc-editor.org/rfc/rfc9110#field.retry-after.
func RetryAfter(h http.Header) time.Duration {
	asked := h.Get("Retry-After")
	if at, err := http.ParseTime(asked); err == nil {
		return clamp(time.Until(at))
	}
	return Seconds(asked)
}

// Seconds parses a wait in seconds. It returns 0 if s is not one.
func Seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return Wait(n)
}

// Wait returns a number of seconds as a duration, from 0 up to a day.
func Wait(seconds float64) time.Duration {
	if !(seconds > 0) { // also true for NaN
		return 0
	}
	return clamp(time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second)))
}

func clamp(d time.Duration) time.Duration { return max(0, min(d, maxWait)) }
