package stage

import (
	"slices"
	"time"
)

// Person is an account that a workspace shows.
type Person struct {
	ID          string `json:"id"`                    // the platform's ID
	Name        string `json:"name"`                  // the display name, as in "@lin"
	RealName    string `json:"real_name,omitempty"`   //
	Email       string `json:"email,omitempty"`       //
	Bot         bool   `json:"bot,omitempty"`         //
	Guest       bool   `json:"guest,omitempty"`       //
	Deactivated bool   `json:"deactivated,omitempty"` //
}

// RoomKind is a kind of room.
type RoomKind string

// The kinds of room.
const (
	PublicRoom  RoomKind = "public"
	PrivateRoom RoomKind = "private"
	DirectRoom  RoomKind = "direct"
	HomeRoom    RoomKind = "home" // a page that the bot makes for one person, as a post
)

// Badge is a link that a room always shows at its top.
type Badge struct {
	Title string `json:"title"`
	Link  string `json:"link"`
	Post  string `json:"post,omitempty"` // the ID of the linked post, if it is in the same room
}

// Room is a channel, a group or a direct conversation.
type Room struct {
	ID       string    `json:"id"`                  // the platform's ID
	Name     string    `json:"name"`                // without "#"; for a direct room, the other person's name
	Kind     RoomKind  `json:"kind"`                //
	Topic    string    `json:"topic,omitempty"`     //
	Purpose  string    `json:"purpose,omitempty"`   //
	Category string    `json:"category,omitempty"`  // the name of the platform's own group of rooms, "" for none
	Archived bool      `json:"archived,omitempty"`  // nobody can post or press anything there
	ReadOnly bool      `json:"read_only,omitempty"` // not everybody may post there
	Commands bool      `json:"commands,omitempty"`  // slash commands work there
	Members  []string  `json:"members"`             // person IDs, sorted
	Badges   []Badge   `json:"badges,omitempty"`    // in the order shown
	Pinned   []string  `json:"pinned,omitempty"`    // post IDs, oldest pin first
	Created  time.Time `json:"created"`             // on the stand-in's clock
}

// PartKind is the look of a part of a post.
type PartKind string

// The kinds of part.
const (
	TextPart    PartKind = "text"
	HeadingPart PartKind = "heading"
	FieldsPart  PartKind = "fields" // short texts side by side, in Cells
	NotePart    PartKind = "note"   // small print
	ActionsPart PartKind = "actions"
	FilePart    PartKind = "file"    // a file that can be opened, in File; Lines name it
	InputPart   PartKind = "input"   // of a window: a field to fill in, in Input
	RulePart    PartKind = "rule"    // a line between two parts
	SectionPart PartKind = "section" // Parts with an action next to them
	BoxPart     PartKind = "box"     // Parts in a frame with a bar in Colour
)

// Action is something in a post or window that a person can press.
type Action struct {
	ID    string `json:"id"` // the platform's ID for it
	Label string `json:"label"`
	Style string `json:"style,omitempty"` // "primary", "danger" or ""
	Link  string `json:"link,omitempty"`  // opened instead of calling the bot
	Menu  bool   `json:"menu,omitempty"`  // in a menu after the buttons
	Asks  *Asks  `json:"asks,omitempty"`  // before it calls the bot
}

// Asks is what the platform asks a person who presses an Action.
type Asks struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Yes   string `json:"yes"`
	No    string `json:"no"`
}

// Part is one piece of a post, top to bottom.
type Part struct {
	Kind    PartKind `json:"kind"`
	Lines   []Line   `json:"lines,omitempty"`
	Cells   [][]Line `json:"cells,omitempty"` // of FieldsPart
	Actions []Action `json:"actions,omitempty"`
	Input   *Input   `json:"input,omitempty"`
	File    *File    `json:"file,omitempty"`
	Parts   []Part   `json:"parts,omitempty"`  // of SectionPart and BoxPart
	Colour  string   `json:"colour,omitempty"` // of BoxPart: "#e8a33d", or "" for none
}

// File is a file that somebody uploaded.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int    `json:"size"` // in bytes
}

// NewFilePart returns the part of a post that shows a file.
func NewFilePart(f File) Part { return Part{Kind: FilePart, Lines: Literal(f.Name), File: &f} }

// Deed is something done to a room about which the platform posts a notice.
type Deed string

// The deeds. Those on the second line have a value.
const (
	Joined, Left, Archived, Unarchived, Pinned Deed = "joined", "left", "archived", "unarchived", "pinned"
	SetTopic, SetPurpose, Renamed              Deed = "topic", "purpose", "renamed"
)

// Post is a message as people see it. World sets Text.
type Post struct {
	ID     string    `json:"id"`               // unique within its room
	Room   string    `json:"room"`             // the room's ID
	Author string    `json:"author"`           // the person's ID
	Text   string    `json:"text"`             // all of it as plain text, mentions as "@name"
	Lines  []Line    `json:"lines,omitempty"`  // of a message without parts
	Parts  []Part    `json:"parts,omitempty"`  //
	Only   string    `json:"only,omitempty"`   // the person who sees an ephemeral post, otherwise ""
	Notice bool      `json:"notice,omitempty"` // by the platform itself: "lin joined"
	Deed   Deed      `json:"deed,omitempty"`   // of a notice: what the author did, if there is a Deed for it
	Value  string    `json:"value,omitempty"`  // of a notice: the new topic, purpose or name
	At     time.Time `json:"at"`               // on the stand-in's clock
	Edited bool      `json:"edited,omitempty"` //

	// ReplyTo is the ID of the post of the same room to which it replies. That one may be gone.
	ReplyTo string `json:"reply_to,omitempty"`
	Thread  bool   `json:"thread,omitempty"` // it is shown below that one instead of on its own
}

// MenuEntry is an entry of the bot in a menu of the platform's own client.
type MenuEntry struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	OfPosts bool   `json:"of_posts,omitempty"` // in the menu of every post, else next to the message field
}

// View is everything that is visible in a workspace at one moment. It is a copy that
// the caller may change.
type View struct {
	Platform  string   `json:"platform"`  // "slack"
	Workspace string   `json:"workspace"` // the workspace's name
	People    []Person `json:"people"`    // by ID
	Rooms     []Room   `json:"rooms"`     // in the order of their creation
	Posts     []Post   `json:"posts"`     // oldest first, all rooms together
	Windows   []Window `json:"windows"`   // open dialogs, by person
	// Menu has the bot's entries in the platform's own menus, in the order shown.
	Menu []MenuEntry `json:"menu,omitempty"`
	Seq  int         `json:"seq"` // the last event that it contains: subscribe from here
}

// For returns the part of v that one person sees: their rooms with the posts for
// everybody or for them alone, and their own windows.
func (v View) For(person string) View {
	out := v
	out.Rooms, out.Posts, out.Windows = nil, nil, nil
	seen := map[string]bool{}
	for _, r := range v.Rooms {
		if slices.Contains(r.Members, person) {
			seen[r.ID] = true
			out.Rooms = append(out.Rooms, r)
		}
	}
	for _, p := range v.Posts {
		if seen[p.Room] && (p.Only == "" || p.Only == person) {
			out.Posts = append(out.Posts, p)
		}
	}
	for _, w := range v.Windows {
		if w.Person == person {
			out.Windows = append(out.Windows, w)
		}
	}
	return out
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

// Platform is what a browser view or a story needs from a stand-in.
type Platform interface {
	View() View
	// Feed returns always the same feed.
	Feed() *Feed
}
