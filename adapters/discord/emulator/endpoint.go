package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"riskroom/adapters/stage"
)

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
