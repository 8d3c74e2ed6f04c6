package stage

import (
	"context"
	"slices"
	"sync"
	"time"
)

// EventKind is a kind of event.
type EventKind string

// The kinds of event.
const (
	PostAdded    EventKind = "post_added"
	PostEdited   EventKind = "post_edited"
	PostDeleted  EventKind = "post_deleted"
	PostPinned   EventKind = "post_pinned"
	PostUnpinned EventKind = "post_unpinned"
	RoomCreated  EventKind = "room_created"
	RoomChanged  EventKind = "room_changed" // name, topic or purpose
	RoomArchived EventKind = "room_archived"
	RoomRestored EventKind = "room_restored"
	RoomDeleted  EventKind = "room_deleted"
	MemberJoined EventKind = "member_joined"
	MemberLeft   EventKind = "member_left"
	HomeChanged  EventKind = "home_changed"  // of a HomeRoom
	BadgeChanged EventKind = "badge_changed" // added, edited or removed
	WindowOpened EventKind = "window_opened" // Actor sees a new dialog, or new content in it
	WindowClosed EventKind = "window_closed"
	CommandSent  EventKind = "command_sent" // Actor typed a slash command; Text is the command line
	ActionSent   EventKind = "action_sent"  // Actor pressed a button or chose something; Text is its label
)

// Event is something that people see happen.
type Event struct {
	Seq    int       // from 1, without gaps
	At     time.Time // on the stand-in's clock
	Kind   EventKind //
	Actor  string    // who did it, a person's ID
	Room   Room      // as it is after the event; zero if the event is in no room
	Post   Post      // likewise
	Person string    // who joined or left, a person's ID
	Text   string    // depends on the kind
}

// Feed is the list of all events of a stand-in. Publishing never waits for a reader,
// and no reader loses an event: each reads the list at its own pace. The zero value is
// ready to use. It is safe for concurrent use.
type Feed struct {
	mu     sync.Mutex
	events []Event
	more   chan struct{} // closed and replaced with each event
}

// Publish appends e and sets its Seq.
func (f *Feed) Publish(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Seq = len(f.events) + 1
	f.events = append(f.events, e)
	if f.more != nil {
		close(f.more)
		f.more = nil
	}
}

// Seq returns the number of the last event; 0 before the first.
func (f *Feed) Seq() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events)
}

// Since returns the events after the one numbered seq.
func (f *Feed) Since(seq int) []Event {
	events, _ := f.since(seq)
	return slices.Clone(events)
}

func (f *Feed) since(seq int) ([]Event, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.more == nil {
		f.more = make(chan struct{})
	}
	return f.events[min(max(seq, 0), len(f.events)):len(f.events):len(f.events)], f.more
}

// Subscribe returns a reader that begins after the event numbered seq: Seq() for
// future events, 0 for all, a View's Seq for the changes since that view.
func (f *Feed) Subscribe(seq int) *Reader { return &Reader{feed: f, seq: seq} }

// Reader reads a Feed. It is for one goroutine.
type Reader struct {
	feed *Feed
	seq  int
}

// Next waits for the next event. It fails only with the error of ctx.
func (r *Reader) Next(ctx context.Context) (Event, error) {
	for {
		events, more := r.feed.since(r.seq)
		if len(events) > 0 {
			r.seq = events[0].Seq
			return events[0], nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}
