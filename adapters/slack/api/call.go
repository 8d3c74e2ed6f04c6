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

// maxAnswer is the longest answer that is read, in bytes. A page of history
// with large blocks is well below it.
const maxAnswer = 16 << 20

// checkedClient is slack-go's HTTP client. It checks each answer before
// slack-go sees it, because slack-go loses some errors: it takes a refusal that
// names no error for success, knows only one of the three shapes of a 429, and
// keeps only a text of pins.list. It also fails on blocks that it doesn't know, so
// it doesn't see those of a message that has been sent.
type checkedClient struct{ c *Client }

// Do sends a request and returns the answer if it is a success.
func (j checkedClient) Do(req *http.Request) (*http.Response, error) {
	a, err := j.c.call(req)
	if err != nil {
		return nil, err
	}
	switch path.Base(req.URL.Path) {
	case "chat.postMessage", "chat.update":
		a.Body = withoutContent(a.Body)
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)), Request: req}, nil
}

// withoutContent returns the answer to a sent message without its content, which
// the caller knows and which takes most of the time to decode.
func withoutContent(body []byte) []byte {
	var sent struct {
		OK      bool   `json:"ok"`
		Channel string `json:"channel,omitempty"`
		TS      string `json:"ts,omitempty"`
		Message struct {
			TS     string `json:"ts,omitempty"`
			Thread string `json:"thread_ts,omitempty"`
		} `json:"message"`
	}
	if json.Unmarshal(body, &sent) != nil {
		return body
	}
	short, err := json.Marshal(sent)
	if err != nil {
		return body
	}
	return short
}

// call sends a request, checks the answer and counts the call.
func (c *Client) call(req *http.Request) (rest.Answer, error) {
	method := path.Base(req.URL.Path)
	a, err := c.http.Send(method, req)
	if err == nil {
		err = c.answerError(method, a)
	}
	c.count(method, err)
	return a, err
}

// answerError returns the error that an answer means, nil for success.
func (c *Client) answerError(method string, a rest.Answer) error {
	wait := rest.RetryAfter(a.Header)
	if a.Status == http.StatusTooManyRequests {
		return c.http.TooMany(method, wait, false)
	}
	var answer struct {
		OK     *bool           `json:"ok"` // in every answer from Slack
		Error  string          `json:"error"`
		Needed string          `json:"needed"`
		Errors json.RawMessage `json:"errors"` // a list, or {} from conversations.kick
	}
	if json.Unmarshal(a.Body, &answer) != nil || answer.OK == nil || *answer.OK && a.Status != http.StatusOK {
		return c.http.Foreign(method, a)
	}
	// Failures for a single person are in a list, even next to ok:true.
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
// out. Use it where slack-go would decode more than is needed and fail on what
// it doesn't know.
func (c *Client) Form(ctx context.Context, method string, args url.Values, out any) error {
	return c.form(ctx, method, c.token, args, out)
}

// Administers reports whether the client has the token of an administrator.
func (c *Client) Administers() bool { return c.admin != "" }

// Administer calls a method with the token of an administrator. A token that Slack
// refuses is Denied, because the bot's own token is fine.
func (c *Client) Administer(ctx context.Context, method string, args url.Values) error {
	var out struct{}
	err := c.form(ctx, method, c.admin, args, &out)
	if core.KindOf(err) == core.Unauthorized {
		err = &core.Error{Op: rest.Op(Platform, method), Kind: core.Denied, Detail: "admin_token:" + core.DetailOf(err)}
	}
	return err
}

func (c *Client) form(ctx context.Context, method, token string, args url.Values, out any) error {
	args.Set("token", token)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.http.Base().JoinPath(method).String(), strings.NewReader(args.Encode()))
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

// OpenSocket asks for the URL of a Socket Mode connection. The URL contains a
// ticket that is as secret as a token. See
// https://docs.slack.dev/reference/methods/apps.connections.open.
func (c *Client) OpenSocket(ctx context.Context, appToken string) (string, error) {
	return rest.Read(ctx, Platform, "apps.connections.open", func(ctx context.Context) (string, error) {
		_, to, err := c.webFor(c.token, slack.OptionAppLevelToken(appToken)).StartSocketModeContext(ctx)
		if err == nil && to == "" {
			err = errors.New("the answer is not the URL of a secure connection")
		}
		return to, err
	})
}

// Respond posts a message to a response_url. The URL is a secret, so no error
// contains it. Calls are neither paced nor counted, since each URL has its own
// limit. See
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
func (c *Client) Respond(ctx context.Context, responseURL string, body []byte) error {
	const method = "response_url"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, responseURL, bytes.NewReader(body))
	if err != nil {
		return &core.Error{Op: rest.Op(Platform, method), Kind: core.Invalid, Err: errors.New("not a URL")}
	}
	req.Header.Set("Content-Type", "application/json")
	a, err := c.http.Send(method, req)
	if err != nil {
		return err
	}
	var refusal struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	ours := json.Unmarshal(a.Body, &refusal) == nil && refusal.OK != nil
	word := strings.TrimSpace(string(a.Body)) // if the answer is not JSON: "ok" or an error code
	switch {
	case a.Status == http.StatusTooManyRequests:
		return c.http.TooMany(method, rest.RetryAfter(a.Header), false)
	case ours && !*refusal.OK:
		return refused(method, refusal.Error, "", 0)
	case a.Status == http.StatusOK:
		return nil
	case isCode(word):
		return refused(method, word, "", 0)
	}
	return c.http.Foreign(method, a)
}

// isCode reports whether s looks like one of Slack's error codes.
func isCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}
