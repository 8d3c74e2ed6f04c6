package flowtest

import (
	"time"
)

// minute is how exact expected times are.
const minute = time.Minute

// matcher assigns events to expectations. Entries are met in their order: each by events in
// the same minute as the one before, or later. Within a minute the order doesn't matter,
// because flows act side by side. Nor does it among the expectations of one entry.
type matcher struct {
	events []Event   // by time
	spans  []*window // of each expectation; those of one entry share it
	fits   [][]int   // the events that can meet each expectation, in a window without an end
	met    []int     // the event of each expectation, -1 if there is none
	taken  []int     // the expectation of each event, -1 if there is none
}

// window holds the minutes in which what meets an entry happens.
type window struct{ from, to time.Time }

// match returns for each expectation the index of the event that meets it, -1 if none does.
// Of several ways to meet an entry, the earliest is chosen, which leaves the most to those after.
func match(want []Expectation, events []Event, start time.Time) []int {
	m := matcher{events: events, taken: make([]int, len(events))}
	for i := range m.taken {
		m.taken[i] = -1
	}
	at := start.Truncate(minute)
	span := &window{at, at}
	for w, x := range want {
		if w > 0 && !x.sameEntry(want[w-1]) {
			span = &window{span.to, span.to}
		}
		m.met, m.spans, m.fits = append(m.met, -1), append(m.spans, span), append(m.fits, m.fitting(x, span.from))
		before := span.to
		for _, span.to = range m.minutes(before) {
			if m.assign(w, map[int]bool{}) {
				break
			}
		}
		if m.met[w] < 0 {
			span.to = before
		}
	}
	return m.met
}

// fitting returns the events that meet an expectation, from a minute on.
func (m *matcher) fitting(x Expectation, from time.Time) (fits []int) {
	for e, event := range m.events {
		if t := event.At.Truncate(minute); !t.Before(from) && x.allows(t, from) && x.meets(event) {
			fits = append(fits, e)
		}
	}
	return fits
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

// assign gives an expectation an event of its window. It moves other expectations to other
// events of theirs if they leave room for it that way.
func (m *matcher) assign(w int, tried map[int]bool) bool {
	for _, e := range m.fits[w] {
		if tried[e] || m.events[e].At.Truncate(minute).After(m.spans[w].to) {
			continue
		}
		tried[e] = true
		if other := m.taken[e]; other < 0 || m.assign(other, tried) {
			m.met[w], m.taken[e] = e, w
			return true
		}
	}
	return false
}
