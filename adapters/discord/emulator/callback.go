package emulator

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// ErrNobody is the error of people's actions if there is neither a session at the
// gateway nor an interactions URL.
var ErrNobody = errors.New("emulator: the app is not connected")

// Reply is the result of something that a person did.
type Reply struct {
	Took     time.Duration     // until the app answered, on the wall clock
	ID       string            // the interaction's
	Body     string            // the answer as it came, its type and data
	Message  *Message          // in the answer; of a deferred one it shows only that the app is thinking
	Deferred bool              // the answer will come later
	Modal    *Modal            // the modal that the person has open afterwards
	Choices  []Choice          // of autocomplete
	Errors   map[string]string // of a modal: custom_id to error message
	Sent     bool              // false if the person's own client did not send it
}

// signed is one request to the app's interactions URL.
type signed struct {
	url       string
	body      []byte
	timestamp string
	signature string
}

// Sign returns the value of the X-Signature-Ed25519 header for a body with that
// timestamp. See
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers.
func Sign(key ed25519.PrivateKey, timestamp string, body []byte) string {
	return hex.EncodeToString(ed25519.Sign(key, append([]byte(timestamp), body...)))
}

func (ix *interactions) sign(to string, body []byte, at time.Time) signed {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	return signed{url: to, body: body, timestamp: timestamp, signature: Sign(ix.opts.PrivateKey, timestamp, body)}
}

// made sends an interaction over the gateway, unless it goes over HTTP.
func (ix *interactions) made(i *interaction) *interaction {
	if i.to == "" {
		ix.gateway.dispatch(event{kind: "INTERACTION_CREATE", body: i.payload})
	}
	return i
}

// ask waits for the first answer to an interaction.
func (ix *interactions) ask(ctx context.Context, i *interaction) (Reply, error) {
	ctx, cancel := context.WithDeadline(ctx, i.made.Add(ix.opts.Deadline))
	defer cancel()
	err := ix.sendOut(ctx, i)
	if err == nil {
		select {
		case <-i.answered:
		case <-ctx.Done():
			err = stage.Unanswered(ctx, ctx.Err())
		case <-ix.host.Life.Context().Done():
			err = ix.host.Life.Context().Err()
		}
	}
	ix.Lock()
	defer ix.Unlock()
	if i.answer == 0 {
		i.dead = true
	} else if errors.Is(err, stage.ErrDeadline) {
		err = nil // it came at the very end
	}
	reply := Reply{
		Took: time.Since(i.made), ID: i.id, Body: string(i.raw), Sent: true, Choices: i.choices, Modal: ix.exportModal(i.user),
		Deferred: i.answer == answerDeferred,
	}
	if i.original != nil {
		m := ix.show.export(i.original)
		reply.Message = &m
	}
	return reply, err
}

// sendOut posts an interaction to the app's URL and takes the answer to it; 202 means
// that the answer comes by the callback.
func (ix *interactions) sendOut(ctx context.Context, i *interaction) error {
	if i.to == "" {
		ix.Lock()
		defer ix.Unlock()
		if len(ix.gateway.sessions) == 0 {
			return ErrNobody
		}
		return nil
	}
	ix.Lock()
	s := ix.sign(i.to, stage.JSON(i.payload), time.Now())
	ix.last = &s
	ix.Unlock()
	status, body, err := ix.postSigned(ctx, s)
	switch {
	case err != nil:
		return err
	case status == http.StatusAccepted:
		return nil
	case status < 200 || status > 299:
		return &stage.StatusError{Status: status, Body: strings.TrimSpace(string(body))}
	}
	ix.misfits.answer(body)
	answer, err := decode(body)
	fields, ok := answer.(object)
	if err != nil || !ok {
		return fmt.Errorf("emulator: the answer to an interaction is no JSON object: %q", body)
	}
	ix.Lock()
	defer ix.Unlock()
	if err := ix.respond(i, fields); err != nil {
		ix.misfits.refused(err)
		return explain(err)
	}
	return nil
}

// explain words the problems of an answer.
func explain(err error) error {
	r := asRefusal(err)
	f := &form{errors: r.errors}
	return fmt.Errorf("emulator: the answer to an interaction: %s (%d) %v", r.message, r.code, f.problems())
}

