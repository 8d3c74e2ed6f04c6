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
	intent int    // one of these is required; 0 is none
	hidden bool   // is about a channel that the bot cannot view
	body   object //
	bare   object // replaces body for sessions without the intent MESSAGE_CONTENT, unless nil
}

// dispatch sends an event to every session, connected or resumable. See
// https://docs.discord.com/developers/events/gateway-events#receive-events.
func (gw *Gateway) dispatch(e event) {
	if e.hidden || gw.guild.host.Life.Over() || len(gw.sessions) == 0 {
		return
	}
	e.body, e.bare = stage.Clone(e.body), stage.Clone(e.bare)
	met := gw.guild.host.Faults().MeetEvent(e.kind)
	gw.deliver(gw.out.Pass(met, e))
}

func (gw *Gateway) deliver(list []event) {
	for _, e := range list {
		for _, s := range gw.sessions {
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

// SendEvent delivers an event of any type, even one unknown to the app, with the given
// fields.
func (w *Workspace) SendEvent(kind string, fields map[string]any) {
	w.guild.Lock()
	defer w.guild.Unlock()
	w.gateway.dispatch(event{kind: kind, body: fields})
}

// FlushEvents releases events that a ReorderEvent fault holds, and waits until everything
// has been written to the open connections. It fails only with the error of ctx.
func (w *Workspace) FlushEvents(ctx context.Context) error {
	w.guild.Lock()
	w.gateway.deliver(w.gateway.out.Release())
	var idle []chan struct{}
	for c := range w.gateway.conns {
		if c.idle != nil {
			idle = append(idle, c.idle)
		}
	}
	w.guild.Unlock()
	for _, sent := range idle {
		select {
		case <-sent:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// SendFrame sends anything to every connection.
func (gw *Gateway) SendFrame(raw []byte) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	for c := range gw.conns {
		c.queueFrame(raw)
	}
}

// SetFaults sets the gateway's failures. Open connections stay open.
func (gw *Gateway) SetFaults(f GatewayFaults) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	gw.faults = f
}

// Cut ends every connection without a close frame. Sessions can be resumed.
func (gw *Gateway) Cut() {
	gw.guild.Lock()
	conns := slices.Collect(maps.Keys(gw.conns))
	gw.guild.Unlock()
	for _, c := range conns {
		_ = c.ws.NetConn().Close() // the reader notices
	}
}

// Close ends every connection with a close code, such as 4000.
func (gw *Gateway) Close(code int) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	for c := range gw.conns {
		gw.hangUpLocked(c, code, "")
	}
}

// SendReconnect asks every client to reconnect and resume (op 7).
func (gw *Gateway) SendReconnect() {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	for c := range gw.conns {
		gw.sendLocked(c, opReconnect, nil)
	}
}

// SendInvalidSession sends every client an invalid session (op 9), and ends the sessions
// unless they are resumable.
func (gw *Gateway) SendInvalidSession(resumable bool) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	for c := range gw.conns {
		gw.sendLocked(c, opInvalidSession, resumable)
		if s := c.session; s != nil && !resumable {
			gw.endSession(s)
			c.session = nil
		}
	}
}

// Identifies returns the times of all IDENTIFYs, on the workspace's clock.
func (gw *Gateway) Identifies() []time.Time {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	return slices.Clone(gw.identifies)
}

// Resumes returns the number of RESUMEs.
func (gw *Gateway) Resumes() int {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	return gw.resumes
}

// Connected returns the number of connected sessions.
func (gw *Gateway) Connected() int {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	n := 0
	for _, s := range gw.sessions {
		if s.conn != nil {
			n++
		}
	}
	return n
}
