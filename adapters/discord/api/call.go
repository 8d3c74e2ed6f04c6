package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// maxAnswer is the longest answer that is read, in bytes. The list of a full
// guild's channels with all their overwrites is below it.
const maxAnswer = 32 << 20

// Request is one call of an operation.
type Request struct {
	Method string // its operationId
	Verb   string
	Path   []string // its parts; rate limits apply per second part, the channel or guild
	Query  url.Values
	Body   any    // nil for none
	File   *File  // sent with Body, nil for none
	Reason string // for the audit log

	// Tokenless is set if the path contains an interaction's own token. Then
	// the bot's token is not sent, and the limit on all of the bot's calls does
	// not apply. See
	// https://docs.discord.com/developers/interactions/receiving-and-responding#endpoints.
	Tokenless bool
}

// File is a file that is sent with a message.
type File struct {
	Name    string
	Content []byte
}

// payload returns the request's body and its type. See
// https://docs.discord.com/developers/reference#uploading-files.
func (r Request) payload() (body []byte, contentType string, err error) {
	if r.Body == nil {
		return nil, typeJSON, nil
	}
	if body, err = json.Marshal(r.Body); err != nil || r.File == nil {
		return body, typeJSON, err
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	err = w.WriteField("payload_json", string(body))
	if err == nil {
		var part io.Writer
		if part, err = w.CreateFormFile("files[0]", r.File.Name); err == nil {
			_, err = part.Write(r.File.Content)
		}
	}
	err = errors.Join(err, w.Close())
	return form.Bytes(), w.FormDataContentType(), err
}

const typeJSON = "application/json"

// route returns the key that a rate limit applies to.
func (r Request) route() string {
	major := 2
	if r.Tokenless {
		major = 3 // the token
	}
	return r.Method + ":" + strings.Join(r.Path[:min(major, len(r.Path))], ":")
}

// url returns the request's URL.
func (r Request) url(base *url.URL) string {
	parts := make([]string, len(r.Path))
	for i, p := range r.Path {
		parts[i] = url.PathEscape(p)
	}
	at := base.String() + strings.Join(parts, "/")
	if len(r.Query) > 0 {
		at += "?" + r.Query.Encode()
	}
	return at
}

// Send makes a call and decodes the answer into out, unless out is nil.
func (c *Client) Send(ctx context.Context, r Request, out any) error {
	payload, contentType, err := r.payload()
	if err != nil {
		return &core.Error{Op: c.http.Op(r.Method), Kind: core.Invalid, Effect: core.None, Detail: "bad_request", Err: err}
	}
	options := []discordgo.RequestOption{discordgo.WithContext(context.WithValue(ctx, requestKey{}, r))}
	if r.Reason != "" {
		options = append(options, discordgo.WithHeader("X-Audit-Log-Reason", auditReason(r.Reason)))
	}
	if r.Tokenless {
		options = append(options, func(c *discordgo.RequestConfig) { c.Request.Header.Del("Authorization") })
	}
	// Each call gets its own limiter, so that it never waits, not even for
	// another call.
	answer, err := c.session.RequestWithLockedBucket(r.Verb, r.url(c.http.Base()), contentType, payload,
		discordgo.NewRatelimiter().LockBucket("x"), 0, options...)
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e
	}
	if err != nil { // it was not sent
		return &core.Error{Op: c.http.Op(r.Method), Kind: core.Unavailable, Effect: core.None, Detail: "no_connection", Err: rest.WithoutURL(err)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return &core.Error{
			Op: c.http.Op(r.Method), Kind: core.Unavailable, Effect: core.Maybe, Detail: "bad_answer",
			Err: fmt.Errorf("the answer cannot be read: %w", err),
		}
	}
	return nil
}

type requestKey struct{}

// checkedTransport is discordgo's transport. It checks each answer, so that
// discordgo sees only an error, or a success without headers.
type checkedTransport struct{ c *Client }

var _ http.RoundTripper = checkedTransport{}

// RoundTrip implements http.RoundTripper for requests made by Send.
func (j checkedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	r, ok := req.Context().Value(requestKey{}).(Request)
	if !ok {
		return nil, errors.New("discord: a request that is not ours")
	}
	a, err := j.c.call(r, req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a.Body)), Request: req,
	}, nil
}

// call sends a request unless the breaker refuses it, checks the answer and
// counts the call.
func (c *Client) call(r Request, req *http.Request) (rest.Answer, error) {
	if e := c.breaker.refuse(r); e != nil {
		return rest.Answer{}, e
	}
	a, err := c.http.Send(r.Method, req)
	if err == nil {
		err = c.answerError(r, a)
		c.breaker.record(r, a, err)
	}
	c.count(r.Method, err)
	return a, err
}

// answerError returns the error that an answer means, nil for success. See
// https://docs.discord.com/developers/reference#error-messages.
func (c *Client) answerError(r Request, a rest.Answer) error {
	good := a.Status >= 200 && a.Status < 300
	if good && (a.Status == http.StatusNoContent || json.Valid(a.Body)) {
		return nil
	}
	var answer struct {
		Code       *int            `json:"code"` // in every error from Discord except 429
		Errors     json.RawMessage `json:"errors"`
		RetryAfter float64         `json:"retry_after"`
		Global     bool            `json:"global"`
	}
	readable := json.Unmarshal(a.Body, &answer) == nil
	wait := askedWait(a.Header, answer.RetryAfter)
	var e *core.Error
	switch {
	case a.Status == http.StatusTooManyRequests && readable:
		e = c.http.TooMany(r.Method, wait, answer.Global)
	case good, !readable, answer.Code == nil:
		// A 429 that is not JSON comes from Discord's proxy, which blocks a
		// whole address.
		e = c.http.Foreign(r.Method, a)
	default:
		e = refused(r.Method, a.Status, *answer.Code, firstProblem(answer.Errors), wait)
	}
	if r.Tokenless && wait == 0 {
		e.RetryAfter = 0 // a person is waiting: if Discord gives no time, the caller decides
	}
	return e
}

// maxReason is the longest reason in the audit log:
// https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object.
const maxReason = 512

// auditReason encodes a reason for its header and cuts it to Discord's limit.
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
