package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"riskroom/adapters/stage"
)

// event is one delivery to the app's events URL.
type event struct {
	kind string
	body []byte
}

// events are the events on their way to the app. One goroutine at a time
// empties the queue, so that they leave in order. The team's lock guards it.
type events struct {
	team     *team
	out      stage.Outbox[event]
	waiting  []event
	draining bool
	idle     chan struct{} // closed when the queue runs empty
}

// announce sends an event about a channel if the bot can see it: a private one
// only if it is a member. See https://docs.slack.dev/reference/events.
func (q *events) announce(ch *channel, what string, fields object) {
	kind := "channel_" + what
	if ch.Extra.private {
		kind = "group_" + what
	}
	if ch.IsDirect() || ch.Extra.private && !ch.Has(botUserID) || q.team.need(family(ch)+":read") != nil {
		return
	}
	body := object{"channel": ch.ID}
	maps.Copy(body, fields)
	q.emit(kind, body)
}

func (q *events) announceRename(ch *channel) {
	q.announce(ch, "rename", object{"channel": object{"id": ch.ID, "name": ch.Name, "created": ch.Created.Unix()}})
}

// announceJoin: https://docs.slack.dev/reference/events/member_joined_channel
func (q *events) announceJoin(ch *channel, user, inviter string) {
	fields := object{"user": user}
	if inviter != "" {
		fields["inviter"] = inviter
	}
	q.announceMember(ch, "member_joined_channel", fields)
}

// announceLeave: https://docs.slack.dev/reference/events/member_left_channel
// If the bot itself leaves, it gets channel_left or group_left only.
func (q *events) announceLeave(ch *channel, user string) {
	if user != botUserID {
		q.announceMember(ch, "member_left_channel", object{"user": user})
	}
}

func (q *events) announceMember(ch *channel, kind string, fields object) {
	if ch.IsDirect() || !ch.Has(botUserID) || q.team.need(family(ch)+":read") != nil {
		return
	}
	letter := "C"
	if ch.Extra.private {
		letter = "G"
	}
	fields["channel"], fields["channel_type"], fields["team"] = ch.ID, letter, q.team.opts.TeamID
	q.emit(kind, fields)
}

// announceUnpinned: https://docs.slack.dev/reference/events/pin_removed
func (q *events) announceUnpinned(m *message, by string) {
	ch := m.Channel
	if !ch.Has(botUserID) || q.team.need("pins:read") != nil {
		return
	}
	item := object{"type": "message", "channel": ch.ID, "message": q.team.shown(m, false)}
	q.emit("pin_removed", object{"user": by, "channel_id": ch.ID, "item": item, "has_pins": len(ch.Pins()) > 0})
}

// announceMessage sends a message to the app if the bot is in the conversation. See
// https://docs.slack.dev/reference/events/message.
func (q *events) announceMessage(m *message) {
	kind := family(m.Channel)
	if !m.Channel.Has(botUserID) || q.team.need(kind+":history") != nil {
		return
	}
	fields := q.team.shown(m, false)
	maps.Copy(fields, object{"channel": m.Channel.ID, "channel_type": strings.TrimSuffix(kind, "s"), "event_ts": m.ID})
	q.emit("message", fields)
}

// emit wraps an event and queues it. See https://docs.slack.dev/apis/events-api#callback-field.
func (q *events) emit(kind string, fields object) {
	t := q.team
	if t.opts.EventsURL == "" && !t.socket.on || t.host.Life.Over() {
		return
	}
	ts, at := t.newTS()
	fields["type"] = kind
	if fields["event_ts"] == nil {
		fields["event_ts"] = ts
	}
	body := stage.JSON(object{
		"token": verificationToken, "team_id": t.opts.TeamID, "api_app_id": appID, "type": "event_callback",
		"event_id": t.newID("Ev"), "event_time": at.Unix(), "event": fields, "is_ext_shared_channel": false,
		"authorizations": []object{{
			"enterprise_id": nil, "team_id": t.opts.TeamID, "user_id": botUserID, "is_bot": true, "is_enterprise_install": false,
		}},
	})
	q.waiting = append(q.waiting, q.out.Pass(t.host.Faults().MeetEvent(kind), event{kind: kind, body: body})...)
	q.startDraining()
}

func (q *events) startDraining() {
	if q.draining || len(q.waiting) == 0 {
		return
	}
	q.draining, q.idle = true, make(chan struct{})
	q.team.host.Life.Go(q.drain)
}

func (q *events) drain() {
	life := q.team.host.Life
	for {
		q.team.Lock()
		if len(q.waiting) == 0 || life.Over() {
			q.draining = false
			close(q.idle)
			q.team.Unlock()
			return
		}
		e, to := q.waiting[0], q.team.opts.EventsURL
		q.waiting = q.waiting[1:]
		q.team.Unlock()
		if again, reason := q.deliver(e, to, 0, ""); again {
			life.Go(func() { q.redeliver(e, to, reason) })
		}
	}
}

// deliver sends an event. It reports whether to send the event again, and why.
func (q *events) deliver(e event, to string, retry int, reason string) (again bool, why string) {
	life := q.team.host.Life
	cb := callback{url: to, contentType: "application/json", body: e.body, retry: retry, reason: reason}
	status, header, _, err := q.team.send(life.Context(), cb)
	switch {
	case errors.Is(err, stage.ErrDeadline):
		why = "http_timeout"
	case err != nil:
		why = "connection_failed"
	case status < 200 || status > 299:
		why = "http_error"
	default:
		return false, ""
	}
	return header.Get("X-Slack-No-Retry") != "1" && !life.Over(), why
}

// redeliver sends an event again after each wait until the app accepts it. See
// https://docs.slack.dev/apis/events-api#retries.
func (q *events) redeliver(e event, to, reason string) {
	for i, wait := range q.team.opts.EventDelay {
		if !q.team.host.Life.Sleep(wait) {
			return
		}
		again, why := q.deliver(e, to, i+1, reason)
		if !again {
			return
		}
		reason = why
	}
}

// FlushEvents releases events that a ReorderEvent fault holds, and waits until
// every event has been sent once. It fails only with the error of ctx.
func (w *Workspace) FlushEvents(ctx context.Context) error {
	q := w.team.events
	w.team.Lock()
	q.waiting = append(q.waiting, q.out.Release()...)
	q.startDraining()
	draining, idle := q.draining, q.idle
	w.team.Unlock()
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

// SendEvent delivers an event of any type, even one unknown to the app, with the
// given fields.
func (w *Workspace) SendEvent(kind string, fields map[string]any) {
	w.team.Lock()
	defer w.team.Unlock()
	body := object{}
	maps.Copy(body, stage.Clone(fields))
	w.team.events.emit(kind, body)
}

// VerifyURL does what Slack does when an events URL is entered: it sends a
// challenge, which the app must return. See
// https://docs.slack.dev/reference/events/url_verification.
func (w *Workspace) VerifyURL(ctx context.Context) error {
	const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	w.team.Lock()
	to, socket := w.team.opts.EventsURL, w.team.socket.on
	w.team.Unlock()
	if socket {
		return errors.New("emulator: in Socket Mode there is no events URL")
	}
	body := stage.JSON(object{"type": "url_verification", "token": verificationToken, "challenge": challenge})
	status, _, answer, err := w.team.send(ctx, callback{url: to, contentType: "application/json", body: body})
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
