// Package browser shows stand-ins in a browser: a small chat client in which one
// acts as anybody, with the clock and what happens behind the stage beside it.
//
// It knows no platform: it shows a stage.View and acts through stage.Acts. The
// page is files by hand, embedded; what it shows comes over one stream of
// server-sent events, whole each time, and what people do goes out in POSTs.
//
// It is for this machine only: guard.go refuses every other.
package browser

import (
	"context"
	"crypto/rand"
	"embed"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"riskroom/adapters/stage"
)

// Place is one stand-in.
type Place struct {
	Name     string
	Platform stage.Platform
	Acts     stage.Acts
	First    string // the ID of the person whom one acts as at first
	// Hints are the slash commands that there are, where Acts is no
	// stage.Suggester.
	Hints func(lang string) []stage.Hint
	Notes func(lang string) map[string]string // what people have to do with it all, by their ID
}

// Config is what a Stage is made of. All members are needed.
type Config struct {
	Places    []Place // the first is where one begins
	Driver    Driver
	Languages []Language
	Lang      string // shown where neither page nor browser asks for one of Languages
	Zone      string // the IANA name of the zone that moments are shown in
	// Text words a message of the page, "browser." left off, in a language.
	Text func(lang, id string, args map[string]any) string
}

// Language is one that the page can be read in.
type Language struct {
	Tag  string `json:"tag"`
	Name string `json:"name"` // in itself
}

// Stage serves the page.
type Stage struct {
	cfg     Config
	life    context.Context
	run     string // tells this program from one that listens here another time
	changed signal
	read    marks
	static  http.Handler
}

//go:embed static
var files embed.FS

// New returns a Stage. It follows its places until ctx ends; so do the streams
// to browsers.
func New(ctx context.Context, cfg Config) (*Stage, error) {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	s := &Stage{cfg: cfg, life: ctx, run: rand.Text(), static: http.FileServerFS(static)}
	for _, p := range cfg.Places {
		go s.follow(p.Platform.Feed())
	}
	go s.followDriver()
	return s, nil
}

func (s *Stage) follow(feed *stage.Feed) {
	r := feed.Subscribe(feed.Seq())
	for {
		if _, err := r.Next(s.life); err != nil {
			return
		}
		s.changed.send()
	}
}

func (s *Stage) followDriver() {
	for {
		select {
		case <-s.cfg.Driver.Changed():
			s.changed.send()
		case <-s.life.Done():
			return
		}
	}
}

// Handler returns the page and what it asks for.
func (s *Stage) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.static.ServeHTTP(w, r) })
	mux.Handle("GET /static/", http.StripPrefix("/static", s.static))
	mux.HandleFunc("GET /words", s.words)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /say", act(s, s.say))
	mux.HandleFunc("POST /suggest", act(s, s.suggest))
	mux.HandleFunc("POST /press", act(s, s.press))
	mux.HandleFunc("POST /choose", act(s, s.choose))
	mux.HandleFunc("POST /submit", act(s, s.submit))
	mux.HandleFunc("POST /close", act(s, s.close))
	mux.HandleFunc("POST /read", act(s, s.markRead))
	mux.HandleFunc("POST /clock", act(s, s.moveClock))
	mux.HandleFunc("POST /trouble", act(s, s.trouble))
	return guard(mux)
}

// place returns the stand-in of that name, the first one for any other.
func (s *Stage) place(name string) Place {
	for _, p := range s.cfg.Places {
		if p.Name == name {
			return p
		}
	}
	return s.cfg.Places[0]
}

// lang returns the language that suits a page that asks for one.
func (s *Stage) lang(asked string) string {
	for _, l := range s.cfg.Languages {
		if l.Tag == asked {
			return asked
		}
	}
	return s.cfg.Lang
}

// signal wakes everybody who waits for it.
type signal struct {
	mu   sync.Mutex
	wait chan struct{}
}

func (s *signal) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wait != nil {
		close(s.wait)
		s.wait = nil
	}
}

// next returns a channel that is closed with the next send.
func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wait == nil {
		s.wait = make(chan struct{})
	}
	return s.wait
}

// marks remembers up to where people have read: by place, person and room.
type marks struct {
	mu sync.Mutex
	at map[[3]string]time.Time
}

func (m *marks) set(place, person, room string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		m.at = make(map[[3]string]time.Time)
	}
	if key := [3]string{place, person, room}; at.After(m.at[key]) {
		m.at[key] = at
	}
}

func (m *marks) get(place, person, room string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[[3]string{place, person, room}]
}
