package emulator

import (
	"cmp"
	"net/http"
	"time"

	"riskroom/adapters/stage"
)

// strikeBefore answers a call that a fault keeps from its effect; of a Late
// one the effect comes by itself.
func (w *Workspace) strikeBefore(rw http.ResponseWriter, f stage.Fault, entry stage.Call, effect func()) {
	out := answer{status: http.StatusOK}
	switch f.Kind {
	case stage.RateLimit:
		out = tooMany(max(f.RetryAfter, time.Second))
		entry.Code = "ratelimited"
	case stage.RateLimitBare:
		out = answer{status: http.StatusTooManyRequests}
		entry.Code = "ratelimited"
	case stage.RateLimitBody:
		entry.Code = "ratelimited"
		out.body = mustJSON(object{"ok": false, "error": "ratelimited"})
	case stage.ErrorBefore:
		out.status = cmp.Or(f.Status, http.StatusInternalServerError)
	case stage.EmptyFailure:
		out.body = mustJSON(object{"ok": false})
	case stage.Refuse:
		entry.Code = f.Code
		out.body = mustJSON(object{"ok": false, "error": f.Code})
	}
	w.log.Settle(entry)
	if f.Kind == stage.Late {
		w.delay(f.Delay, effect)
	}
	if f.Kind == stage.Late || f.Kind == stage.CutBefore {
		panic(http.ErrAbortHandler)
	}
	out.send(rw)
}

// delay runs effect after d, or with ReleaseLate if d is 0.
func (w *Workspace) delay(d time.Duration, effect func()) {
	if d == 0 {
		w.mu.Lock()
		w.late = append(w.late, effect)
		w.mu.Unlock()
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx.Err() != nil {
		return
	}
	w.busy.Go(func() {
		if w.sleep(d) {
			effect()
		}
	})
}

// sleep waits for d and tells whether the workspace is still open.
func (w *Workspace) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return w.ctx.Err() == nil
	case <-w.ctx.Done():
		return false
	}
}

// dawdle holds an answer back for d, or until the caller is gone if d is 0.
func (w *Workspace) dawdle(r *http.Request, d time.Duration) {
	var elapsed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		elapsed = timer.C
	}
	select {
	case <-elapsed:
	case <-r.Context().Done():
	case <-w.ctx.Done():
	}
}

// strikeAfter spoils the answer of a call that has had its effect, where a
// fault says so.
func (w *Workspace) strikeAfter(r *http.Request, met stage.Met, out answer) answer {
	f, struck := met.At(stage.After)
	if !struck {
		return out
	}
	switch f.Kind {
	case stage.CutAfter:
		panic(http.ErrAbortHandler)
	case stage.ErrorAfter:
		return answer{status: cmp.Or(f.Status, http.StatusInternalServerError)}
	case stage.Slow:
		w.dawdle(r, f.Delay)
	}
	return out
}
