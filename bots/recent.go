package bots

import (
	"sync"
	"time"
)

// Recent remembers a limited number of keys for a while, such as used signatures and
// delivered events. It is safe for concurrent use.
type Recent struct {
	keep time.Duration
	max  int
	now  func() time.Time

	mu    sync.Mutex
	at    map[string]time.Time
	order []string // oldest first
}

// NewRecent returns a Recent that keeps each key for keep, and at most max keys. When it
// is full, it drops the oldest.
func NewRecent(keep time.Duration, max int, now func() time.Time) *Recent {
	return &Recent{keep: keep, max: max, now: now, at: make(map[string]time.Time)}
}

// Add remembers key, and reports whether it is new.
func (r *Recent) Add(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for len(r.order) > 0 && now.Sub(r.at[r.order[0]]) > r.keep {
		r.forgetOldest()
	}
	if _, known := r.at[key]; known {
		return false
	}
	if len(r.order) >= r.max {
		r.forgetOldest()
	}
	r.at[key] = now
	r.order = append(r.order, key)
	return true
}

func (r *Recent) forgetOldest() {
	delete(r.at, r.order[0])
	r.order = r.order[1:]
}

// Has reports whether key is remembered.
func (r *Recent) Has(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, known := r.at[key]
	return known && r.now().Sub(at) <= r.keep
}
