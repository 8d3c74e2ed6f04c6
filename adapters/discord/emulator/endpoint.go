package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"riskroom/adapters/stage"
)

// VerifyURL does what Discord does when an interactions URL is entered, and at
// times later: it sends a PING, which must be answered with PONG, and one with
// a bad signature, which must be answered with 401. See
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint.
func (w *Workspace) VerifyURL(ctx context.Context) error {
	ping := w.ping()
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

func (w *Workspace) ping() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.newID()
	return stage.JSON(object{
		"id": id, "application_id": w.opts.ApplicationID, "type": kindPing, "token": "ping-" + id, "version": 1,
		"user": userObject(w.users[w.opts.OwnerID]), "entitlements": []object{}, "authorizing_integration_owners": object{},
	})
}

// SendSigned posts any body to the interactions URL, well signed as at the
// instant given, and returns the answer: for what is malformed, oversized or
// stale.
func (w *Workspace) SendSigned(ctx context.Context, body []byte, at time.Time) (status int, answer []byte, err error) {
	w.mu.Lock()
	s := w.sign(w.opts.InteractionsURL, body, at)
	w.mu.Unlock()
	return w.postSigned(ctx, s)
}

// SendBadSignature posts a body with a signature that does not fit it, and
// returns the status of the answer.
func (w *Workspace) SendBadSignature(ctx context.Context, body []byte) (status int, err error) {
	w.mu.Lock()
	s := w.sign(w.opts.InteractionsURL, body, time.Now())
	w.mu.Unlock()
	s.signature = s.signature[2:] + s.signature[:2]
	status, _, err = w.postSigned(ctx, s)
	return status, err
}

// Replay posts the last interaction that went over HTTP once more, as somebody
// could who has overheard it, and returns the status of the answer. What is
// answered has no effect.
func (w *Workspace) Replay(ctx context.Context) (status int, err error) {
	w.mu.Lock()
	last := w.last
	w.mu.Unlock()
	if last == nil {
		return 0, errors.New("emulator: no interaction has gone over HTTP")
	}
	status, _, err = w.postSigned(ctx, *last)
	return status, err
}
