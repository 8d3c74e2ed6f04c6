package emulator

import (
	"context"
	"maps"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// event is one dispatch of the gateway.
type event struct {
	kind   string
	intent int    // one of these is needed; 0 is none
	hidden bool   // concerns a channel that the bot cannot view
	body   object //
	bare   object // instead of body for who has not the intent MESSAGE_CONTENT; nil where it is the same
}

// dispatch sends an event to every session, connected or resumable. See
// https://docs.discord.com/developers/events/gateway-events#receive-events.
func (w *Workspace) dispatch(e event) {
	if e.hidden || w.life.Over() || len(w.gateway.sessions) == 0 {
		return
	}
	e.body, e.bare = stage.Clone(e.body), stage.Clone(e.bare)
	met := w.faults.MeetEvent(e.kind)
	w.deliver(w.gateway.out.Pass(met, e))
}

func (w *Workspace) deliver(list []event) {
	for _, e := range list {
		for _, s := range w.gateway.sessions {
			switch {
			case e.intent != 0 && s.intents&e.intent == 0:
			case e.bare != nil && s.intents&IntentMessageContent == 0:
				s.give(e.kind, e.bare)
			default:
				s.give(e.kind, e.body)
			}
		}
	}
}

// SendEvent delivers an event of any type, also one that the app does not
// know, with the fields given.
func (w *Workspace) SendEvent(kind string, fields map[string]any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dispatch(event{kind: kind, body: fields})
}

// FlushEvents lets events go that a ReorderEvent fault holds, and waits until
// everything has been written to the connections there are. It fails only with
// the error of ctx.
func (w *Workspace) FlushEvents(ctx context.Context) error {
	w.mu.Lock()
	w.deliver(w.gateway.out.Release())
	var idle []chan struct{}
	for c := range w.gateway.conns {
		if c.idle != nil {
			idle = append(idle, c.idle)
		}
	}
	w.mu.Unlock()
	for _, sent := range idle {
		select {
		case <-sent:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// SendFrame sends something to every connection as it stands, a frame or not.
func (w *Workspace) SendFrame(raw []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.gateway.conns {
		c.queueFrame(raw)
	}
}

// SetGatewayFaults says how the gateway misbehaves from now on. Connections
// there are stay.
func (w *Workspace) SetGatewayFaults(f GatewayFaults) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gateway.faults = f
}

// CutGateway ends every connection without a word. Sessions can be resumed.
func (w *Workspace) CutGateway() {
	w.mu.Lock()
	conns := slices.Collect(maps.Keys(w.gateway.conns))
	w.mu.Unlock()
	for _, c := range conns {
		_ = c.ws.NetConn().Close() // the reader notices and forgets it
	}
}

// CloseGateway ends every connection with a close code, such as 4000.
func (w *Workspace) CloseGateway(code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.gateway.conns {
		w.hangUpLocked(c, code, "")
	}
}

// SendReconnect asks every client to reconnect and resume (op 7).
func (w *Workspace) SendReconnect() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.gateway.conns {
		w.sendLocked(c, opReconnect, nil)
	}
}

// SendInvalidSession tells every client that its session is invalid (op 9), and
// drops the sessions unless they can be resumed.
func (w *Workspace) SendInvalidSession(resumable bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.gateway.conns {
		w.sendLocked(c, opInvalidSession, resumable)
		if s := c.session; s != nil && !resumable {
			w.endSession(s)
			c.session = nil
		}
	}
}

// Identifies returns when IDENTIFYs came, refused ones among them, by the
// workspace's clock.
func (w *Workspace) Identifies() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.gateway.identifies)
}

// Resumes returns how many RESUMEs came.
func (w *Workspace) Resumes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gateway.resumes
}

// Connected returns how many clients have a session and are connected.
func (w *Workspace) Connected() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, s := range w.gateway.sessions {
		if s.conn != nil {
			n++
		}
	}
	return n
}
