package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// maxAnswer is how much of an answer is read, in bytes: a page of history with
// large blocks stays well below.
const maxAnswer = 16 << 20

// checkedClient is the way of slack-go to Slack. Each answer is checkedClient before the
// library sees it, because the library loses some: a refusal that names no error
// passes for success there, a 429 has three shapes, and pins.list keeps only a
// text.
type checkedClient struct{ c *Client }

// Do sends a request and returns the answer if it is one of success.
func (j checkedClient) Do(req *http.Request) (*http.Response, error) {
	a, err := j.c.call(req)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)), Request: req}, nil
}

// call sends a request of a method, judges the answer and has the call counted.
func (c *Client) call(req *http.Request) (rest.Answer, error) {
	method, outcome := path.Base(req.URL.Path), "ok"
	a, err := c.line.Send(method, req)
	if err == nil {
		err = c.answerError(method, a)
	}
	if err != nil {
		outcome = string(core.KindOf(err))
	}
	c.observe(method, outcome)
	return a, err
}

// answerError returns the error that an answer means, nil for success.
func (c *Client) answerError(method string, a rest.Answer) error {
	wait := rest.RetryAfter(a.Header)
	if a.Status == http.StatusTooManyRequests {
		return c.line.TooMany(method, wait, false)
	}
	var answer struct {
		OK     *bool           `json:"ok"` // in every answer of Slack's
		Error  string          `json:"error"`
		Needed string          `json:"needed"`
		Errors json.RawMessage `json:"errors"` // a list, or {} from conversations.kick
	}
	if json.Unmarshal(a.Body, &answer) != nil || answer.OK == nil || *answer.OK && a.Status != http.StatusOK {
		return c.line.Foreign(method, a)
	}
	// What failed for a single person stands in a list, next to ok:true too.
	var each []struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(answer.Errors, &each) == nil && len(each) > 0 && each[0].Error != "" {
		return refused(method, each[0].Error, "", wait)
	}
	if !*answer.OK {
		return refused(method, answer.Error, answer.Needed, wait)
	}
	return nil
}

// Form calls a method with its arguments as a form and decodes the answer into
// out. It is for answers of which slack-go would decode more than is needed, and
// fail on what it does not know.
func (c *Client) Form(ctx context.Context, method string, args url.Values, out any) error {
	args.Set("token", c.token)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.line.Base().JoinPath(method).String(), strings.NewReader(args.Encode()))
	if err != nil {
		return rest.WithoutURL(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := c.call(req)
	if err != nil {
		return err
	}
	return json.Unmarshal(a.Body, out)
}

// OpenSocket asks for the URL of a connection for Socket Mode. The URL holds a
// ticket that is as good as a token. See
// https://docs.slack.dev/reference/methods/apps.connections.open.
func (c *Client) OpenSocket(ctx context.Context, appToken string) (string, error) {
	return rest.Read(ctx, Platform, "apps.connections.open", func(ctx context.Context) (string, error) {
		_, to, err := c.webFor(slack.OptionAppLevelToken(appToken)).StartSocketModeContext(ctx)
		if err == nil && to == "" {
			err = errors.New("the answer is not the URL of a secure connection")
		}
		return to, err
	})
}

// Respond posts a message to a response_url. The URL is a secret: no error shows
// it. Calls are neither paced nor counted, since the limit is the URL's own. See
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
func (c *Client) Respond(ctx context.Context, responseURL string, body []byte) error {
	const method = "response_url"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, responseURL, bytes.NewReader(body))
	if err != nil {
		return &core.Error{Op: rest.Op(Platform, method), Kind: core.Invalid, Err: errors.New("not a URL")}
	}
	req.Header.Set("Content-Type", "application/json")
	a, err := c.line.Send(method, req)
	if err != nil {
		return err
	}
	var refusal struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	ours := json.Unmarshal(a.Body, &refusal) == nil && refusal.OK != nil
	word := strings.TrimSpace(string(a.Body)) // where the answer is not JSON: "ok" or an error code
	switch {
	case a.Status == http.StatusTooManyRequests:
		return c.line.TooMany(method, rest.RetryAfter(a.Header), false)
	case ours && !*refusal.OK:
		return refused(method, refusal.Error, "", 0)
	case a.Status == http.StatusOK:
		return nil
	case isCode(word):
		return refused(method, word, "", 0)
	}
	return c.line.Foreign(method, a)
}

// isCode reports whether s looks like one of Slack's error codes.
func isCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}
