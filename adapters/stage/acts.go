package stage

import (
	"context"
	"errors"
)

// Acts is what people do in a stand-in. The acting person is named by ID.
//
// Errors are those that the person would see in the platform's own client. Those
// below can be recognised with errors.Is.
type Acts interface {
	// Say writes a message. The room "" is the conversation with the bot.
	Say(ctx context.Context, person, room, text string) error
	// Command types a slash command with its arguments, such as "/risk list".
	Command(ctx context.Context, person, room, line string) error
	// Visit looks at a HomeRoom.
	Visit(ctx context.Context, person, room string) error
	// Press presses a button of a post.
	Press(ctx context.Context, person, room, post, action string) error
	// Shortcut chooses an entry of a menu: that of a post or, if post is "", the one
	// next to the message field of a room.
	Shortcut(ctx context.Context, person, room, post, entry string) error
	// Choose fills in an input of a window.
	Choose(ctx context.Context, person, window, input string, values ...string) error
	// Submit fills in a window and submits it. Inputs missing from values keep
	// what they hold. It returns problems by input.
	Submit(ctx context.Context, person, window string, values map[string][]string) (problems map[string]string, err error)
	// Upload uploads a file for a FileInput of a window, and returns the value that
	// stands for it there.
	Upload(ctx context.Context, person, window, input, name string, content []byte) (value string, err error)
	// Download returns the content of a file of a post, by the file's ID.
	Download(ctx context.Context, person, room, post, file string) ([]byte, error)
	// Close closes a window.
	Close(ctx context.Context, person, window string) error
	// Offers returns what a person's own client offers to do by hand to a room.
	Offers(person, room string) []RoomAct
	// ByHand does one of them.
	ByHand(ctx context.Context, person, room string, act RoomAct) error
	// Join has somebody new join the workspace under a name, and returns their ID.
	Join(ctx context.Context, name string) (id string, err error)
}

// RoomAct is something that a person does to a room by hand.
type RoomAct struct {
	Do RoomDeed `json:"do"`
	To string   `json:"to,omitempty"` // a person's ID for AddMember and RemoveMember; a category for MoveRoom, "" for none
}

// RoomDeed is a kind of RoomAct.
type RoomDeed string

// The kinds of RoomAct.
const (
	ArchiveRoom   RoomDeed = "archive"
	UnarchiveRoom RoomDeed = "unarchive"
	DeleteRoom    RoomDeed = "delete" // for good
	MoveRoom      RoomDeed = "move"
	AddMember     RoomDeed = "add"
	RemoveMember  RoomDeed = "remove" // maybe themselves, or the bot
)

// Suggester is implemented by the Acts of platforms whose clients complete
// commands.
type Suggester interface {
	// Suggest returns completions of a line that begins with a slash, best first.
	Suggest(ctx context.Context, person, room, line string) []Hint
}

// Hint is a completion of a command.
type Hint struct {
	Line  string `json:"line"`            // the completed line: "/risk new "
	Label string `json:"label,omitempty"` // what is shown; "" is Line
	Args  string `json:"args,omitempty"`  // what may follow
	Help  string `json:"help,omitempty"`
}

// What a platform's own client shows when a command, an action or a post fails.
var (
	ErrSilent   = errors.New("the bot did not answer in time")
	ErrBroken   = errors.New("the bot answered with an error")
	ErrReadOnly = errors.New("the person may not post there")
	ErrMistyped = errors.New("there is no such command, or something in it does not fit")
	ErrTooLarge = errors.New("the platform takes no such large files")
	ErrTaken    = errors.New("somebody there has that name")
)
