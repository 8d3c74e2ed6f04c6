package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"strconv"
	"sync/atomic"
	"time"

	"riskroom/core"
)

// maxAnswer is how much of an answer is read, in bytes: a page of history with
// large blocks stays well below.
const maxAnswer = 16 << 20

// line is the one way to Slack. It judges each answer before the library sees
// it, because the library loses some: a refusal that names no error passes for
// success there, a 429 has three shapes, and pins.list keeps only a text.
type line struct {
	http    *http.Client
	base    *url.URL
	observe func(method, outcome string)
}

func newLine(base *url.URL, transport http.RoundTripper, timeout time.Duration, observe func(method, outcome string)) *line {
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
	return &line{base: base, observe: observe, http: &http.Client{
		Transport: transport,
		Timeout:   timeout,
		// A redirect would carry the token elsewhere, and its answer is not
		// Slack's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do sends a request and returns the answer if it is Slack's and good. Its
// errors are *lineError, *statusError and *refusal.
func (l *line) Do(req *http.Request) (*http.Response, error) {
	resp, err := l.send(req)
	method, outcome := path.Base(req.URL.Path), "ok"
	if err != nil {
		outcome = string(core.KindOf(classify(method, err, false)))
	}
	l.observe(method, outcome)
	return resp, err
}

func (l *line) send(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != l.base.Scheme || req.URL.Host != l.base.Host {
		return nil, &lineError{err: fmt.Errorf("%s is not where Slack's API is configured to be", req.URL.Host)}
	}
	var looked, connected atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { looked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}
	resp, err := l.http.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		// Without a connection nothing was sent. A transport that does not
		// tell counts as having sent.
		return nil, &lineError{sent: !looked.Load() || connected.Load(), err: bare(err)}
	}
	body, err := readAll(resp.Body)
	if err != nil {
		return nil, &lineError{sent: true, err: bare(err)}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, judge(resp, body)
}

// bare takes the URL off an error of net/http.
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

// judge tells whether an answer says that the call went well.
func judge(resp *http.Response, body []byte) error {
	wait := retryAfter(resp.Header)
	if resp.StatusCode != http.StatusOK {
		return &statusError{status: resp.StatusCode, wait: wait}
	}
	var answer struct {
		OK     bool            `json:"ok"`
		Error  string          `json:"error"`
		Needed string          `json:"needed"`
		Errors json.RawMessage `json:"errors"` // a list, or {} from conversations.kick
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return &lineError{sent: true, err: fmt.Errorf("the answer is not JSON of Slack's: %w", err)}
	}
	// What failed for a single person stands in a list, beside ok:true too.
	var each []struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(answer.Errors, &each) == nil && len(each) > 0 && each[0].Error != "" {
		return &refusal{code: each[0].Error, wait: wait}
	}
	if !answer.OK {
		return &refusal{code: answer.Error, needed: answer.Needed, wait: wait}
	}
	return nil
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 24*60*60 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// form calls a method with its arguments as a form and decodes the answer into
// out: for answers of which the library would decode more than is needed, and
// fail on what it does not know.
func (a *Adapter) form(ctx context.Context, method string, args url.Values, out any) error {
	args.Set("token", a.token)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.line.base.JoinPath(method).String(),
		bytes.NewBufferString(args.Encode()))
	if err != nil {
		return &lineError{err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := a.line.Do(req)
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
