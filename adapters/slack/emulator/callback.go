package emulator

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// Reply is the result of something that a person did.
type Reply struct {
	Took    time.Duration     // until the app answered, on the wall clock
	Body    string            // the answer as it came
	Message *Message          // of a slash command: the message in the answer
	View    *View             // the modal that the person has open afterwards
	Errors  map[string]string // of a submission: block_id to error message
	Sent    bool              // false if the person's own client did not send a submission
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
	reason      string // why it is redelivered
}

func formCallback(to string, form url.Values) callback {
	return callback{url: to, contentType: "application/x-www-form-urlencoded", body: []byte(form.Encode())}
}

// interactionCallback wraps a payload the way Slack does: JSON in a form field.
func interactionCallback(to string, payload object) callback {
	return formCallback(to, url.Values{"payload": {string(stage.JSON(payload))}})
}

// send signs a callback, posts it and reads the answer. In Socket Mode it goes
// over a connection.
func (t *team) send(ctx context.Context, cb callback) (status int, header http.Header, body []byte, err error) {
	if t.socket.isOn() {
		ctx, cancel := context.WithTimeout(ctx, t.opts.Deadline)
		defer cancel()
		return t.socket.sendEnvelope(ctx, cb)
	}
	if cb.url == "" {
		return 0, nil, nil, errors.New("emulator: the app has no URL for this")
	}
	now := time.Now().Unix()
	header = http.Header{
		"Content-Type": {cb.contentType}, "User-Agent": {"Slackbot 1.0 (+https://api.slack.com/robots)"},
		"X-Slack-Request-Timestamp": {strconv.FormatInt(now, 10)}, "X-Slack-Signature": {Sign(t.opts.SigningSecret, now, cb.body)},
	}
	if cb.retry > 0 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(cb.retry))
		header.Set("X-Slack-Retry-Reason", cb.reason)
	}
	app := stage.App{Handler: t.opts.App, Client: t.opts.Client, Deadline: t.opts.Deadline}
	return app.Post(ctx, cb.url, header, cb.body)
}

// ask sends a callback that somebody waits for.
func (t *team) ask(ctx context.Context, cb callback) (Reply, http.Header, error) {
	begun := time.Now()
	status, header, body, err := t.send(ctx, cb)
	reply := Reply{Took: time.Since(begun), Body: string(body), Sent: true}
	if err == nil && (status < 200 || status > 299) {
		err = &stage.StatusError{Status: status, Body: strings.TrimSpace(string(body))}
	}
	return reply, header, err
}

// askFor is ask with the modal that the person has open afterwards.
func (t *team) askFor(ctx context.Context, userID string, cb callback) (Reply, error) {
	reply, _, err := t.ask(ctx, cb)
	reply.View = t.openOf(userID)
	return reply, err
}

// payload returns the fields that all interaction payloads share, see
// https://docs.slack.dev/reference/interaction-payloads.
func (t *team) payload(kind string, u *User) object {
	return object{
		"type": kind, "user": object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": t.teamOf(u)},
		"team": object{"id": t.opts.TeamID, "domain": t.opts.Domain}, "api_app_id": appID,
		"token": verificationToken, "enterprise": nil, "is_enterprise_install": false,
	}
}

// verificationToken is the deprecated shared token, which apps must not rely
// on.
const verificationToken = "deprecated-verification-token"
