package browser

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// doing is a request of the page. Each route reads its own fields.
type doing struct {
	Place string `json:"place"`
	As    string `json:"as"`
	Lang  string `json:"lang"`

	Room   string              `json:"room"`
	Post   string              `json:"post"`
	Window string              `json:"window"`
	Text   string              `json:"text"`   // say, suggest, join
	Action string              `json:"action"` // press, shortcut
	Input  string              `json:"input"`  // choose
	Values []string            `json:"values"`
	Fields map[string][]string `json:"fields"` // submit
	At     time.Time           `json:"at"`     // read
	Move   Move                `json:"move"`   // clock
	ID     string              `json:"id"`     // trouble
	Act    stage.RoomAct       `json:"act"`    // manage
}

// done is the result.
type done struct {
	Problems map[string]string `json:"problems,omitempty"` // by input
	Error    string            `json:"error,omitempty"`    // worded for the person
	Hints    []stage.Hint      `json:"hints,omitempty"`    // of suggest
	Person   string            `json:"person,omitempty"`   // of join: their ID
	Value    string            `json:"value,omitempty"`    // of upload: what the input holds
}

// largest is the size of a request in bytes.
const largest = 256 << 10

// act returns the handler that calls f.
func act(s *Stage, f func(context.Context, Place, doing) (done, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind != "application/json" {
			http.Error(w, "JSON is expected", http.StatusUnsupportedMediaType)
			return
		}
		var d doing
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largest)).Decode(&d); err != nil {
			http.Error(w, "the JSON cannot be read", http.StatusBadRequest)
			return
		}
		out, err := f(r.Context(), s.place(d.Place), d)
		if err != nil {
			out.Error = s.worded(d, err)
		}
		writeJSON(w, out)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the browser is gone
}

// worded words an error for the person who acted.
func (s *Stage) worded(d doing, err error) string {
	id := "error.refused"
	switch {
	case errors.Is(err, stage.ErrSilent):
		id = "error.silent"
	case errors.Is(err, stage.ErrBroken):
		id = "error.broken"
	case errors.Is(err, stage.ErrReadOnly):
		id = "error.read_only"
	case errors.Is(err, stage.ErrMistyped):
		id = "error.mistyped"
	case errors.Is(err, stage.ErrTaken):
		id = "error.taken"
	case errors.Is(err, stage.ErrTooLarge):
		id = "error.too_large"
	}
	return s.cfg.Text(s.lang(d.Lang), id, nil)
}

// say writes a message or types a slash command.
func (s *Stage) say(ctx context.Context, p Place, d doing) (done, error) {
	text := strings.TrimSpace(d.Text)
	switch {
	case text == "":
		return done{}, nil
	case strings.HasPrefix(text, "/"):
		return done{}, p.Acts.Command(ctx, d.As, d.Room, text)
	}
	return done{}, p.Acts.Say(ctx, d.As, d.Room, text)
}

// suggest completes a command.
func (s *Stage) suggest(ctx context.Context, p Place, d doing) (done, error) {
	if asks, ok := p.Acts.(stage.Suggester); ok {
		return done{Hints: asks.Suggest(ctx, d.As, d.Room, d.Text)}, nil
	}
	var out done
	for _, h := range p.Hints(s.lang(d.Lang)) {
		if strings.HasPrefix(h.Line, strings.TrimRight(d.Text, " ")) || strings.HasPrefix(d.Text, h.Line) {
			out.Hints = append(out.Hints, h)
		}
	}
	return out, nil
}

func (s *Stage) press(ctx context.Context, p Place, d doing) (done, error) {
	return done{}, p.Acts.Press(ctx, d.As, d.Room, d.Post, d.Action)
}

func (s *Stage) visit(ctx context.Context, p Place, d doing) (done, error) {
	return done{}, p.Acts.Visit(ctx, d.As, d.Room)
}

func (s *Stage) shortcut(ctx context.Context, p Place, d doing) (done, error) {
	return done{}, p.Acts.Shortcut(ctx, d.As, d.Room, d.Post, d.Action)
}

func (s *Stage) choose(ctx context.Context, p Place, d doing) (done, error) {
	return done{}, p.Acts.Choose(ctx, d.As, d.Window, d.Input, d.Values...)
}

func (s *Stage) submit(ctx context.Context, p Place, d doing) (done, error) {
	problems, err := p.Acts.Submit(ctx, d.As, d.Window, d.Fields)
	s.changed.send() // problems alone are not in the feed
	return done{Problems: problems}, err
}

func (s *Stage) close(ctx context.Context, p Place, d doing) (done, error) {
	return done{}, p.Acts.Close(ctx, d.As, d.Window)
}

// manage does something to a room by hand.
func (s *Stage) manage(ctx context.Context, p Place, d doing) (done, error) {
	return done{}, p.Acts.ByHand(ctx, d.As, d.Room, d.Act)
}

// maxName is the length of a new person's name in characters.
const maxName = 32

// join has somebody new join. Commands name people in one word, so blanks become hyphens.
func (s *Stage) join(ctx context.Context, p Place, d doing) (done, error) {
	name := strings.Join(strings.Fields(strings.TrimLeft(d.Text, "@ ")), "-")
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName {
		return done{}, errors.New("browser: a name has 1 to 32 characters")
	}
	id, err := p.Acts.Join(ctx, name)
	return done{Person: id}, err
}

func (s *Stage) markRead(_ context.Context, p Place, d doing) (done, error) {
	s.read.set(p.Name, d.As, d.Room, d.At)
	s.changed.send()
	return done{}, nil
}

func (s *Stage) moveClock(_ context.Context, _ Place, d doing) (done, error) {
	s.cfg.Driver.Move(d.Move)
	return done{}, nil
}

func (s *Stage) trouble(_ context.Context, _ Place, d doing) (done, error) {
	s.cfg.Driver.Trouble(d.ID)
	return done{}, nil
}
