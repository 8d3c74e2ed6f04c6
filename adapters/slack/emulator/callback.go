package emulator

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// ErrDeadline is returned by what people do when the app does not answer in
// time; Slack then shows them that the app did not respond. See
// https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response.
var ErrDeadline = errors.New("emulator: the app did not answer in time")

var errUnreached = errors.New("emulator: the app cannot be reached")

// StatusError is returned when the app answers a callback with anything but
// success.
type StatusError struct {
	Status int
	Body   string
}

// Error says which status and what came with it.
func (e *StatusError) Error() string {
	return fmt.Sprintf("emulator: the app answered with HTTP %d: %s", e.Status, e.Body)
}

// Reply is what came of something that a person did.
type Reply struct {
	Took    time.Duration     // until the app answered, on the wall clock
	Body    string            // the answer as it came
	Message *Message          // of a slash command: the message in the answer
	View    *View             // what the person has open afterwards, topmost
	Errors  map[string]string // of a submission: block_id to what is wrong there
	Sent    bool              // false where the person's own client held a submission back
	Options []Option          // of a menu that asks the app for its options
}

// Option is one choice of a menu.
type Option struct {
	Text  string
	Value string
}

// Sign returns the value of the X-Slack-Signature header for a body sent at
// the given second of Unix time. See
// https://docs.slack.dev/authentication/verifying-requests-from-slack.
func Sign(secret string, unix int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%d:%s", unix, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// callback is one request to the app.
type callback struct {
	url         string
	contentType string
	body        []byte
	retry       int    // how often it was delivered before
	reason      string // why it is delivered again
}

func formCallback(to string, form url.Values) callback {
	return callback{url: to, contentType: "application/x-www-form-urlencoded", body: []byte(form.Encode())}
}

// interactionCallback wraps a payload the way Slack does: JSON in a form field.
func interactionCallback(to string, payload object) callback {
	return formCallback(to, url.Values{"payload": {string(mustJSON(payload))}})
}

// send signs a callback, posts it and reads the answer, all within the
// deadline. In Socket Mode it goes over a connection.
func (w *Workspace) send(ctx context.Context, cb callback) (status int, header http.Header, body []byte, err error) {
	if w.socketOn() {
		ctx, cancel := context.WithTimeout(ctx, w.opts.Deadline)
		defer cancel()
		return w.sendEnvelope(ctx, cb)
	}
	if cb.url == "" {
		return 0, nil, nil, errors.New("emulator: no URL of the app is set for this")
	}
	ctx, cancel := context.WithTimeout(ctx, w.opts.Deadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, cb.url, bytes.NewReader(cb.body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("emulator: %w", err)
	}
	now := time.Now().Unix()
	request.Header.Set("Content-Type", cb.contentType)
	request.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	request.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now, 10))
	request.Header.Set("X-Slack-Signature", Sign(w.opts.SigningSecret, now, cb.body))
	if cb.retry > 0 {
		request.Header.Set("X-Slack-Retry-Num", strconv.Itoa(cb.retry))
		request.Header.Set("X-Slack-Retry-Reason", cb.reason)
	}
	response, err := w.client().Do(request)
	if err != nil {
		return 0, nil, nil, late(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // only read from
	body, err = io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return 0, nil, nil, late(ctx, err)
	}
	return response.StatusCode, response.Header, body, nil
}

func (w *Workspace) client() *http.Client {
	if w.opts.App != nil {
		return &http.Client{Transport: stage.InProcess{Handler: w.opts.App}, CheckRedirect: noRedirect}
	}
	client := *w.opts.Client
	client.CheckRedirect = noRedirect
	return &client
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func late(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrDeadline
	}
	return fmt.Errorf("%w: %w", errUnreached, err)
}

// ask sends a callback that somebody waits for.
func (w *Workspace) ask(ctx context.Context, cb callback) (Reply, http.Header, error) {
	begun := time.Now()
	status, header, body, err := w.send(ctx, cb)
	reply := Reply{Took: time.Since(begun), Body: string(body), Sent: true}
	if err == nil && (status < 200 || status > 299) {
		err = &StatusError{Status: status, Body: strings.TrimSpace(string(body))}
	}
	return reply, header, err
}

// actor is a person in a payload.
func (w *Workspace) actor(u *User) object {
	return object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": w.opts.TeamID}
}

// payload is what all interaction payloads share, see
// https://docs.slack.dev/reference/interaction-payloads.
func (w *Workspace) payload(kind string, u *User) object {
	return object{
		"type": kind, "user": w.actor(u), "team": object{"id": w.opts.TeamID, "domain": w.opts.Domain},
		"api_app_id": w.opts.AppID, "token": verificationToken, "enterprise": nil, "is_enterprise_install": false,
	}
}

// verificationToken is the deprecated shared token, which apps must not rely
// on.
const verificationToken = "deprecated-verification-token"

// person finds a user who can act.
func (w *Workspace) person(id string) (*User, error) {
	u := w.users[id]
	if u == nil || u.Deleted || u.Bot {
		return nil, fmt.Errorf("emulator: there is no person %q who could do this", id)
	}
	return u, nil
}

// within finds a channel that the person can see: one that they are in, a
// public one, or with "" their direct conversation with the bot.
func (w *Workspace) within(u *User, channelID string) (*channel, error) {
	if channelID == "" {
		ch, _ := w.openDirect(u.ID)
		return ch, nil
	}
	ch := w.channels[channelID]
	if ch == nil || ch.Private && !ch.members[u.ID] {
		return nil, fmt.Errorf("emulator: @%s sees no channel %q", u.Name, channelID)
	}
	return ch, nil
}
