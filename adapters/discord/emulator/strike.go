package emulator

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// CallFaults returns the kinds of faults that any call to Discord can have, in a fixed
// order. It leaves out Refuse, which needs a code.
func CallFaults() []stage.FaultKind {
	return []stage.FaultKind{
		stage.RateLimit, stage.RateLimitGlobal, stage.RateLimitPage, stage.CutBefore, stage.ErrorBefore, stage.GatewayBefore,
		stage.EmptyFailure, stage.Late, stage.CutAfter, stage.ErrorAfter, stage.GatewayAfter, stage.Slow,
	}
}

// proxyPage is the answer of a proxy in front of Discord.
const proxyPage = "<!doctype html><html><head><title>Access denied | discord.com</title></head><body>error code: 1015</body></html>"

// spoil returns Discord's answer to a call with a fault.
func (a *api) spoil(f stage.Fault) (stage.Answer, string) {
	switch f.Kind {
	case stage.RateLimit, stage.RateLimitGlobal:
		return a.struckLimit(max(f.RetryAfter, time.Second), f.Kind == stage.RateLimitGlobal), tooMany
	case stage.RateLimitPage:
		return page(http.StatusTooManyRequests), tooMany
	case stage.ErrorBefore, stage.ErrorAfter:
		return refusedAnswer(plain(http.StatusInternalServerError)), ""
	case stage.GatewayBefore, stage.GatewayAfter:
		return page(http.StatusBadGateway), ""
	case stage.Refuse:
		return refusedAnswer(refusalOf(f.Code)), f.Code
	default: // EmptyFailure, and answers that only Slack gives
		return refusedAnswer(plain(http.StatusBadRequest)), ""
	}
}

const tooMany = "429"

// page returns an answer of Discord's proxy: HTML without further headers.
func page(status int) stage.Answer {
	return stage.Answer{Status: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(proxyPage)}
}

// refusedAnswer returns the answer for a refusal.
func refusedAnswer(err error) stage.Answer {
	r := asRefusal(err)
	return stage.Answer{Status: r.status, Header: r.header, Body: r.body()}
}

// refusalOf returns the refusal for an error code, or for an HTTP status such as "401".
func refusalOf(code string) error {
	n, err := strconv.Atoi(code)
	switch {
	case err != nil:
		return plain(http.StatusBadRequest)
	case n < 1000:
		return plain(n)
	}
	return refuse(n)
}

func (a *api) struckLimit(wait time.Duration, global bool) stage.Answer {
	a.Lock()
	defer a.Unlock()
	r := limited(wait, global)
	if !global {
		now := a.opts.Now()
		maps.Copy(r.header, bucketHeader("struck", 1, 0, now.Add(wait), now))
	}
	return refusedAnswer(r)
}
