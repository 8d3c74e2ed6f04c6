package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"riskroom/adapters/stage"
)

// event is one delivery to the app's events URL.
type event struct {
	kind string
	body []byte
}

// eventQueue holds the events on their way out. The workspace's lock guards
// it; one goroutine at a time empties it, so that events leave in order.
type eventQueue struct {
	waiting  []event
	held     []event // by a ReorderEvent fault, until the next one has left
	draining bool
	idle     chan struct{} // closed when the queue runs empty
}

// announce tells the app about a channel if the bot can see it: of private
// ones only what it is a member of. See https://docs.slack.dev/reference/events.
func (w *Workspace) announce(ch *channel, what string, fields object) {
	kind := "channel_" + what
	if ch.Private {
		kind = "group_" + what
	}
	scope := kindPrefix(ch) + ":read"
	if ch.isDirect() || ch.Private && !ch.members[w.opts.BotUserID] || w.need(scope) != nil {
		return
	}
	body := object{"channel": ch.ID}
	maps.Copy(body, fields)
	w.emit(kind, body)
}

func (w *Workspace) announceRename(ch *channel) {
	w.announce(ch, "rename", object{"channel": object{"id": ch.ID, "name": ch.Name, "created": ch.created.Unix()}})
}

// announceJoin: https://docs.slack.dev/reference/events/member_joined_channel
func (w *Workspace) announceJoin(ch *channel, user, inviter string) {
	fields := object{"user": user}
	if inviter != "" {
		fields["inviter"] = inviter
	}
	w.announceMember(ch, "member_joined_channel", fields)
}

// announceLeave: https://docs.slack.dev/reference/events/member_left_channel
// Of its own leaving the bot hears channel_left or group_left only.
func (w *Workspace) announceLeave(ch *channel, user string) {
	if user != w.opts.BotUserID {
		w.announceMember(ch, "member_left_channel", object{"user": user})
	}
}

func (w *Workspace) announceMember(ch *channel, kind string, fields object) {
	if ch.isDirect() || !ch.members[w.opts.BotUserID] || w.need(kindPrefix(ch)+":read") != nil {
		return
	}
	letter := "C"
	if ch.Private {
		letter = "G"
	}
	fields["channel"], fields["channel_type"], fields["team"] = ch.ID, letter, w.opts.TeamID
	w.emit(kind, fields)
}

// emit wraps an event and queues it. See https://docs.slack.dev/apis/events-api#callback-field.
func (w *Workspace) emit(kind string, fields object) {
	if w.opts.EventsURL == "" && !w.socket.on || w.life.Over() {
		return
	}
	ts, at := w.newTS()
	fields["type"], fields["event_ts"] = kind, ts
	body := mustJSON(object{
		"token": verificationToken, "team_id": w.opts.TeamID, "api_app_id": w.opts.AppID, "type": "event_callback",
		"event_id": w.newID("Ev"), "event_time": at.Unix(), "event": fields, "is_ext_shared_channel": false,
		"authorizations": []object{{
			"enterprise_id": nil, "team_id": w.opts.TeamID, "user_id": w.opts.BotUserID, "is_bot": true, "is_enterprise_install": false,
		}},
	})
	w.queue(event{kind: kind, body: body})
}

func (w *Workspace) queue(e event) {
	q := &w.events
	met := w.faults.MeetEvent(e.kind)
	if _, lost := met.Of(stage.LoseEvent); lost {
		return
	}
	_, twice := met.Of(stage.DuplicateEvent)
	if _, later := met.Of(stage.ReorderEvent); later {
		q.held = append(q.held, e)
		return
	}
	q.waiting = append(q.waiting, e)
	if twice {
		q.waiting = append(q.waiting, e)
	}
	q.waiting = append(q.waiting, q.held...)
	q.held = nil
	w.startDraining()
}

func (w *Workspace) startDraining() {
	q := &w.events
	if q.draining || len(q.waiting) == 0 {
		return
	}
	q.draining, q.idle = true, make(chan struct{})
	w.life.Go(w.drain)
}

func (w *Workspace) drain() {
	for {
		w.mu.Lock()
		q := &w.events
		if len(q.waiting) == 0 || w.life.Over() {
			q.draining = false
			close(q.idle)
			w.mu.Unlock()
			return
		}
		e, to := q.waiting[0], w.opts.EventsURL
		q.waiting = q.waiting[1:]
		w.mu.Unlock()
		if again, reason := w.deliver(e, to, 0, ""); again {
			w.life.Go(func() { w.redeliver(e, to, reason) })
		}
	}
}

// deliver sends an event and tells whether, and why, it is to be sent again.
func (w *Workspace) deliver(e event, to string, retry int, reason string) (again bool, why string) {
	cb := callback{url: to, contentType: "application/json", body: e.body, retry: retry, reason: reason}
	status, header, _, err := w.send(w.life.Context(), cb)
	switch {
	case errors.Is(err, ErrDeadline):
		why = "http_timeout"
	case err != nil:
		why = "connection_failed"
	case status < 200 || status > 299:
		why = "http_error"
	default:
		return false, ""
	}
	w.opts.Logger.Debug("event not taken", "event", e.kind, "retry", retry, "reason", why)
	return header.Get("X-Slack-No-Retry") != "1" && !w.life.Over(), why
}

// redeliver sends an event again after each wait, until it is taken. See
// https://docs.slack.dev/apis/events-api#retries.
func (w *Workspace) redeliver(e event, to, reason string) {
	for i, wait := range w.opts.EventDelay {
		if !w.life.Sleep(wait) {
			return
		}
		again, why := w.deliver(e, to, i+1, reason)
		if !again {
			return
		}
		reason = why
	}
}

// FlushEvents lets events go that a ReorderEvent fault holds, and waits until
// every event has been sent once. It fails only with the error of ctx.
func (w *Workspace) FlushEvents(ctx context.Context) error {
	w.mu.Lock()
	q := &w.events
	q.waiting = append(q.waiting, q.held...)
	q.held = nil
	w.startDraining()
	draining, idle := q.draining, q.idle
	w.mu.Unlock()
	if !draining {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SendEvent delivers an event of any type, also one that the app does not
// know, with the fields given.
func (w *Workspace) SendEvent(kind string, fields map[string]any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body := object{}
	maps.Copy(body, clone(fields))
	w.emit(kind, body)
}

// VerifyURL does what Slack does when an events URL is entered: it sends a
// challenge and wants it back. See
// https://docs.slack.dev/reference/events/url_verification.
func (w *Workspace) VerifyURL(ctx context.Context) error {
	const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	w.mu.Lock()
	to, socket := w.opts.EventsURL, w.socket.on
	w.mu.Unlock()
	if socket {
		return errors.New("emulator: in Socket Mode there is no events URL")
	}
	body := mustJSON(object{"type": "url_verification", "token": verificationToken, "challenge": challenge})
	status, _, answer, err := w.send(ctx, callback{url: to, contentType: "application/json", body: body})
	if err != nil {
		return err
	}
	var echoed struct {
		Challenge string `json:"challenge"`
	}
	if status == http.StatusOK && (string(answer) == challenge || json.Unmarshal(answer, &echoed) == nil && echoed.Challenge == challenge) {
		return nil
	}
	return fmt.Errorf("emulator: the events URL answered the challenge with HTTP %d: %s", status, answer)
}
