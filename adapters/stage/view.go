package stage

import (
	"slices"
	"time"
)

// Person is an account that a workspace shows.
type Person struct {
	ID          string // the platform's ID
	Name        string // the display name, as in "@lin"
	RealName    string //
	Email       string //
	Bot         bool   //
	Guest       bool   //
	Deactivated bool   //
}

// RoomKind is what sort of place a room is.
type RoomKind string

// The kinds of room.
const (
	PublicRoom  RoomKind = "public"
	PrivateRoom RoomKind = "private"
	DirectRoom  RoomKind = "direct"
)

// Badge is a link that a room shows at its top at all times.
type Badge struct {
	Title string
	Link  string
}

// Room is a channel, a group or a direct conversation.
type Room struct {
	ID       string    // the platform's ID
	Name     string    // without "#"; of a direct room the other person's name
	Kind     RoomKind  //
	Topic    string    //
	Purpose  string    //
	Archived bool      //
	Members  []string  // person IDs, sorted
	Badges   []Badge   // in the order shown
	Pinned   []string  // post IDs, oldest pin first
	Created  time.Time // on the stand-in's clock
}

// PartKind is the look of a part of a post.
type PartKind string

// The kinds of part.
const (
	TextPart    PartKind = "text"
	HeadingPart PartKind = "heading"
	FieldsPart  PartKind = "fields" // short texts side by side, in Fields
	NotePart    PartKind = "note"   // small print
	RulePart    PartKind = "rule"   // a line across
	ActionsPart PartKind = "actions"
)

// Action is something in a post or window that a person can press.
type Action struct {
	ID      string   // what the platform calls it when pressed
	Label   string   //
	Style   string   // "primary", "danger" or ""
	Link    string   // opens this instead of calling the bot
	Choices []string // of a menu; none for a button
}

// Part is one piece of a post, top to bottom.
type Part struct {
	Kind    PartKind
	Text    string
	Fields  []string
	Actions []Action
}

// Post is a message as people see it.
type Post struct {
	ID     string    // unique within its room
	Room   string    // the room's ID
	Author string    // the person's ID
	Text   string    // all of it as plain text, mentions as "@name"
	Parts  []Part    // the same, piece by piece; none for a plain text
	Only   string    // the only person who sees it (an ephemeral post), else ""
	Notice bool      // written by the platform itself: "lin joined"
	At     time.Time // on the stand-in's clock
	Edited bool      //
}

// View is everything that can be seen in a workspace at one moment. It is a
// copy that its holder may keep and change.
type View struct {
	Platform  string   // "slack"
	Workspace string   // the workspace's name
	People    []Person // by ID
	Rooms     []Room   // in the order of their making
	Posts     []Post   // oldest first, all rooms together
	Seq       int      // the last event already contained: subscribe from here
}

// Person returns the person with the given ID.
func (v View) Person(id string) (Person, bool) {
	i := slices.IndexFunc(v.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return v.People[i], true
}

// Room returns the room with the given ID.
func (v View) Room(id string) (Room, bool) {
	i := slices.IndexFunc(v.Rooms, func(r Room) bool { return r.ID == id })
	if i < 0 {
		return Room{}, false
	}
	return v.Rooms[i], true
}

// Platform is what a browser view or a story needs of a stand-in.
type Platform interface {
	// View returns what can be seen now.
	View() View
	// Feed returns the feed of everything that happens; always the same one.
	Feed() *Feed
}
