package emulator

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// CallFaults returns the kinds of faults that any call to Slack can have, in a
// fixed order. It leaves out Refuse, which needs a code.
func CallFaults() []stage.FaultKind {
	return []stage.FaultKind{
		stage.RateLimit, stage.RateLimitBare, stage.RateLimitBody, stage.CutBefore, stage.ErrorBefore, stage.GatewayBefore,
		stage.EmptyFailure, stage.Late, stage.CutAfter, stage.ErrorAfter, stage.GatewayAfter, stage.Slow,
	}
}

// proxyPage is the answer of a proxy in front of Slack.
const proxyPage = "<!doctype html><html><head><title>Server Error | Slack</title></head><body>502 Bad Gateway</body></html>"

// spoil is Slack's answer to a call with a fault.
func spoil(f stage.Fault) (stage.Answer, string) {
	switch f.Kind {
	case stage.RateLimit:
		return tooMany(max(f.RetryAfter, time.Second)), "ratelimited"
	case stage.RateLimitBare:
		return stage.Answer{Status: http.StatusTooManyRequests}, "ratelimited"
	case stage.RateLimitBody:
		return refusedAnswer("ratelimited"), "ratelimited"
	case stage.ErrorBefore, stage.ErrorAfter:
		return stage.Answer{Status: http.StatusInternalServerError}, ""
	case stage.GatewayBefore, stage.GatewayAfter:
		return stage.Answer{Status: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(proxyPage)}, ""
	case stage.EmptyFailure:
		return jsonAnswer(http.StatusOK, nil, object{"ok": false}), ""
	case stage.Refuse:
		return refusedAnswer(f.Code), f.Code
	default: // Slack knows no such answer
		return stage.Answer{Status: http.StatusOK}, ""
	}
}

// jsonAnswer is an answer of Slack's own servers.
func jsonAnswer(status int, header http.Header, body object) stage.Answer {
	if header == nil {
		header = make(http.Header)
	}
	header.Set("Content-Type", "application/json; charset=utf-8")
	return stage.Answer{Status: status, Header: header, Body: stage.JSON(body)}
}

// refusedAnswer is ok:false with an error code.
func refusedAnswer(code string) stage.Answer {
	return jsonAnswer(http.StatusOK, nil, object{"ok": false, "error": code})
}

// tooMany is HTTP 429 with whole seconds in Retry-After, rounded up.
func tooMany(wait time.Duration) stage.Answer {
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	return jsonAnswer(http.StatusTooManyRequests, http.Header{"Retry-After": {seconds}}, object{"ok": false, "error": "ratelimited"})
}
