package upgrade_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// request is a request that changed something on a platform.
type request struct {
	At     time.Time `json:"at"`
	Where  string    `json:"workspace"`
	Method string    `json:"method"`
	Path   string    `json:"path"` // with the query
	Type   string    `json:"type,omitempty"`
	Body   string    `json:"body,omitempty"`
	Answer any       `json:"answer,omitempty"` // only what names something
}

// fate is what a line does with a request.
type fate int

const (
	passes   fate = iota
	answered      // it has its effect, and the answer never comes
	unsent        // it never arrives, and no answer comes
	refused       // it never arrives: HTTP 503
)

// line is the network between the program and one workspace. It records every
// change, and cuts the calls that decide says.
type line struct {
	name, url, to, auth string
	clock               *clock
	freed               chan struct{} // closed once cut calls may end

	mu      sync.Mutex // held during a request, so that the order is certain
	changes []request
	decide  func(method, path, body string) fate
	cut     int // calls without an answer
}

func newLine(t *testing.T, name string, c *clock, to, auth string) *line {
	l := &line{name: name, to: to, auth: auth, clock: c, freed: make(chan struct{})}
	s := httptest.NewServer(l)
	l.url = s.URL
	t.Cleanup(s.Close)
	return l
}

// ServeHTTP implements http.Handler.
func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	status, answer, what := l.take(r, string(body))
	switch what {
	case answered, unsent:
		select {
		case <-l.freed:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case refused:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case passes:
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// take passes a request on unless it is cut.
func (l *line) take(r *http.Request, body string) (status int, answer []byte, what fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.decide != nil {
		what = l.decide(r.Method, r.URL.Path, words(body))
	}
	if what == answered || what == unsent {
		l.cut++
	}
	if what == unsent || what == refused {
		return 0, nil, what
	}
	q := request{At: l.clock.Now(), Where: l.name, Method: r.Method, Path: r.URL.RequestURI(), Type: r.Header.Get("Content-Type"), Body: body}
	status, answer, err := l.send(q, r.Header)
	if err != nil {
		return http.StatusBadGateway, nil, passes
	}
	if status < 300 && q.changes() && !bytes.Contains(answer, []byte(`"ok":false`)) {
		q.Answer = identifying(answer)
		l.changes = append(l.changes, q)
	}
	return status, answer, what
}

// send sends a request to the emulator.
func (l *line) send(q request, header http.Header) (int, []byte, error) {
	r, err := http.NewRequest(q.Method, l.to+q.Path, strings.NewReader(q.Body))
	if err != nil {
		return 0, nil, err
	}
	if header != nil {
		r.Header = header.Clone()
	} else {
		r.Header.Set("Authorization", l.auth)
		r.Header.Set("User-Agent", "DiscordBot (https://example.com, 1)")
	}
	r.Header.Del("Accept-Encoding")
	if q.Type != "" {
		r.Header.Set("Content-Type", q.Type)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// identifying returns the IDs in an answer, from which a replay learns the new ones.
func identifying(answer []byte) any {
	var v any
	if json.Unmarshal(answer, &v) != nil {
		return nil // Discord answers some changes with nothing
	}
	return pruned(v)
}

// pruned returns v without texts that aren't IDs.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if s, ok := x.(string); ok && identifies(k) {
				out[k] = s
			} else if x := pruned(x); x != nil {
				out[k] = x
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		// Keep all items of a list, because their position matters.
		for _, x := range v {
			if _, ok := x.(map[string]any); !ok {
				return nil
			}
		}
		var out []any
		for _, x := range v {
			out = append(out, pruned(x))
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return nil
}

// identifies reports whether a key in an answer is for an ID from the emulator.
func identifies(key string) bool {
	return slices.Contains([]string{"id", "ts", "channel", "channel_id"}, key)
}

var slackChange = regexp.MustCompile(`/(chat\.|pins\.(add|remove)|bookmarks\.(add|edit|remove)|conversations\.(create|invite|kick|open|set|rename|archive|unarchive|join|leave))`)

// changes reports whether the request may change what people see.
func (q request) changes() bool {
	if strings.HasPrefix(q.Path, "/api/v10/") {
		return q.Method != http.MethodGet && !strings.Contains(q.Path, "/applications/")
	}
	return slackChange.MatchString(q.Path)
}

var noWord = regexp.MustCompile(`[^a-z0-9]+`)

// words normalises a text, so that a title is found in JSON, in a form and in a channel's
// name.
func words(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	return noWord.ReplaceAllString(strings.ToLower(text), "-")
}
