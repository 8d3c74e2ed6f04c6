package e2e_test

import (
	"encoding/json"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/stage"
)

// platform is an emulator with ana, lin and wei in it. What differs between platforms is
// in slack_test.go and discord_test.go.
type platform struct {
	name     string            // of the workspace in the config file
	entry    string            // its settings there
	env      []string          // the variables of these settings
	ids      map[string]string // people's IDs by name
	people   map[string]string // people's accounts in the config file, by name
	calls    calls
	log      *stage.Log
	clock    *clock
	faults   *stage.Faults
	view     func() stage.View
	hands    stage.Acts                                          // what people do in the platform's client
	dismiss  func(id, room string) error                         // removes somebody from a group by hand
	restore  func(id, room string) error                         // has somebody unarchive a group; nil if the bot can reopen it
	readOnly string                                              // what people read who can't post any more
	connect  func(public string)                                 // connects the emulator to serve
	gives    func(id string, o order) (string, error)            // sends a command and returns the immediate reply
	received func(id string) []string                            // returns a person's private messages
	state    func(t testing.TB, plainly func(string) string) any // returns the final state, with all texts passed through plainly
}

// clock is an emulator's clock. It goes ahead with serve's: if it didn't, serve would look
// for what it did before a kill days after the platform had it.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// order is a command for each platform.
type order struct {
	line    string            // as a line
	sub     string            // as a subcommand
	options map[string]string // with these options
}

// calls contains the names of a platform's methods.
type calls struct {
	remind []string // for a direct message
	group  []string // for a group with a card in it
	change []string // after a change of the risk
	search string   // for finding a message again
}

// serving is an emulator that can be started.
type serving interface {
	Start(addr string) (string, error)
	Close() error
}

// begin starts an emulator until the test ends, and returns its URL.
func begin(t testing.TB, w serving, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	url, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return url
}

// direct returns the bot's direct messages to a person.
func (p *platform) direct(who string) []stage.Post {
	return p.posts(func(r stage.Room) bool { return r.Kind == stage.DirectRoom && slices.Contains(r.Members, p.ids[who]) })
}

// groups returns the groups.
func (p *platform) groups() []stage.Room {
	return slices.DeleteFunc(p.view().Rooms, func(r stage.Room) bool { return r.Kind != stage.PrivateRoom })
}

// in returns the messages in a room that everybody sees.
func (p *platform) in(room stage.Room) []stage.Post {
	return p.posts(func(r stage.Room) bool { return r.ID == room.ID })
}

func (p *platform) posts(where func(stage.Room) bool) []stage.Post {
	v := p.view()
	return slices.DeleteFunc(v.Posts, func(m stage.Post) bool {
		r, ok := v.Room(m.Room)
		return !ok || !where(r) || m.Only != "" || m.Notice
	})
}

// plainly returns a state with all its texts passed through f.
func plainly[S any](t testing.TB, s S, f func(string) string) S {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out S
	if err := json.Unmarshal([]byte(f(string(raw))), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
