package stage

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// World is the state of a stand-in's workspace: people, channels, messages and open
// dialogs. P, C, M and D are what only the platform knows of a person, a channel, a
// message and a dialog.
//
// The stand-in locks the World while it handles a call or an action of a person, and
// guards its own state with the same lock. All methods except View, State and Feed need
// the lock, including those of the World's parts. Methods that change something publish
// it on the Feed.
type World[P, C, M, D any] struct {
	sync.Mutex
	People   People[P]
	Channels Channels[C, M]
	Dialogs  Dialogs[D]

	renderer   Renderer[P, C, M, D]
	now        func() time.Time
	feed       Feed
	ephemerals map[string][]*Message[C, M] // by the person who sees them
	messages   int                         // how many were ever posted
}

// Renderer shows what only the platform knows. Its methods are called with the lock.
type Renderer[P, C, M, D any] interface {
	Person(*P) Person
	// Room sets the fields of a room that World cannot set. It reports whether people
	// can open it: a category is no room.
	Room(*Channel[C, M], *Room) bool
	// Post sets the fields of a post that World cannot set.
	Post(*Message[C, M], *Post)
	// RoomDetails and PostDetails return what only the platform knows of a channel
	// and a message, for State, and the marker by which the app finds the message.
	RoomDetails(*Channel[C, M]) []string
	PostDetails(*Message[C, M]) (op string, details []string)
	Window(*D) Window
}

// NewWorld returns an empty world whose clock is now.
func NewWorld[P, C, M, D any](renderer Renderer[P, C, M, D], now func() time.Time) *World[P, C, M, D] {
	return &World[P, C, M, D]{renderer: renderer, now: now, ephemerals: make(map[string][]*Message[C, M])}
}

// Feed returns the feed of what people see happen.
func (w *World[P, C, M, D]) Feed() *Feed { return &w.feed }

// View returns everything that is visible. It takes the lock.
func (w *World[P, C, M, D]) View(platform, workspace string) View {
	w.Lock()
	defer w.Unlock()
	v := View{Platform: platform, Workspace: workspace, Seq: w.feed.Seq()}
	for _, p := range w.People.All() {
		v.People = append(v.People, w.renderer.Person(p))
	}
	var messages []*Message[C, M]
	for _, c := range w.Channels.All() {
		if r, ok := w.room(c); ok {
			v.Rooms = append(v.Rooms, r)
			messages = append(messages, c.messages...)
		}
	}
	for _, list := range w.ephemerals {
		messages = append(messages, list...)
	}
	slices.SortFunc(messages, func(a, b *Message[C, M]) int { return cmp.Compare(a.seq, b.seq) })
	for _, m := range messages {
		v.Posts = append(v.Posts, w.post(m))
	}
	for _, person := range w.Dialogs.People() {
		v.Windows = append(v.Windows, w.renderer.Window(w.Dialogs.Of(person)))
	}
	return v
}

func (w *World[P, C, M, D]) room(c *Channel[C, M]) (Room, bool) {
	r := Room{ID: c.ID, Name: c.Name, Kind: PublicRoom, Topic: c.Topic, Members: c.Members(), Created: c.Created}
	if c.IsDirect() {
		r.Kind, r.Name = DirectRoom, w.renderer.Person(w.People.ByID(c.With)).Name
	}
	for _, p := range c.pins {
		r.Pinned = append(r.Pinned, p.Message)
	}
	ok := w.renderer.Room(c, &r)
	return r, ok
}

func (w *World[P, C, M, D]) post(m *Message[C, M]) Post {
	p := Post{
		ID: m.ID, Room: m.Channel.ID, Author: m.Author, Only: m.Only, Notice: m.Notice, At: m.At, Edited: !m.Edited.IsZero(),
	}
	w.renderer.Post(m, &p)
	p.Text = PlainText(p.Lines, p.Parts)
	return p
}

// Publish publishes what actor did in c, to m. Both may be nil. For MemberJoined and
// MemberLeft, text is the person's ID.
func (w *World[P, C, M, D]) Publish(kind EventKind, actor string, c *Channel[C, M], m *Message[C, M], text string) {
	e := Event{At: w.now(), Kind: kind, Actor: actor, Text: text}
	if c != nil {
		room, ok := w.room(c)
		if !ok {
			return
		}
		e.Room = room
	}
	if m != nil {
		e.Post = w.post(m)
	}
	if kind == MemberJoined || kind == MemberLeft {
		e.Person, e.Text = text, ""
	}
	w.feed.Publish(e)
}

