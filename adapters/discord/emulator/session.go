package emulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// receive handles a frame of the client and returns the code to close with, or 0.
func (gw *Gateway) receive(c *conn, f frame) int {
	gw.guild.Lock()
	defer gw.guild.Unlock()
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
		if !gw.faults.NoACKs {
			gw.sendLocked(c, opHeartbeatACK, nil)
		}
		return 0
	case opIdentify:
		return gw.identify(c, f.Data)
	case opResume:
		return gw.resume(c, f.Data)
	case opMembers:
		return gw.sendMembers(c.session, f.Data)
	case opPresence, opVoice:
		if c.session == nil {
			return closeNotAuthenticated
		}
		return 0 // without effect here
	}
	return closeUnknownOp
}

// tooFast counts the client's frames and reports whether there are too many.
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

// check returns the close code for an IDENTIFY, 0 if it is accepted.
func (gw *Gateway) check(d identity) int {
	switch {
	case !gw.tokenFits(d.Token):
		return closeAuthentication
	case d.Properties == nil || d.Intents == nil:
		return closeDecode
	case *d.Intents&^allIntents != 0:
		return closeIntents
	case *d.Intents&privileged&gw.guild.opts.DisallowedIntents != 0:
		return closeDisallowed
	case d.Shard != nil && (len(d.Shard) != 2 || d.Shard[0] != 0 || d.Shard[1] != 1):
		return closeShard // the one guild belongs to one shard
	}
	return 0
}

// tokenFits reports whether a token is the bot's, with or without "Bot".
func (gw *Gateway) tokenFits(token string) bool {
	return strings.TrimPrefix(token, "Bot ") == gw.guild.opts.BotToken && !gw.tokenReset
}

// identify begins a session. Above 1,000 in a day Discord resets the token.
func (gw *Gateway) identify(c *conn, raw json.RawMessage) int {
	now := gw.guild.opts.Now()
	recent := gw.recentIdentifies()
	gw.identifies = append(gw.identifies, now)
	if len(recent) >= maxIdentifies || now.Before(gw.faults.NoSessionsUntil) {
		gw.tokenReset = true
	}
	var d identity
	if json.Unmarshal(raw, &d) != nil {
		return closeDecode
	}
	if c.session != nil {
		return closeAlready
	}
	if code := gw.check(d); code != 0 {
		return code
	}
	n := len(recent)
	tooSoon := gw.guild.opts.EnforceLimits && n > 0 && now.Sub(recent[n-1]) < identifyPause
	if gw.faults.InvalidIdentify || tooSoon {
		gw.sendLocked(c, opInvalidSession, false)
		return 0
	}
	s := &session{id: fmt.Sprintf("%032x", gw.serial()), intents: *d.Intents, conn: c}
	c.session = s
	gw.sessions = append(gw.sessions, s)
	s.give("READY", gw.readyObject(s))
	if s.intents&intentGuilds != 0 {
		s.give("GUILD_CREATE", gw.guildCreate())
	}
	return 0
}

// serial returns a new number.
func (gw *Gateway) serial() int64 {
	n, _ := snowflake(gw.guild.newID())
	return n
}

// readyObject: https://docs.discord.com/developers/events/gateway-events#ready
func (gw *Gateway) readyObject(s *session) object {
	return object{
		"v": 10, "user": userObject(gw.guild.bot()), "guilds": []object{{"id": gw.guild.opts.GuildID, "unavailable": true}},
		"session_id": s.id, "resume_gateway_url": gw.url(), "shard": []int{0, 1}, "session_type": "normal",
		"application": object{"id": gw.guild.opts.ApplicationID, "flags": 0}, "private_channels": []object{}, "presences": []object{},
		"relationships": []object{}, "user_settings": object{}, "geo_ordered_rtc_regions": []string{}, "_trace": []string{},
	}
}

// guildCreate: https://docs.discord.com/developers/events/gateway-events#guild-create
func (gw *Gateway) guildCreate() object {
	out := gw.guild.guildObject()
	channels := []object{}
	for _, ch := range gw.guild.inGuild() {
		channels = append(channels, gw.guild.seenObject(ch))
	}
	out["joined_at"], out["large"], out["unavailable"] = stamp(gw.guild.created), false, false
	out["member_count"], out["members"], out["channels"] = len(gw.guild.membersAfter(0)), []object{gw.guild.memberObject(gw.guild.bot(), false)}, channels
	for _, list := range []string{"threads", "voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		out[list] = []object{}
	}
	return out
}

// resume continues a session and sends the missed events again. See
// https://docs.discord.com/developers/events/gateway#resuming.
func (gw *Gateway) resume(c *conn, raw json.RawMessage) int {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       *int   `json:"seq"`
	}
	gw.resumes++
	switch {
	case gw.faults.NoResumes:
		return 0
	case json.Unmarshal(raw, &d) != nil || d.Seq == nil:
		return closeDecode
	case c.session != nil:
		return closeAlready
	case !gw.tokenFits(d.Token):
		return closeAuthentication
	}
	i := slices.IndexFunc(gw.sessions, func(s *session) bool { return s.id == d.SessionID && !s.over() })
	if i < 0 || gw.faults.InvalidResume {
		gw.sendLocked(c, opInvalidSession, false)
		return 0
	}
	s := gw.sessions[i]
	if *d.Seq < 0 || *d.Seq > s.seq {
		gw.endSession(s)
		return closeSequence
	}
	if s.conn != nil {
		gw.hangUpLocked(s.conn, closeTimedOut, "resumed elsewhere")
		s.conn.session = nil
	}
	s.conn, c.session = c, s
	for _, missed := range s.sent[*d.Seq:] {
		c.queueFrame(missed)
	}
	s.give("RESUMED", object{"_trace": []string{}})
	return 0
}

// over reports whether it is too late to resume a session.
func (s *session) over() bool { return s.conn == nil && time.Since(s.left) > sessionLife }

// endSession ends a session, so that it cannot be resumed.
func (gw *Gateway) endSession(s *session) {
	gw.sessions = slices.DeleteFunc(gw.sessions, func(o *session) bool { return o == s })
}

// give numbers a dispatch, keeps it for a resume, and sends it if a client is
// connected.
func (s *session) give(kind string, body any) {
	s.seq++
	raw := stage.JSON(object{"op": opDispatch, "t": kind, "s": s.seq, "d": body})
	s.sent = append(s.sent, raw)
	if s.conn != nil {
		s.conn.queueFrame(raw)
	}
}

// recentIdentifies returns the IDENTIFYs of the last day.
func (gw *Gateway) recentIdentifies() []time.Time {
	since := gw.guild.opts.Now().Add(-identifyDay)
	i := slices.IndexFunc(gw.identifies, func(t time.Time) bool { return t.After(since) })
	if i < 0 {
		return nil
	}
	return gw.identifies[i:]
}
