package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// state is everything that the page shows to one person.
type state struct {
	Run    string         `json:"run"`
	As     string         `json:"as"`
	Place  string         `json:"place"`
	Places []string       `json:"places"`
	View   stage.View     `json:"view"`
	Unread map[string]int `json:"unread"` // the number of unread posts, by room
	Others map[string]int `json:"others"` // the same for everybody, by person
	// Can is what the person can do by hand, by room.
	Can    map[string][]stage.RoomAct `json:"can"`
	Behind Behind                     `json:"behind"`
}

// stateFor returns what the page shows to a person. Without a valid person, it is the
// place's First.
func (s *Stage) stateFor(ctx context.Context, p Place, as, lang string) (state, error) {
	view := p.Platform.View()
	if who, ok := view.Person(as); !ok || who.Bot {
		as = p.First
	}
	behind, err := s.cfg.Driver.Behind(ctx, lang)
	if err != nil {
		return state{}, err
	}
	out := state{Run: s.run, As: as, Place: p.Name, View: view.For(as), Unread: map[string]int{}, Others: map[string]int{}, Can: map[string][]stage.RoomAct{}, Behind: behind}
	for _, r := range out.View.Rooms {
		if acts := p.Acts.Offers(as, r.ID); len(acts) > 0 {
			out.Can[r.ID] = acts
		}
	}
	for _, other := range s.cfg.Places {
		out.Places = append(out.Places, other.Name)
	}
	for _, who := range view.People {
		if who.Bot || who.Deactivated {
			continue
		}
		unread := s.unread(p.Name, who.ID, view)
		for room, n := range unread {
			out.Others[who.ID] += n
			if who.ID == as {
				out.Unread[room] = n
			}
		}
	}
	return out, nil
}

// unread counts a person's unread posts, by room.
func (s *Stage) unread(place, person string, view stage.View) map[string]int {
	out := map[string]int{}
	mine := map[string]time.Time{}
	for _, r := range view.Rooms {
		if slices.Contains(r.Members, person) && r.Kind != stage.HomeRoom {
			mine[r.ID] = s.read.get(place, person, r.ID)
		}
	}
	for _, p := range view.Posts {
		since, in := mine[p.Room]
		if in && !p.Notice && p.Author != person && (p.Only == "" || p.Only == person) && p.At.After(since) {
			out[p.Room]++
		}
	}
	return out
}

// gather is the time in which events are combined.
const gather = 25 * time.Millisecond

// events streams the state whenever it changes.
func (s *Stage) events(w http.ResponseWriter, r *http.Request) {
	p, lang := s.place(r.FormValue("place")), s.lang(r.FormValue("lang"))
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	// The browser reconnects after a second.
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	var last []byte
	for {
		changed := s.changed.next()
		now, err := s.stateFor(r.Context(), p, r.FormValue("as"), lang)
		if err != nil {
			return // the browser reconnects
		}
		// The clock alone is no change.
		moment := now.Behind.Now
		now.Behind.Now = time.Time{}
		b, err := json.Marshal(now)
		if err != nil {
			return
		}
		if !bytes.Equal(b, last) {
			last = b
			now.Behind.Now = moment
			if b, err = json.Marshal(now); err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", b); err != nil {
				return
			}
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-changed:
			select {
			case <-time.After(gather):
			case <-r.Context().Done():
			}
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": still there\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-s.life.Done():
			return
		}
	}
}
