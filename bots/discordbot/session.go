package discordbot

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"riskroom/adapters/discord/api"
)

// Intents, see https://docs.discord.com/developers/events/gateway#gateway-intents:
// the guild and its channels, and messages, of which only the deleted ones
// matter. Who leaves the guild is told to those alone for whom that privileged
// intent is switched on.
const (
	intentGuilds   = 1 << 0
	intentMembers  = 1 << 1
	intentMessages = 1 << 9
)

// Flags of an application that may have the intent of members, see
// https://docs.discord.com/developers/resources/application#application-object-application-flags.
const flagsMembers = 1<<14 | 1<<15

// intents returns those to ask for, as Discord says once for each term: asking for
// one that is not switched on is fatal.
func (g *Gateway) intents(ctx context.Context) (int, error) {
	if g.wanted != 0 {
		return g.wanted, nil
	}
	var app struct {
		Flags int64 `json:"flags"`
	}
	err := g.bot.send(ctx, api.Request{Method: "get_my_application", Verb: http.MethodGet, Path: []string{"applications", "@me"}}, &app)
	if err != nil {
		return 0, refusal(err)
	}
	g.wanted = intentGuilds | intentMessages
	if app.Flags&flagsMembers != 0 {
		g.wanted |= intentMembers
	}
	return g.wanted, nil
}

// session is what it takes to go on where a connection ended. It is safe for
// concurrent use.
type session struct {
	begun chan struct{} // receives when one begins

	mu  sync.Mutex
	now remembered
	// told is how far everything has been passed on.
	told int64
	// held are the numbers of frames with what people did that is being answered.
	held map[int64]bool
}

// remembered is what is kept of a session, also for the next leader.
type remembered struct {
	ID      string `json:"id"`
	At      string `json:"at"` // where it goes on, "" where Discord is asked
	Seq     int64  `json:"seq"`
	Intents int    `json:"intents"`
}

// recall takes what the leader before left.
func (s *session) recall(memo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = remembered{}
	if json.Unmarshal([]byte(memo), &s.now) != nil {
		s.now = remembered{}
	}
	s.told = s.now.Seq
}

// hold keeps the next leader from going on behind seq, at which somebody did
// something, until release: a process that is killed before it has answered leaves
// it to the next.
func (s *session) hold(seq int64) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(map[int64]bool)
	}
	held := s.held // of this session
	if seq > 0 {
		held[seq] = true
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(held, seq)
	}
}

// memo words the session for the next leader, which goes on behind what was both
// passed on and answered. told reports whether all that was reached was passed on.
func (s *session) memo(told func() bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.ID == "" {
		return ""
	}
	if told() {
		s.told = s.now.Seq
	}
	left := s.now
	left.Seq = s.told
	for seq := range s.held {
		left.Seq = min(left.Seq, seq-1)
	}
	b, _ := json.Marshal(left) // texts and numbers
	return string(b)
}

func (s *session) known() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.ID != ""
}

// resumable returns where the session goes on, "" where that is not known. One of
// other intents ends here.
func (s *session) resumable(intents int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Intents != intents {
		s.now = remembered{}
	}
	return s.now.At
}

func (s *session) begin(id, at string, intents int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.told, s.held = remembered{ID: id, At: at, Intents: intents}, 0, nil
	select {
	case s.begun <- struct{}{}:
	default:
	}
}

func (s *session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.told = remembered{}, 0
}

// moved has Discord asked where the session goes on.
func (s *session) moved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.At = ""
}

func (s *session) reached(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Seq = seq
}

func (s *session) seq() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.Seq
}

// resume is what goes on with the session; ok is false where there is none.
func (s *session) resume() (id string, seq int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.ID, s.now.Seq, s.now.ID != ""
}
