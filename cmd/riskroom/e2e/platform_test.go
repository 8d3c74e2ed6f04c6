package e2e_test

import (
	"encoding/json"
	"slices"
	"testing"

	"riskroom/adapters/stage"
)

// platform is a stand-in with ana, lin and wei in it, as the stories use it.
// What differs between platforms stands in slack_test.go and discord_test.go.
type platform struct {
	name    string            // of the workspace, in the config file
	entry   string            // what stands behind it there
	env     []string          // what that takes from the environment
	ids     map[string]string // of the people, by name
	people  map[string]string // what the config file says of their accounts, by name
	calls   calls
	log     *stage.Log
	faults  *stage.Faults
	view    func() stage.View
	connect func(public string)                                 // to a serve that has started
	gives   func(id string, o order) (string, error)            // a command; what is read at once
	heard   func(id string) []string                            // what somebody alone has read
	state   func(t testing.TB, plainly func(string) string) any // in the end, with all its text as plainly returns it
}

// order is a command as it is given on each platform.
type order struct {
	line    string            // where it is a line
	sub     string            // where it has subcommands
	options map[string]string // and options
}

// calls is what a platform calls what an action does.
type calls struct {
	remind []string // a direct message
	group  []string // a group with a card in it
	change []string // what follows a change of the risk
	search string   // that finds a message again
}

// serving is a stand-in that can be started.
type serving interface {
	Start(addr string) (string, error)
	Close() error
}

// begin has a stand-in listen until the test ends, and returns its URL.
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

// direct returns what the bot has written to somebody.
func (p *platform) direct(who string) []stage.Post {
	return p.posts(func(r stage.Room) bool { return r.Kind == stage.DirectRoom && slices.Contains(r.Members, p.ids[who]) })
}

// groups returns the groups that were made.
func (p *platform) groups() []stage.Room {
	return slices.DeleteFunc(p.view().Rooms, func(r stage.Room) bool { return r.Kind != stage.PrivateRoom })
}

// in returns what is written in a room for everybody there.
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

// plainly returns a state with all its text as f returns it.
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
