package stage

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// World is the state of a stand-in's workspace: who is in it, where they talk,
// what was written, and which dialogs are open. P, C, M and D are what only one
// platform knows of a person, a channel, a message and a dialog.
//
// The stand-in locks the World for as long as it handles one call or one thing
// that a person does, and guards its own state with the same lock. Except for
// View and Feed, whoever uses a World or a part of it holds the lock. Methods of
// World that change something publish it on the Feed.
type World[P, C, M, D any] struct {
	sync.Mutex
	People   People[P]
	Channels Channels[C, M]
	Dialogs  Dialogs[D]

	renderer   Renderer[P, C, M, D]
	now        func() time.Time
	feed       Feed
	ephemerals map[string][]*Message[C, M] // by who sees them
	messages   int                         // how many were ever posted
}

// Renderer shows what only one platform knows. Its methods are called while the
// World is locked.
type Renderer[P, C, M, D any] interface {
	// Person shows a person.
	Person(*P) Person
	// Room completes a room whose shared fields are filled in. It reports
	// whether people can look into it: a category is no room.
	Room(*Channel[C, M], *Room) bool
	// Post completes a post whose shared fields are filled in.
	Post(*Message[C, M], *Post)
	// Window shows a dialog.
	Window(*D) Window
}

// NewWorld returns an empty world whose clock is now.
func NewWorld[P, C, M, D any](renderer Renderer[P, C, M, D], now func() time.Time) *World[P, C, M, D] {
	return &World[P, C, M, D]{renderer: renderer, now: now, ephemerals: make(map[string][]*Message[C, M])}
}

// Feed returns the feed of what people can see happening.
func (w *World[P, C, M, D]) Feed() *Feed { return &w.feed }

// View returns everything that can be seen. It takes the lock.
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

// Publish puts on the feed what actor did in c, to m. Both may be nil. The text
// of MemberJoined and MemberLeft is who joined or left.
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

// Join makes a person a member of c; by is who added them, "" for nobody.
func (w *World[P, C, M, D]) Join(c *Channel[C, M], person, by string) {
	c.Admit(person)
	w.Publish(MemberJoined, by, c, nil, person)
}

// Leave removes a member from c; by is who removed them, themselves included.
func (w *World[P, C, M, D]) Leave(c *Channel[C, M], person, by string) {
	c.Dismiss(person)
	w.Publish(MemberLeft, by, c, nil, person)
}

// RemoveChannel deletes a channel for good.
func (w *World[P, C, M, D]) RemoveChannel(c *Channel[C, M], by string) {
	w.Channels.remove(c)
	w.Publish(RoomDeleted, by, c, nil, "")
}

// Post stores a message in c, or for the one person who sees it. ID, At and
// Author are filled in.
func (w *World[P, C, M, D]) Post(c *Channel[C, M], m *Message[C, M]) {
	w.messages++
	m.Channel, m.seq = c, w.messages
	if m.Only == "" {
		c.messages = append(c.messages, m)
	} else {
		w.ephemerals[m.Only] = append(w.ephemerals[m.Only], m)
	}
	w.Publish(PostAdded, m.Author, c, m, "")
}

// Edit replaces what a message says.
func (w *World[P, C, M, D]) Edit(m *Message[C, M], body M) {
	m.Body, m.Edited = body, w.now()
	w.Publish(PostEdited, m.Author, m.Channel, m, "")
}

// Remove deletes a message, its pin with it.
func (w *World[P, C, M, D]) Remove(m *Message[C, M], by string) {
	m.Removed = true
	same := func(o *Message[C, M]) bool { return o == m }
	if m.Only != "" {
		w.ephemerals[m.Only] = slices.DeleteFunc(w.ephemerals[m.Only], same)
	} else {
		m.Channel.messages = slices.DeleteFunc(m.Channel.messages, same)
		m.Channel.pins = slices.DeleteFunc(m.Channel.pins, func(p Pin) bool { return p.Message == m.ID })
	}
	w.Publish(PostDeleted, by, m.Channel, m, "")
}

// Ephemerals returns what only this person sees, oldest first. The caller must
// not change the list.
func (w *World[P, C, M, D]) Ephemerals(person string) []*Message[C, M] { return w.ephemerals[person] }

// Seen returns a message that the person sees in c, which may be one that only
// they see; nil if there is none.
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

// Unpin takes the pin off a message.
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
