package stage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Channel is a channel or a direct conversation with the bot. C is what only the
// platform knows of it, M what it knows of a message. The World's lock guards it.
type Channel[C, M any] struct {
	ID      string
	Name    string // "" for a direct conversation
	Topic   string
	Creator string
	With    string // the other person of a direct conversation, otherwise ""
	Created time.Time
	Extra   C

	members  map[string]bool
	messages []*Message[C, M]
	byID     map[string]*Message[C, M] // messages
	pins     []Pin
}

// Message is a message in a channel.
type Message[C, M any] struct {
	Channel *Channel[C, M]
	ID      string
	At      time.Time
	Author  string    // a person's ID
	Only    string    // who sees an ephemeral message, otherwise ""
	Notice  bool      // written by the platform itself
	Edited  time.Time // zero if never
	Removed bool
	Body    M

	seq int // position among all messages
}

// Pin is a pinned message.
type Pin struct {
	Message string    // its ID
	By      string    // who pinned it, a person's ID
	At      time.Time // on the stand-in's clock
}

// IsDirect reports whether c is a direct conversation.
func (c *Channel[C, M]) IsDirect() bool { return c.With != "" }

// Has reports whether the person is a member.
func (c *Channel[C, M]) Has(person string) bool { return c.members[person] }

// Members returns the members' IDs, sorted.
func (c *Channel[C, M]) Members() []string { return slices.Sorted(maps.Keys(c.members)) }

// Admit makes people members without an event: for seeding.
func (c *Channel[C, M]) Admit(people ...string) {
	if c.members == nil {
		c.members = make(map[string]bool)
	}
	for _, id := range people {
		c.members[id] = true
	}
}

// Dismiss removes a member without an event.
func (c *Channel[C, M]) Dismiss(person string) { delete(c.members, person) }

// Message returns the message with the ID, nil if there is none or it is ephemeral.
func (c *Channel[C, M]) Message(id string) *Message[C, M] { return c.byID[id] }

// Messages returns all messages, oldest first. The caller must not change the list.
func (c *Channel[C, M]) Messages() []*Message[C, M] { return c.messages }

// After returns the messages after m, oldest first. The caller must not change the list.
func (c *Channel[C, M]) After(m *Message[C, M]) []*Message[C, M] {
	i, found := slices.BinarySearchFunc(c.messages, m, func(a, b *Message[C, M]) int { return cmp.Compare(a.seq, b.seq) })
	if found {
		i++
	}
	return c.messages[i:]
}

// add stores a message that others see.
func (c *Channel[C, M]) add(m *Message[C, M]) {
	if c.byID == nil {
		c.byID = make(map[string]*Message[C, M])
	}
	c.messages = append(c.messages, m)
	c.byID[m.ID] = m
}

// remove deletes a message and its pin.
func (c *Channel[C, M]) remove(m *Message[C, M]) {
	delete(c.byID, m.ID)
	c.messages = slices.DeleteFunc(c.messages, func(o *Message[C, M]) bool { return o == m })
	c.pins = slices.DeleteFunc(c.pins, func(p Pin) bool { return p.Message == m.ID })
}

// Written returns the messages by people and the bot, oldest first.
func (c *Channel[C, M]) Written() []*Message[C, M] {
	return slices.DeleteFunc(slices.Clone(c.messages), func(m *Message[C, M]) bool { return m.Notice })
}

// Notices returns the messages by the platform itself, oldest first.
func (c *Channel[C, M]) Notices() []*Message[C, M] {
	return slices.DeleteFunc(slices.Clone(c.messages), func(m *Message[C, M]) bool { return !m.Notice })
}

// Pins returns the pins, oldest first. The caller must not change the list.
func (c *Channel[C, M]) Pins() []Pin { return c.pins }

// Pinned reports whether the message is pinned.
func (m *Message[C, M]) Pinned() bool {
	return slices.ContainsFunc(m.Channel.pins, func(p Pin) bool { return p.Message == m.ID })
}

// Channels are the channels and direct conversations of a workspace. The
// World's lock guards them.
type Channels[C, M any] struct {
	byID   map[string]*Channel[C, M]
	order  []*Channel[C, M]
	direct map[string]*Channel[C, M]
}

// Add stores a channel. It fails if the ID is taken.
func (s *Channels[C, M]) Add(c *Channel[C, M]) error {
	if s.byID[c.ID] != nil {
		return fmt.Errorf("stage: two channels have the ID %s", c.ID)
	}
	if s.byID == nil {
		s.byID, s.direct = make(map[string]*Channel[C, M]), make(map[string]*Channel[C, M])
	}
	s.byID[c.ID] = c
	s.order = append(s.order, c)
	if c.IsDirect() {
		s.direct[c.With] = c
	}
	return nil
}

// ByID returns the channel or direct conversation with the ID, nil if there is none.
func (s *Channels[C, M]) ByID(id string) *Channel[C, M] { return s.byID[id] }

// ByName returns the first channel with the name, nil if there is none.
func (s *Channels[C, M]) ByName(name string) *Channel[C, M] {
	for _, c := range s.order {
		if c.Name == name && !c.IsDirect() {
			return c
		}
	}
	return nil
}

// Direct returns the bot's direct conversation with a person, nil if there is none.
func (s *Channels[C, M]) Direct(person string) *Channel[C, M] { return s.direct[person] }

// All returns channels and direct conversations in the order of their creation. The
// caller must not change the list.
func (s *Channels[C, M]) All() []*Channel[C, M] { return s.order }

func (s *Channels[C, M]) remove(c *Channel[C, M]) {
	delete(s.byID, c.ID)
	s.order = slices.DeleteFunc(slices.Clone(s.order), func(o *Channel[C, M]) bool { return o == c })
}
