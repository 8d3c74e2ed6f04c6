package browser

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/stage"
)

// town is a stand-in with two people, a bot and three rooms.
type town struct {
	mu   sync.Mutex
	view stage.View
	feed stage.Feed
	did  []string // what people did, a line each
	err  error    // what comes of the next act
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newTown() *town {
	return &town{view: stage.View{
		People: []stage.Person{{ID: "B", Name: "bot", Bot: true}, {ID: "L", Name: "lin"}, {ID: "M", Name: "mei"}},
		Rooms: []stage.Room{
			{ID: "C1", Name: "general", Kind: stage.PublicRoom, Members: []string{"B", "L", "M"}},
			{ID: "G1", Name: "secret", Kind: stage.PrivateRoom, Members: []string{"B", "M"}},
			{ID: "D1", Name: "lin", Kind: stage.DirectRoom, Members: []string{"B", "L"}},
		},
	}}
}

func (w *town) View() stage.View {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := w.view
	v.Posts = append([]stage.Post(nil), w.view.Posts...)
	return v
}

func (w *town) Feed() *stage.Feed { return &w.feed }

// post has somebody write.
func (w *town) post(p stage.Post) {
	w.mu.Lock()
	w.view.Posts = append(w.view.Posts, p)
	w.mu.Unlock()
	w.feed.Publish(stage.Event{Kind: stage.PostAdded})
}

func (w *town) note(words ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, strings.Join(words, " "))
	return w.err
}

func (w *town) Say(_ context.Context, who, room, text string) error {
	return w.note("say", who, room, text)
}

func (w *town) Command(_ context.Context, who, room, line string) error {
	return w.note("command", who, room, line)
}

func (w *town) Press(_ context.Context, who, room, post, action string) error {
	return w.note("press", who, room, post, action)
}

func (w *town) Visit(_ context.Context, who, room string) error {
	return w.note("visit", who, room)
}

func (w *town) Shortcut(_ context.Context, who, room, post, entry string) error {
	return w.note("shortcut", who, room, post, entry)
}

func (w *town) Choose(_ context.Context, who, window, input string, values ...string) error {
	return w.note(append([]string{"choose", who, window, input}, values...)...)
}

func (w *town) Submit(_ context.Context, who, window string, _ map[string][]string) (map[string]string, error) {
	return map[string]string{"title": "too short"}, w.note("submit", who, window)
}

func (w *town) Close(_ context.Context, who, window string) error {
	return w.note("close", who, window)
}

func (w *town) Upload(_ context.Context, who, window, input, name string, content []byte) (string, error) {
	return "F1", w.note("upload", who, window, input, name, string(content))
}

func (w *town) Download(_ context.Context, who, room, post, file string) ([]byte, error) {
	if who == "M" {
		return nil, errors.New("not seen")
	}
	return []byte("content of " + file), w.note("download", who, room, post, file)
}

func (w *town) Offers(who, room string) []stage.RoomAct {
	if who == "M" && room == "G1" {
		return []stage.RoomAct{{Do: stage.ArchiveRoom}}
	}
	return nil
}

func (w *town) ByHand(_ context.Context, who, room string, act stage.RoomAct) error {
	return w.note("by hand", who, room, string(act.Do), act.To)
}

func (w *town) Join(_ context.Context, name string) (string, error) {
	return "U9", w.note("join", name)
}

// driver is a clock that stands still.
type driver struct{ did []string }

func (d *driver) Behind(context.Context, string) (Behind, error) {
	return Behind{Now: noon, Trail: []Entry{}}, nil
}
func (d *driver) Changed() <-chan struct{} { return nil }
func (d *driver) Move(to Move)             { d.did = append(d.did, "move "+string(to)) }
func (d *driver) Trouble(id string)        { d.did = append(d.did, "trouble "+id) }

// put serves a page for w.
func put(t *testing.T, w *town, d Driver) *httptest.Server {
	t.Helper()
	s, err := New(t.Context(), Config{
		Places: []Place{{
			Name: "home", Platform: w, Acts: w, First: "M",
			Hints: func(lang string) []stage.Hint {
				return []stage.Hint{{Line: "/bot new ", Help: lang}, {Line: "/bot list"}}
			},
			Notes: func(lang string) map[string]string { return map[string]string{"L": "helps in " + lang} },
		}},
		Driver: d, Lang: "en", Zone: "UTC", Languages: []Language{{"en", "English"}, {"zh-CN", "中文"}},
		Text: func(lang, id string, args map[string]any) string {
			out := lang + " " + id
			for name, v := range args {
				out += " " + name + "=" + v.(string)
			}
			return out
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server
}

// ask makes a request and returns the answer.
func ask(t *testing.T, method, url, body string, change ...func(*http.Request)) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}
