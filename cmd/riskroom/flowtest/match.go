package flowtest

import (
	"time"
)

// minute is how exact expected times are.
const minute = time.Minute

// matcher assigns events to expectations. Expectations are met in their order: each by an
// event in the same minute as the one before, or later. Within a minute the order doesn't
// matter, because flows act side by side.
type matcher struct {
	want   []Expectation
	events []Event // by time
	met    []int   // the event of each expectation, -1 if there is none
	taken  []int   // the expectation of each event, -1 if there is none
}

// match returns for each expectation the index of the event that meets it, -1 if none does.
// Of several ways to meet one, the earliest is chosen, which leaves the most to those after.
func match(want []Expectation, events []Event, start time.Time) []int {
	m := matcher{want: want, events: events, met: make([]int, len(want)), taken: make([]int, len(events))}
	for i := range m.taken {
		m.taken[i] = -1
	}
	at := start.Truncate(minute)
	for w := range want {
		m.met[w] = -1
		for _, t := range m.minutes(at) {
			if !want[w].allows(t, at) {
				continue
			}
			if m.assign(w, t, map[int]bool{}) {
				at = t
				break
			}
		}
	}
	return m.met
}

// minutes returns the minutes in which something happened, from one on.
func (m *matcher) minutes(from time.Time) []time.Time {
	var out []time.Time
	for _, e := range m.events {
		if t := e.At.Truncate(minute); !t.Before(from) && (len(out) == 0 || !out[len(out)-1].Equal(t)) {
			out = append(out, t)
		}
	}
	return out
}

// assign gives an expectation an event of a minute. It moves other expectations to other
// events of that minute if they leave room for it that way.
func (m *matcher) assign(w int, t time.Time, tried map[int]bool) bool {
	for e, event := range m.events {
		if tried[e] || !event.At.Truncate(minute).Equal(t) || !m.want[w].meets(event) {
			continue
		}
		tried[e] = true
		if other := m.taken[e]; other < 0 || m.assign(other, t, tried) {
			m.met[w], m.taken[e] = e, w
			return true
		}
	}
	return false
}
