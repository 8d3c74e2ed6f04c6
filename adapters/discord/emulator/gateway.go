package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"riskroom/adapters/stage"

	"github.com/gorilla/websocket"
)

// Intents that make a difference in the stand-in; the exported ones are privileged. See
// https://docs.discord.com/developers/events/gateway#gateway-intents.
const (
	intentGuilds         = 1 << 0
	IntentGuildMembers   = 1 << 1
	intentModeration     = 1 << 2
	IntentPresences      = 1 << 8
	intentMessages       = 1 << 9
	intentDirectMessages = 1 << 12
	IntentMessageContent = 1 << 15

	privileged = IntentGuildMembers | IntentPresences | IntentMessageContent
	allIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

// Opcodes, see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opMembers        = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// Close codes, see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
const (
	closeUnknownOp        = 4001
	closeDecode           = 4002
	closeNotAuthenticated = 4003
	closeAuthentication   = 4004
	closeAlready          = 4005
	closeSequence         = 4007
	closeRateLimited      = 4008
	closeTimedOut         = 4009
	closeShard            = 4010
	closeVersion          = 4012
	closeIntents          = 4013
	closeDisallowed       = 4014
)

// Discord's limits for the gateway, see
// https://docs.discord.com/developers/events/gateway#rate-limiting and
// https://docs.discord.com/developers/events/gateway#session-start-limit-object.
const (
	maxSends      = 120
	sendWindow    = time.Minute
	maxFrame      = 4096
	maxIdentifies = 1000
	identifyDay   = 24 * time.Hour
	identifyPause = 5 * time.Second
	// For how long a session without a connection can be resumed; Discord says "a short
	// time".
	sessionLife = 5 * time.Minute
)

// GatewayFaults are failures of the gateway.
type GatewayFaults struct {
	Down            bool // connections are refused with HTTP 503
	Mute            bool // HELLO is not sent
	NoACKs          bool // heartbeats are not acknowledged
	InvalidIdentify bool // every IDENTIFY is answered with op 9
	InvalidResume   bool // every RESUME is answered with op 9
	NoResumes       bool // RESUMEs are not answered

	// Until then, on the workspace's clock, get_bot_gateway returns that no session may
	// begin, and an IDENTIFY resets the token.
	NoSessionsUntil time.Time
}

// Gateway is the gateway of a workspace. It is safe for concurrent use.
type Gateway struct {
	guild *guild

	// Guarded by the guild's lock.
	faults     GatewayFaults
	conns      map[*conn]bool
	sessions   []*session // in the order of their creation
	out        stage.Outbox[event]
	identifies []time.Time
	resumes    int
	tokenReset bool          // Discord has reset the token
	pipes      *pipeListener // of DialContext, nil before its first use
}

// session is a client's session, which outlives its connections.
type session struct {
	id      string
	intents int
	seq     int
	sent    [][]byte // every dispatch, for a resume: number n is at n-1
	conn    *conn
	left    time.Time // when the last connection ended, on the wall clock
}

// frame is a payload in either direction, see
// https://docs.discord.com/developers/events/gateway-events#payload-structure.
type frame struct {
	Op   *int            `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int            `json:"s"`
	Type *string         `json:"t"`
}

// url returns the gateway's URL, which before Start works with DialContext only.
func (gw *Gateway) url() string {
	return "ws" + strings.TrimPrefix(gw.guild.host.URL(), "http") + "/gateway"
}

func getGateway(a *api, _ *call) (any, error) {
	return object{"url": a.gateway.url()}, nil
}

// getBotGateway: https://docs.discord.com/developers/events/gateway#get-gateway-bot
func getBotGateway(a *api, _ *call) (any, error) {
	recent := a.gateway.recentIdentifies()
	remaining, after := max(maxIdentifies-len(recent), 0), time.Duration(0)
	if len(recent) > 0 {
		after = recent[0].Add(identifyDay).Sub(a.opts.Now())
	}
	if wait := a.gateway.faults.NoSessionsUntil.Sub(a.opts.Now()); wait > 0 {
		remaining, after = 0, wait
	}
	return object{"url": a.gateway.url(), "shards": 1, "session_start_limit": object{
		"total": maxIdentifies, "remaining": remaining, "reset_after": after.Milliseconds(), "max_concurrency": 1,
	}}, nil
}

// serve handles a connection until it ends.
func (gw *Gateway) serve(rw http.ResponseWriter, r *http.Request) {
	gw.guild.Lock()
	faults := gw.faults
	if faults.Down || gw.guild.host.Life.Over() {
		gw.guild.Unlock()
		http.Error(rw, "upstream connect error", http.StatusServiceUnavailable)
		return
	}
	leave := gw.guild.host.Life.Enter()
	gw.guild.Unlock()
	defer leave()
	upgrader := websocket.Upgrader{HandshakeTimeout: 10 * time.Second, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return
	}
	c := gw.accept(ws)
	defer gw.forget(c)
	if v := r.URL.Query(); v.Get("v") != "10" && v.Get("v") != "9" || v.Get("encoding") != "json" && v.Get("encoding") != "" {
		gw.hangUp(c, closeVersion, "Invalid API version")
	} else if !faults.Mute {
		gw.send(c, opHello, object{"heartbeat_interval": gw.guild.opts.Heartbeat.Milliseconds(), "_trace": []string{}})
	}
	gw.read(c)
}
