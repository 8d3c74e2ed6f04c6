package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"riskroom/core"
)

// maxAnswer is how much of an answer is read, in bytes: the list of a full
// guild's channels with all their overwrites stays below.
const maxAnswer = 32 << 20

// newSession returns a session of the library that speaks over l and leaves
// everything else to us: it neither waits nor tries again nor keeps a state.
func newSession(token string, l *line) (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	s.Client = l.http
	s.MaxRestRetries, s.ShouldRetryOnRateLimit, s.StateEnabled = 0, false, false
	return s, nil
}

// line is the one way to Discord. It judges each answer in the library's place,
// which sleeps on some, sends again on others and fails on headers that it
// cannot read: the library is told of an empty success in any case.
type line struct {
	http    *http.Client
	next    http.RoundTripper
	base    *url.URL
	brake   *brake
	observe func(method, outcome string)
}

var _ http.RoundTripper = (*line)(nil)

func newLine(base *url.URL, transport http.RoundTripper, timeout time.Duration, b *brake, observe func(method, outcome string)) *line {
	if observe == nil {
		observe = func(string, string) {}
	}
	if transport == nil {
		transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: timeout,
		}
	}
	l := &line{base: base, next: transport, brake: b, observe: observe}
	l.http = &http.Client{Transport: l, Timeout: timeout}
	return l
}

// exchange is one request and what became of it. It travels in the request's
// context, past the library.
type exchange struct {
	route string // what its rate limit hangs on
	body  []byte // of a good answer
	err   error  // *lineError, *statusError, *refusal, *tooMany or *held
	over  bool
}

// method is the operationId of the call.
func (x *exchange) method() string {
	method, _, _ := strings.Cut(x.route, ":")
	return method
}

type exchangeKey struct{}

// RoundTrip implements http.RoundTripper for requests that send made. A redirect
// is an answer like any other: followed, it would carry the token elsewhere.
func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	x, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok || req.URL.Scheme != l.base.Scheme || req.URL.Host != l.base.Host {
		return nil, fmt.Errorf("%s is not where Discord's API is configured to be", req.URL.Host)
	}
	x.over = true
	if h := l.brake.closed(x.route); h != nil {
		x.err = h
		return nil, h
	}
	x.body, x.err = l.exchange(req, x.route)
	method, outcome := x.method(), "ok"
	if x.err != nil {
		outcome = string(core.KindOf(classify(method, x.err, false)))
	}
	l.observe(method, outcome)
	return &http.Response{
		Status: "204 No Content", StatusCode: http.StatusNoContent, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: req,
	}, nil
}

func (l *line) exchange(req *http.Request, route string) ([]byte, error) {
	var looked, connected atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { looked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}
	resp, err := l.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		// Without a connection nothing was sent. A transport that does not
		// tell counts as having sent.
		return nil, &lineError{sent: !looked.Load() || connected.Load(), err: bare(err)}
	}
	body, err := readAll(resp.Body)
	if err != nil {
		return nil, &lineError{sent: true, err: bare(err)}
	}
	err = judge(resp, body)
	l.brake.heed(route, resp, err)
	return body, err
}

// bare takes the URL off an error of net/http: it may hold a token.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func readAll(body io.ReadCloser) ([]byte, error) {
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err == nil && len(b) > maxAnswer {
		err = fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	return b, err
}

// judge tells whether an answer says that the call went well. See
// https://docs.discord.com/developers/reference#error-messages.
func judge(resp *http.Response, body []byte) error {
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	var answer struct {
		Code       int             `json:"code"`
		Errors     json.RawMessage `json:"errors"`
		RetryAfter float64         `json:"retry_after"`
		Global     bool            `json:"global"`
	}
	ours := json.Unmarshal(body, &answer) == nil
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		// What is no JSON comes from Discord's proxy, which locks a whole
		// address out.
		return &tooMany{wait: waitTold(resp.Header, answer.RetryAfter), all: answer.Global || !ours}
	case !ours || answer.Code == 0:
		return &statusError{status: resp.StatusCode, wait: waitTold(resp.Header, 0)}
	}
	return &refusal{status: resp.StatusCode, code: answer.Code, at: firstProblem(answer.Errors), wait: waitTold(resp.Header, answer.RetryAfter)}
}

// waitTold returns how long an answer asks to wait, 0 where it does not say.
// The body is the most exact: https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit.
func waitTold(h http.Header, body float64) time.Duration {
	for _, seconds := range []float64{body, number(h, "Retry-After"), number(h, "X-RateLimit-Reset-After")} {
		if seconds > 0 && seconds < 24*60*60 {
			return time.Duration(seconds * float64(time.Second))
		}
	}
	return 0
}

// number reads a header that holds a number, 0 where it does not.
func number(h http.Header, key string) float64 {
	n, err := strconv.ParseFloat(h.Get(key), 64)
	if err != nil {
		return 0
	}
	return n
}

// request is one call of an operation.
type request struct {
	method string // its operationId
	verb   string
	path   []string // its parts, whose second is the channel or guild that a limit hangs on
	query  url.Values
	body   any    // nil for none
	reason string // for the audit log
}

// send makes a call and decodes the answer into out, unless that is nil. Its
// errors are those of exchange, or of decoding.
func (a *Adapter) send(ctx context.Context, r request, out any) error {
	var payload []byte
	if r.body != nil {
		var err error
		if payload, err = json.Marshal(r.body); err != nil {
			return &lineError{err: err}
		}
	}
	at := a.base + strings.Join(r.path, "/")
	if len(r.query) > 0 {
		at += "?" + r.query.Encode()
	}
	x := &exchange{route: r.method + ":" + strings.Join(r.path[:min(2, len(r.path))], ":")}
	options := []discordgo.RequestOption{discordgo.WithContext(context.WithValue(ctx, exchangeKey{}, x))}
	if r.reason != "" {
		options = append(options, discordgo.WithHeader("X-Audit-Log-Reason", auditReason(r.reason)))
	}
	// A limiter of its own for each call: it neither waits nor lets one call
	// wait for another.
	_, err := a.session.RequestWithLockedBucket(r.verb, at, "application/json", payload,
		discordgo.NewRatelimiter().LockBucket("x"), 0, options...)
	switch {
	case x.err != nil:
		return x.err
	case !x.over:
		return &lineError{err: bare(err)}
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(x.body, out); err != nil {
		return &lineError{sent: true, err: fmt.Errorf("the answer is not JSON of Discord's: %w", err)}
	}
	return nil
}

// maxReason is the longest reason in the audit log:
// https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object.
const maxReason = 512

// auditReason encodes a reason for its header, and cuts it to what Discord takes.
func auditReason(s string) string {
	encoded := ""
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		next := url.PathEscape(string(r))
		if len(encoded)+len(next) > maxReason {
			break
		}
		encoded += next
	}
	return encoded
}

func parseID(id string) (int64, error) { return strconv.ParseInt(id, 10, 64) }

func formatID(n int64) string { return strconv.FormatInt(n, 10) }