// postSigned sends a request to the app and reads the answer.
func (ix *interactions) postSigned(ctx context.Context, s signed) (status int, body []byte, err error) {
	header := http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Discord-Interactions/1.0 (+https://discord.com)"},
		"X-Signature-Timestamp": {s.timestamp}, "X-Signature-Ed25519": {s.signature},
	}
	app := stage.App{Handler: ix.opts.App, Client: ix.opts.Client, Deadline: ix.opts.Deadline}
	status, _, body, err = app.Post(ctx, s.url, header, s.body)
	return status, body, err
}

// Press has a person press a button of a message, which may be one that only they
// see. See https://docs.discord.com/developers/components/reference#button.
func (w *Workspace) Press(ctx context.Context, userID, channelID, messageID, customID string) (Reply, error) {
	i, err := w.interactions.press(userID, channelID, messageID, customID)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

func (ix *interactions) press(userID, channelID, messageID, customID string) (*interaction, error) {
	ix.Lock()
	defer ix.Unlock()
	user, ch, err := ix.within(userID, channelID)
	if err != nil {
		return nil, err
	}
	m := ix.Seen(user.ID, ch, messageID)
	if m == nil {
		return nil, fmt.Errorf("emulator: @%s sees no message %s there", user.Name, messageID)
	}
	c, ok := findComponent(m.Body.components, customID)
	if disabled, _ := c["disabled"].(bool); !ok || disabled {
		return nil, fmt.Errorf("emulator: the message has no button %q that can be pressed", customID)
	}
	i := ix.newInteraction(kindComponent, user, ch, object{"component_type": button, "custom_id": customID, "id": c["id"]})
	i.source = m
	i.payload["message"] = ix.messageObject(m)
	ix.Publish(stage.ActionSent, user.ID, ch, m, stage.Str(c["label"]))
	return ix.made(i), nil
}

// VerifyURL does what Discord does when an interactions URL is entered, and sometimes
// later: it sends a PING, which must be answered with PONG, and one with a bad
// signature, which must be answered with 401. See
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint.
func (w *Workspace) VerifyURL(ctx context.Context) error {
	ping := w.interactions.ping()
	status, body, err := w.SendSigned(ctx, ping, time.Now())
	if err != nil {
		return err
	}
	answer, err := decode(body)
	fields, _ := answer.(object)
	if kind, _ := integer(fields["type"]); err != nil || status != http.StatusOK || kind != answerPong {
		return fmt.Errorf("emulator: the PING was answered with HTTP %d: %s", status, body)
	}
	status, err = w.SendBadSignature(ctx, ping)
	if err == nil && status != http.StatusUnauthorized {
		err = fmt.Errorf("emulator: a bad signature was answered with HTTP %d", status)
	}
	return err
}

func (ix *interactions) ping() []byte {
	ix.Lock()
	defer ix.Unlock()
	id := ix.newID()
	return stage.JSON(object{
		"id": id, "application_id": ix.opts.ApplicationID, "type": kindPing, "token": "ping-" + id, "version": 1,
		"user": userObject(ix.People.ByID(ix.opts.OwnerID)), "entitlements": []object{}, "authorizing_integration_owners": object{},
	})
}

// SendSigned posts any body to the interactions URL, with a valid signature for the given
// instant, and returns the answer. It is for malformed, oversized or stale bodies.
func (w *Workspace) SendSigned(ctx context.Context, body []byte, at time.Time) (status int, answer []byte, err error) {
	w.guild.Lock()
	s := w.interactions.sign(w.guild.opts.InteractionsURL, body, at)
	w.guild.Unlock()
	return w.interactions.postSigned(ctx, s)
}

// SendBadSignature posts a body with an invalid signature, and returns the status of the
// answer.
func (w *Workspace) SendBadSignature(ctx context.Context, body []byte) (status int, err error) {
	w.guild.Lock()
	s := w.interactions.sign(w.guild.opts.InteractionsURL, body, time.Now())
	w.guild.Unlock()
	s.signature = s.signature[2:] + s.signature[:2]
	status, _, err = w.interactions.postSigned(ctx, s)
	return status, err
}

// Replay posts the last interaction over HTTP again, as an attacker could, and returns
// the status of the answer. The answer has no effect.
func (w *Workspace) Replay(ctx context.Context) (status int, err error) {
	w.guild.Lock()
	last := w.interactions.last
	w.guild.Unlock()
	if last == nil {
		return 0, errors.New("emulator: no interaction has gone over HTTP")
	}
	status, _, err = w.interactions.postSigned(ctx, *last)
	return status, err
}
