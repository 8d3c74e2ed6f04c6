package emulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// receive acts on a frame of the client and returns the code to close with, or
// 0.
func (w *Workspace) receive(c *conn, f frame) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.tooFast() {
		return closeRateLimited
	}
	if f.Op == nil {
		return closeDecode
	}
	switch *f.Op {
	case opHeartbeat:
		var seq *int // null before the first dispatch
		if json.Unmarshal(f.Data, &seq) != nil {
			return closeDecode
		}
		if !w.gateway.faults.NoACKs {
			w.sendLocked(c, opHeartbeatACK, nil)
		}
		return 0
	case opIdentify:
		return w.identify(c, f.Data)
	case opResume:
		return w.resume(c, f.Data)
	case opPresence, opVoice, opMembers:
		if c.session == nil {
			return closeNotAuthenticated
		}
		return 0 // of no interest here
	}
	return closeUnknownOp
}

// tooFast counts what the client sends.
func (c *conn) tooFast() bool {
	now := time.Now()
	c.sends = append(slices.DeleteFunc(c.sends, func(t time.Time) bool { return now.Sub(t) > sendWindow }), now)
	return len(c.sends) > maxSends
}

// identity is the data of an IDENTIFY, see
// https://docs.discord.com/developers/events/gateway-events#identify.
type identity struct {
	Token      string         `json:"token"`
	Properties map[string]any `json:"properties"`
	Intents    *int           `json:"intents"`
	Shard      []int          `json:"shard"`
}

// check returns the close code of an IDENTIFY that is refused, or 0.
func (w *Workspace) check(d identity) int {
	switch {
	case !w.tokenFits(d.Token):
		return closeAuthentication
	case d.Properties == nil || d.Intents == nil:
		return closeDecode
	case *d.Intents&^allIntents != 0:
		return closeIntents
	case *d.Intents&privileged&w.opts.DisallowedIntents != 0:
		return closeDisallowed
	case d.Shard != nil && (len(d.Shard) != 2 || d.Shard[0] != 0 || d.Shard[1] != 1):
		return closeShard // the one guild belongs to one shard
	}
	return 0
}

// tokenFits tells whether a token is the bot's. The gateway takes it with or
// without "Bot".
func (w *Workspace) tokenFits(token string) bool {
	return strings.TrimPrefix(token, "Bot ") == w.opts.BotToken && !w.tokenReset
}

// identify begins a session. Above 1,000 of them in a day Discord takes the
// token away.
func (w *Workspace) identify(c *conn, raw json.RawMessage) int {
	now := w.opts.Now()
	recent := w.recentIdentifies()
	w.gateway.identifies = append(w.gateway.identifies, now)
	if len(recent) >= maxIdentifies || now.Before(w.gateway.faults.NoSessionsUntil) {
		w.tokenReset = true
	}
	var d identity
	if json.Unmarshal(raw, &d) != nil {
		return closeDecode
	}
	if c.session != nil {
		return closeAlready
	}
	if code := w.check(d); code != 0 {
		return code
	}
	n := len(recent)
	tooSoon := w.opts.EnforceLimits && n > 0 && now.Sub(recent[n-1]) < identifyPause
	if w.gateway.faults.InvalidIdentify || tooSoon {
		w.sendLocked(c, opInvalidSession, false)
		return 0
	}
	s := &session{id: fmt.Sprintf("%032x", w.serial()), intents: *d.Intents, conn: c}
	c.session = s
	w.gateway.sessions = append(w.gateway.sessions, s)
	s.give("READY", w.readyObject(s))
	if s.intents&intentGuilds != 0 {
		s.give("GUILD_CREATE", w.guildCreate())
	}
	return 0
}

// serial counts up: each is given out once.
func (w *Workspace) serial() int64 {
	n, _ := snowflake(w.newID())
	return n
}

// readyObject: https://docs.discord.com/developers/events/gateway-events#ready
func (w *Workspace) readyObject(s *session) object {
	return object{
		"v": 10, "user": userObject(w.bot()), "guilds": []object{{"id": w.opts.GuildID, "unavailable": true}},
		"session_id": s.id, "resume_gateway_url": w.gatewayURL(), "shard": []int{0, 1}, "session_type": "normal",
		"application": object{"id": w.opts.ApplicationID, "flags": 0}, "private_channels": []object{}, "presences": []object{},
		"relationships": []object{}, "user_settings": object{}, "geo_ordered_rtc_regions": []string{}, "_trace": []string{},
	}
}

// guildCreate: https://docs.discord.com/developers/events/gateway-events#guild-create
func (w *Workspace) guildCreate() object {
	out := w.guildObject()
	channels := []object{}
	for _, ch := range w.inGuild() {
		channels = append(channels, w.seenObject(ch))
	}
	out["joined_at"], out["large"], out["unavailable"] = stamp(w.created), false, false
	out["member_count"], out["members"], out["channels"] = len(w.membersAfter(0)), []object{w.memberObject(w.bot(), false)}, channels
	for _, list := range []string{"threads", "voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		out[list] = []object{}
	}
	return out
}

// resume goes on with a session: what it missed is sent again. See
// https://docs.discord.com/developers/events/gateway#resuming.
func (w *Workspace) resume(c *conn, raw json.RawMessage) int {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       *int   `json:"seq"`
	}
	w.gateway.resumes++
	switch {
	case json.Unmarshal(raw, &d) != nil || d.Seq == nil:
		return closeDecode
	case c.session != nil:
		return closeAlready
	case !w.tokenFits(d.Token):
		return closeAuthentication
	}
	i := slices.IndexFunc(w.gateway.sessions, func(s *session) bool { return s.id == d.SessionID && !s.over() })
	if i < 0 || w.gateway.faults.InvalidResume {
		w.sendLocked(c, opInvalidSession, false)
		return 0
	}
	s := w.gateway.sessions[i]
	if *d.Seq < 0 || *d.Seq > s.seq {
		w.endSession(s)
		return closeSequence
	}
	if s.conn != nil {
		w.hangUpLocked(s.conn, closeTimedOut, "resumed elsewhere")
		s.conn.session = nil
	}
	s.conn, c.session = c, s
	for _, missed := range s.sent[*d.Seq:] {
		c.queueFrame(missed)
	}
	s.give("RESUMED", object{"_trace": []string{}})
	return 0
}

// over tells whether a session was left for too long to go on.
func (s *session) over() bool { return s.conn == nil && time.Since(s.left) > sessionLife }

// endSession makes a session one that cannot be resumed.
func (w *Workspace) endSession(s *session) {
	w.gateway.sessions = slices.DeleteFunc(w.gateway.sessions, func(o *session) bool { return o == s })
}

// give numbers a dispatch, keeps it for replay and sends it where a client is
// connected.
func (s *session) give(kind string, body any) {
	s.seq++
	raw := stage.JSON(object{"op": opDispatch, "t": kind, "s": s.seq, "d": body})
	s.sent = append(s.sent, raw)
	if s.conn != nil {
		s.conn.queueFrame(raw)
	}
}

// recentIdentifies are the IDENTIFYs of the last day.
func (w *Workspace) recentIdentifies() []time.Time {
	since := w.opts.Now().Add(-identifyDay)
	i := slices.IndexFunc(w.gateway.identifies, func(t time.Time) bool { return t.After(since) })
	if i < 0 {
		return nil
	}
	return w.gateway.identifies[i:]
}
