package emulator

import (
	"net/http"
	"time"

	"riskroom/adapters/stage"
)

// CallFaults returns the kinds that can strike any call of Slack's, in a fixed
// order. Refuse, which needs a code, is left out.
func CallFaults() []stage.FaultKind {
	return []stage.FaultKind{
		stage.RateLimit, stage.RateLimitBare, stage.RateLimitBody, stage.CutBefore, stage.ErrorBefore, stage.GatewayBefore,
		stage.EmptyFailure, stage.Late, stage.CutAfter, stage.ErrorAfter, stage.GatewayAfter, stage.Slow,
	}
}

// proxyPage is what Slack's proxy answers instead of Slack.
const proxyPage = "<!doctype html><html><head><title>Server Error | Slack</title></head><body>502 Bad Gateway</body></html>"

// badGateway is an answer of Slack's proxy: HTML, and nothing else to go by.
func badGateway() answer {
	return answer{status: http.StatusBadGateway, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(proxyPage)}
}

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
		out.status = http.StatusInternalServerError
	case stage.GatewayBefore:
		out = badGateway()
	case stage.EmptyFailure:
		out.body = mustJSON(object{"ok": false})
	case stage.Refuse:
		entry.Code = f.Code
		out.body = mustJSON(object{"ok": false, "error": f.Code})
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
		return answer{status: http.StatusInternalServerError}
	case stage.GatewayAfter:
		return badGateway()
	case stage.Slow:
		w.life.Dawdle(r.Context(), f.Delay)
	}
	return out
}
