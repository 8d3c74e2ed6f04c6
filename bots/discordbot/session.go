package discordbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"riskroom/adapters/discord/api"
)

// Intents, see https://docs.discord.com/developers/events/gateway#gateway-intents:
// the guild and its channels, and messages, of which only deletions matter.
// Discord only reports members who leave if the privileged intent is enabled.
const (
	intentGuilds   = 1 << 0
	intentMembers  = 1 << 1
	intentMessages = 1 << 9
)

// Flags of an application that has the intent for members enabled, see
// https://docs.discord.com/developers/resources/application#application-object-application-flags.
const flagsMembers = 1<<14 | 1<<15

// intents returns the intents to ask for. It asks Discord once per term, because
// identifying with an intent that isn't enabled is fatal.
func (g *Gateway) intents(ctx context.Context) (int, error) {
	if g.wanted != 0 {
		return g.wanted, nil
	}
	var app struct {
		Flags int64 `json:"flags"`
	}
	err := g.bot.send(ctx, api.Request{Method: "get_my_application", Verb: http.MethodGet, Path: []string{"applications", "@me"}}, &app)
	if err != nil {
		return 0, asFatal(err)
	}
	g.wanted = intentGuilds | intentMessages
	if app.Flags&flagsMembers != 0 {
		g.wanted |= intentMembers
	}
	return g.wanted, nil
}

// session is a session of the gateway, which another connection can resume. It is
// safe for concurrent use.
type session struct {
	begun chan struct{} // receives when a session begins

	mu  sync.Mutex
	now remembered
	// passed is the sequence number up to which all events have been passed on.
	passed int64
	// held contains the sequence numbers of interactions that are being handled.
	held map[int64]bool
}

// remembered is the stored form of a session, which the next leader reads.
type remembered struct {
	ID      string `json:"id"`
	At      string `json:"at"` // the URL to resume at, "" if unknown
	Seq     int64  `json:"seq"`
	Intents int    `json:"intents"`
	Tries   int    `json:"tries,omitempty"` // RESUMEs since the gateway last answered one
}

// maxTries is how many RESUMEs in a row may fail before a new session begins.
const maxTries = 2

var (
	errIntents   = errors.New("the application's intents have changed")
	errUnresumed = fmt.Errorf("the gateway did not answer RESUME %d times", maxTries)
)

// recall restores the session from the previous leader's memo.
func (s *session) recall(memo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = remembered{}
	if json.Unmarshal([]byte(memo), &s.now) != nil {
		s.now = remembered{}
	}
	s.passed = s.now.Seq
}

// hold has the next leader resume before seq, the number of an interaction, until
// release is called. If this process is killed before it has answered, the next
// leader gets the interaction again.
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

// memo encodes the session for the next leader, which resumes after the last event
// before which everything was passed on and answered. passedOn reports whether
// nothing is pending.
func (s *session) memo(passedOn func() bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.ID == "" {
		return ""
	}
	if passedOn() {
		s.passed = s.now.Seq
	}
	left := s.now
	left.Seq = s.passed
	for seq := range s.held {
		left.Seq = min(left.Seq, seq-1)
	}
	b, _ := json.Marshal(left) // strings and numbers: can't fail
	return string(b)
}

func (s *session) known() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.ID != ""
}

// resumable returns the URL to resume the session at, "" if unknown. If the session
// must not be resumed, it forgets it and returns why.
func (s *session) resumable(intents int) (at string, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.now.ID == "":
	case s.now.Intents != intents:
		why = errIntents
	case s.now.Tries >= maxTries:
		why = errUnresumed
	}
	if why != nil {
		s.now, s.passed = remembered{}, 0
	}
	return s.now.At, why
}

func (s *session) begin(id, at string, intents int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.passed, s.held = remembered{ID: id, At: at, Intents: intents}, 0, nil
	select {
	case s.begun <- struct{}{}:
	default:
	}
}

func (s *session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.passed = remembered{}, 0
}

// moved forgets the URL to resume at, so that Discord is asked for it.
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

// resumed records that the gateway has resumed the session.
func (s *session) resumed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Tries = 0
}

// resume returns what is needed to resume the session, if there is one, and counts
// the attempt.
func (s *session) resume() (id string, seq int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Tries++
	return s.now.ID, s.now.Seq, s.now.ID != ""
}