// Join makes a person a member of c; by is who added them, "" if nobody did.
func (w *World[P, C, M, D]) Join(c *Channel[C, M], person, by string) {
	c.Admit(person)
	w.Publish(MemberJoined, by, c, nil, person)
}

// Leave removes a member from c; by is who removed them, maybe themselves.
func (w *World[P, C, M, D]) Leave(c *Channel[C, M], person, by string) {
	c.Dismiss(person)
	w.Publish(MemberLeft, by, c, nil, person)
}

// RemoveChannel deletes a channel for good.
func (w *World[P, C, M, D]) RemoveChannel(c *Channel[C, M], by string) {
	w.Channels.remove(c)
	w.Publish(RoomDeleted, by, c, nil, "")
}

// Post stores a message in c, or for the one person who sees it. ID, At and Author must
// be set.
func (w *World[P, C, M, D]) Post(c *Channel[C, M], m *Message[C, M]) {
	w.messages++
	m.Channel, m.seq = c, w.messages
	if m.Only == "" {
		c.add(m)
	} else {
		w.ephemerals[m.Only] = append(w.ephemerals[m.Only], m)
	}
	w.Publish(PostAdded, m.Author, c, m, "")
}

// Edit replaces a message's content.
func (w *World[P, C, M, D]) Edit(m *Message[C, M], body M) {
	m.Body, m.Edited = body, w.now()
	w.Publish(PostEdited, m.Author, m.Channel, m, "")
}

// Remove deletes a message and its pin.
func (w *World[P, C, M, D]) Remove(m *Message[C, M], by string) {
	m.Removed = true
	if m.Only != "" {
		w.ephemerals[m.Only] = slices.DeleteFunc(w.ephemerals[m.Only], func(o *Message[C, M]) bool { return o == m })
	} else {
		m.Channel.remove(m)
	}
	w.Publish(PostDeleted, by, m.Channel, m, "")
}

// Ephemerals returns the messages that only this person sees, oldest first. The caller
// must not change the list.
func (w *World[P, C, M, D]) Ephemerals(person string) []*Message[C, M] { return w.ephemerals[person] }

// Seen returns a message in c that the person sees, which may be ephemeral; nil if there
// is none.
func (w *World[P, C, M, D]) Seen(person string, c *Channel[C, M], id string) *Message[C, M] {
	for _, m := range w.ephemerals[person] {
		if m.ID == id && m.Channel == c {
			return m
		}
	}
	return c.Message(id)
}

// Pin pins a message.
func (w *World[P, C, M, D]) Pin(m *Message[C, M], by string) {
	m.Channel.pins = append(m.Channel.pins, Pin{Message: m.ID, By: by, At: w.now()})
	w.Publish(PostPinned, by, m.Channel, m, "")
}

// Unpin unpins a message.
func (w *World[P, C, M, D]) Unpin(m *Message[C, M], by string) {
	m.Channel.pins = slices.DeleteFunc(m.Channel.pins, func(p Pin) bool { return p.Message == m.ID })
	w.Publish(PostUnpinned, by, m.Channel, m, "")
}

// OpenDialog opens a dialog in place of what the person has open.
func (w *World[P, C, M, D]) OpenDialog(person, title string, body *D) {
	w.CloseDialog(person)
	if w.Dialogs.byPerson == nil {
		w.Dialogs.byPerson = make(map[string]*dialog[D])
	}
	w.Dialogs.byPerson[person] = &dialog[D]{title, body}
	w.Publish(WindowOpened, person, nil, nil, title)
}

// UpdateDialog publishes that the person's dialog has new content.
func (w *World[P, C, M, D]) UpdateDialog(person, title string) {
	w.Dialogs.byPerson[person].title = title
	w.Publish(WindowOpened, person, nil, nil, title)
}

// CloseDialog closes what the person has open, if anything.
func (w *World[P, C, M, D]) CloseDialog(person string) {
	if d := w.Dialogs.byPerson[person]; d != nil {
		delete(w.Dialogs.byPerson, person)
		w.Publish(WindowClosed, person, nil, nil, d.title)
	}
}
