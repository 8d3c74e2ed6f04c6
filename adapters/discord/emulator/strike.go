package emulator

import (
	"net/http"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// CallFaults returns the kinds that can strike any call of Discord's, in a fixed
// order. Refuse, which needs a code, is left out.
func CallFaults() []stage.FaultKind {
	return []stage.FaultKind{
		stage.RateLimit, stage.RateLimitGlobal, stage.RateLimitPage, stage.CutBefore, stage.ErrorBefore, stage.GatewayBefore,
		stage.EmptyFailure, stage.Late, stage.CutAfter, stage.ErrorAfter, stage.GatewayAfter, stage.Slow,
	}
}

// proxyPage is what Discord's proxy answers instead of Discord.
const proxyPage = "<!doctype html><html><head><title>Access denied | discord.com</title></head><body>error code: 1015</body></html>"

// strikeBefore answers a call that a fault keeps from its effect; of a Late
// one the effect comes by itself.
func (w *Workspace) strikeBefore(rw http.ResponseWriter, f stage.Fault, entry stage.Call, effect func()) {
	out := refusedWith("400")
	switch f.Kind {
	case stage.RateLimit:
		entry.Code = tooMany
		out = w.struckLimit(max(f.RetryAfter, time.Second), false)
	case stage.RateLimitGlobal:
		entry.Code = tooMany
		out = w.struckLimit(max(f.RetryAfter, time.Second), true)
	case stage.RateLimitPage:
		entry.Code = tooMany
		out = page(http.StatusTooManyRequests)
	case stage.ErrorBefore:
		out = serverError()
	case stage.GatewayBefore:
		out = page(http.StatusBadGateway)
	case stage.Refuse:
		entry.Code = f.Code
		out = refusedWith(f.Code)
	}
	w.log.Settle(entry)
	if f.Kind == stage.Late {
		w.life.Late(f.Delay, effect)
	}
	if f.Kind == stage.Late || f.Kind == stage.CutBefore {
		panic(http.ErrAbortHandler)
	}
	out.send(rw)
}

const tooMany = "429"

// page is an answer of Discord's proxy: HTML, and nothing else to go by.
func page(status int) answer {
	return answer{status: status, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(proxyPage)}
}

// serverError is the answer of a server of Discord's that has failed.
func serverError() answer {
	r := asRefusal(plain(http.StatusInternalServerError))
	return answer{status: r.status, body: r.body()}
}

// refusedWith is the answer of an error code; of 401, 403 and 404 it is the one
// without a code.
func refusedWith(code string) answer {
	n, err := strconv.Atoi(code)
	if err != nil {
		return answer{status: http.StatusBadRequest}
	}
	r := asRefusal(refuse(n))
	if n < 1000 {
		r = asRefusal(plain(n))
	}
	return answer{status: r.status, body: r.body()}
}

func (w *Workspace) struckLimit(wait time.Duration, global bool) answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := asRefusal(w.limited(wait, global))
	if !global {
		now := w.opts.Now()
		for k, v := range bucketHeader("struck", 1, 0, now.Add(wait), now) {
			r.header[k] = v
		}
	}
	w.countInvalid(r)
	return answer{status: r.status, header: r.header, body: r.body()}
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
		return serverError()
	case stage.GatewayAfter:
		return page(http.StatusBadGateway)
	case stage.Slow:
		w.life.Dawdle(r.Context(), f.Delay)
	}
	return out
}
