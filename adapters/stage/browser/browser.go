// Package browser shows stand-ins in a browser: a small chat client in which the
// visitor acts as anybody, next to the clock and to what the engine does.
//
// It knows no platform: it shows a stage.View and acts through stage.Acts. The page
// consists of embedded files. It receives the whole state with each server-sent event,
// and sends actions as POSTs.
//
// It serves this machine only, see guard.go.
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
	First    string                              // the ID of the person whom the visitor plays at first
	Hints    func(lang string) []stage.Hint      // the slash commands, if Acts is no stage.Suggester
	Notes    func(lang string) map[string]string // people's parts in the story, by ID
}

// Config describes a Stage. All fields are required.
type Config struct {
	Places    []Place // the first is shown first
	Driver    Driver
	Languages []Language
	Lang      string // used if neither page nor browser asks for one of Languages
	Zone      string // the IANA name of the zone in which moments are shown
	// Text returns a wording of the page, whose ID is without "browser.".
	Text func(lang, id string, args map[string]any) string
}

// Language is a language of the page.
type Language struct {
	Tag  string `json:"tag"`
	Name string `json:"name"` // in itself
}

// Stage serves the page.
type Stage struct {
	cfg     Config
	life    context.Context
	run     string // identifies this process
	changed signal
	read    marks
	static  http.Handler
}

//go:embed static
var files embed.FS

// New returns a Stage that works until ctx ends.
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

// Handler serves the page and its requests.
func (s *Stage) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.static.ServeHTTP(w, r) })
	mux.Handle("GET /static/", http.StripPrefix("/static", s.static))
	mux.HandleFunc("GET /words", s.words)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /say", act(s, s.say))
	mux.HandleFunc("POST /suggest", act(s, s.suggest))
	mux.HandleFunc("POST /press", act(s, s.press))
	mux.HandleFunc("POST /visit", act(s, s.visit))
	mux.HandleFunc("POST /shortcut", act(s, s.shortcut))
	mux.HandleFunc("POST /choose", act(s, s.choose))
	mux.HandleFunc("POST /submit", act(s, s.submit))
	mux.HandleFunc("POST /upload", s.upload)
	mux.HandleFunc("GET /file", s.file)
	mux.HandleFunc("POST /manage", act(s, s.manage))
	mux.HandleFunc("POST /join", act(s, s.join))
	mux.HandleFunc("POST /close", act(s, s.close))
	mux.HandleFunc("POST /read", act(s, s.markRead))
	mux.HandleFunc("POST /clock", act(s, s.moveClock))
	mux.HandleFunc("POST /trouble", act(s, s.trouble))
	return guard(mux)
}

// place returns the stand-in with the name, or the first one.
func (s *Stage) place(name string) Place {
	for _, p := range s.cfg.Places {
		if p.Name == name {
			return p
		}
	}
	return s.cfg.Places[0]
}

// lang returns the language for a page.
func (s *Stage) lang(asked string) string {
	for _, l := range s.cfg.Languages {
		if l.Tag == asked {
			return asked
		}
	}
	return s.cfg.Lang
}

// signal wakes all goroutines that wait for it.
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

// marks remembers how far people have read, by place, person and room.
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
