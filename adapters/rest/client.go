package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"riskroom/core"
)

// DefaultTimeout is the time limit of a call when none is configured.
const DefaultTimeout = 10 * time.Second

// Config says how to reach a platform's API.
type Config struct {
	Platform  string            // at the beginning of every error text
	URL       string            // of the API
	Origins   []string          // other places that requests may go to: "https://host"
	Timeout   time.Duration     // of one call, including its answer; 0 is DefaultTimeout
	MaxAnswer int64             // in bytes; a longer answer is an error
	Transport http.RoundTripper // nil creates one
}

// Client is an HTTP client for a platform's API. It sends each request once, only
// to the configured hosts, and reads the whole answer. It is safe for
// concurrent use.
type Client struct {
	platform string
	base     *url.URL
	origins  []string
	timeout  time.Duration
	limit    int64
	next     http.RoundTripper
}

// NewClient returns a Client. It does no I/O.
func NewClient(c Config) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(c.URL, "/") + "/") // methods are appended as they are
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("%s: the API's URL is not an http or https URL", c.Platform)
	}
	cl := &Client{
		platform: c.Platform, base: base, origins: append([]string{origin(base)}, c.Origins...),
		timeout: cmp.Or(c.Timeout, DefaultTimeout), limit: c.MaxAnswer, next: c.Transport,
	}
	if cl.next == nil {
		cl.next = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 64, // the engine's runs at the same time
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: cl.timeout,
		}
	}
	return cl, nil
}

// Base returns the API's URL, with a slash at the end.
func (c *Client) Base() *url.URL { return c.base }

// Allows reports whether requests to u may be sent.
func (c *Client) Allows(u *url.URL) bool {
	return u.User == nil && slices.Contains(c.origins, origin(u))
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// Close closes idle connections.
func (c *Client) Close() {
	if t, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Answer is a server's answer, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Send sends a request for a method and returns the answer. It does not follow
// redirects, because they could carry the token to another host.
func (c *Client) Send(method string, req *http.Request) (Answer, error) {
	if !c.Allows(req.URL) {
		return Answer{}, c.noAnswer(method, false, fmt.Errorf("%s is not a configured host of the API", req.URL.Host))
	}
	var looked, connected atomic.Bool
	ctx, cancel := context.WithTimeout(req.Context(), c.timeout)
	defer cancel()
	resp, err := c.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { looked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})))
	if err != nil {
		// Without a connection nothing was sent. If the transport doesn't call
		// the trace, assume that the request was sent.
		return Answer{}, c.noAnswer(method, !looked.Load() || connected.Load(), err)
	}
	defer func() { _ = resp.Body.Close() }() // the body was already read
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.limit+1))
	if err == nil && int64(len(body)) > c.limit {
		err = fmt.Errorf("the answer is longer than %d bytes", c.limit)
	}
	if err != nil {
		return Answer{}, c.noAnswer(method, true, err)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// WithoutURL returns the cause of a net/http error without its URL, which may
// contain a token.
func WithoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Op returns the Op of errors of a method.
func (c *Client) Op(method string) string { return Op(c.platform, method) }

// Op returns the Op of errors of a platform's method.
func Op(platform, method string) string { return platform + ": " + method }

// noAnswer returns the error of a call that got no answer, or none that could
// be read.
func (c *Client) noAnswer(method string, sent bool, cause error) *core.Error {
	e := &core.Error{Op: c.Op(method), Kind: core.Unavailable, Effect: core.None, Detail: noAnswerDetail(sent, cause), Err: WithoutURL(cause)}
	if sent {
		e.Effect = core.Maybe
	}
	return e
}
