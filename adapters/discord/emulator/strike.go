package emulator

import (
	"maps"
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

// spoil is what Discord answers to a call that a fault strikes.
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
	default: // EmptyFailure, and what only Slack answers
		return refusedAnswer(plain(http.StatusBadRequest)), ""
	}
}

const tooMany = "429"

// page is an answer of Discord's proxy: HTML, and nothing else to go by.
func page(status int) stage.Answer {
	return stage.Answer{Status: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(proxyPage)}
}

// refusedAnswer is the answer of a refusal.
func refusedAnswer(err error) stage.Answer {
	r := asRefusal(err)
	return stage.Answer{Status: r.status, Header: r.header, Body: r.body()}
}

// refusalOf is the refusal with an error code; of 401, 403 and 404 it is the one
// without a code.
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
